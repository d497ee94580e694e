import { feeCents } from './renewals.mjs';
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

// The frame of every page. `path` is the page's path in `lang`; the toggle leads to the same one in the other language. With a
// session, the person can end it from every page.
function page({ lang, session, config: { brand } }, { title, path, body }) {
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
      <div class="ontario-columns ontario-small-8 ontario-application-header__logo"><a class="tmk-wordmark" href="${brand.home[lang]}">${brand.name[lang]}</a></div>
      <div class="ontario-columns ontario-small-4 ontario-application-header__lang-toggle">
        <a class="ontario-language-toggler ontario-language-toggler--small" href="${elsewhere}" hreflang="${t.other}" lang="${t.other}">${t.otherLanguage}</a>
      </div>
    </div>
  </div>
  <div class="ontario-application-subheader">
    <div class="ontario-row">
      <div class="ontario-columns ontario-small-12 ontario-application-subheader__container">
        <p class="ontario-application-subheader__heading"><a href="/${lang}/">${t.service}</a></p>
        ${session ? signOutMenu(lang, session) : ''}
      </div>
    </div>
  </div>
</header>
<div class="ontario-row">
  <main class="ontario-columns ontario-small-12 ontario-medium-10 ontario-large-8 tmk-main" id="main-content" tabindex="-1">
    ${body}
    <section class="tmk-help" aria-labelledby="help-title">
      <h2 class="ontario-h4" id="help-title">${t.help}</h2>
      <p>${t.helpText} ${phone(brand.help_phone)} <span class="tmk-nowrap">(${t.helpTty} ${phone(brand.help_tty)})</span>${brand.help_page ? html`<br>
      <a class="tmk-link" href="${brand.help_page[lang]}">${t.helpLink}</a>` : ''}</p>
    </section>
  </main>
</div>
<footer class="ontario-footer ontario-footer--default">
  <div class="ontario-row">
    <div class="ontario-columns ontario-small-12">
      <ul class="ontario-footer__links-container ontario-footer__links-container--inline">
        ${brand.footer_links.map((link) => html`<li><a class="ontario-footer__link" href="${link.href[lang]}">${link.text[lang]}</a></li>
        `)}</ul>
      <p class="ontario-footer__copyright">${brand.owner_line[lang]}</p>
    </div>
  </div>
</footer>
</body>
</html>`.value}`;
}

// North American numbers alone are written without the country's.
const phone = (number) => html`<a class="tmk-nowrap" href="tel:+1${number.replaceAll(/^1|\D/g, '')}">${number}</a>`;
const csrfField = ({ csrf_token }) => html`<input type="hidden" name="csrf_token" value="${csrf_token}">`;
const signOutMenu = (lang, session) => html`<nav class="ontario-application-subheader__menu-container" aria-label="${text[lang].menu}">
          <ul class="ontario-application-subheader__menu">
            <li><form id="sign-out" method="post" action="/${lang}/sign-out">${csrfField(session)}<button type="submit" class="tmk-linkbutton">${text[lang].signOut}</button></form></li>
          </ul>
        </nav>`;

const icons = {
  informational: html`<circle cx="12" cy="12" r="10" fill="currentColor"/><path class="tmk-knock" d="M12 10.5V17M12 6.5V9" stroke="#fff" stroke-width="2.5"/>`,
  success: html`<circle cx="12" cy="12" r="10" fill="currentColor"/><path class="tmk-knock" d="M7 12.5l3.5 3.5L17 9" fill="none" stroke="#fff" stroke-width="2.5"/>`,
  warning: html`<path fill="currentColor" fill-rule="evenodd" d="M12 2.5L23 21H1zm-1 6.5v6h2V9zm0 7.5V19h2v-2.5z"/>`,
};
const alert = (kind, title, body) => html`<div class="ontario-alert ontario-alert--${kind}">
      <div class="ontario-alert__header"><div class="ontario-alert__header-icon"><svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">${icons[kind]}</svg></div><h2 class="ontario-alert__header-title ontario-h4">${title}</h2></div>
      <div class="ontario-alert__body">${body}</div>
    </div>`;

const summary = (rows) => html`<dl class="ontario-summary-list__container">
      ${rows.map(([key, value, id]) => html`<div class="ontario-summary-list__row"><dt class="ontario-summary-list__key">${key}</dt><dd class="ontario-summary-list__value" id="${id}">${value}</dd></div>
      `)}</dl>`;

const button = (href, label) => html`<a class="ontario-button ontario-button--primary" href="${href}">${label}</a>`;
const payForm = ({ lang, session }, label) => html`<form method="post" action="/${lang}/pay">${csrfField(session)}<button type="submit" class="ontario-button ontario-button--primary">${label}</button></form>`;

// `notice` is what just happened: `declined` or `signed-out`.
export function startPage(view, notice) {
  const { lang, config } = view;
  const t = text[lang];
  const notices = {
    declined: () => alert('informational', t.consentDeclined, ''),
    'signed-out': () => alert('success', t.signedOut, html`<p>${t.signedOutText} <a class="tmk-link" href="${config.gateway}/${lang}/account">${t.yourAccount}</a></p>`),
  };
  const isKnown = Object.hasOwn(notices, notice ?? '');
  return page(view, { title: t.start, path: `/${lang}/${isKnown ? `?notice=${notice}` : ''}`, body: html`<h1>${t.service}</h1>
    ${isKnown ? notices[notice]() : ''}
    <p class="ontario-lead-statement">${t.startLead(money(feeCents, lang))}</p>
    <h2>${t.youNeed}</h2>
    <ul><li>${t.need1}</li><li>${t.need2}</li></ul>
    <p>${t.moved}</p>
    <p class="tmk-buttons">${button(`/${lang}/sign-in`, t.start)}</p>` });
}

