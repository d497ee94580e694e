{{%AUTOESCAPE context="HTML"}}{{! pages::ErrorPage. HEADING, EXPLANATION; sections GO_BACK with GO_BACK_URL, REFERENCE with REQUEST_ID. }}
{{>TOP}}
    <h1>{{HEADING}}</h1>
    <p>{{EXPLANATION}}</p>
{{#GO_BACK}}
    <p class="tmk-buttons"><a class="ontario-button ontario-button--primary" id="go-back" href="{{GO_BACK_URL}}">{{T_GO_BACK}}</a></p>
{{/GO_BACK}}
    {{>GO_HOME}}
{{#REFERENCE}}
    <p>{{T_ERROR_REFERENCE}} {{REQUEST_ID}}</p>
{{/REFERENCE}}
{{>BOTTOM}}
