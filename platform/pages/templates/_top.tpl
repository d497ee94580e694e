{{%AUTOESCAPE context="HTML"}}{{! Every page includes TOP, then has its own content, then includes BOTTOM. }}
{{>HEAD}}
{{>HEADER}}
<div class="ontario-row govuk-grid-row">
  <main class="ontario-columns ontario-small-12 ontario-medium-10 ontario-large-8 tmk-main" id="main-content" tabindex="-1">
{{>ERROR_SUMMARY}}
