// A stack of an earlier release, with data and work undone, becomes one of this release as docs/operations.md says, and keeps
// every account, consent, payment and subject.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { eventually } from '../../deploy/local/person/browser.mjs';
import { allMails } from '../../deploy/local/person/inbox.mjs';
import { seed } from '../../deploy/local/seed.mjs';
import { redisPassword, redisSocket } from '../../deploy/local/stack/components.mjs';
import { prepareFolders, root, services } from '../../deploy/local/stack/layout.mjs';
import { ask, dsn, ownerOf } from '../../deploy/local/stack/postgres.mjs';
import { secret } from '../../deploy/local/stack/secrets.mjs';
import { startPart, up } from '../../deploy/local/stack/stack.mjs';
import { newLayout, remove } from '../support/stack.mjs';
import { adminOf, adminToken, call, observeAccounts, observeDeliveries, observeKeys, observeMessages, observePayments, observeSetUp, observeSubjects, personOf, tokenOf } from './observe.mjs';
import { startReceiver } from './receiver.mjs';
import { recorded, restore, rowsOf } from './restore.mjs';

const lateKey = 'late'; // of a request that was under way when its database was migrated
let layout, sandbox, receiver, filled, observed;
let rowsBefore, rowsAfter; // of each table, around the migration

before(async () => {
  layout = prepareFolders(await newLayout('upgrade'));
  receiver = await startReceiver(layout.base);
  Object.assign(receiver.statusOf, { told: 200, paid: 200 });
  const release = recorded(layout);
  [filled, observed] = [release.json('filled.json'), release.json('observed.json')];
  filled.base = layout.base;
  await restore(layout, release);
  rowsBefore = rowsOf(layout);
  for (const name of services) {
    ask(layout, guideOf(name).sql, name);
    const late = name === 'payments' && (await lateRequest());
    migrate(name);
    if (late) assert.deepEqual(await late.end, [0, null]);
  }
  rowsAfter = rowsOf(layout);
  for (const name of services) migrate(name);
  assert.deepEqual(rowsOf(layout), rowsAfter, 'migrating again changes nothing');
  await startPart(layout, 'redis');
  keepSession();
  await up(layout, { seed });
  sandbox = JSON.parse(readFileSync(layout.sandbox, 'utf8'));
});
after(async () => {
  await receiver?.stop();
  if (layout) await remove(layout, 'upgrade');
});

// The commands of the guide's section, for the service `name` on this machine.
function guideOf(name) {
  const section = readFileSync(join(root, 'docs/operations.md'), 'utf8').split(/^## /m).find((one) => one.startsWith('Upgrading\n'));
  const [sql, sh] = ['sql', 'sh'].map((language) => new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'm').exec(section)[1].replaceAll('payments', name));
  return { sql: sql.replace('…', secret(layout, `postgres-${ownerOf(name)}`)), sh: sh.replace(/--pg_dsn='[^']*'/, '--pg_dsn="$DSN"') };
}

const migrate = (name) => execFileSync('/bin/bash', ['-c', guideOf(name).sh], {
  encoding: 'utf8', env: { PATH: `${layout.build}:${process.env.PATH}`, DSN: dsn(layout, name, ownerOf(name)) } });

// A transaction on the earlier schema, open by now, that ends only once somebody waits for it.
async function lateRequest() {
  const psql = spawn('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', dsn(layout, 'payments', ownerOf('payments'))], { stdio: ['pipe', 'pipe', 'inherit'] });
  const end = once(psql, 'exit');
  psql.stdin.end(`BEGIN;
    INSERT INTO payment_idempotency SELECT service_id, '${lateKey}', request_hash, payment_id, created_at FROM payment_idempotency WHERE payment_id = '${filled.payments.created}';
    SELECT 'open';
    DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM pg_locks WHERE NOT granted) LOOP PERFORM pg_sleep(0.01); END LOOP; END $$;
    COMMIT;`);
  await once(psql.stdout, 'data');
  return { end };
}

