{{%AUTOESCAPE context="HTML"}}{{! FIELD_NAME, sections IN_PATH, IN_QUERY, IN_HEADER, REQUIRED; TYPE, section LINKED with TYPE_HREF, else UNLINKED; RULES; rows PIECE. }}
      <div>
        <dt><code>{{FIELD_NAME}}</code></dt>
        <dd><span class="tmk-type">{{#IN_PATH}}{{T_IN_PATH}} · {{/IN_PATH}}{{#IN_QUERY}}{{T_IN_QUERY}} · {{/IN_QUERY}}{{#IN_HEADER}}{{T_IN_HEADER}} · {{/IN_HEADER}}{{#LINKED}}<a class="tmk-link" lang="en" href="#{{TYPE_HREF}}">{{TYPE}}</a>{{/LINKED}}{{#UNLINKED}}<span lang="en">{{TYPE}}</span>{{/UNLINKED}}{{#REQUIRED}} · <strong>{{T_REQUIRED}}</strong>{{/REQUIRED}}</span>
{{#RULE}}
          <span class="tmk-type" lang="en">{{RULE_TEXT}}</span>
{{/RULE}}
{{#ABOUT}}
          <span lang="en">{{#PIECE}}{{>PIECE}}{{/PIECE}}</span>
{{/ABOUT}}
        </dd>
      </div>
