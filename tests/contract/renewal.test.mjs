// A whole renewal against a fresh stack, and what must hold of the stack around it.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { eventually } from '../../deploy/local/person/browser.mjs';
import { ledgerBalance, metric } from '../../deploy/local/person/evidence.mjs';
import { Person } from '../../deploy/local/person/journey.mjs';
import { renewOnce } from '../../deploy/local/renewal.mjs';
import { Admin } from '../../deploy/local/seed/admin.mjs';
import { portsOf } from '../../deploy/local/stack/layout.mjs';
import { dsn, ownerOf } from '../../deploy/local/stack/postgres.mjs';
import { sessionCookie } from '../../examples/driver-licence-renewal/sessions.mjs';
import { startStack } from '../support/stack.mjs';

const services = ['identity', 'payments', 'notify', 'tellusonce'];
let stack;
let sandbox;
const renewed = [];

before(async () => {
  stack = await startStack('contract-renewal');
  ({ sandbox } = stack);
});
after(() => stack?.stop());

describe('a renewal', () => {
  for (const lang of ['en', 'fr']) {
    it(`runs from sign-up to confirmation in ${lang}, past a declined card`, async () => {
      renewed.push(await renewOnce({ sandbox, lang, tryDeclined: true }));
    });
  }

  it('runs for a person who has an account', async () => {
    renewed.push(await renewOnce({ sandbox, ...sandbox.people[0] }));
  });

  it('leaves a ledger that balances', async () => {
    const balance = await ledgerBalance(sandbox);
    assert.equal(balance.balances, true);
    assert.equal(balance.currencies[0].debits_posted, 9000 * renewed.length);
  });

  it('leaves no personal data in any log or metric', async () => {
    const secrets = ['Exemple', 'Birch Street', 'P4N', '4242424242424242', '4242 4242', ...renewed.flatMap(({ email, password }) => [email, password])];
    const texts = readdirSync(stack.layout.logs).map((file) => [file, readFileSync(join(stack.layout.logs, file), 'utf8')]);
    for (const [name, url] of Object.entries(sandbox.metrics)) texts.push([`${name} metrics`, await (await fetch(url)).text()]);
    assert.ok(texts.length > 10);
    for (const [name, text] of texts) {
      for (const secret of secrets) assert.ok(!text.includes(secret), `${name} holds "${secret}": ${text.split('\n').find((line) => line.includes(secret))}`);
    }
  });

  it('is counted', async () => {
    assert.equal(await metric(sandbox.metrics.payments, 'tamarack_payments_captured_cents_total'), 9000 * renewed.length);
  });
});

describe('a person who renews', () => {
  let person;
  let licence;
  before(async () => {
    person = new Person(sandbox, { lang: 'fr', ...sandbox.people[1] });
    licence = await person.signIn();
  });
  const pay = (page) => person.browser.submit(page, 'form[action$="/pay"]');

  it('finds the card page filled in, may cancel, is told so, and may begin again', async () => {
    const card = await pay(licence);
    const filled = (id) => card.document.querySelector(`#${id}`)?.value;
    assert.deepEqual(['cardholder-name', 'address-line-1', 'address-line-2', 'address-city', 'address-postcode', 'email'].map(filled),
      ['Étienne Modèle', '45, rue Principale', 'app. 3', 'Hearst', 'P0L 1N0', sandbox.people[1].email]);
    const ended = await person.browser.submit(card, '#cancel');
    const back = ended.document.querySelector('#return-url') ? await person.browser.open(ended.link('#return-url')) : ended;
    assert.equal(back.text('h1'), 'Vous avez annulé le paiement');
    assert.match(back.text('#why'), /Rien n’a été débité/);
    const again = await pay(back);
    assert.ok(again.document.querySelector('#card-details'));
    assert.notEqual(again.path, card.path);
  });

  it('sees what was paid, when, and what comes next', async () => {
    const done = await person.pay();
    assert.equal(done.text('#amount'), '90,00 $');
    assert.match(done.text('#paid-on'), new RegExp(`${new Date().getFullYear()}$`));
    assert.match(done.text('#next'), /45, rue Principale/);
  });

  it('is signed out for good, and known by another id after the next sign-in', async () => {
    const before = person.browser.cookie(sandbox.example, sessionCookie);
    const page = await person.browser.submit(await person.browser.open(`${sandbox.example}/fr/licence`), '#sign-out');
    assert.match(page.text('h2'), /Déconnexion de ce service réussie/);
    const stolen = await fetch(`${sandbox.example}/fr/licence`, { headers: { cookie: `${sessionCookie}=${before}` }, redirect: 'manual' });
    assert.equal(stolen.headers.get('location'), '/fr/sign-in');
    await person.signIn();
    assert.notEqual(person.browser.cookie(sandbox.example, sessionCookie), before);
  });
});