// Redis stays as it is: the session that was open.
function keepSession() {
  const value = JSON.stringify({ ...JSON.parse(filled.session.value), auth_time: Math.floor(Date.now() / 1000) });
  const env = { ...process.env, REDISCLI_AUTH: redisPassword(layout) };
  execFileSync('redis-cli', ['-s', redisSocket(layout), 'SET', filled.session.key, value, 'EX', '3600'], { env });
}

describe('migrating', () => {
  it('keeps every row as it was', () => {
    // Keys of requests are kept in one table now (tested below by asking again).
    const moved = { payments: ['payment_idempotency'], notify: ['idempotency_key'] };
    for (const name of services) {
      for (const [table, rows] of Object.entries(rowsBefore[name])) {
        if (table === 'schema_migration') continue;
        const kept = moved[name]?.includes(table) ? [] : rows.map((row) => JSON.stringify(row)).sort();
        const columns = Object.keys(rows[0] ?? {});
        const found = rowsAfter[name][table].map((row) => JSON.stringify(Object.fromEntries(columns.map((column) => [column, row[column]])))).sort();
        if (table === 'idempotent_answer') assert.deepEqual(kept.filter((row) => !found.includes(row)), [], `${name}.${table}`);
        else assert.deepEqual(found, kept, `${name}.${table}`);
      }
    }
  });

  it('gives the tables to the owner and the rows to the role that serves', () => {
    for (const name of services) {
      const owners = ask(layout, "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = 'public'::regnamespace", name);
      assert.equal(owners, ownerOf(name));
      assert.equal(ask(layout, `SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '${name}'`), ownerOf(name));
    }
    const may = (right, table) => ask(layout, `SELECT has_table_privilege('payments', '${table}', '${right}')`, 'payments');
    assert.deepEqual(['INSERT', 'UPDATE', 'DELETE'].map((right) => may(right, 'ledger_entry')), ['t', 'f', 'f']);
    assert.deepEqual(['INSERT', 'UPDATE', 'TRUNCATE'].map((right) => may(right, 'payment')), ['t', 't', 'f']);
  });
});

