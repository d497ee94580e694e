{{%AUTOESCAPE context="HTML"}}{{! GET /{lang}/consent. Variables: RECIPIENT (RecipientName), SERVICE, PURPOSE (in the page's language), RETURN_TO, REVISION (of these terms);
    rows CLAIMS {LABEL, VALUE}: what the service asks for. Fields: return_to, revision, decision (allow or deny). }}
{{>TOP}}
    <h1>{{T_CONSENT_HEADING}}</h1>
    <p class="ontario-lead-statement">{{T_CONSENT_PURPOSE}}</p>
    <form class="tmk-form" id="consent-form" method="post" action="/{{LANG}}/consent">
      {{>CSRF}}
      <input type="hidden" name="return_to" value="{{RETURN_TO}}">
      <input type="hidden" name="revision" value="{{REVISION}}">
      <h2 class="ontario-h4">{{T_CONSENT_NEEDED}}</h2>
      <dl class="ontario-summary-list__container">
{{#CLAIMS}}
        <div class="ontario-summary-list__row"><dt class="ontario-summary-list__key">{{LABEL}}</dt><dd class="ontario-summary-list__value">{{VALUE}}</dd></div>
{{/CLAIMS}}
      </dl>
      <h2 class="ontario-h4">{{T_CONSENT_HOW}}</h2>
      <ul>
        <li>{{T_CONSENT_HOW_PURPOSE}}</li>
        <li>{{T_CONSENT_HOW_LOG}}</li>
        <li>{{T_CONSENT_HOW_WITHDRAW}}</li>
      </ul>
      <div class="tmk-buttons">
        <button type="submit" class="ontario-button ontario-button--primary" name="decision" value="allow" id="consent-allow">{{T_CONSENT_ALLOW}}</button>
        <button type="submit" class="ontario-button ontario-button--secondary" name="decision" value="deny" id="consent-deny">{{T_CONSENT_DENY}}</button>
      </div>
      <p>{{T_CONSENT_DENY_NOTE}}</p>
    </form>
{{>BOTTOM}}
