// A new person renews a licence in Chromium, in English and in French. Every page on the way is checked for accessibility
// and kept as a screenshot in build/screenshots.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../../deploy/local/person/browser.mjs';
import { mailsTo } from '../../deploy/local/person/inbox.mjs';
import { root } from '../../deploy/local/stack/layout.mjs';
import { sessionCookie } from '../../examples/driver-licence-renewal/sessions.mjs';
import { startStack } from '../support/stack.mjs';
import { checkPage, launch, watch } from './check.mjs';

let stack;
let browser;
const shots = join(root, 'build/screenshots');
before(async () => {
  mkdirSync(shots, { recursive: true });
  stack = await startStack('browser');
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stack?.stop();
});

// One person at one browser without JavaScript of our own: clicks, types, and looks at every page.
class Visit {
  #count = 0;
  problems = [];

  constructor(page, lang) {
    this.page = watch(page);
    this.lang = lang;
  }

  // Checks the page where the person now is. (A hidden caret would leave style attributes behind.)
  async look(name) {
    const label = `${this.lang}-${String(++this.#count).padStart(2, '0')}-${name}`;
    await this.page.waitForLoadState('load');
    for (const width of [1280, 390]) {
      await this.page.setViewportSize({ width, height: 900 });
      await this.page.screenshot({ path: join(shots, `${label}-${width}.png`), fullPage: true, caret: 'initial' });
    }
    await this.page.setViewportSize({ width: 1280, height: 900 });
    this.problems.push(...await checkPage(this.page, label));
  }

  fill(fields) {
    return Object.entries(fields).reduce((before, [name, value]) => before.then(() => this.page.fill(`[name=${name}]`, value)), Promise.resolve());
  }

  // Presses and waits for the next page that does not lead on by itself.
  async press(selector) {
    await Promise.all([this.page.waitForNavigation(), this.page.click(selector)]);
    await this.page.waitForFunction(() => document.body && !document.querySelector('meta[http-equiv=refresh]'));
  }

  text(selector) {
    return this.page.locator(selector).innerText();
  }
}

const card = (number) => ({
  card_no: number, expiry_month: '12', expiry_year: String(new Date().getFullYear() + 2).slice(2), cardholder_name: 'Zoé Exemple', cvc: '123',
  address_line_1: '12 Elm Street', address_city: 'Sudbury', address_postcode: 'P3C 1S8',
});

async function renew(visit, email) {
  const { page, lang } = visit;
  await page.goto(`${stack.sandbox.example}/${lang}/`);
  await visit.look('start');
  await visit.press('main .ontario-button--primary');
  await visit.look('sign-in');
  await visit.press('#sign-in');
  await visit.look('sign-in-errors');
  await visit.press('#register');
  await visit.look('register');
  await visit.press('#continue');
  await visit.look('register-errors');
  await visit.fill({ given_name: 'Zoé', family_name: 'Exemple', email, password: 'maple-canoe-lantern' });
  await visit.press('#continue');
  await visit.look('confirm-email');
  const [mail] = await eventually('the code', async () => { const mails = await mailsTo(stack.sandbox.inbox, email); return mails.length && mails; });
  await visit.fill({ code: '00000000' });
  await visit.press('#confirm');
  await visit.look('confirm-email-errors');
  await visit.fill({ code: /\b(\d{4})[ -]?(\d{4})\b/.exec(mail.text).slice(1).join('') });
  await visit.press('#confirm');
  await visit.look('consent');
  await visit.press('#consent-allow');
  await visit.look('licence');

  await visit.press('#change-address');
  await visit.look('address');
  await visit.press('#continue');
  await visit.look('address-errors');
  await visit.fill({ line_1: '7 Birch Street', city: 'Timmins', postal_code: 'P4N 2K6' });
  await page.selectOption('[name=province]', 'ON');
  await visit.press('#continue');
  await visit.look('address-review');
  for (const box of await page.locator('[name=subscription_id]').all()) await box.check({ force: true });
  await visit.press('#tell');
  await eventually('both ministries acknowledge', async () => {
    await page.reload();
    return (await page.locator('#deliveries > li[data-state=done]').count()) === 2;
  });
  await visit.look('address-status');
  // The way back is in the language that was read last.
  const other = lang === 'en' ? 'fr' : 'en';
  await visit.press('#language');
  assert.equal(await page.locator('#continue').getAttribute('href'), `${stack.sandbox.example}/${other}/licence`);
  assert.equal(await page.locator('#service-left-out').count(), 0);
  await visit.press('#language');
  await visit.press('#continue');
  assert.match(await visit.text('#address'), /7 Birch Street/);

  await visit.press('form[action$="/pay"] button');
  assert.equal(await page.inputValue('[name=address_line_1]'), '7 Birch Street');
  await visit.press('#cancel-payment');
  if (await page.locator('#return-url').count()) await visit.press('#return-url');
  await visit.look('cancelled');
  await visit.press('form[action$="/pay"] button');
  await visit.look('card');
  await visit.press('#submit-card-details');
  await visit.look('card-errors');
  for (const [number, name] of [['4000000000000002', 'declined'], ['4242424242424242', 'confirm']]) {
    await visit.fill(card(number));
    await page.selectOption('[name=address_province]', 'ON');
    await visit.press('#submit-card-details');
    await visit.look(`card-${name}`);
    if (name === 'declined') await visit.press('#try-again');
  }
  await visit.press('#confirm');
  await visit.look('done');
  return visit.text('#reference');
}

// What Chromium kept is for this service's own requests alone, and goes when the person signs out.
async function signOut(visit, context) {
  const { page, lang } = visit;
  const session = async () => (await context.cookies(stack.sandbox.example)).find(({ name }) => name === sessionCookie);
  const { secure, httpOnly, sameSite, path } = await session();
  assert.deepEqual({ secure, httpOnly, sameSite, path }, { secure: true, httpOnly: true, sameSite: 'Lax', path: '/' });
  await page.goto(`${stack.sandbox.example}/${lang}/licence`);
  await visit.press('#sign-out button');
  await visit.look('signed-out');
  assert.equal(await session(), undefined);
}

for (const lang of ['en', 'fr']) {
  describe(`a renewal in ${lang === 'en' ? 'English' : 'French'}`, () => {
    it('ends with the confirmation, on pages that everybody can use', async () => {
      const context = await browser.newContext({ locale: `${lang}-CA`, viewport: { width: 1280, height: 900 } });
      const visit = new Visit(await context.newPage(), lang);
      const email = `browser-${lang}-${randomBytes(4).toString('hex')}@example.ca`;
      const reference = await renew(visit, email);
      await eventually('the confirmation', async () => (await mailsTo(stack.sandbox.inbox, email)).some((one) => one.text.includes(reference)));
      await visit.page.goto(`${stack.sandbox.gateway}/${lang}/account`);
      assert.equal(await visit.page.locator('[id^=consent-]').count(), 1);
      await visit.look('account');
      await signOut(visit, context);
      assert.deepEqual(visit.problems, []);
      await context.close();
    });
  });
}
