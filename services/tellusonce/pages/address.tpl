{{%AUTOESCAPE context="HTML"}}{{! GET /{lang}/address, and POST /{lang}/address with errors; signed in. Variables: LINE_1, LINE_2, CITY, POSTAL_CODE,
    RETURN_TO, BACK_URL (where the person came from); options PROVINCES (AddProvinces). Fields: line_1, line_2, city, province, postal_code, return_to.
    Errors at each field. }}
{{>TOP}}
    <div class="ontario-step-indicator">
      <div class="ontario-step-indicator--with-back-button">
        <a class="tmk-back" id="back" href="{{BACK_URL}}">{{T_BACK}}</a>
        <span class="ontario-h4">{{T_STEP_1}}</span>
      </div>
      <hr>
    </div>
    <h1>{{T_ADDRESS_HEADING}}</h1>
    <p class="ontario-lead-statement">{{T_ADDRESS_LEAD}}</p>
    <p>{{T_ALL_REQUIRED}}</p>
    <form class="tmk-form" id="address-form" method="post" action="/{{LANG}}/address" novalidate>
      {{>CSRF}}
      <input type="hidden" name="return_to" value="{{RETURN_TO}}">
      <div class="ontario-form-group{{#E_LINE_1}} tmk-has-error{{/E_LINE_1}}">
        <label class="ontario-label" for="line-1">{{T_STREET}}</label>
        <p class="ontario-hint" id="line-1-hint">{{T_STREET_HINT}}</p>
        {{#E_LINE_1}}{{>FIELD_ERROR}}{{/E_LINE_1}}
        <input class="ontario-input{{#E_LINE_1}} ontario-input__error{{/E_LINE_1}}" id="line-1" name="line_1" type="text" value="{{LINE_1}}" autocomplete="shipping address-line1" aria-required="true" aria-describedby="line-1-hint{{#E_LINE_1}} line-1-error{{/E_LINE_1}}"{{#E_LINE_1}} aria-invalid="true"{{/E_LINE_1}}>
      </div>
      <div class="ontario-form-group{{#E_LINE_2}} tmk-has-error{{/E_LINE_2}}">
        <label class="ontario-label" for="line-2">{{T_UNIT}}<span class="ontario-label__flag">{{T_OPTIONAL}}</span></label>
        {{#E_LINE_2}}{{>FIELD_ERROR}}{{/E_LINE_2}}
        <input class="ontario-input ontario-input--20-char-width{{#E_LINE_2}} ontario-input__error{{/E_LINE_2}}" id="line-2" name="line_2" type="text" value="{{LINE_2}}" autocomplete="shipping address-line2"{{#E_LINE_2}} aria-invalid="true" aria-describedby="line-2-error"{{/E_LINE_2}}>
      </div>
      <div class="ontario-form-group{{#E_CITY}} tmk-has-error{{/E_CITY}}">
        <label class="ontario-label" for="city">{{T_CITY}}</label>
        {{#E_CITY}}{{>FIELD_ERROR}}{{/E_CITY}}
        <input class="ontario-input tmk-narrow{{#E_CITY}} ontario-input__error{{/E_CITY}}" id="city" name="city" type="text" value="{{CITY}}" autocomplete="shipping address-level2" aria-required="true"{{#E_CITY}} aria-invalid="true" aria-describedby="city-error"{{/E_CITY}}>
      </div>
      <div class="ontario-form-group{{#E_PROVINCE}} tmk-has-error{{/E_PROVINCE}}">
        <label class="ontario-label" for="province">{{T_PROVINCE}}</label>
        {{#E_PROVINCE}}{{>FIELD_ERROR}}{{/E_PROVINCE}}
        <select class="ontario-input ontario-dropdown tmk-narrow{{#E_PROVINCE}} ontario-input__error{{/E_PROVINCE}}" id="province" name="province" autocomplete="shipping address-level1" aria-required="true"{{#E_PROVINCE}} aria-invalid="true" aria-describedby="province-error"{{/E_PROVINCE}}>
          <option value="">{{T_SELECT}}</option>
{{#PROVINCES}}
          <option value="{{VALUE}}"{{#SELECTED}} selected{{/SELECTED}}>{{LABEL}}</option>
{{/PROVINCES}}
        </select>
      </div>
      <div class="ontario-form-group{{#E_POSTAL_CODE}} tmk-has-error{{/E_POSTAL_CODE}}">
        <label class="ontario-label" for="postal-code">{{T_POSTAL_CODE}}</label>
        <p class="ontario-hint" id="postal-code-hint">{{T_POSTAL_CODE_HINT}}</p>
        {{#E_POSTAL_CODE}}{{>FIELD_ERROR}}{{/E_POSTAL_CODE}}
        <input class="ontario-input ontario-input--10-char-width{{#E_POSTAL_CODE}} ontario-input__error{{/E_POSTAL_CODE}}" id="postal-code" name="postal_code" type="text" value="{{POSTAL_CODE}}" autocomplete="shipping postal-code" autocapitalize="characters" spellcheck="false" aria-required="true" aria-describedby="postal-code-hint{{#E_POSTAL_CODE}} postal-code-error{{/E_POSTAL_CODE}}"{{#E_POSTAL_CODE}} aria-invalid="true"{{/E_POSTAL_CODE}}>
      </div>
      <div class="tmk-buttons"><button type="submit" class="ontario-button ontario-button--primary" id="continue">{{T_CONTINUE}}</button></div>
    </form>
{{>BOTTOM}}
