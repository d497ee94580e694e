// A person who renews a licence: reads the page they are on and does what it asks. When the platform is unavailable they
// reload, which sends the same form again, as browsers do. No step relies on what an earlier one may not have finished.
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Browser, eventually, patiently } from './browser.mjs';
import { mailsTo } from './inbox.mjs';

const pagesMax = 100;
const waitingPauseMs = 500;
export const acceptedCard = '4242 4242 4242 4242';
export const declinedCard = '4000 0000 0000 0002';

export class Person {
  #trail = [];

  // `sandbox` is sandbox.json. A person without `email` registers anew.
  constructor(sandbox, { lang = 'en', email, password, name } = {}) {
    this.sandbox = sandbox;
    this.lang = lang;
    this.browser = new Browser(lang);
    this.mayHaveAccount = Boolean(email);
    this.email = email ?? `person-${randomBytes(4).toString('hex')}@example.ca`;
    this.password = password ?? 'maple-canoe-lantern-7';
    this.name = name ?? ['Zoé', 'Exemple'];
    this.card = acceptedCard;
    this.address = { line_1: `${1 + (randomBytes(2).readUInt16BE() % 999)} Birch Street`, line_2: '', city: 'Timmins', province: 'ON', postal_code: 'P4N 2K6' };
  }

  // From the service's start page to the licence, by registering or signing in and consenting.
  signIn() {
    return this.walk(`${this.sandbox.example}/${this.lang}/sign-in`, (page) => Boolean(page.document.querySelector('#licence-number')) && !page.document.querySelector('#reference'));
  }

  // Tells the sandbox's own ministries of the new address, and stays on the page that shows who was told. Whatever else is
  // subscribed is not told: it may be anything that somebody tries out, and nobody answers for it.
  async changeAddress() {
    const licence = await this.#licence();
    const status = await this.walk(licence.link('#change-address'), (page) => Boolean(page.document.querySelector('#recorded-address')));
    this.statusUrl = status.url;
    return status;
  }

  // The status page once every ministry chosen has acknowledged.
  acknowledged({ seconds = 60 } = {}) {
    return eventually('acknowledgement by every ministry', async () => {
      const page = await this.browser.open(this.statusUrl);
      const states = [...page.document.querySelectorAll('#deliveries > li')].map((item) => item.dataset.state);
      return states.length > 0 && states.every((state) => state === 'done') && page;
    }, { seconds, everyMs: 200 });
  }

  // Pays, and returns the service's page that says what came of it.
  async pay() {
    const licence = await this.#licence();
    const first = await patiently(() => this.browser.submit(licence, 'form[action$="/pay"]'));
    const page = await this.#goOn(first, isBackFromPaying);
    this.reference = page.text('#reference');
    this.renewalUrl = page.url;
    return page;
  }

  account() {
    return patiently(() => this.browser.open(`${this.sandbox.gateway}/${this.lang}/account`));
  }

  // The confirmation email of this renewal.
  confirmation({ seconds = 60 } = {}) {
    return eventually('confirmation email', async () =>
      (await mailsTo(this.sandbox.inbox, this.email)).find((mail) => mail.text.includes(this.reference)), { seconds, everyMs: 200 });
  }

