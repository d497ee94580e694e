{{%AUTOESCAPE context="HTML"}}{{! GET /{lang}/register. Variables: GIVEN_NAME, FAMILY_NAME, EMAIL, RETURN_TO. Fields: given_name, family_name, email,
    password, return_to. Errors at each of the four. The password is never sent back. }}
{{>TOP}}
    <a class="tmk-back" href="/{{LANG}}/sign-in?return_to={{RETURN_TO:u}}">{{T_BACK}}</a>
    <h1>{{T_CREATE_ACCOUNT_HEADING}}</h1>
    <p>{{T_CREATE_ACCOUNT_INTRO}}</p>
    <p>{{T_ALL_REQUIRED}}</p>
    <form class="tmk-form" id="register-form" method="post" action="/{{LANG}}/register" novalidate>
      {{>CSRF}}
      <input type="hidden" name="return_to" value="{{RETURN_TO}}">
      <div class="ontario-form-group{{#E_GIVEN_NAME}} tmk-has-error{{/E_GIVEN_NAME}}">
        <label class="ontario-label" for="given-name">{{T_GIVEN_NAME}}</label>
        <p class="ontario-hint" id="given-name-hint">{{T_ONE_NAME_HINT}}</p>
        {{#E_GIVEN_NAME}}{{>FIELD_ERROR}}{{/E_GIVEN_NAME}}
        <input class="ontario-input tmk-narrow{{#E_GIVEN_NAME}} ontario-input__error{{/E_GIVEN_NAME}}" id="given-name" name="given_name" type="text" value="{{GIVEN_NAME}}" autocomplete="given-name" spellcheck="false" aria-describedby="given-name-hint{{#E_GIVEN_NAME}} given-name-error{{/E_GIVEN_NAME}}"{{#E_GIVEN_NAME}} aria-invalid="true"{{/E_GIVEN_NAME}}>
      </div>
      <div class="ontario-form-group{{#E_FAMILY_NAME}} tmk-has-error{{/E_FAMILY_NAME}}">
        <label class="ontario-label" for="family-name">{{T_FAMILY_NAME}}<span class="ontario-label__flag">{{T_OPTIONAL}}</span></label>
        {{#E_FAMILY_NAME}}{{>FIELD_ERROR}}{{/E_FAMILY_NAME}}
        <input class="ontario-input tmk-narrow{{#E_FAMILY_NAME}} ontario-input__error{{/E_FAMILY_NAME}}" id="family-name" name="family_name" type="text" value="{{FAMILY_NAME}}" autocomplete="family-name" spellcheck="false"{{#E_FAMILY_NAME}} aria-invalid="true" aria-describedby="family-name-error"{{/E_FAMILY_NAME}}>
      </div>
      <div class="ontario-form-group{{#E_EMAIL}} tmk-has-error{{/E_EMAIL}}">
        <label class="ontario-label" for="email">{{T_EMAIL_ADDRESS}}</label>
        <p class="ontario-hint" id="email-hint">{{T_REGISTER_EMAIL_HINT}}</p>
        {{#E_EMAIL}}{{>FIELD_ERROR}}{{/E_EMAIL}}
        <input class="ontario-input tmk-narrow{{#E_EMAIL}} ontario-input__error{{/E_EMAIL}}" id="email" name="email" type="email" value="{{EMAIL}}" autocomplete="username" spellcheck="false" autocapitalize="none" aria-required="true" aria-describedby="email-hint{{#E_EMAIL}} email-error{{/E_EMAIL}}"{{#E_EMAIL}} aria-invalid="true"{{/E_EMAIL}}>
      </div>
      <div class="ontario-form-group{{#E_PASSWORD}} tmk-has-error{{/E_PASSWORD}}">
        <label class="ontario-label" for="password">{{T_PASSWORD}}</label>
        <p class="ontario-hint" id="password-hint">{{T_PASSWORD_HINT}}</p>
        {{#E_PASSWORD}}{{>FIELD_ERROR}}{{/E_PASSWORD}}
        <input class="ontario-input tmk-narrow{{#E_PASSWORD}} ontario-input__error{{/E_PASSWORD}}" id="password" name="password" type="password" autocomplete="new-password" aria-required="true" aria-describedby="password-hint{{#E_PASSWORD}} password-error{{/E_PASSWORD}}"{{#E_PASSWORD}} aria-invalid="true"{{/E_PASSWORD}}>
      </div>
      <div class="tmk-buttons"><button type="submit" class="ontario-button ontario-button--primary" id="continue">{{T_CONTINUE}}</button></div>
    </form>
{{>BOTTOM}}
