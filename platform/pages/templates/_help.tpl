{{%AUTOESCAPE context="HTML"}}{{! Same words in the same place on every page (WCAG 3.2.6). }}
    <section class="tmk-help" aria-labelledby="help-title">
      <h2 class="ontario-h4" id="help-title">{{T_HELP_TITLE}}</h2>
      <p>{{T_HELP_TEXT}} <a class="tmk-nowrap" href="tel:{{HELP_TEL}}">{{HELP_PHONE}}</a>{{#TTY}} <span class="tmk-nowrap">({{T_HELP_TTY}} <a href="tel:{{HELP_TTY_TEL}}">{{HELP_TTY}}</a>)</span>{{/TTY}}{{#HELP_PAGE}}<br>
      <a class="tmk-link" href="{{HELP_URL}}">{{T_HELP_LINK}}</a>{{/HELP_PAGE}}</p>
    </section>
