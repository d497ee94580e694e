{{%AUTOESCAPE context="HTML"}}{{! GET /{lang}/card_details/{payment_id}, and POST there with errors. Ids and nesting are those that GOV.UK Pay's smoke tests use.
    Variables: PAYMENT_ID, ATTEMPT, DESCRIPTION, REFERENCE, AMOUNT (FormatMoney), CARDHOLDER_NAME, ADDRESS_LINE_1, ADDRESS_LINE_2, ADDRESS_CITY,
    ADDRESS_POSTCODE, EMAIL; options COUNTRIES and PROVINCES; section NOT_CHARGED with errors; section CARDS_SANDBOX in
    sandbox mode. Card number and security code are never sent back. Fields: card_no, expiry_month, expiry_year,
    cardholder_name, cvc, address_*, email; errors at each. No field has a maxlength: what a person types or pastes is never cut, the error says
    what is too long. }}
{{>TOP}}
    <div class="charge-new__content">
    <div id="card-details-wrap">
    <h1>{{T_CARD_HEADING}}</h1>
{{#CARDS_SANDBOX}}
    <div class="ontario-alert ontario-alert--warning"><div class="ontario-alert__header"><div class="ontario-alert__header-icon">{{>ICON_WARN}}</div><h2 class="ontario-alert__header-title ontario-h4">{{T_CARDS_SANDBOX}}</h2></div><div class="ontario-alert__body"><p>{{T_CARDS_SANDBOX_TEXT}}</p></div></div>
{{/CARDS_SANDBOX}}
{{#NOT_CHARGED}}
    <p>{{T_NOT_CHARGED}}</p>
{{/NOT_CHARGED}}
    <div class="tmk-panel">
      <h2 class="ontario-h4">{{T_PAYMENT_SUMMARY}}</h2>
      <p id="payment-description">{{DESCRIPTION}}</p>
      <p>{{T_PAYMENT_REFERENCE}} <span class="tmk-nowrap">{{REFERENCE}}</span></p>
      <p>{{T_TOTAL}} <span id="amount" class="tmk-amount">{{AMOUNT}}</span></p>
    </div>
    <p>{{T_ALL_REQUIRED}}</p>
    <form id="card-details" class="tmk-form" method="post" action="/{{LANG}}/card_details/{{PAYMENT_ID}}" novalidate>
      {{>CSRF}}
      <input type="hidden" name="attempt" value="{{ATTEMPT}}">
      <div class="ontario-form-group{{#E_CARD_NO}} tmk-has-error{{/E_CARD_NO}}">
        <label class="ontario-label" for="card-no">{{T_CARD_NUMBER}}</label>
        <p class="ontario-hint" id="card-no-hint">{{T_CARD_NUMBER_HINT}}</p>
        {{#E_CARD_NO}}{{>FIELD_ERROR}}{{/E_CARD_NO}}
        <input class="ontario-input tmk-narrow{{#E_CARD_NO}} ontario-input__error{{/E_CARD_NO}}" id="card-no" name="card_no" type="text" inputmode="numeric" autocomplete="cc-number" spellcheck="false" aria-required="true" aria-describedby="card-no-hint{{#E_CARD_NO}} card-no-error{{/E_CARD_NO}}"{{#E_CARD_NO}} aria-invalid="true"{{/E_CARD_NO}}>
      </div>
      <div class="ontario-form-group{{#E_EXPIRY_MONTH}} tmk-has-error{{/E_EXPIRY_MONTH}}">
        <fieldset class="ontario-fieldset" aria-describedby="expiry-hint{{#E_EXPIRY_MONTH}} expiry-month-error{{/E_EXPIRY_MONTH}}">
          <legend class="ontario-fieldset__legend">{{T_EXPIRY}}</legend>
          <p class="ontario-hint tmk-hint-tight" id="expiry-hint">{{T_EXPIRY_HINT}}</p>
          {{#E_EXPIRY_MONTH}}{{>FIELD_ERROR}}{{/E_EXPIRY_MONTH}}
          <div class="tmk-inline-fields">
            <div><label class="ontario-label" for="expiry-month">{{T_MONTH}}</label><input class="ontario-input ontario-input--2-char-width{{#E_EXPIRY_MONTH}} ontario-input__error{{/E_EXPIRY_MONTH}}" id="expiry-month" name="expiry_month" value="{{EXPIRY_MONTH}}" type="text" inputmode="numeric" autocomplete="cc-exp-month" aria-required="true"{{#E_EXPIRY_MONTH}} aria-invalid="true"{{/E_EXPIRY_MONTH}}></div>
            <div><label class="ontario-label" for="expiry-year">{{T_YEAR}}</label><input class="ontario-input ontario-input--4-char-width{{#E_EXPIRY_MONTH}} ontario-input__error{{/E_EXPIRY_MONTH}}" id="expiry-year" name="expiry_year" value="{{EXPIRY_YEAR}}" type="text" inputmode="numeric" autocomplete="cc-exp-year" aria-required="true"{{#E_EXPIRY_MONTH}} aria-invalid="true"{{/E_EXPIRY_MONTH}}></div>
          </div>
        </fieldset>
      </div>
      <div class="ontario-form-group{{#E_CARDHOLDER_NAME}} tmk-has-error{{/E_CARDHOLDER_NAME}}">
        <label class="ontario-label" for="cardholder-name">{{T_NAME_ON_CARD}}</label>
        {{#E_CARDHOLDER_NAME}}{{>FIELD_ERROR}}{{/E_CARDHOLDER_NAME}}
        <input class="ontario-input tmk-narrow{{#E_CARDHOLDER_NAME}} ontario-input__error{{/E_CARDHOLDER_NAME}}" id="cardholder-name" name="cardholder_name" value="{{CARDHOLDER_NAME}}" type="text" autocomplete="cc-name" spellcheck="false" aria-required="true"{{#E_CARDHOLDER_NAME}} aria-invalid="true" aria-describedby="cardholder-name-error"{{/E_CARDHOLDER_NAME}}>
      </div>
      <div class="ontario-form-group{{#E_CVC}} tmk-has-error{{/E_CVC}}">
        <label class="ontario-label" for="cvc">{{T_SECURITY_CODE}}</label>
        <p class="ontario-hint" id="cvc-hint">{{T_SECURITY_CODE_HINT}}</p>
        {{#E_CVC}}{{>FIELD_ERROR}}{{/E_CVC}}
        <input class="ontario-input ontario-input--4-char-width{{#E_CVC}} ontario-input__error{{/E_CVC}}" id="cvc" name="cvc" type="text" inputmode="numeric" autocomplete="cc-csc" spellcheck="false" aria-required="true" aria-describedby="cvc-hint{{#E_CVC}} cvc-error{{/E_CVC}}"{{#E_CVC}} aria-invalid="true"{{/E_CVC}}>
      </div>
      <fieldset class="ontario-fieldset" aria-describedby="billing-hint">
      <legend class="ontario-fieldset__legend ontario-fieldset__legend--large">{{T_BILLING}}</legend>
      <p class="ontario-hint" id="billing-hint">{{T_BILLING_HINT}}</p>
      <div class="ontario-form-group{{#E_ADDRESS_COUNTRY}} tmk-has-error{{/E_ADDRESS_COUNTRY}}">
        <label class="ontario-label" for="address-country">{{T_COUNTRY}}</label>
        {{#E_ADDRESS_COUNTRY}}{{>FIELD_ERROR}}{{/E_ADDRESS_COUNTRY}}
        <select class="ontario-input ontario-dropdown tmk-narrow{{#E_ADDRESS_COUNTRY}} ontario-input__error{{/E_ADDRESS_COUNTRY}}" id="address-country" name="address_country" autocomplete="billing country" aria-required="true"{{#E_ADDRESS_COUNTRY}} aria-describedby="address-country-error" aria-invalid="true"{{/E_ADDRESS_COUNTRY}}>
{{#COUNTRIES}}
          <option value="{{VALUE}}"{{#SELECTED}} selected{{/SELECTED}}>{{LABEL}}</option>
{{/COUNTRIES}}
        </select>
      </div>
      <div class="ontario-form-group{{#E_ADDRESS_LINE_1}} tmk-has-error{{/E_ADDRESS_LINE_1}}">
        <label class="ontario-label" for="address-line-1">{{T_ADDRESS_LINE_1}}</label>
        {{#E_ADDRESS_LINE_1}}{{>FIELD_ERROR}}{{/E_ADDRESS_LINE_1}}
        <input class="ontario-input{{#E_ADDRESS_LINE_1}} ontario-input__error{{/E_ADDRESS_LINE_1}}" id="address-line-1" name="address_line_1" value="{{ADDRESS_LINE_1}}" type="text" autocomplete="billing address-line1" aria-required="true"{{#E_ADDRESS_LINE_1}} aria-invalid="true" aria-describedby="address-line-1-error"{{/E_ADDRESS_LINE_1}}>
      </div>
      <div class="ontario-form-group{{#E_ADDRESS_LINE_2}} tmk-has-error{{/E_ADDRESS_LINE_2}}">
        <label class="ontario-label" for="address-line-2">{{T_ADDRESS_LINE_2}}<span class="ontario-label__flag">{{T_OPTIONAL}}</span></label>
        {{#E_ADDRESS_LINE_2}}{{>FIELD_ERROR}}{{/E_ADDRESS_LINE_2}}
        <input class="ontario-input{{#E_ADDRESS_LINE_2}} ontario-input__error{{/E_ADDRESS_LINE_2}}" id="address-line-2" name="address_line_2" value="{{ADDRESS_LINE_2}}" type="text" autocomplete="billing address-line2"{{#E_ADDRESS_LINE_2}} aria-invalid="true" aria-describedby="address-line-2-error"{{/E_ADDRESS_LINE_2}}>
      </div>
      <div class="ontario-form-group{{#E_ADDRESS_CITY}} tmk-has-error{{/E_ADDRESS_CITY}}">
        <label class="ontario-label" for="address-city">{{T_CITY}}</label>
        {{#E_ADDRESS_CITY}}{{>FIELD_ERROR}}{{/E_ADDRESS_CITY}}
        <input class="ontario-input tmk-narrow{{#E_ADDRESS_CITY}} ontario-input__error{{/E_ADDRESS_CITY}}" id="address-city" name="address_city" value="{{ADDRESS_CITY}}" type="text" autocomplete="billing address-level2" aria-required="true"{{#E_ADDRESS_CITY}} aria-invalid="true" aria-describedby="address-city-error"{{/E_ADDRESS_CITY}}>
      </div>
      <div class="ontario-form-group{{#E_ADDRESS_PROVINCE}} tmk-has-error{{/E_ADDRESS_PROVINCE}}">
        <label class="ontario-label" for="address-province">{{T_PROVINCE}}</label>
        <p class="ontario-hint" id="address-province-hint">{{T_PROVINCE_HINT}}</p>
        {{#E_ADDRESS_PROVINCE}}{{>FIELD_ERROR}}{{/E_ADDRESS_PROVINCE}}
        <select class="ontario-input ontario-dropdown tmk-narrow{{#E_ADDRESS_PROVINCE}} ontario-input__error{{/E_ADDRESS_PROVINCE}}" id="address-province" name="address_province" autocomplete="billing address-level1" aria-describedby="address-province-hint{{#E_ADDRESS_PROVINCE}} address-province-error{{/E_ADDRESS_PROVINCE}}"{{#E_ADDRESS_PROVINCE}} aria-invalid="true"{{/E_ADDRESS_PROVINCE}}>
          <option value="">{{T_SELECT}}</option>
{{#PROVINCES}}
          <option value="{{VALUE}}"{{#SELECTED}} selected{{/SELECTED}}>{{LABEL}}</option>
{{/PROVINCES}}
        </select>
      </div>
      <div class="ontario-form-group{{#E_ADDRESS_POSTCODE}} tmk-has-error{{/E_ADDRESS_POSTCODE}}">
        <label class="ontario-label" for="address-postcode">{{T_POSTAL_OR_ZIP}}</label>
        <p class="ontario-hint" id="address-postcode-hint">{{T_POSTCODE_HINT}}</p>
        {{#E_ADDRESS_POSTCODE}}{{>FIELD_ERROR}}{{/E_ADDRESS_POSTCODE}}
        <input class="ontario-input ontario-input--10-char-width{{#E_ADDRESS_POSTCODE}} ontario-input__error{{/E_ADDRESS_POSTCODE}}" id="address-postcode" name="address_postcode" value="{{ADDRESS_POSTCODE}}" type="text" autocomplete="billing postal-code" autocapitalize="characters" spellcheck="false" aria-describedby="address-postcode-hint{{#E_ADDRESS_POSTCODE}} address-postcode-error{{/E_ADDRESS_POSTCODE}}"{{#E_ADDRESS_POSTCODE}} aria-invalid="true"{{/E_ADDRESS_POSTCODE}}>
      </div>
      </fieldset>
      <div class="ontario-form-group{{#E_EMAIL}} tmk-has-error{{/E_EMAIL}}">
        <label class="ontario-label" for="email">{{T_EMAIL_ADDRESS}}</label>
        <p class="ontario-hint" id="email-hint">{{T_EMAIL_HINT}}</p>
        {{#E_EMAIL}}{{>FIELD_ERROR}}{{/E_EMAIL}}
        <input class="ontario-input tmk-narrow{{#E_EMAIL}} ontario-input__error{{/E_EMAIL}}" id="email" name="email" value="{{EMAIL}}" type="email" autocomplete="email" spellcheck="false" autocapitalize="none" aria-required="true" aria-describedby="email-hint{{#E_EMAIL}} email-error{{/E_EMAIL}}"{{#E_EMAIL}} aria-invalid="true"{{/E_EMAIL}}>
      </div>
      <div class="tmk-buttons"><button type="submit" class="ontario-button ontario-button--primary govuk-button" id="submit-card-details">{{T_CONTINUE}}</button></div>
    </form>
    <form id="cancel" method="post" action="/{{LANG}}/card_details/{{PAYMENT_ID}}/cancel">
      {{>CSRF}}
      <div class="tmk-buttons"><button type="submit" class="ontario-button ontario-button--secondary" id="cancel-payment">{{T_CANCEL_PAYMENT}}</button></div>
    </form>
    </div>
    </div>
{{>BOTTOM}}
