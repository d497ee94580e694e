{{%AUTOESCAPE context="HTML"}}{{! OPERATION_ID, METHOD, PATH, SUMMARY; sections DEPRECATED; rows PROSE of rows PIECE; PARAMETERS with rows PARAMETER; BODY with MEDIA_TYPE, rows
    BODY_FIELD or BODY_TYPE, BODY_EXAMPLE; SUCCESS_STATUS, SUCCESS_TEXT, sections ANSWER; rows PROBLEM. }}
    <h3 id="{{OPERATION_ID}}" class="tmk-operation" lang="en">{{SUMMARY}}</h3>
    <p><code class="tmk-request"><strong>{{METHOD}}</strong> {{PATH}}</code></p>
{{#DEPRECATED}}
    <p><strong>{{T_DEPRECATED}}</strong></p>
{{/DEPRECATED}}
{{#PROSE}}
    <p lang="en">{{#PIECE}}{{>PIECE}}{{/PIECE}}</p>
{{/PROSE}}
    <p>{{ACCESS}}</p>
{{#PARAMETERS}}
    <h4>{{T_PARAMETERS}}</h4>
    <dl class="tmk-fields">
{{#PARAMETER}}
{{>FIELD}}
{{/PARAMETER}}
    </dl>
{{/PARAMETERS}}
{{#BODY}}
    <h4>{{T_BODY}}</h4>
    <p><code>{{MEDIA_TYPES}}</code></p>
    <dl class="tmk-fields">
{{#BODY_FIELD}}
{{>FIELD}}
{{/BODY_FIELD}}
    </dl>
{{#BODY_EXAMPLE}}
    <pre class="tmk-example"><code>{{EXAMPLE:H=pre}}</code></pre>
{{/BODY_EXAMPLE}}
{{/BODY}}
    <h4>{{T_ANSWER}}</h4>
    <dl class="tmk-fields">
      <div>
        <dt><code>{{SUCCESS_STATUS}}</code></dt>
        <dd>{{#ANSWER_LINKED}}<a class="tmk-link" lang="en" href="#{{ANSWER_HREF}}">{{ANSWER_TYPE}}</a>{{/ANSWER_LINKED}}{{#ANSWER_UNLINKED}}<span lang="en">{{ANSWER_TYPE}}</span>{{/ANSWER_UNLINKED}}</dd>
      </div>
{{#PROBLEM}}
      <div>
        <dt><code>{{PROBLEM_STATUS}}</code></dt>
        <dd><a class="tmk-link" href="{{PROBLEM_HREF}}">{{PROBLEM_TITLE}}</a></dd>
      </div>
{{/PROBLEM}}
    </dl>
{{#ANSWER_EXAMPLE}}
    <pre class="tmk-example"><code>{{EXAMPLE:H=pre}}</code></pre>
{{/ANSWER_EXAMPLE}}
