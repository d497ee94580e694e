{{%AUTOESCAPE context="HTML"}}{{! GET /{lang}/confirm-email. Variables: EMAIL, RETURN_TO; section SENT_AGAIN after a new code was sent;
    section FOR_ADDRESS when registering, or FOR_DEVICE when it is a device that is confirmed.
    Fields: code, return_to. Errors at code, and at the button `resend`. }}
{{>TOP}}
    <h1>{{T_CONFIRM_EMAIL}}</h1>
{{#SENT_AGAIN}}
    <div class="ontario-alert ontario-alert--success" role="status"><div class="ontario-alert__header"><div class="ontario-alert__header-icon">{{>ICON_OK}}</div><h2 class="ontario-alert__header-title ontario-h4">{{T_CODE_SENT_AGAIN}}</h2></div></div>
{{/SENT_AGAIN}}
{{#FOR_ADDRESS}}
    <p>{{T_CONFIRM_EMAIL_TEXT}}</p>
{{/FOR_ADDRESS}}
{{#FOR_DEVICE}}
    <p>{{T_CONFIRM_DEVICE_WHY}}</p>
    <p>{{T_CONFIRM_DEVICE_TEXT}}</p>
{{/FOR_DEVICE}}
    <form class="tmk-form" id="confirm-form" method="post" action="/{{LANG}}/confirm-email" novalidate>
      {{>CSRF}}
      <input type="hidden" name="return_to" value="{{RETURN_TO}}">
      <div class="ontario-form-group{{#E_CODE}} tmk-has-error{{/E_CODE}}">
        <label class="ontario-label" for="code">{{T_CODE}}</label>
        <p class="ontario-hint" id="code-hint">{{T_CODE_HINT}}</p>
        {{#E_CODE}}{{>FIELD_ERROR}}{{/E_CODE}}
        <input class="ontario-input ontario-input--10-char-width{{#E_CODE}} ontario-input__error{{/E_CODE}}" id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" spellcheck="false" aria-required="true" aria-describedby="code-hint{{#E_CODE}} code-error{{/E_CODE}}"{{#E_CODE}} aria-invalid="true"{{/E_CODE}}>
      </div>
      <div class="tmk-buttons"><button type="submit" class="ontario-button ontario-button--primary" id="confirm">{{T_CONFIRM}}</button></div>
    </form>
    <h2 class="ontario-h4">{{T_NO_CODE}}</h2>
    <p>{{T_NO_CODE_TEXT}}</p>
    <form id="resend-form" method="post" action="/{{LANG}}/confirm-email/resend">
      {{>CSRF}}
      <input type="hidden" name="return_to" value="{{RETURN_TO}}">
      {{#E_RESEND}}{{>FIELD_ERROR}}{{/E_RESEND}}
      <div class="tmk-buttons"><button type="submit" class="ontario-button ontario-button--secondary" id="resend"{{#E_RESEND}} aria-describedby="resend-error"{{/E_RESEND}}>{{T_SEND_CODE_AGAIN}}</button></div>
    </form>
{{#FOR_ADDRESS}}
    <p><a class="tmk-link" id="other-address" href="/{{LANG}}/register?return_to={{RETURN_TO:u}}">{{T_OTHER_ADDRESS}}</a></p>
{{/FOR_ADDRESS}}
{{#FOR_DEVICE}}
    <p><a class="tmk-link" id="other-address" href="/{{LANG}}/sign-in?return_to={{RETURN_TO:u}}">{{T_OTHER_ADDRESS}}</a></p>
{{/FOR_DEVICE}}
{{>BOTTOM}}