// On one line, as on an envelope.
function addressLine(address, lang) {
  if (!address) return text[lang].noAddress;
  const { line_1, line_2, city, province, postal_code } = address;
  return [line_1, line_2, `${city} ${province}\u00a0 ${postal_code}`].filter(Boolean).join(', ');
}

// `paid` is the renewal that is already paid for, if any; `notice` is `form-stale` when a form was refused.
export function licencePage(view, licence, paid, notice) {
  const { lang, config } = view;
  const t = text[lang];
  // The platform puts in the language that the person reads when they leave it.
  const back = encodeURIComponent(`${config.url}/{lang}/licence`);
  return page(view, { title: t.licence, path: `/${lang}/licence`, body: html`<h1>${t.licence}</h1>
    ${notice === 'form-stale' ? alert('warning', t.formStale, html`<p>${t.formStaleText}</p>`) : ''}
    ${summary([[t.number, licence.number, 'licence-number'], [t.name, licence.name, 'name'], [t.address, addressLine(licence.address, lang), 'address'],
      [t.expires, date(licence.expires, lang), 'expires'], [t.fee, money(feeCents, lang), 'fee']])}
    <p><a class="tmk-link" id="change-address" href="${config.gateway}/${lang}/address?return_to=${back}">${t.change}</a><br>${t.changeNote}</p>
    ${paid ? html`<p>${t.doneTitle}. <a class="tmk-link" href="/${lang}/renewals/${paid.id}">${t.receipt}</a></p>`
      : html`<div class="tmk-buttons">${payForm(view, `${t.toPay} ${money(feeCents, lang)}`)}</div>`}` });
}

export function renewalPage(view, renewal, licence) {
  if (renewal.state === 'paid' || renewal.state === 'told') return donePage(view, renewal, licence);
  if (renewal.state === 'declined') return unpaidPage(view, renewal);
  return renewal.is_submitted ? waitingPage(view, renewal) : pendingPage(view, renewal);
}

const pathOf = ({ lang }, renewal) => `/${lang}/renewals/${renewal.id}`;

function donePage(view, renewal, licence) {
  const { lang, config } = view;
  const t = text[lang];
  const told = renewal.state === 'told' ? t.mailSent : renewal.mail_failed ? t.mailFailed : t.mailComing;
  return page(view, { title: t.doneTitle, path: pathOf(view, renewal), body: html`<h1>${t.doneTitle}</h1>
    ${alert('success', t.paidTitle, html`<p id="told">${told(renewal.email)}</p>`)}
    ${summary([[t.reference, renewal.id, 'reference'], [t.paid, money(renewal.amount_cents ?? feeCents, lang), 'amount'],
      ...(renewal.paid_on ? [[t.paidOn, date(renewal.paid_on, lang), 'paid-on']] : []),
      [t.number, licence.number, 'licence-number'], [t.expires, date(licence.expires, lang), 'expires']])}
    <h2>${t.nextTitle}</h2>
    ${licence.address ? html`<p id="next">${t.nextCard} ${addressLine(licence.address, lang)}</p>` : html`<p id="next">${t.nextNoAddress}</p>`}
    <p>${t.nextUntil}</p>
    <p><a class="tmk-link" href="/${lang}/licence">${t.back}</a></p>
    <p><a class="tmk-link" href="${config.gateway}/${lang}/account">${t.account}</a></p>` });
}

// Why a payment ended, by the code of its state (GOV.UK Pay's).
const endings = { P0010: 'declined', P0020: 'expired', P0030: 'cancelled', P0040: 'withdrawn' };

function unpaidPage(view, renewal) {
  const { lang } = view;
  const t = text[lang];
  const ending = endings[renewal.code] ?? 'failedPayment';
  return page(view, { title: t[ending], path: pathOf(view, renewal), body: html`<h1>${t[ending]}</h1>
    <p id="why">${t.notCharged} ${t[`${ending}Text`]}</p>
    <div class="tmk-buttons">${payForm(view, ending === 'declined' ? t.tryAgain : t.payAgain)}</div>
    <p><a class="tmk-link" href="/${lang}/licence">${t.back}</a></p>` });
}

function pendingPage(view, renewal) {
  const t = text[view.lang];
  return page(view, { title: t.pendingTitle, path: pathOf(view, renewal), body: html`<h1>${t.pendingTitle}</h1>
    <p>${t.pendingText}</p>
    <div class="tmk-buttons">${payForm(view, t.continuePayment)}</div>
    <p><a class="tmk-link" href="/${view.lang}/licence">${t.back}</a></p>` });
}

// The card was accepted, and the money is on its way.
function waitingPage(view, renewal) {
  const t = text[view.lang];
  const path = pathOf(view, renewal);
  return page(view, { title: t.waitingTitle, path, body: html`<h1>${t.waitingTitle}</h1>
    <p>${t.waitingText}</p>
    <p class="tmk-buttons"><a class="ontario-button ontario-button--primary" id="check-again" href="${path}">${t.checkAgain}</a></p>` });
}

// What went wrong, by name: `notFound`, `refused`, `failed`, `signInFailed`. Each has a way on. In the other language it is at `path`.
export function problemPage(view, name, path = `/${view.lang}/`) {
  const t = text[view.lang];
  return page(view, { title: t[name], path, body: html`<h1>${t[name]}</h1>
    <p>${t[`${name}Text`]}</p>
    ${name === 'signInFailed' ? html`<p class="tmk-buttons">${button(`/${view.lang}/sign-in`, t.signInAgain)}</p>` : ''}
    <p><a class="tmk-link" id="go-home" href="/${view.lang}/">${t.home} – ${t.service}</a></p>` });
}
