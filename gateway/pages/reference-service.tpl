{{%AUTOESCAPE context="HTML"}}{{! GET /{lang}/reference/{service}. NAME, DOCUMENT; rows GROUP: GROUP_NAME, GROUP_ID, section GROUP_ABOUT, rows OPERATION (see _operation.tpl); rows
    SCHEMA: SCHEMA_ID, SCHEMA_NAME, section SCHEMA_ABOUT, rows SCHEMA_FIELD. Whatever comes from the protos is English in either language. }}
{{>TOP}}
    <p><a class="tmk-link" href="/{{LANG}}/reference">{{T_ALL_SERVICES}}</a></p>
    <h1>{{NAME}}</h1>
    <p>{{T_SERVICE_TEXT}} <a class="tmk-link" href="{{DOCUMENT}}">{{T_DOCUMENT}}</a></p>
    <nav aria-label="{{T_CONTENTS}}">
      <ul class="tmk-contents">
{{#GROUP}}
        <li><a class="tmk-link" lang="en" href="#{{GROUP_ID}}">{{GROUP_NAME}}</a>
          <ul>
{{#OPERATION}}
            <li><a class="tmk-link" lang="en" href="#{{OPERATION_ID}}">{{SUMMARY}}</a></li>
{{/OPERATION}}
          </ul>
        </li>
{{/GROUP}}
        <li><a class="tmk-link" href="#schemas">{{T_SCHEMAS}}</a></li>
      </ul>
    </nav>
{{#GROUP}}
    <h2 id="{{GROUP_ID}}" lang="en">{{GROUP_NAME}}</h2>
{{#GROUP_ABOUT}}
    <p lang="en">{{#PIECE}}{{>PIECE}}{{/PIECE}}</p>
{{/GROUP_ABOUT}}
{{#OPERATION}}
{{>OPERATION}}
{{/OPERATION}}
{{/GROUP}}
    <h2 id="schemas">{{T_SCHEMAS}}</h2>
{{#SCHEMA}}
    <h3 id="{{SCHEMA_ID}}" lang="en">{{SCHEMA_NAME}}</h3>
{{#SCHEMA_ABOUT}}
    <p lang="en">{{#PIECE}}{{>PIECE}}{{/PIECE}}</p>
{{/SCHEMA_ABOUT}}
    <dl class="tmk-fields">
{{#SCHEMA_FIELD}}
{{>FIELD}}
{{/SCHEMA_FIELD}}
    </dl>
{{/SCHEMA}}
{{>BOTTOM}}