describe('the upgraded stack', () => {
  it('signs everybody in, with their consents and who has read what', async () => {
    assert.deepEqual(await observeAccounts(sandbox, filled.people), observed.accounts);
  });

  it('keeps whoever was signed in', async () => {
    const page = await fetch(`${sandbox.gateway}/en/account`, { headers: { cookie: filled.session.cookies, 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }, redirect: 'manual' });
    assert.match(await page.text(), new RegExp(observed.accounts[filled.session.person].email));
  });

  it('knows each person by the same subject at each ministry, and asks nobody again', async () => {
    assert.deepEqual(await observeSubjects(sandbox, filled), observed.subjects);
  });

  it('has the same payments, and a ledger that balances and is equal', async () => {
    const { balances, currencies, unbalanced_transfers } = await eventually('the capture that waited', async () => {
      const balance = await adminOf(sandbox).get('/v1/ledger/balance?mode=sandbox');
      return balance.currencies[0].debits_pending < observed.ledger.currencies[0].debits_pending && balance;
    });
    const [was] = observed.ledger.currencies;
    const captured = 12345;
    assert.deepEqual({ balances, currencies, unbalanced_transfers }, {
      balances: true, unbalanced_transfers: 0,
      currencies: [{ currency: 'CAD', debits_posted: was.debits_posted + captured, credits_posted: was.credits_posted + captured,
        debits_pending: was.debits_pending - captured, credits_pending: was.credits_pending - captured }],
    });
    const payments = await observePayments(sandbox, filled);
    for (const all of [payments, observed.payments]) {
      const late = all[filled.payments['capture waits']];
      assert.equal(late.state.status, 'success');
      delete late.settlement_summary;
    }
    assert.deepEqual(payments, observed.payments);
  });

  it('takes what a payment of before is owed', async () => {
    const key = filled.keys.pay_test.secret;
    const path = `/v1/payments/${filled.payments['waiting to be paid']}`;
    const { body } = await call(sandbox, 'GET', path, key);
    await personOf(sandbox, filled.people.zoe).walk(body._links.next_url.href, ({ path: at }) => at === '/callback');
    assert.equal((await call(sandbox, 'GET', path, key)).body.state.status, 'success');
  });

  it('has the same notifications and templates', async () => {
    const messages = await observeMessages(sandbox, filled);
    messages.notifications.notify_live = messages.notifications.notify_live.filter(({ id }) => id !== filled.waiting.notification);
    // Messages have a language now; that of those from before is English.
    for (const { template, preview } of Object.values(messages.templates)) {
      assert.equal(template.language, 'en');
      delete template.language;
      preview.html = preview.html.replace('<html lang="en">', '<html>');
    }
    assert.deepEqual(messages, observed.messages);
  });

  it('opens to each key as before, live ones to what is live', async () => {
    assert.deepEqual(await observeKeys(sandbox, filled.keys), observed.keys);
    assert.deepEqual((await call(sandbox, 'GET', '/v1/payments', filled.keys.pay_live.secret)).body.results, []);
    const { ministries, subscriptions, ...setUp } = await observeSetUp(sandbox, filled);
    assert.deepEqual({
      // The present seed has one more. Each is a sector of its own.
      ministries: ministries.slice(0, observed.setUp.ministries.length).map(({ sector, ...ministry }) => (assert.equal(sector, ministry.ministry_id), ministry)),
      subscriptions: subscriptions.map(({ mode, is_enabled: isEnabled, ...subscription }) => (assert.equal(mode, 'live'), assert.equal(typeof isEnabled, 'boolean'), subscription)),
      ...setUp,
    }, observed.setUp);
  });

  it('shows every change and what became of it at each ministry', async () => {
    const at = async (client) => observeDeliveries(sandbox, {
      ...filled, changes: filled.changes.slice(0, -1), deliveries: Object.fromEntries(Object.keys(filled.deliveries).map((id) => [id, client])) });
    assert.deepEqual(await at('live'), observed.deliveries);
    // Subscriptions from before are live: the same ministry's client of the sandbox is told nothing of them.
    assert.deepEqual(Object.values((await at('sandbox')).read).map(({ status }) => status), Object.keys(filled.deliveries).map(() => 404));
  });

  it('answers a repeated request with the first answer', async () => {
    const tokens = { admin: await adminToken(sandbox) };
    const late = { ...filled.repeats.find(({ who }) => who === 'pay_test'), idempotency_key: lateKey };
    for (const { who, path, body, idempotency_key, status, answer } of [...filled.repeats, late]) {
      const token = tokens[who] ?? tokenOf(filled.keys[who].kind, filled.keys[who].secret);
      const again = await call(sandbox, 'POST', path, token, { body, headers: { 'idempotency-key': idempotency_key } });
      // Links are made anew, and times that were sealed with an answer did not move with the others.
      const { _links, uri, ...first } = answer;
      const timeless = (value) => JSON.parse(JSON.stringify(value).replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'then'));
      const got = Object.fromEntries(Object.keys(first).map((field) => [field, again.body[field]]));
      assert.deepEqual(timeless({ status: again.status, ...got }), timeless({ status, ...first }), path);
    }
  });

  it('sends what waited, once', async () => {
    const webhooks = ['told', 'paid'];
    await eventually('the webhooks', () => webhooks.every((hook) => receiver.taken(hook).some(({ headers }) => headers['webhook-id'] === filled.waiting[hook])));
    for (const hook of webhooks) {
      const tries = receiver.tried(hook).filter(({ headers }) => headers['webhook-id'] === filled.waiting[hook]);
      assert.equal(tries.length, 1, hook);
      new Webhook(filled.hooks[hook].secret).verify(tries[0].body, tries[0].headers);
    }
    assert.equal(receiver.tried('gone').length, 0);
    const waited = ['waiting@example.ca', filled.waiting.registration];
    const to = async () => (await allMails(sandbox.inbox)).map((mail) => mail.to[0].address).sort();
    await eventually('the emails', async () => (await to()).length >= waited.length);
    assert.deepEqual(await to(), waited.sort());
  });
});
