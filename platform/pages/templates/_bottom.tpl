{{%AUTOESCAPE context="HTML"}}{{>HELP}}
  </main>
</div>
{{>FOOTER}}
