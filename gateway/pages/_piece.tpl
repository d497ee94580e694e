{{%AUTOESCAPE context="HTML"}}{{#CODE}}<code>{{PIECE_TEXT}}</code>{{/CODE}}{{#PLAIN}}{{PIECE_TEXT}}{{/PLAIN}}
