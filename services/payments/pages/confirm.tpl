{{%AUTOESCAPE context="HTML"}}{{! GET /{lang}/card_details/{payment_id}/confirm. Variables: PAYMENT_ID, ATTEMPT, DESCRIPTION, CARD_BRAND, CARD_LAST_DIGITS, EXPIRY ("11/27"),
    CARDHOLDER_NAME, ADDRESS_TEXT, EMAIL, AMOUNT. Posts have no fields of their own. }}
{{>TOP}}
    <h1>{{T_CHECK_PAYMENT}}</h1>
    <dl class="ontario-summary-list__container">
      <div class="ontario-summary-list__row"><dt class="ontario-summary-list__key">{{T_PAYMENT_FOR}}</dt><dd class="ontario-summary-list__value" id="payment-description">{{DESCRIPTION}}</dd></div>
      <div class="ontario-summary-list__row"><dt class="ontario-summary-list__key">{{T_CARD_NUMBER}}</dt><dd class="ontario-summary-list__value" id="card-number">{{T_CARD_ENDING}}</dd></div>
      <div class="ontario-summary-list__row"><dt class="ontario-summary-list__key">{{T_EXPIRY}}</dt><dd class="ontario-summary-list__value" id="expiry-date">{{EXPIRY}}</dd></div>
      <div class="ontario-summary-list__row"><dt class="ontario-summary-list__key">{{T_NAME_ON_CARD}}</dt><dd class="ontario-summary-list__value" id="cardholder-name">{{CARDHOLDER_NAME}}</dd></div>
      <div class="ontario-summary-list__row"><dt class="ontario-summary-list__key">{{T_BILLING}}</dt><dd class="ontario-summary-list__value" id="address">{{ADDRESS_TEXT}}</dd></div>
      <div class="ontario-summary-list__row"><dt class="ontario-summary-list__key">{{T_EMAIL_LABEL}}</dt><dd class="ontario-summary-list__value" id="email">{{EMAIL}}</dd></div>
      <div class="ontario-summary-list__row"><dt class="ontario-summary-list__key">{{T_TOTAL}}</dt><dd class="ontario-summary-list__value"><span class="tmk-amount" id="amount">{{AMOUNT}}</span></dd></div>
    </dl>
    <p><a class="tmk-link" id="change-details" href="/{{LANG}}/card_details/{{PAYMENT_ID}}">{{T_CHANGE_PAYMENT}}</a></p>
    <div class="tmk-buttons">
      <form id="confirmation" method="post" action="/{{LANG}}/card_details/{{PAYMENT_ID}}/confirm">
        {{>CSRF}}
        <input type="hidden" name="attempt" value="{{ATTEMPT}}">
        <button type="submit" class="ontario-button ontario-button--primary govuk-button" id="confirm">{{T_PAY_AMOUNT}}</button>
      </form>
      <form id="cancel" method="post" action="/{{LANG}}/card_details/{{PAYMENT_ID}}/cancel">
        {{>CSRF}}
        <button type="submit" class="ontario-button ontario-button--secondary" id="cancel-payment">{{T_CANCEL_PAYMENT}}</button>
      </form>
    </div>
{{>BOTTOM}}
