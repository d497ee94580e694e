// The example's HTTP side, with a stand-in for the platform: sessions, forms, and what no page answers.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { SignInError } from '../../../examples/driver-licence-renewal/identity.mjs';
import { Journal } from '../../../examples/driver-licence-renewal/journal.mjs';
import { Records } from '../../../examples/driver-licence-renewal/records.mjs';
import { Renewals } from '../../../examples/driver-licence-renewal/renewals.mjs';
import { routes } from '../../../examples/driver-licence-renewal/routes.mjs';
import { serve } from '../../../examples/driver-licence-renewal/server.mjs';
import { Sessions, sessionCookie, signInCookie } from '../../../examples/driver-licence-renewal/sessions.mjs';
import { text } from '../../../examples/driver-licence-renewal/text.mjs';
import { ministries } from '../../../deploy/local/seed/content.mjs';
import { brand, gateway } from '../../support/brand.mjs';
import { soon } from '../../support/soon.mjs';

const config = { port: 0, url: 'http://localhost:8090', gateway, templates: {}, brand };
let folder;
let records;
let server;
let base;
const identity = {
  count: 0,
  begin: async () => ({ url: 'http://localhost:8080/oauth2/authorize', pending: { state: `s${++identity.count}` } }),
  finish: async (url, { state }) => {
    if (url.searchParams.get('state') !== state) throw new SignInError('the answer belongs to another sign-in');
    if (url.searchParams.has('error')) throw new SignInError('identity answered', { isDeclined: url.searchParams.get('error') === 'access_denied' });
    if (url.searchParams.get('code') === 'lost') throw new Error('fetch failed');
    return { sub: 'zoe', email: 'zoe@example.ca', name: 'Zoé', address: { street_address: '12 Elm Street\napp. 3', locality: 'Sudbury', region: 'ON', postal_code: 'P3C 1S8' } };
  },
};

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tamarack-service-'));
  records = new Records(new Journal(join(folder, 'journal')));
  const renewals = new Renewals(config, records, { createPayment: async () => ({ payment_id: 'p', _links: { next_url: { href: 'http://localhost:8080/secure/x' } } }) });
  server = serve(config, routes({ config, records, sessions: new Sessions(records), identity, renewals, webhooks: { receive: () => 204, parkedCount: 0 } }));
  await new Promise((done) => server.once('listening', done));
  base = `http://127.0.0.1:${server.address().port}`;
});
after(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const get = (path, cookie = '', more = {}) => fetch(base + path, { redirect: 'manual', ...more, headers: { cookie, ...more.headers } });
const post = (path, cookie, form, origin = config.url) => get(path, cookie, { method: 'POST', body: new URLSearchParams(form), headers: origin ? { origin } : {} });
const cookiesOf = (response) => Object.fromEntries(response.headers.getSetCookie().map((one) => [one.slice(0, one.indexOf('=')), one]));
const pairOf = (cookie) => cookie.split(';')[0];

// Signs in; the Cookie header from then on.
async function signIn(cookie = '') {
  const begun = await get('/en/sign-in', cookie);
  const back = await get(`/callback?code=c&state=s${identity.count}`, [cookie, pairOf(cookiesOf(begun)[signInCookie])].filter(Boolean).join('; '));
  assert.equal(back.headers.get('location'), '/en/licence');
  return pairOf(cookiesOf(back)[sessionCookie]);
}
const tokenOf = (page) => /name="csrf_token" value="([^"]+)"/.exec(page)[1];

