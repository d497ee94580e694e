{{%AUTOESCAPE context="HTML"}}{{! Page::Error fills it; _top.tpl has it already. }}
{{#ERROR_SUMMARY}}
    <div class="ontario-alert ontario-alert--error" id="error-summary" role="alert" aria-labelledby="error-summary-title" tabindex="-1" autofocus>
      <div class="ontario-alert__header">
        <div class="ontario-alert__header-icon">{{>ICON_ERROR}}</div>
        <h2 class="ontario-alert__header-title ontario-h4" id="error-summary-title">{{ERROR_COUNT}}</h2>
      </div>
      <div class="ontario-alert__body">
        <ul>
{{#ERRORS}}
          <li><a href="#{{FIELD_ID}}">{{ERROR}}</a></li>
{{/ERRORS}}
        </ul>
      </div>
    </div>
{{/ERROR_SUMMARY}}