  #licence() {
    return patiently(() => this.browser.open(`${this.sandbox.example}/${this.lang}/licence`));
  }

  // Opens `url` and does what each page asks until `isThere`.
  async walk(url, isThere) {
    return this.#goOn(await patiently(() => this.browser.open(url)), isThere);
  }

  async #goOn(first, isThere) {
    let page = first;
    for (let count = 0; count < pagesMax; count++) {
      this.#trail.push(`${page.status} ${page.path}`);
      this.onPage?.(page);
      if (isThere(page)) return page;
      const seen = page;
      page = await patiently(() => this.#answer(seen)).catch((error) => {
        throw new Error(`${this.email} came by ${this.#trail.slice(-12).join(', ')}: ${error.message}`, { cause: error });
      });
    }
    throw new Error(`${this.email}: no end of pages: ${this.#trail.slice(-12).join(', ')}`);
  }

  // Does what the page asks for. What a form refuses is an error of ours, except at signing in and at the code.
  #answer(page) {
    const has = (selector) => page.document.querySelector(selector);
    if (has('#error-summary') && !has('input[autocomplete=current-password]') && !has('input[autocomplete=one-time-code]')) {
      throw new Error(`${this.email}: ${page.path} refuses: ${page.text('#error-summary')}`);
    }
    if (has('input[autocomplete=new-password]')) return this.#register(page);
    if (has('input[autocomplete=current-password]')) return this.#enter(page);
    if (has('input[autocomplete=one-time-code]')) return this.#confirmEmail(page);
    if (has('#consent-allow')) return this.browser.submit(page, '#consent-form', {}, '#consent-allow');
    if (has('#address-form')) return this.browser.submit(page, '#address-form', this.address);
    if (has('#tell-form')) return this.browser.submit(page, '#tell-form', { subscription_id: this.sandbox.ministries.map(({ subscription }) => subscription.id) });
    if (has('#card-details')) return this.#fillCard(page);
    if (has('#confirmation')) return this.browser.submit(page, '#confirmation');
    if (has('#check-again')) return delay(waitingPauseMs).then(() => this.browser.open(page.link('#check-again')));
    if (has('#try-again')) return this.#tryAgain(page);
    if (has('#return-url')) return this.browser.open(page.link('#return-url'));
    throw new Error(`${this.email}: nothing to do on ${page.url} (${page.status}) "${page.title}": ${page.text('body').slice(0, 300)}`);
  }

  #register(page) {
    const given = { given_name: this.name[0], family_name: this.name[1], name: this.name.join(' '), email: this.email, password: this.password };
    const form = page.document.querySelector('input[autocomplete=new-password]').form;
    this.registeredAt = Date.now();
    const asked = Object.entries(given).filter(([name]) => form.elements.namedItem(name));
    return this.browser.submit(page, 'form:has(input[autocomplete=new-password])', Object.fromEntries(asked));
  }

  // Signs in, or goes to register; a person whose registration was interrupted tries both.
  #enter(page) {
    const isRefused = Boolean(page.document.querySelector('#error-summary'));
    if (!this.mayHaveAccount || isRefused) {
      this.mayHaveAccount = false;
      return this.browser.open(page.link('#register'));
    }
    return this.browser.submit(page, 'form:has(input[autocomplete=current-password])', { email: this.email, password: this.password });
  }

  async #confirmEmail(page) {
    const codes = await this.#codes();
    if (!codes.length) return this.browser.submit(page, '#resend-form');
    this.mayHaveAccount = true;
    return this.browser.submit(page, 'form:has(input[autocomplete=one-time-code])', { code: codes.at(-1) });
  }

  // Codes that came and were not tried yet, oldest first; none after half a minute.
  async #codes() {
    this.triedCodes ??= new Set();
    const fresh = async () => (await mailsTo(this.sandbox.inbox, this.email))
      .map((mail) => /\b(\d{4})[ -]?(\d{4})\b/.exec(mail.text)?.slice(1).join('')).filter((code) => code && !this.triedCodes.has(code));
    const codes = await eventually('the code', async () => { const found = await fresh(); return found.length && found; }, { seconds: 30 }).catch(() => []);
    for (const code of codes) this.triedCodes.add(code);
    return codes;
  }

  #fillCard(page) {
    return this.browser.submit(page, '#card-details', {
      card_no: this.card, expiry_month: '12', expiry_year: String(new Date().getFullYear() + 2).slice(2), cardholder_name: this.name.join(' '), cvc: '123',
      address_country: 'CA', address_line_1: this.address.line_1, address_city: this.address.city, address_province: 'ON', address_postcode: this.address.postal_code, email: this.email,
    });
  }

  // The card was declined: takes the other one.
  #tryAgain(page) {
    this.wasDeclined = page;
    this.card = acceptedCard;
    return this.browser.open(page.link('#try-again'));
  }
}

const isBackFromPaying = (page) => /\/renewals\/[0-9A-F]+$/.test(page.path);