describe('signing in', () => {
  it('sends only cookies that are for this host, this service’s own requests and no script', async () => {
    const begun = await get('/en/sign-in');
    const back = await get(`/callback?code=c&state=s${identity.count}`, pairOf(cookiesOf(begun)[signInCookie]));
    for (const cookie of [cookiesOf(begun)[signInCookie], cookiesOf(back)[sessionCookie]]) {
      assert.match(cookie, /^__Host-[a-z-]+=[\w-]{32}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=\d+$/);
    }
    assert.match(cookiesOf(back)[signInCookie], /Max-Age=0$/);
  });

  it('begins a session under a new id, and ends the one that the browser had', async () => {
    const begun = await get('/en/sign-in');
    const known = pairOf(cookiesOf(begun)[signInCookie]).split('=')[1];
    const first = await signIn(`${sessionCookie}=${known}`);
    assert.notEqual(first.split('=')[1], known);
    assert.equal((await get('/en/licence', `${sessionCookie}=${known}`)).status, 303);
    records.change('session', first.split('=')[1], { until: Date.now() - 1 });
    const second = await signIn(first);
    assert.notEqual(second, first);
    assert.equal(records.session.has(first.split('=')[1]), false);
  });

  it('is over after its time, whatever the browser still sends', async () => {
    const cookie = await signIn();
    assert.equal((await get('/en/licence', cookie)).status, 200);
    records.change('session', cookie.split('=')[1], { until: Date.now() - 1 });
    assert.equal((await get('/en/licence', cookie)).headers.get('location'), '/en/sign-in');
  });

  it('leads a person who is signed in on', async () => {
    assert.equal((await get('/fr/sign-in', await signIn())).headers.get('location'), '/fr/licence');
  });

  const answers = [
    ['of another sign-in', (state) => `code=c&state=${state}x`, 400],
    ['without state', () => 'code=c', 400],
    ['that says no, of another sign-in', (state) => `error=access_denied&state=${state}x`, 400],
    ['with an error', (state) => `error=invalid_scope&state=${state}`, 400],
    ['that is lost on the way', (state) => `code=lost&state=${state}`, 503],
    ['that says no', (state) => `error=access_denied&state=${state}`, 303],
  ];
  for (const [what, query, status] of answers) {
    it(`does not happen by an answer ${what}`, async () => {
      const begun = await get('/fr/sign-in');
      const cookie = pairOf(cookiesOf(begun)[signInCookie]);
      const back = await get(`/callback?${query(`s${identity.count}`)}`, cookie);
      assert.equal(back.status, status);
      assert.equal(sessionCookie in cookiesOf(back), false);
      if (status === 400) assert.match(await back.text(), /href="\/fr\/sign-in"/);
      if (status === 303) assert.equal(back.headers.get('location'), '/fr/?notice=declined');
      // Used up: the same answer again begins anew.
      assert.equal((await get('/callback?code=c&state=s1', cookie)).headers.get('location'), '/en/licence');
    });
  }

  it('writes nothing down for those who only begin it', async () => {
    const size = records.session.size;
    for (let i = 0; i < 20; i++) await get('/en/sign-in');
    assert.equal(records.session.size, size);
  });
});

describe('the pages', () => {
  const linksOf = (html) => [...html.matchAll(/<a [^>]*href="([^"]*)"/g)].map(([, href]) => href);

  it('lead by the brand’s links to the platform’s own site, where these are', async () => {
    const file = JSON.parse(readFileSync(new URL('../../../deploy/local/brand/brand.json', import.meta.url), 'utf8'));
    for (const lang of ['en', 'fr']) {
      const links = linksOf(await (await get(`/${lang}/`)).text());
      const named = [file.home, file.help_page, ...file.footer_links.map(({ href }) => href)].map((paths) => paths[lang]);
      assert.equal(named.length, 6);
      for (const path of named) assert.ok(links.includes(`${gateway}${path}`) && !links.includes(path), path);
    }
  });

  it('say what has to be chosen for the address to reach this service, by its name there', async () => {
    const cookie = await signIn();
    const { told } = ministries.find(({ part }) => part === 'example');
    for (const lang of ['en', 'fr']) {
      const page = await (await get(`/${lang}/licence`, cookie)).text();
      assert.ok(page.includes(told.name[lang]), told.name[lang]);
      // The way back is in whichever language is read then.
      assert.ok(linksOf(page).includes(`${gateway}/${lang}/address?return_to=${encodeURIComponent(`${config.url}/{lang}/licence`)}`));
    }
  });

  it('have an icon in every alert, as the platform’s do', async () => {
    const cookie = await signIn();
    for (const path of ['/en/?notice=signed-out', '/fr/?notice=declined', '/en/licence?notice=form-stale']) {
      const page = await (await get(path, cookie)).text();
      const count = (what) => page.split(what).length - 1;
      assert.equal(count('class="ontario-alert '), 1, path);
      assert.equal(count('<div class="ontario-alert__header-icon"><svg viewBox="0 0 24 24" aria-hidden="true" focusable="false"><'), 1, path);
    }
  });
});

