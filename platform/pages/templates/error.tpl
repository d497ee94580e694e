{{%AUTOESCAPE context="HTML"}}{{! pages::ErrorPage. HEADING, EXPLANATION; section REFERENCE with REQUEST_ID. }}
{{>TOP}}
    <h1>{{HEADING}}</h1>
    <p>{{EXPLANATION}}</p>
{{#REFERENCE}}
    <p>{{T_ERROR_REFERENCE}} <span class="tmk-nowrap">{{REQUEST_ID}}</span></p>
{{/REFERENCE}}
{{>BOTTOM}}
