{{%AUTOESCAPE context="HTML"}}{{! GET /{lang}/reference: the services. Rows SERVICE with NAME, HREF, DOCUMENT and rows TAG with TAG_NAME and rows PIECE. }}
{{>TOP}}
    <h1>{{T_REFERENCE}}</h1>
    <p>{{T_REFERENCE_TEXT}}</p>
{{#SERVICE}}
    <h2><a class="tmk-link" href="{{HREF}}">{{NAME}}</a></h2>
    <dl class="tmk-fields">
{{#TAG}}
      <div><dt lang="en">{{TAG_NAME}}</dt><dd lang="en">{{#PIECE}}{{>PIECE}}{{/PIECE}}</dd></div>
{{/TAG}}
    </dl>
    <p><a class="tmk-link" href="{{DOCUMENT}}">{{T_DOCUMENT_OF}}</a></p>
{{/SERVICE}}
    <h2>{{T_MORE}}</h2>
    <ul>
      <li><a class="tmk-link" href="/openapi.json">{{T_WHOLE_DOCUMENT}}</a></li>
      <li><a class="tmk-link" href="/{{LANG}}/problems">{{T_PROBLEMS}}</a></li>
      <li><a class="tmk-link" href="/.well-known/api-catalog">{{T_CATALOGUE}}</a></li>
    </ul>
{{>BOTTOM}}
