{{%AUTOESCAPE context="HTML"}}<a class="ontario-show-on-focus tmk-skip" href="#main-content">{{T_SKIP}}</a>
<header>
  <div class="ontario-application-header">
    <div class="ontario-row">
      <div class="ontario-columns ontario-small-8 ontario-application-header__logo">
        <a class="tmk-wordmark" href="{{BRAND_HOME}}">{{#LOGO}}<img src="{{LOGO_PATH}}" alt="{{BRAND}}">{{/LOGO}}{{#WORDMARK}}{{BRAND}}{{/WORDMARK}}</a>
      </div>
      <div class="ontario-columns ontario-small-4 ontario-application-header__lang-toggle">
{{#TOGGLE_LINK}}
        <a class="ontario-language-toggler ontario-language-toggler--small" id="language" href="{{OTHER_URL}}" hreflang="{{OTHER_LANG}}" lang="{{OTHER_LANG}}">{{T_OTHER_LANGUAGE}}</a>
{{/TOGGLE_LINK}}
{{#TOGGLE_FORM}}
{{! The form's first button is what Enter presses: this one, which nobody sees, does what the form's own does. }}
        <button type="submit" class="tmk-unseen" form="{{FORM_ID}}" tabindex="-1" aria-hidden="true"></button>
        <button type="submit" class="ontario-language-toggler ontario-language-toggler--small" id="language" form="{{FORM_ID}}" formaction="/{{OTHER_LANG}}{{FORM_PATH}}" name="change_language" value="true" lang="{{OTHER_LANG}}">{{T_OTHER_LANGUAGE}}</button>
{{/TOGGLE_FORM}}
      </div>
    </div>
  </div>
  <div class="ontario-application-subheader">
    <div class="ontario-row">
      <div class="ontario-columns ontario-small-12 ontario-application-subheader__container">
        <p class="ontario-application-subheader__heading"><a href="{{HOME_URL}}">{{T_SERVICE_NAME}}</a></p>
{{#SIGNED_IN}}
        <nav class="ontario-application-subheader__menu-container" aria-label="{{T_NAV_LABEL}}">
          <ul class="ontario-application-subheader__menu">
{{#NAV}}
            <li><a href="{{HREF}}"{{#CURRENT}} aria-current="page"{{/CURRENT}}>{{TEXT}}</a></li>
{{/NAV}}
            <li>
              <form method="post" action="/{{LANG}}/sign-out">
                {{>CSRF}}
                <button type="submit" class="tmk-linkbutton">{{T_SIGN_OUT}}</button>
              </form>
            </li>
          </ul>
        </nav>
{{/SIGNED_IN}}
      </div>
    </div>
  </div>
</header>
