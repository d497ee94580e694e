{{%AUTOESCAPE context="HTML"}}{{! GET /{lang}/sign-in. Variables: EMAIL, RETURN_TO; section FOR_CLIENT with CLIENT_NAME when a ministry's
    service asked for the sign-in; section HAS_ACCOUNT after registering an address that has one; section DEVICE_CONFIRMED after
    confirming the device. Fields: email, password, return_to. Errors at email and password. }}
{{>TOP}}
    <h1>{{T_SIGN_IN}}</h1>
{{#HAS_ACCOUNT}}
    <div class="ontario-alert ontario-alert--informational" role="status"><div class="ontario-alert__header"><div class="ontario-alert__header-icon">{{>ICON_INFO}}</div><h2 class="ontario-alert__header-title ontario-h4">{{T_HAS_ACCOUNT}}</h2></div></div>
{{/HAS_ACCOUNT}}
{{#DEVICE_CONFIRMED}}
    <div class="ontario-alert ontario-alert--success" role="status"><div class="ontario-alert__header"><div class="ontario-alert__header-icon">{{>ICON_OK}}</div><h2 class="ontario-alert__header-title ontario-h4">{{T_DEVICE_CONFIRMED}}</h2></div></div>
{{/DEVICE_CONFIRMED}}
{{#FOR_CLIENT}}
    <p class="ontario-lead-statement">{{T_SIGN_IN_FOR_CLIENT}}</p>
{{/FOR_CLIENT}}
    <p>{{T_SIGN_IN_INTRO}}</p>
    <form class="tmk-form" id="password-form" method="post" action="/{{LANG}}/sign-in" novalidate>
      {{>CSRF}}
      <input type="hidden" name="return_to" value="{{RETURN_TO}}">
      <div class="ontario-form-group{{#E_EMAIL}} tmk-has-error{{/E_EMAIL}}">
        <label class="ontario-label" for="email">{{T_EMAIL_ADDRESS}}</label>
        {{#E_EMAIL}}{{>FIELD_ERROR}}{{/E_EMAIL}}
        <input class="ontario-input tmk-narrow{{#E_EMAIL}} ontario-input__error{{/E_EMAIL}}" id="email" name="email" type="email" value="{{EMAIL}}" autocomplete="username" spellcheck="false" autocapitalize="none" aria-required="true"{{#E_EMAIL}} aria-invalid="true" aria-describedby="email-error"{{/E_EMAIL}}>
      </div>
      <div class="ontario-form-group{{#E_PASSWORD}} tmk-has-error{{/E_PASSWORD}}">
        <label class="ontario-label" for="password">{{T_PASSWORD}}</label>
        {{#E_PASSWORD}}{{>FIELD_ERROR}}{{/E_PASSWORD}}
        <input class="ontario-input tmk-narrow{{#E_PASSWORD}} ontario-input__error{{/E_PASSWORD}}" id="password" name="password" type="password" autocomplete="current-password" aria-required="true"{{#E_PASSWORD}} aria-invalid="true" aria-describedby="password-error"{{/E_PASSWORD}}>
      </div>
      <div class="tmk-buttons"><button type="submit" class="ontario-button ontario-button--primary" id="sign-in">{{T_SIGN_IN_BUTTON}}</button></div>
    </form>
    <h2 class="ontario-h4">{{T_NO_ACCOUNT}}</h2>
    <p><a class="tmk-link" id="register" href="/{{LANG}}/register?return_to={{RETURN_TO:u}}">{{T_CREATE_ACCOUNT}}</a></p>
{{>BOTTOM}}
