{{%AUTOESCAPE context="HTML"}}{{! GET /{lang}/card_details/{payment_id}/status: how a payment ended, or that the bank's answer is awaited. Variables: REFERENCE, AMOUNT,
    and one section of SUCCESS, DECLINED, UNREACHED, CANCELLED, EXPIRED, FAILED, WAITING (with SELF_URL); HEADING (SetText with the
    key OUTCOME_<SECTION>); sections RETRY with RETRY_URL and CANCEL with PAYMENT_ID when another card may be tried; section RETURN
    with RETURN_URL, a checked URL. }}
{{>TOP}}
    <h1>{{HEADING}}</h1>
{{#SUCCESS}}
    <div class="ontario-alert ontario-alert--success"><div class="ontario-alert__header"><div class="ontario-alert__header-icon">{{>ICON_OK}}</div><h2 class="ontario-alert__header-title ontario-h4">{{T_OUTCOME_SUCCESS_TITLE}}</h2></div><div class="ontario-alert__body"><p>{{T_OUTCOME_SUCCESS_TEXT}}</p></div></div>
{{/SUCCESS}}
{{#DECLINED}}
    <div class="ontario-alert ontario-alert--error" role="alert"><div class="ontario-alert__header"><div class="ontario-alert__header-icon">{{>ICON_ERROR}}</div><h2 class="ontario-alert__header-title ontario-h4">{{T_OUTCOME_NOT_CHARGED}}</h2></div><div class="ontario-alert__body"><p>{{T_OUTCOME_DECLINED_TEXT}}</p></div></div>
{{/DECLINED}}
{{#UNREACHED}}
    <div class="ontario-alert ontario-alert--error" role="alert"><div class="ontario-alert__header"><div class="ontario-alert__header-icon">{{>ICON_ERROR}}</div><h2 class="ontario-alert__header-title ontario-h4">{{T_OUTCOME_NOT_CHARGED}}</h2></div><div class="ontario-alert__body"><p>{{T_OUTCOME_UNREACHED_TEXT}}</p></div></div>
{{/UNREACHED}}
{{#CANCELLED}}
    <p>{{T_OUTCOME_NOT_CHARGED}}.</p>
{{/CANCELLED}}
{{#EXPIRED}}
    <p>{{T_OUTCOME_EXPIRED_TEXT}}</p>
{{/EXPIRED}}
{{#FAILED}}
    <p>{{T_OUTCOME_FAILED_TEXT}}</p>
{{/FAILED}}
{{#WAITING}}
    <div class="ontario-alert ontario-alert--informational" role="status"><div class="ontario-alert__header"><div class="ontario-alert__header-icon">{{>ICON_INFO}}</div><h2 class="ontario-alert__header-title ontario-h4">{{T_OUTCOME_WAITING_TITLE}}</h2></div><div class="ontario-alert__body"><p>{{T_OUTCOME_WAITING_TEXT}}</p></div></div>
    <p class="tmk-buttons"><a class="ontario-button ontario-button--primary" id="check-again" href="{{SELF_URL}}">{{T_CHECK_AGAIN}}</a></p>
{{/WAITING}}
    <p>{{T_PAYMENT_REFERENCE}} <span class="tmk-nowrap" id="reference">{{REFERENCE}}</span></p>
    <div class="tmk-buttons">
{{#RETRY}}
      <a class="ontario-button ontario-button--primary" id="try-again" href="{{RETRY_URL}}">{{T_TRY_ANOTHER_CARD}}</a>
{{/RETRY}}
{{#RETURN}}
      <a class="ontario-button ontario-button--secondary" id="return-url" href="{{RETURN_URL}}">{{T_RETURN_TO_SERVICE}}</a>
{{/RETURN}}
    </div>
{{#CANCEL}}
    <form id="cancel" method="post" action="/{{LANG}}/card_details/{{PAYMENT_ID}}/cancel">
      {{>CSRF}}
      <div class="tmk-buttons"><button type="submit" class="ontario-button ontario-button--secondary" id="cancel-payment">{{T_CANCEL_PAYMENT}}</button></div>
    </form>
{{/CANCEL}}
{{>BOTTOM}}
