{{%AUTOESCAPE context="HTML"}}<footer class="ontario-footer ontario-footer--default">
  <div class="ontario-row">
    <div class="ontario-columns ontario-small-12">
{{#FOOTER_NAV}}
      <ul class="ontario-footer__links-container ontario-footer__links-container--inline">
{{#FOOTER_LINKS}}
        <li><a class="ontario-footer__link" href="{{HREF}}">{{TEXT}}</a></li>
{{/FOOTER_LINKS}}
      </ul>
{{/FOOTER_NAV}}
      <p class="ontario-footer__copyright">{{OWNER_LINE}}</p>
    </div>
  </div>
</footer>
</body>
</html>
