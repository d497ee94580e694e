{{%AUTOESCAPE context="HTML"}}{{! GET /{lang}/problems/{kind}: where a problem's `type` leads. NAME, STATUS, DETAIL, TYPE; section REASONS with rows REASON: WORD, TEXT. }}
{{>TOP}}
    <p><a class="tmk-link" href="/{{LANG}}/problems">{{T_PROBLEMS}}</a></p>
    <h1>{{NAME}}</h1>
    <p>{{DETAIL}}</p>
    <dl class="tmk-fields">
      <div><dt>{{T_TYPE}}</dt><dd><code>{{TYPE}}</code></dd></div>
{{#HAS_STATUS}}
      <div><dt>{{T_STATUS}}</dt><dd><code>{{STATUS}}</code></dd></div>
{{/HAS_STATUS}}
    </dl>
{{#REASONS}}
    <h2>{{T_REASONS}}</h2>
    <p>{{T_REASONS_TEXT}}</p>
    <dl class="tmk-fields">
{{#REASON}}
      <div><dt><code>{{WORD}}</code></dt><dd>{{TEXT}}</dd></div>
{{/REASON}}
    </dl>
{{/REASONS}}
{{>BOTTOM}}
