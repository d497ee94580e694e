// Chromium holds a page's form-action against every redirect that its form's post goes through: an address of ours to come back
// to may redirect on to another origin all the same.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { Admin } from '../../deploy/local/seed/admin.mjs';
import { startStack } from '../support/stack.mjs';
import { launch } from './check.mjs';

let stack;
let browser;
let end;
let back;
const servers = [];
before(async () => {
  stack = await startStack('browser-lead-out');
  browser = await launch();
  end = await serve((request, response) => response.setHeader('content-type', 'text/html').end('<title>there</title>'));
  back = await serve((request, response) => response.writeHead(303, { location: end + request.url }).end());
});
after(async () => {
  servers.forEach((server) => server.close());
  await browser?.close();
  await stack?.stop();
});

// A server of another origin; which.
async function serve(answer) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((done) => server.once('listening', done));
  return `http://localhost:${server.address().port}`;
}

async function newPage(javaScriptEnabled) {
  const context = await browser.newContext({ javaScriptEnabled });
  return context.newPage();
}

async function authorizeUrl() {
  const { sandbox } = stack;
  const admin = new Admin(sandbox.gateway, sandbox.admin.client_id, sandbox.admin.client_secret);
  const made = await admin.post('/v1/admin/clients', {
    service_id: sandbox.ministries[0].service_id, redirect_uris: [`${back}/callback`], scopes: ['openid', 'email'], purpose_en: 'To test.', purpose_fr: 'Pour essayer.',
  });
  return `${sandbox.gateway}/oauth2/authorize?${new URLSearchParams({
    response_type: 'code', client_id: made.client.client_id, redirect_uri: `${back}/callback`, scope: 'openid email', state: 'a&b;"c',
    code_challenge: createHash('sha256').update(randomBytes(32).toString('hex')).digest('base64url'), code_challenge_method: 'S256',
  })}`;
}

async function signIn(page, url) {
  const [{ email, password }] = stack.sandbox.people;
  await page.goto(url);
  await page.fill('[name=email]', email);
  await page.fill('[name=password]', password);
  await page.click('#sign-in');
}

describe('a form of ours that ends at an address which redirects to another origin', () => {
  it('gets there from the consent page, and from the sign-in page, with the code and the state', async () => {
    const url = await authorizeUrl();
    for (const path of ['consent', 'sign-in']) {
      const page = await newPage(false);
      await signIn(page, url);
      if (path === 'consent') await page.click('#consent-allow');
      await page.waitForURL(`${end}/**`);
      const { searchParams } = new URL(page.url());
      assert.equal(searchParams.get('state'), 'a&b;"c');
      assert.ok(searchParams.get('code'));
      await page.context().close();
    }
  });

  it('gets there when the person does not agree', async () => {
    const page = await newPage(true);
    await signIn(page, await authorizeUrl());
    await page.click('#consent-deny');
    await page.waitForURL(`${end}/**`);
    assert.equal(new URL(page.url()).searchParams.get('error'), 'access_denied');
  });

  it('gets there from the page that pays', async () => {
    const answer = await fetch(`${stack.sandbox.gateway}/v1/payments`, {
      method: 'POST', headers: { authorization: `Bearer ${stack.sandbox.ministries[0].pay_api_key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ amount: 14500, reference: 'A-1', description: 'Dog licence', return_url: `${back}/paid?a=1&b=2` }),
    });
    const page = await newPage(true);
    await page.goto((await answer.json())._links.next_url.href);
    const fields = {
      card_no: '4242424242424242', expiry_month: '12', expiry_year: String(new Date().getFullYear() + 2).slice(2), cardholder_name: 'Zoé Exemple',
      cvc: '123', address_line_1: '12 Elm Street', address_city: 'Sudbury', address_postcode: 'P3C 1S8', email: 'zoe@example.ca',
    };
    for (const [name, value] of Object.entries(fields)) await page.fill(`[name=${name}]`, value);
    await page.selectOption('[name=address_province]', 'ON');
    await page.click('#submit-card-details');
    await page.click('#confirm');
    await page.waitForURL(`${end}/paid?a=1&b=2`);
  });
});

describe('two pages of ours that were opened at once', () => {
  it('can both be sent, whichever set its cookie last', async () => {
    const context = await browser.newContext();
    const pages = [await context.newPage(), await context.newPage()];
    await Promise.all(pages.map((page) => page.goto(`${stack.sandbox.gateway}/en/sign-in`)));
    // As if the second had been answered before the first one's cookie was there.
    await context.clearCookies();
    await pages[1].reload();
    for (const page of pages) {
      const [sent] = await Promise.all([page.waitForResponse((response) => response.request().method() === 'POST'), page.click('#sign-in')]);
      assert.equal(sent.status(), 422);
    }
    await context.close();
  });
});