describe('signing out', () => {
  it('ends the session here and in the browser, and says so', async () => {
    const cookie = await signIn();
    const page = await (await get('/en/licence', cookie)).text();
    const out = await post('/en/sign-out', cookie, { csrf_token: tokenOf(page) });
    assert.equal(out.headers.get('location'), '/en/?notice=signed-out');
    assert.match(cookiesOf(out)[sessionCookie], /=; .*Max-Age=0$/);
    assert.equal((await get('/en/licence', cookie)).headers.get('location'), '/en/sign-in');
    for (const lang of ['en', 'fr']) {
      const said = await (await get(`/${lang}/?notice=signed-out`)).text();
      assert.ok(said.includes(text[lang].signedOut) && !said.includes('id="sign-out"'));
      assert.ok(said.includes(`href="/${text[lang].other}/?notice=signed-out"`), 'the other language forgets it');
    }
  });
});

describe('a form', () => {
  for (const path of ['/en/pay', '/fr/pay', '/en/sign-out']) {
    it(`to ${path} counts only with this session’s token and from our own pages`, async () => {
      const cookie = await signIn();
      const csrf_token = tokenOf(await (await get('/en/licence', cookie)).text());
      const other = tokenOf(await (await get('/en/licence', await signIn())).text());
      for (const form of [{}, { csrf_token: '' }, { csrf_token: other }]) {
        const answer = await post(path, cookie, form);
        const back = `${path.slice(0, 3)}/licence?notice=form-stale`;
        assert.equal(answer.headers.get('location'), back);
        assert.match(await (await get(back, cookie)).text(), /ontario-alert--warning/);
      }
      for (const origin of [null, 'null', 'http://evil.example', 'http://localhost:8091', `${config.url}.evil.example`]) {
        const answer = await post(path, cookie, { csrf_token }, origin);
        assert.equal(answer.status, 403, origin);
        assert.match(await answer.text(), /<h1>/);
      }
      assert.doesNotMatch(await (await get('/en/licence', cookie)).text(), /ontario-alert--warning/);
      assert.equal(records.renewal.size, 0);
    });
  }
});

