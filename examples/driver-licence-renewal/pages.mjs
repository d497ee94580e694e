import { date, money, text } from './text.mjs';

const escapes = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
class Markup {
  constructor(value) {
    this.value = value;
  }
}
// Template tag: what is put in is escaped, unless it is markup made by this tag.
function html(parts, ...values) {
  const show = (value) => {
    if (value instanceof Markup) return value.value;
    if (Array.isArray(value)) return value.map(show).join('');
    return String(value ?? '').replace(/[&<>"']/g, (char) => escapes[char]);
  };
  return new Markup(parts.map((part, i) => part + (i < values.length ? show(values[i]) : '')).join(''));
}

// The frame of every page. `path` is the page's path in `lang`; the toggle leads to the same one in the other language.
function page({ config, lang }, { title, path, body }) {
  const t = text[lang];
  const elsewhere = path.replace(`/${lang}/`, `/${t.other}/`);
  return `<!doctype html>${html`
<html lang="${lang}">
<head>
  <meta charset="utf-8">
  <title>${title} – ${t.service}</title>
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="robots" content="noindex, nofollow">
  <link rel="alternate" hreflang="${t.other}-ca" href="${elsewhere}">
  <link rel="icon" href="/assets/icons/favicon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/assets/ods/styles/css/compiled/ontario-theme.min.css">
  <link rel="stylesheet" href="/assets/ods-components.css">
  <link rel="stylesheet" href="/assets/tamarack.css">
</head>
<body>
<a class="ontario-show-on-focus tmk-skip" href="#main-content">${t.skip}</a>
<header>
  <div class="ontario-application-header">
    <div class="ontario-row">
      <div class="ontario-columns ontario-small-8 ontario-application-header__logo"><a class="tmk-wordmark" href="/${lang}/">${t.government}</a></div>
      <div class="ontario-columns ontario-small-4 ontario-application-header__lang-toggle">
        <a class="ontario-language-toggler ontario-language-toggler--small" href="${elsewhere}" hreflang="${t.other}" lang="${t.other}">${t.otherLanguage}</a>
      </div>
    </div>
  </div>
  <div class="ontario-application-subheader">
    <div class="ontario-row">
      <div class="ontario-columns ontario-small-12 ontario-application-subheader__container">
        <p class="ontario-application-subheader__heading"><a href="/${lang}/">${t.service}</a></p>
      </div>
    </div>
  </div>
</header>
<div class="ontario-row">
  <main class="ontario-columns ontario-small-12 ontario-medium-10 ontario-large-8 tmk-main" id="main-content" tabindex="-1">
    ${body}
    <section class="tmk-help" aria-labelledby="help-title">
      <h2 class="ontario-h4" id="help-title">${t.help}</h2>
      <p>${t.helpText}</p>
    </section>
  </main>
</div>
<footer class="ontario-footer ontario-footer--default">
  <div class="ontario-row"><div class="ontario-columns ontario-small-12"><p class="ontario-footer__copyright">${t.operator}</p></div></div>
</footer>
</body>
</html>`.value}`;
}

const alert = (kind, title, body) => html`<div class="ontario-alert ontario-alert--${kind}">
      <div class="ontario-alert__header"><h2 class="ontario-alert__header-title ontario-h4">${title}</h2></div>
      <div class="ontario-alert__body">${body}</div>
    </div>`;

const summary = (rows) => html`<dl class="ontario-summary-list__container">
      ${rows.map(([key, value, id]) => html`<div class="ontario-summary-list__row"><dt class="ontario-summary-list__key">${key}</dt><dd class="ontario-summary-list__value" id="${id}">${value}</dd></div>
      `)}</dl>`;

const button = (href, label) => html`<a class="ontario-button ontario-button--primary" href="${href}">${label}</a>`;
const payForm = (lang, token, label) => html`<form method="post" action="/${lang}/pay"><input type="hidden" name="csrf_token" value="${token}"><button type="submit" class="ontario-button ontario-button--primary">${label}</button></form>`;

export function startPage(view, hasDeclined) {
  const t = text[view.lang];
  return page(view, { title: t.start, path: `/${view.lang}/`, body: html`<h1>${t.service}</h1>
    ${hasDeclined ? alert('informational', t.consentDeclined, '') : ''}
    <p class="ontario-lead-statement">${t.startLead}</p>
    <h2>${t.youNeed}</h2>
    <ul><li>${t.need1}</li><li>${t.need2}</li></ul>
    <p>${t.moved}</p>
    <p class="tmk-buttons">${button(`/${view.lang}/sign-in`, t.start)}</p>` });
}

// OpenID Connect's address claim on one line.
const addressLine = (address, lang) => (address ? (address.formatted ?? Object.values(address).filter(Boolean).join(', ')).replaceAll('\n', ', ') : text[lang].noAddress);

// `paid` is the renewal that is already paid for, if any.
export function licencePage(view, licence, session, paid) {
  const { lang, config } = view;
  const t = text[lang];
  const back = encodeURIComponent(`${config.url}/${lang}/licence`);
  return page(view, { title: t.licence, path: `/${lang}/licence`, body: html`<h1>${t.licence}</h1>
    ${summary([[t.number, licence.number, 'licence-number'], [t.name, licence.name, 'name'], [t.address, addressLine(licence.address, lang), 'address'],
      [t.expires, date(licence.expires, lang), 'expires'], [t.fee, money(9000, lang), 'fee']])}
    <p><a class="tmk-link" id="change-address" href="${config.gateway}/${lang}/address?return_to=${back}">${t.change}</a><br>${t.changeNote}</p>
    ${paid ? html`<p>${t.doneTitle}. <a class="tmk-link" href="/${lang}/renewals/${paid.id}">${t.receipt}</a></p>`
      : html`<div class="tmk-buttons">${payForm(lang, session.csrf_token, `${t.toPay} ${money(9000, lang)}`)}</div>`}` });
}

export function renewalPage(view, renewal, licence, session) {
  const { lang, config } = view;
  const t = text[lang];
  const path = `/${lang}/renewals/${renewal.id}`;
  if (renewal.state === 'paid' || renewal.state === 'told') {
    const told = renewal.state === 'told' ? t.mailSent(session.email) : t.mailComing(session.email);
    return page(view, { title: t.doneTitle, path, body: html`<h1>${t.doneTitle}</h1>
    ${summary([[t.reference, renewal.id, 'reference'], [t.number, licence.number, 'licence-number'], [t.expires, date(licence.expires, lang), 'expires']])}
    <p id="told">${told}</p>
    <p><a class="tmk-link" href="${config.gateway}/${lang}/account">${t.account}</a></p>` });
  }
  const isDeclined = renewal.state === 'declined';
  const title = isDeclined ? t.declinedTitle : t.pendingTitle;
  return page(view, { title, path, body: html`<h1>${title}</h1>
    <p>${isDeclined ? t.declinedText : t.pendingText}</p>
    <div class="tmk-buttons">${payForm(lang, session.csrf_token, isDeclined ? t.tryAgain : t.continuePayment)}</div>
    <p><a class="tmk-link" href="/${lang}/licence">${t.back}</a></p>` });
}

export function notFoundPage(view) {
  const t = text[view.lang];
  return page(view, { title: t.notFound, path: `/${view.lang}/`, body: html`<h1>${t.notFound}</h1><p>${t.notFoundText}</p><p><a class="tmk-link" href="/${view.lang}/">${t.home}</a></p>` });
}

export function failedPage(view) {
  const t = text[view.lang];
  return page(view, { title: t.failed, path: `/${view.lang}/`, body: html`<h1>${t.failed}</h1><p>${t.failedText}</p><p><a class="tmk-link" href="/${view.lang}/">${t.home}</a></p>` });
}
