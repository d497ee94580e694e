{{%AUTOESCAPE context="HTML"}}{{! GET /{lang}/account, signed in. Variables: NAME, EMAIL; section WITHDRAWN after a withdrawal, DEVICES_FORGOTTEN after forgetting devices;
    section HAS_DEVICES when there are known devices;
    rows CONSENTS {CONSENT_ID, MINISTRY, SERVICE, PURPOSE, CLAIMS (a readable list), GRANTED (date), section READ_IN_EN
    or READ_IN_FR: in which language it was read} or section NO_CONSENTS;
    section READS_TABLE around rows READS {WHEN, WHEN_ISO, WHO, WHAT, WHY}, or section NO_READS.
    Fields of the withdrawal: consent_id. }}
{{>TOP}}
    <h1>{{T_ACCOUNT}}</h1>
{{#WITHDRAWN}}
    <div class="ontario-alert ontario-alert--success" role="status"><div class="ontario-alert__header"><div class="ontario-alert__header-icon">{{>ICON_OK}}</div><h2 class="ontario-alert__header-title ontario-h4">{{T_WITHDRAWN}}</h2></div></div>
{{/WITHDRAWN}}
{{#DEVICES_FORGOTTEN}}
    <div class="ontario-alert ontario-alert--success" role="status"><div class="ontario-alert__header"><div class="ontario-alert__header-icon">{{>ICON_OK}}</div><h2 class="ontario-alert__header-title ontario-h4">{{T_DEVICES_FORGOTTEN}}</h2></div></div>
{{/DEVICES_FORGOTTEN}}
    <dl class="ontario-summary-list__container">
      <div class="ontario-summary-list__row"><dt class="ontario-summary-list__key">{{T_NAME}}</dt><dd class="ontario-summary-list__value" id="account-name">{{NAME}}</dd></div>
      <div class="ontario-summary-list__row"><dt class="ontario-summary-list__key">{{T_EMAIL_ADDRESS}}</dt><dd class="ontario-summary-list__value" id="account-email">{{EMAIL}}</dd></div>
    </dl>
    <h2 id="consents">{{T_SHARED_WITH}}</h2>
    <p>{{T_SHARED_WITH_TEXT}}</p>
{{#NO_CONSENTS}}
    <p>{{T_SHARED_WITH_NONE}}</p>
{{/NO_CONSENTS}}
{{#CONSENTS}}
    <div class="tmk-panel">
      <h3 class="ontario-h4" id="consent-{{CONSENT_ID}}">{{MINISTRY}}</h3>
      <p>{{T_SHARED_SERVICE}}</p>
      <p>{{T_SHARED_PURPOSE}}</p>
      <p>{{T_SHARED_CLAIMS}}</p>
      <p>{{T_SHARED_SINCE}}{{#READ_IN_EN}}{{T_READ_IN_EN}}{{/READ_IN_EN}}{{#READ_IN_FR}}{{T_READ_IN_FR}}{{/READ_IN_FR}}</p>
      <form method="post" action="/{{LANG}}/account/withdraw">
        {{>CSRF}}
        <input type="hidden" name="consent_id" value="{{CONSENT_ID}}">
        <button type="submit" class="ontario-button ontario-button--secondary" aria-describedby="consent-{{CONSENT_ID}}">{{T_WITHDRAW}}</button>
      </form>
    </div>
{{/CONSENTS}}
    <h2 id="reads">{{T_READS}}</h2>
    <p>{{T_READS_TEXT}}</p>
{{#NO_READS}}
    <p>{{T_READS_NONE}}</p>
{{/NO_READS}}
{{#READS_TABLE}}
    <div class="ontario-table-container tmk-stack">
      <div class="ontario-table-div" role="region" aria-labelledby="reads-caption" tabindex="0">
        <table class="ontario-table--full-container-width" role="table">
          <caption id="reads-caption">{{T_READS_CAPTION}}</caption>
          <thead role="rowgroup">
            <tr role="row"><th role="columnheader" scope="col" aria-sort="descending">{{T_READS_WHEN}}</th><th role="columnheader" scope="col">{{T_READS_WHO}}</th><th role="columnheader" scope="col">{{T_READS_WHAT}}</th><th role="columnheader" scope="col">{{T_READS_WHY}}</th></tr>
          </thead>
          <tbody role="rowgroup">
{{#READS}}
            <tr role="row"><th role="rowheader" scope="row"><time datetime="{{WHEN_ISO}}">{{WHEN}}</time></th><td role="cell" data-label="{{T_READS_WHO}}">{{WHO}}</td><td role="cell" data-label="{{T_READS_WHAT}}">{{WHAT}}</td><td role="cell" data-label="{{T_READS_WHY}}">{{WHY}}</td></tr>
{{/READS}}
          </tbody>
        </table>
      </div>
    </div>
{{/READS_TABLE}}
{{#HAS_DEVICES}}
    <h2 id="devices">{{T_DEVICES}}</h2>
    <p>{{T_DEVICES_TEXT}}</p>
    <form id="devices-form" method="post" action="/{{LANG}}/account/devices/forget">
      {{>CSRF}}
      <div class="tmk-buttons"><button type="submit" class="ontario-button ontario-button--secondary" id="forget-devices">{{T_FORGET_DEVICES}}</button></div>
    </form>
{{/HAS_DEVICES}}
{{>BOTTOM}}