describe('what no page answers', () => {
  const cases = [
    ['/nowhere', 'en', 404, 'notFound'], ['/fr/nulle-part', 'fr', 404, 'notFound'], ['/en', 'en', 404, 'notFound'], ['/french', 'en', 404, 'notFound'],
    ['//', 'en', 404, 'notFound'], ['/en/licence/x', 'en', 404, 'notFound'],
  ];
  for (const [path, lang, status, name] of cases) {
    it(`is ${status} in ${lang}, with a way on: ${path}`, async () => {
      const answer = await get(path);
      const page = await answer.text();
      assert.equal(answer.status, status);
      assert.ok(page.includes(`<html lang="${lang}">`) && page.includes(`<h1>${text[lang][name]}</h1>`) && page.includes(`id="go-home" href="/${lang}/"`));
      const toggled = path.startsWith(`/${lang}/`) ? path.replace(lang, text[lang].other) : `/${text[lang].other}/`;
      assert.ok(page.includes(`ontario-language-toggler--small" href="${toggled}"`), toggled);
    });
  }

  it('is in the language that the browser prefers where the address has none', async () => {
    assert.match(await (await get('/nowhere', '', { headers: { 'accept-language': 'fr-CA,en;q=0.5' } })).text(), /<html lang="fr">/);
  });

  for (const [method, path, allow] of [['POST', '/en/', 'GET'], ['GET', '/en/pay', 'POST'], ['DELETE', '/webhooks/tellusonce', 'POST'], ['PUT', '/en/licence', 'GET']]) {
    it(`is 405 for ${method} ${path}, and says what is allowed`, async () => {
      const answer = await get(path, '', { method });
      assert.deepEqual([answer.status, answer.headers.get('allow')], [405, allow]);
    });
  }

  for (const path of ['/en/', '/healthz', '/en/sign-in', '/callback?code=c&state=s1', '/en/renewals/00', '/en/licence']) {
    it(`is HEAD's answer at ${path}: no body, no cookie, no effect`, async () => {
      const count = identity.count;
      const answer = await get(path, '', { method: 'HEAD' });
      assert.ok(answer.status < 400, String(answer.status));
      assert.deepEqual([await answer.text(), answer.headers.getSetCookie(), identity.count], ['', [], count]);
    });
  }

  for (const [what, headers] of [['said to be', { 'content-length': String(300 * 1024) }], ['found to be', { 'transfer-encoding': 'chunked' }]]) {
    it(`is a body ${what} too large`, async () => {
      const socket = connect(server.address().port, '127.0.0.1');
      let got = '';
      socket.on('data', (chunk) => (got += chunk)).on('error', () => {});
      const lines = Object.entries({ host: 'localhost', ...headers }).map((pair) => pair.join(': '));
      socket.write(`POST /webhooks/tellusonce HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      if (headers['transfer-encoding']) socket.write(`${(300 * 1024).toString(16)}\r\n${'x'.repeat(300 * 1024)}\r\n`);
      await new Promise((done) => socket.on('close', done));
      assert.match(got, /^HTTP\/1\.1 413 /);
    });
  }
});

describe('a service that is told to end', () => {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    it(`by ${signal} finishes the request under way`, async () => {
      const path = join(folder, 'ending.json');
      const other = createServer().listen(0, '127.0.0.1');
      await new Promise((done) => other.once('listening', done));
      const { port } = other.address();
      await new Promise((done) => other.close(done));
      writeFileSync(path, JSON.stringify({
        port, url: `http://localhost:${port}`, gateway: 'http://localhost:1', issuer: 'http://localhost:1', client_id: 'x', client_secret: 'x',
        webhook_secret: `whsec_${Buffer.alloc(32).toString('base64')}`, journal: join(folder, 'ending.journal'),
      }));
      const child = spawn(process.execPath, [join(import.meta.dirname, '../../../examples/health-card-registry/main.mjs')], { env: { CONFIG_FILE: path } });
      const ended = new Promise((done) => child.on('exit', (code) => done(code)));
      await new Promise((done) => child.stdout.once('data', done));
      const socket = connect(port, '127.0.0.1');
      let got = '';
      socket.on('data', (chunk) => (got += chunk));
      socket.write('POST /webhooks/tellusonce HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n{');
      await soon('it goes on', () => got.includes('100 Continue'));
      child.kill(signal);
      // Once it listens no more, it is ending.
      await soon('it listens no more', async () => !(await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null)));
      socket.write('}');
      assert.equal(await ended, 0);
      assert.match(got, /HTTP\/1\.1 401 /);
    });
  }
});

describe('the settings', () => {
  const start = (service, settings, args = []) => new Promise((done) => {
    const path = join(folder, 'settings.json');
    if (typeof settings === 'string') writeFileSync(path, settings);
    execFile(process.execPath, [join(import.meta.dirname, '../../../examples', service, 'main.mjs'), ...args], { env: settings === null ? {} : { CONFIG_FILE: path } },
      (error, stdout, stderr) => done({ code: error?.code ?? 0, output: stdout + stderr }));
  });
  const cases = [
    ['driver-licence-renewal', null, 2, /CONFIG_FILE is not set[^]*usage:/],
    ['health-card-registry', null, 2, /CONFIG_FILE is not set[^]*usage:/],
    ['driver-licence-renewal', '{"port": 1, "gateway": "http://localhost:8080"}', 2, /settings\.json: url, issuer, client_id, .*journal, brand_file are missing/],
    ['health-card-registry', '{"port": 1, "url": "http://localhost:1", "gateway": "x", "issuer": "x", "client_id": "x", "client_secret": "x", "webhook_secret": ""}', 2, /webhook_secret, journal are missing/],
    ['health-card-registry', '{"port": 1, "url": "http://ministry.example", "gateway": "x", "issuer": "x", "client_id": "x", "client_secret": "x", "webhook_secret": "x", "journal": "x"}', 2, /url must begin with https/],
    ['health-card-registry', 'null', 2, /are missing/],
    ['health-card-registry', '{', 2, /settings\.json: .*JSON/],
    ['driver-licence-renewal', null, 0, /^usage:.*CONFIG_FILE/, ['--help']],
  ];
  for (const [service, settings, code, said, args] of cases) {
    it(`of ${service} are checked: ${args ?? settings ?? 'none'}`, async () => {
      const ended = await start(service, settings, args);
      assert.equal(ended.code, code, ended.output);
      assert.match(ended.output, said);
    });
  }
});
