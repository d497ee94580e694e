// The language toggle keeps where a person is and what they typed, and the pages for when something is wrong lead on: in
// Chromium, without JavaScript of ours. Pages are checked for accessibility and kept as screenshots in build/screenshots.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { root } from '../../deploy/local/stack/layout.mjs';
import { startStack } from '../support/stack.mjs';
import { checkPage, launch, watch } from './check.mjs';

const shots = join(root, 'build/screenshots');
let stack;
let browser;
before(async () => {
  mkdirSync(shots, { recursive: true });
  stack = await startStack('browser-language');
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stack?.stop();
});

const open = async (path) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = watch(await context.newPage());
  await page.goto(new URL(path, stack.sandbox.gateway).href);
  return page;
};
const press = (page, selector) => Promise.all([page.waitForNavigation(), page.click(selector)]);
const enter = (page, selector) => Promise.all([page.waitForNavigation(), page.press(selector, 'Enter')]);
const language = (page) => page.evaluate(() => document.documentElement.lang);
async function fill(page, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = page.locator(`[name=${name}]`);
    await ((await field.evaluate((e) => e.tagName)) === 'SELECT' ? field.selectOption(value) : field.fill(value));
  }
}
async function holds(page, values) {
  for (const [name, value] of Object.entries(values)) assert.equal(await page.inputValue(`[name=${name}]`), value, name);
}

async function look(page, name) {
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: join(shots, `${name}-${width}.png`), fullPage: true, caret: 'initial' });
  }
  assert.deepEqual(await checkPage(page, name), []);
}

// Fills the form, changes the language, and finds all but the secrets there, on the same page and nowhere in its address.
async function toggle(page, values, { secrets = {}, name }) {
  const from = await language(page);
  await fill(page, { ...values, ...secrets });
  const path = new URL(page.url()).pathname;
  await press(page, '#language');
  const to = from === 'en' ? 'fr' : 'en';
  assert.equal(await language(page), to);
  await holds(page, { ...values, ...Object.fromEntries(Object.keys(secrets).map((secret) => [secret, ''])) });
  assert.equal(await page.locator('#error-summary').count(), 0);
  assert.equal(new URL(page.url()).pathname.slice(3), path.slice(3));
  assert.equal(new URL(page.url()).search, '');
  assert.equal(await page.locator('main [role=status]').count(), Object.keys(secrets).length ? 1 : 0);
  if (name) await look(page, `toggle-${to}-${name}`);
}

describe('the language toggle', () => {
  it('keeps what was typed to register, and is not what Enter presses', async () => {
    const page = await open('/en/register?return_to=%2Fen%2Faddress');
    const typed = { given_name: 'Zoé <b>', family_name: 'O’Exemple', email: 'zoe@example.ca' };
    await toggle(page, typed, { secrets: { password: 'maple-canoe-lantern' }, name: 'register' });
    await enter(page, '[name=family_name]');
    assert.equal(await language(page), 'fr');
    assert.equal(await page.locator('#error-summary').count(), 1);
    await toggle(page, typed, {});
    await page.context().close();
  });

  it('is asked for again when somebody goes back to what it showed, for no such page is kept', async () => {
    const page = await open('/en/register');
    const typed = { given_name: 'Zoé', family_name: 'Exemple', email: 'zoe@example.ca' };
    await toggle(page, typed, { secrets: { password: 'maple-canoe-lantern' } });
    await press(page, '.ontario-application-subheader__heading a');
    await assert.rejects(page.goBack(), /ERR_CACHE_MISS/);
    await page.context().close();
  });

  it('keeps the way on, the address and who is to be told', async () => {
    const [{ email, password }] = stack.sandbox.people;
    const page = await open('/en/sign-in?return_to=%2Fen%2Faddress');
    await toggle(page, { email }, { secrets: { password } });
    await fill(page, { password });
    await enter(page, '[name=password]');
    assert.equal(new URL(page.url()).pathname, '/fr/address');

    await toggle(page, { line_1: '7, rue des Érables', line_2: 'app. 2', city: 'Hearst', province: 'QC', postal_code: 'nonsense' }, {});
    await fill(page, { province: 'ON', postal_code: 'P0L 1N0' });
    await enter(page, '[name=city]');
    const box = page.locator('[name=subscription_id]').first();
    assert.equal(await box.isChecked(), false);
    await box.check({ force: true });
    const told = await page.locator('#new-address').innerText();
    await press(page, '#language');
    assert.equal(await language(page), 'fr');
    assert.equal(await page.locator('#tell-form').count(), 1);
    assert.equal(await page.locator('[name=subscription_id]').first().isChecked(), true);
    assert.equal(await page.locator('[name=subscription_id]').nth(1).isChecked(), false);
    assert.equal(await page.locator('#new-address').innerText(), told);
    assert.match(await page.locator('.ontario-checkboxes__label').first().innerText(), /Ministère/);
    await look(page, 'toggle-fr-review');
    await press(page, '#tell');
    assert.equal(await language(page), 'fr');
    await press(page, '#language');
    assert.equal(await page.locator('#recorded-address').count(), 1);
    await page.context().close();
  });

  it('keeps the step of a payment, and all of a card but its number and code', async () => {
    const [{ pay_api_key }] = stack.sandbox.ministries;
    const answer = await fetch(`${stack.sandbox.gateway}/v1/payments`, {
      method: 'POST', headers: { authorization: `Bearer ${pay_api_key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ amount: 9000, reference: 'T-1', description: 'Permis', return_url: 'https://licences.example/paid', language: 'fr' }),
    });
    const page = await open((await answer.json())._links.next_url.href);
    assert.equal(await language(page), 'fr');
    const typed = {
      expiry_month: '1', expiry_year: '2039', cardholder_name: 'Zoé Exemple', address_country: 'CA', address_line_1: '7 Birch Street',
      address_line_2: 'app. 3', address_city: 'Timmins', address_province: 'ON', address_postcode: 'P4N 2K6', email: 'zoe@example.ca',
    };
    const secrets = { card_no: '4242 4242 4242 4242', cvc: '123' };
    await toggle(page, typed, { secrets, name: 'card' });
    await fill(page, secrets);
    await enter(page, '[name=cvc]');
    assert.match(page.url(), /\/en\/card_details\/\w+\/confirm$/);
    await press(page, '#language');
    assert.match(page.url(), /\/fr\/card_details\/\w+\/confirm$/);
    assert.equal(await language(page), 'fr');
    await page.context().close();
  });
});

describe('a page for when something is wrong', () => {
  for (const lang of ['en', 'fr']) {
    it(`is for everybody, and leads home, in ${lang}`, async () => {
      const page = await open(`/${lang}/register`);
      const leads = async (name) => {
        assert.equal(await language(page), lang);
        assert.doesNotMatch(await page.locator('body').innerText(), /developers|développeurs/);
        assert.equal((await page.request.get(await page.locator('#go-home').evaluate((a) => a.href))).status(), 200);
        for (const link of await page.locator('footer a').all()) assert.equal((await page.request.get(await link.evaluate((a) => a.href))).status(), 200);
        assert.equal(await page.locator('footer a').count(), 4);
        await look(page, `error-${lang}-${name}`);
      };
      await page.goto(`${stack.sandbox.gateway}/${lang}/nowhere`);
      await leads('404');
      await page.goto(`${stack.sandbox.gateway}/${lang}/address%ZZ`);
      await leads('400');
      await page.context().close();
    });
  }
});
