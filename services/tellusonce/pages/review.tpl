{{%AUTOESCAPE context="HTML"}}{{! Answer to POST /{lang}/address; signed in. Variables: LINE_1, LINE_2, CITY, PROVINCE, POSTAL_CODE, RETURN_TO, REQUEST_ID,
    ADDRESS_TEXT (on one line); section CHOICE around rows SUBSCRIPTIONS {SUBSCRIPTION_ID, MINISTRY, PURPOSE,
    section CHECKED}, or section NO_SUBSCRIPTIONS. Fields: the address, return_to, request_id, subscription_id (repeated). Error at subscription_id. }}
{{>TOP}}
    {{! Back to the form as it was filled in. }}
    <form id="edit-form" method="post" action="/{{LANG}}/address">
      {{>CSRF}}
      <input type="hidden" name="change_language" value="true">
      <input type="hidden" name="return_to" value="{{RETURN_TO}}">
      <input type="hidden" name="line_1" value="{{LINE_1}}">
      <input type="hidden" name="line_2" value="{{LINE_2}}">
      <input type="hidden" name="city" value="{{CITY}}">
      <input type="hidden" name="province" value="{{PROVINCE}}">
      <input type="hidden" name="postal_code" value="{{POSTAL_CODE}}">
    </form>
    <div class="ontario-step-indicator">
      <div class="ontario-step-indicator--with-back-button">
        <button type="submit" class="tmk-back tmk-textbutton" form="edit-form" id="back">{{T_BACK}}</button>
        <span class="ontario-h4">{{T_STEP_2}}</span>
      </div>
      <hr>
    </div>
    <h1>{{T_REVIEW_HEADING}}</h1>
    <dl class="ontario-summary-list__container">
      <div class="ontario-summary-list__row"><dt class="ontario-summary-list__key">{{T_NEW_ADDRESS}}</dt><dd class="ontario-summary-list__value" id="new-address">{{ADDRESS_TEXT}}</dd><dd class="ontario-summary-list-button__container"><button type="submit" class="tmk-textbutton" form="edit-form" id="change">{{T_CHANGE}}<span class="ontario-show-for-sr"> {{T_CHANGE_WHAT}}</span></button></dd></div>
    </dl>
    <form class="tmk-form" id="tell-form" method="post" action="/{{LANG}}/address/tell" novalidate>
      {{>CSRF}}
      <input type="hidden" name="return_to" value="{{RETURN_TO}}">
      <input type="hidden" name="request_id" value="{{REQUEST_ID}}">
      <input type="hidden" name="line_1" value="{{LINE_1}}">
      <input type="hidden" name="line_2" value="{{LINE_2}}">
      <input type="hidden" name="city" value="{{CITY}}">
      <input type="hidden" name="province" value="{{PROVINCE}}">
      <input type="hidden" name="postal_code" value="{{POSTAL_CODE}}">
{{#CHOICE}}
      <div class="ontario-form-group{{#E_SUBSCRIPTION_ID}} tmk-has-error{{/E_SUBSCRIPTION_ID}}">
        <fieldset class="ontario-fieldset" id="subscription-id" tabindex="-1" aria-describedby="who-hint{{#E_SUBSCRIPTION_ID}} subscription-id-error{{/E_SUBSCRIPTION_ID}}">
          <legend class="ontario-fieldset__legend ontario-fieldset__legend--large">{{T_WHO}}</legend>
          <p class="ontario-hint" id="who-hint">{{T_WHO_HINT}}</p>
          {{#E_SUBSCRIPTION_ID}}{{>FIELD_ERROR}}{{/E_SUBSCRIPTION_ID}}
          <div class="ontario-checkboxes">
{{#SUBSCRIPTIONS}}
            <div class="ontario-checkboxes__item"><input class="ontario-checkboxes__input" id="tell-{{SUBSCRIPTION_ID}}" name="subscription_id" type="checkbox" value="{{SUBSCRIPTION_ID}}"{{#CHECKED}} checked{{/CHECKED}}><label class="ontario-checkboxes__label" for="tell-{{SUBSCRIPTION_ID}}">{{T_SUBSCRIBER}}</label></div>
{{/SUBSCRIPTIONS}}
          </div>
        </fieldset>
      </div>
{{/CHOICE}}
{{#NO_SUBSCRIPTIONS}}
      <p>{{T_WHO_NOBODY}}</p>
{{/NO_SUBSCRIPTIONS}}
      <div class="tmk-buttons"><button type="submit" class="ontario-button ontario-button--primary" id="tell">{{T_TELL}}</button></div>
    </form>
{{>BOTTOM}}
