{{%AUTOESCAPE context="HTML"}}{{! Every page includes TOP, then has its own content, then includes BOTTOM. }}
{{>HEAD}}
{{>HEADER}}
<div class="ontario-row govuk-grid-row">
  <main class="ontario-columns ontario-small-12 ontario-medium-10 ontario-large-8 tmk-main" id="main-content" tabindex="-1">
{{>ERROR_SUMMARY}}
{{#SECRETS_LEFT_OUT}}
    <div class="ontario-alert ontario-alert--informational" role="status"><div class="ontario-alert__header"><div class="ontario-alert__header-icon">{{>ICON_INFO}}</div><h2 class="ontario-alert__header-title ontario-h4">{{T_SECRETS_LEFT_OUT}}</h2></div></div>
{{/SECRETS_LEFT_OUT}}
