{{%AUTOESCAPE context="HTML"}}{{! GET /{lang}/consent. Variables: MINISTRY, PURPOSE (both in the page's language), CONSENT_ID (of this request), RETENTION;
    rows CLAIMS {LABEL, VALUE}: what the service needs; section OPTIONAL around rows OPTIONAL_CLAIMS {NAME, LABEL}.
    Fields: consent_id, claim (repeated), decision (allow or deny). }}
{{>TOP}}
    <h1>{{T_CONSENT_HEADING}}</h1>
    <p class="ontario-lead-statement">{{T_CONSENT_PURPOSE}}</p>
    <form class="tmk-form" id="consent-form" method="post" action="/{{LANG}}/consent">
      {{>CSRF}}
      <input type="hidden" name="consent_id" value="{{CONSENT_ID}}">
      <h2 class="ontario-h4">{{T_CONSENT_NEEDED}}</h2>
      <dl class="ontario-summary-list__container">
{{#CLAIMS}}
        <div class="ontario-summary-list__row"><dt class="ontario-summary-list__key">{{LABEL}}</dt><dd class="ontario-summary-list__value">{{VALUE}}</dd></div>
{{/CLAIMS}}
      </dl>
{{#OPTIONAL}}
      <div class="ontario-form-group">
        <fieldset class="ontario-fieldset" aria-describedby="optional-hint">
          <legend class="ontario-fieldset__legend">{{T_CONSENT_OPTIONAL}}</legend>
          <p class="ontario-hint" id="optional-hint">{{T_CONSENT_OPTIONAL_HINT}}</p>
          <div class="ontario-checkboxes">
{{#OPTIONAL_CLAIMS}}
            <div class="ontario-checkboxes__item"><input class="ontario-checkboxes__input" id="share-{{NAME}}" name="claim" type="checkbox" value="{{NAME}}"><label class="ontario-checkboxes__label" for="share-{{NAME}}">{{LABEL}}</label></div>
{{/OPTIONAL_CLAIMS}}
          </div>
        </fieldset>
      </div>
{{/OPTIONAL}}
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