describe('a subscriber', () => {
  const type = 'ca.tamarack.tellusonce.address.changed.v1';
  const send = (body, secret, id = crypto.randomUUID()) => {
    const now = new Date();
    const headers = { 'webhook-id': id, 'webhook-timestamp': String(Math.floor(now / 1000)), 'webhook-signature': new Webhook(secret).sign(id, now, body) };
    return fetch(`${sandbox.example}/webhooks/tellusonce`, { method: 'POST', headers, body });
  };

  it('takes what is signed and unusable once and for all, and refuses what is not signed', async () => {
    const { secret } = sandbox.ministries[0].subscription;
    const parked = () => metric(sandbox.metrics.example, 'events_parked');
    const before = await parked();
    const unknown = JSON.stringify({ type, data: { delivery_id: crypto.randomUUID() } });
    for (const body of ['{', '{}', JSON.stringify({ type: 'something.else', data: {} }), unknown]) assert.equal((await send(body, secret)).status, 204, body);
    assert.equal((await send(unknown, sandbox.ministries[1].subscription.secret)).status, 401);
    await eventually('the unknown delivery is given up', async () => (await parked()) === before + 3);
  });

  it('of somebody else that is dead holds up no renewal', async () => {
    const admin = new Admin(sandbox.gateway, sandbox.admin.client_id, sandbox.admin.client_secret);
    const { ministry_id } = await admin.post('/v1/admin/ministries', { name_en: 'Somebody else', name_fr: 'Quelqu’un d’autre' });
    await admin.post('/v1/subscriptions', {
      ministry_id, name_en: 'Dead', name_fr: 'Mort', purpose_en: 'None.', purpose_fr: 'Aucun.', change_type: 'address', url: 'http://localhost:9/hook', return_origins: [], mode: 'sandbox',
    });
    await renewOnce({ sandbox });
  });
});

describe('the local stack', () => {
  it('writes a sandbox.json that only its owner reads, with everything an outside tool needs', () => {
    assert.equal(statSync(stack.layout.sandbox).mode & 0o777, 0o600);
    const text = (path) => assert.ok(path.split('.').reduce((value, key) => value?.[key], sandbox), path);
    ['gateway', 'issuer', 'inbox', 'example', 'redis', 'admin.client_secret'].forEach(text);
    for (const name of services) [`grpc.${name}`, `metrics.${name}`, `pids.${name}`, `postgres.${name}`].forEach(text);
    ['metrics.gateway', 'pids.gateway'].forEach(text);
    const ministry = ['name', 'service_id', 'notify_api_key_test', 'notify_api_key_live', 'pay_api_key', 'oauth.client_id', 'oauth.client_secret', 'oauth.redirect_uris', 'templates'];
    sandbox.ministries.forEach((_, i) => ministry.forEach((field) => text(`ministries.${i}.${field}`)));
    sandbox.people.forEach((_, i) => ['email', 'password'].forEach((field) => text(`people.${i}.${field}`)));
  });

  it('lets no service into another’s database', () => {
    for (const own of services) {
      const psql = (dsn) => execFileSync('psql', ['-X', '-A', '-t', '-c', 'SELECT 1', dsn], { encoding: 'utf8', stdio: 'pipe' }).trim();
      assert.equal(psql(sandbox.postgres[own]), '1');
      for (const other of services.filter((name) => name !== own)) {
        assert.throws(() => psql(sandbox.postgres[own].replace(`dbname=${own}`, `dbname=${other}`)), `${own} reaches ${other}`);
      }
    }
  });

  it('serves as no role that owns its database, unless it is told to', async () => {
    for (const name of services) {
      const running = readFileSync(`/proc/${sandbox.pids[name]}/environ`, 'utf8').split('\0').filter((one) => /^TAMARACK_/.test(one));
      const env = {
        ...Object.fromEntries(running.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)])),
        TAMARACK_PG_DSN: dsn(stack.layout, name, ownerOf(name)), TAMARACK_LISTEN: '127.0.0.1:0', TAMARACK_ADMIN_LISTEN: '127.0.0.1:0',
      };
      const start = (...flags) => spawn(join(stack.layout.build, `tamarack-${name}`), flags, { env, stdio: ['ignore', 'ignore', 'pipe'] });
      const refused = start();
      let said = '';
      refused.stderr.on('data', (text) => (said += text));
      assert.deepEqual(await once(refused, 'close'), [1, null], said);
      assert.match(said, /owns its database.*--allow_owner_role/);
      const allowed = start('--allow_owner_role');
      try {
        let warning = false;
        for await (const text of allowed.stderr) if ((warning ||= /"warning".*owns its database/.test(text))) break;
        assert.ok(warning, `${name} ended`);
      } finally {
        allowed.kill();
      }
    }
  });

  it('writes to disk before it answers', () => {
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
      const value = execFileSync('psql', ['-X', '-A', '-t', '-c', `SHOW ${setting}`, sandbox.postgres.payments], { encoding: 'utf8' }).trim();
      assert.equal(value, 'on', setting);
    }
  });

  it('listens on loopback alone', () => {
    const pids = new Set(Object.values(sandbox.pids).map(String));
    const inodes = new Set([...pids].flatMap((pid) => readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(pid, fd))).filter(Boolean));
    const rows = ['tcp', 'tcp6'].flatMap((file) => readFileSync(`/proc/net/${file}`, 'utf8').trim().split('\n').slice(1)).map((line) => line.trim().split(/\s+/));
    const listening = rows.filter((row) => row[3] === '0A' && inodes.has(row[9])).map(([, address]) => address);
    const ports = listening.map((address) => parseInt(address.split(':')[1], 16));
    assert.deepEqual(portsOf(stack.layout).filter((port) => !ports.includes(port)), []);
    // 127.0.0.1, ::1 and ::ffff:127.0.0.1, each word in the machine's byte order
    for (const address of listening) assert.match(address, /^(0100007F|0{24}01000000|0{16}FFFF00000100007F):/);
  });
});

// Inode of the socket behind a file descriptor.
function linkOf(pid, fd) {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
  } catch {
    return null;
  }
}
