{{%AUTOESCAPE context="HTML"}}{{! pages::MessagePage, pages::LeadOutPage. HEADING, EXPLANATION; section LINK with HREF and LINK_TEXT. }}
{{>TOP}}
    <h1>{{HEADING}}</h1>
    <p>{{EXPLANATION}}</p>
{{#LINK}}
    <p class="tmk-buttons"><a class="ontario-button ontario-button--primary" href="{{HREF}}">{{LINK_TEXT}}</a></p>
{{/LINK}}
    {{>GO_HOME}}
{{>BOTTOM}}
