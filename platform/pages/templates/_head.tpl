{{%AUTOESCAPE context="HTML"}}<!doctype html>
<html lang="{{LANG}}">
<head>
  <meta charset="utf-8">
  <title>{{#ERROR_SUMMARY}}{{T_ERROR_PREFIX}} {{/ERROR_SUMMARY}}{{T_TITLE}}</title>
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="robots" content="noindex, nofollow">
  <meta name="color-scheme" content="light">
  <meta name="format-detection" content="telephone=no">
{{#ONWARD}}
  <meta http-equiv="refresh" content="0; url={{ONWARD_URL}}">
{{/ONWARD}}
  <link rel="alternate" hreflang="{{OTHER_LANG}}-ca" href="{{OTHER_URL}}">
  <link rel="icon" href="/assets/icons/favicon.svg" type="image/svg+xml">
  <link rel="preload" href="/assets/ods/fonts/open-sans-400/open-sans-400.woff2" as="font" type="font/woff2" crossorigin>
  <link rel="preload" href="/assets/ods/fonts/raleway-modified-700/raleway-modified-700.woff2" as="font" type="font/woff2" crossorigin>
  <link rel="stylesheet" href="/assets/ods/styles/css/compiled/ontario-theme.min.css">
  <link rel="stylesheet" href="/assets/ods-components.css">
  <link rel="stylesheet" href="/assets/tamarack.css">
</head>
<body>
