{{%AUTOESCAPE context="HTML"}}<p><a class="tmk-link" id="go-home" href="{{BRAND_HOME}}">{{T_GO_HOME}}</a></p>
