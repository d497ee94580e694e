{{%AUTOESCAPE context="HTML"}}{{! GET /{lang}/changes/{change_id}; signed in. Variables: CHANGE_ID, REFERENCE, RECORDED (date and time), ADDRESS_TEXT, SELF_URL,
    CONTINUE_URL; section REFRESH while something may still change; section CONTINUE when there is somewhere to go on to; section TIMELINE around rows DELIVERIES {MINISTRY, STATE (done, active,
    problem, wait), and one section of DONE, DELIVERED, REJECTED, PROGRESS, DELAYED, UNTOLD with DELIVERED_TIME, ACKNOWLEDGED_TIME}; section
    NO_DELIVERIES; section SERVICE_LEFT_OUT {MINISTRY, CHANGE_URL, section NOT_CHOSEN or UNREACHABLE} when the service that the person came from
    was not told. In a row also section CASE with CASE_REFERENCE, the organization's own. }}
{{>TOP}}
    <h1>{{T_STATUS_HEADING}}</h1>
    <div class="ontario-alert ontario-alert--success">
      <div class="ontario-alert__header">
        <div class="ontario-alert__header-icon">{{>ICON_OK}}</div>
        <h2 class="ontario-alert__header-title ontario-h4">{{T_STATUS_RECEIVED}}</h2>
      </div>
      <div class="ontario-alert__body"><p>{{T_REFERENCE}} <span class="tmk-nowrap" id="reference">{{REFERENCE}}</span></p><p>{{T_STATUS_RECORDED}}</p><p id="recorded-address">{{ADDRESS_TEXT}}</p></div>
    </div>
{{#SERVICE_LEFT_OUT}}
    <div class="ontario-alert ontario-alert--warning" id="service-left-out">
      <div class="ontario-alert__header">
        <div class="ontario-alert__header-icon">{{>ICON_WARN}}</div>
        <h2 class="ontario-alert__header-title ontario-h4">{{T_SERVICE_LEFT_OUT}}</h2>
      </div>
      <div class="ontario-alert__body">
{{#NOT_CHOSEN}}
        <p>{{T_SERVICE_NOT_CHOSEN}}</p>
        <p><a class="tmk-link" id="tell-service" href="{{CHANGE_URL}}">{{T_SERVICE_CHOOSE}}</a></p>
{{/NOT_CHOSEN}}
{{#UNREACHABLE}}
        <p>{{T_SERVICE_UNREACHABLE}}</p>
{{/UNREACHABLE}}
      </div>
    </div>
{{/SERVICE_LEFT_OUT}}
{{#CONTINUE}}
    <p class="tmk-buttons"><a class="ontario-button ontario-button--primary" id="continue" href="{{CONTINUE_URL}}">{{T_CONTINUE}}</a></p>
{{/CONTINUE}}
    <h2>{{T_STATUS_WHO}}</h2>
{{#NO_DELIVERIES}}
    <p>{{T_STATUS_NOBODY}}</p>
{{/NO_DELIVERIES}}
{{#TIMELINE}}
    <ol class="tmk-timeline" id="deliveries">
{{#DELIVERIES}}
      <li data-state="{{STATE}}">
        <h3>{{MINISTRY}}</h3>
{{#DONE}}
        <p><span class="ontario-badge ontario-badge--success-heavy">{{T_STATUS_DONE}}</span></p>
        <p>{{T_STATUS_DELIVERED_AT}}</p>
        <p>{{T_STATUS_ACKNOWLEDGED_AT}}</p>
{{/DONE}}
{{#DELIVERED}}
        <p><span class="ontario-badge ontario-badge--default-light">{{T_STATUS_TOLD}}</span></p>
        <p>{{T_STATUS_DELIVERED_AT}}</p>
        <p>{{T_STATUS_NOT_ACKNOWLEDGED}}</p>
{{/DELIVERED}}
{{#PROGRESS}}
        <p><span class="ontario-badge ontario-badge--default-light">{{T_STATUS_PROGRESS}}</span></p>
        <p>{{T_STATUS_SENDING}}</p>
{{/PROGRESS}}
{{#REJECTED}}
        <p><span class="ontario-badge ontario-badge--alert-heavy">{{T_STATUS_REJECTED}}</span></p>
        <p>{{T_STATUS_DELIVERED_AT}}</p>
        <p>{{T_STATUS_REJECTED_TEXT}}</p>
{{/REJECTED}}
{{#DELAYED}}
        <p><span class="ontario-badge ontario-badge--warning-heavy">{{T_STATUS_DELAYED}}</span></p>
        <p>{{T_STATUS_DELAYED_TEXT}}</p>
{{/DELAYED}}
{{#UNTOLD}}
        <p><span class="ontario-badge ontario-badge--alert-heavy">{{T_STATUS_UNTOLD}}</span></p>
        <p>{{T_STATUS_UNTOLD_TEXT}}</p>
{{/UNTOLD}}
{{#CASE}}
        <p>{{T_STATUS_CASE}}</p>
{{/CASE}}
      </li>
{{/DELIVERIES}}
    </ol>
{{/TIMELINE}}
{{#REFRESH}}
    <p class="tmk-buttons"><a class="ontario-button ontario-button--secondary" id="refresh" href="{{SELF_URL}}">{{T_STATUS_REFRESH}}</a></p>
{{/REFRESH}}
{{>BOTTOM}}
