{{%AUTOESCAPE context="HTML"}}{{! GET /{lang}/problems: all kinds of problems. Rows KIND with HREF, TITLE, STATUS, DETAIL. }}
{{>TOP}}
    <p><a class="tmk-link" href="/{{LANG}}/reference">{{T_REFERENCE}}</a></p>
    <h1>{{T_PROBLEMS}}</h1>
    <p>{{T_PROBLEMS_TEXT}}</p>
    <dl class="tmk-fields">
{{#KIND}}
      <div>
        <dt><a class="tmk-link" href="{{HREF}}">{{TITLE}}</a></dt>
        <dd><span class="tmk-type">{{STATUS}}</span> {{DETAIL}}</dd>
      </div>
{{/KIND}}
    </dl>
{{>BOTTOM}}
