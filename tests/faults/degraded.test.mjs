// A part that is lost is lost alone. Redis is killed, and every process that could have kept something started anew: all but
// sessions, sign-ins and proof-bound tokens goes on. PostgreSQL is made to stall: no replica is taken out of service for it. Others
// are slow: whoever waits for them holds nothing that somebody else needs. With TAMARACK_LONG=1 Redis is away for five minutes.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Browser, eventually } from '../../deploy/local/person/browser.mjs';
import { redisPassword, redisSocket } from '../../deploy/local/stack/components.mjs';
import { services } from '../../deploy/local/stack/layout.mjs';
import { writePrivateJson } from '../../deploy/local/stack/private.mjs';
import { callsOf, mixOf } from '../support/calls.mjs';
import { enterCard, openCardPage } from '../support/card_page.mjs';
import { Adopted } from '../support/children.mjs';
import { Load } from '../support/load.mjs';
import { metric, metricNames } from '../support/metrics.mjs';
import { SlowRelay } from '../support/slow_relay.mjs';
import { startStack } from '../support/stack.mjs';

let stack;
let ministry;
before(async () => {
  stack = await startStack('faults-degraded');
  [ministry] = stack.sandbox.ministries;
});
after(() => stack?.stop());

const admin = (name) => `http://127.0.0.1:${stack.layout.ports.admin[name]}`;

async function readiness(name) {
  const response = await fetch(`${admin(name)}/readyz`, { signal: AbortSignal.timeout(5000) });
  return { status: response.status, ...(await response.json()) };
}

async function statusOf(path, { method = 'GET', headers = {}, body } = {}) {
  const response = await fetch(stack.sandbox.gateway + path, { method, headers, body, redirect: 'manual' });
  await response.arrayBuffer();
  return response.status;
}

async function clientToken() {
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: stack.sandbox.admin.client_id, client_secret: stack.sandbox.admin.client_secret });
  const response = await fetch(`${stack.sandbox.gateway}/oauth2/token`, { method: 'POST', body: form });
  assert.equal(response.status, 200);
  return (await response.json()).access_token;
}

const signIn = async () => {
  const [{ email, password }] = stack.sandbox.people;
  const browser = new Browser('en');
  const page = await browser.submit(await browser.open(`${stack.sandbox.gateway}/en/sign-in`), '#password-form', { email, password });
  return page.status === 200 && new URL(page.url).pathname === '/en/account';
};

describe('while Redis goes and comes back under load', () => {
  const perSecond = 100;
  const awayMs = process.env.TAMARACK_LONG ? 300_000 : 20_000;
  const [callersMax, askedBy] = [2, 2]; // of what there were before

  // What Redis has counted since it started.
  function counts() {
    const text = execFileSync('redis-cli', ['-s', redisSocket(stack.layout), 'INFO'], { encoding: 'utf8', env: { ...process.env, REDISCLI_AUTH: redisPassword(stack.layout) } });
    const of = (name) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(text)[1]);
    return { clients: of('connected_clients'), connections: of('total_connections_received'), commands: of('total_commands_processed') };
  }

  it('999 in 1,000 requests that need no session are answered, and it is not run down when it is back', async () => {
    const { ports } = stack.layout;
    const load = new Load({
      gateways: [{ listen: `127.0.0.1:${ports.gateway}`, admin: `127.0.0.1:${ports.admin.gateway}` }],
      host: new URL(stack.sandbox.gateway).host, mix: mixOf(callsOf(stack.sandbox, 'without-redis')), perSecond,
    });
    const answers = (count) => { const from = load.answered; return eventually(`${count} more answers`, () => load.answered >= from + count); };
    load.start();
    let asked;
    try {
      await answers(perSecond);
      const [first, from] = [counts(), load.answered];
      await answers(3 * perSecond);
      const perAnswer = (counts().commands - first.commands) / (load.answered - from);
      assert.ok(perAnswer > 0.1, `Redis is asked ${perAnswer} times a request: this proves nothing`);
      await stack.kill('redis');
      await delay(awayMs);
      await stack.start('redis');
      const [begin, back] = [counts(), load.answered];
      await eventually('sessions work again', signIn);
      await answers(3 * perSecond);
      const now = counts();
      asked = { before: perAnswer, commands: now.commands - begin.commands, answers: load.answered - back, clients: now.clients, connections: now.connections, clientsBefore: first.clients };
    } finally {
      await load.stop();
    }
    console.log(`[faults] ${load.answered} answered, ${load.failed.length} failed; when Redis was back: ${JSON.stringify(asked)}`);
    assert.ok(load.failed.length * 1000 <= load.answered, JSON.stringify(load.failed.slice(0, 5)));
    assert.ok(asked.clients <= callersMax * asked.clientsBefore && asked.connections <= 3 * callersMax * asked.clientsBefore, JSON.stringify(asked));
    assert.ok(asked.commands <= askedBy * asked.before * asked.answers + 100, JSON.stringify(asked));
  });
});

describe('without Redis', () => {
  let session;
  before(async () => {
    const [{ email, password }] = stack.sandbox.people;
    session = new Browser('en');
    const form = await session.open(`${stack.sandbox.gateway}/en/sign-in`);
    const account = await session.submit(form, '#password-form', { email, password });
    assert.equal(new URL(account.url).pathname, '/en/account');
    await stack.kill('redis');
    // Nothing that was known before is known any longer.
    for (const name of [...services, 'gateway']) {
      await stack.kill(name);
      await stack.start(name);
    }
  });

  for (const name of [...services, 'gateway']) {
    it(`${name} is ready, and says that it is degraded`, async () => {
      const ready = await eventually(`${name} misses Redis`, async () => { const now = await readiness(name); return now.degraded && now; });
      assert.equal(ready.status, 200);
      assert.deepEqual(ready.checks.filter(({ ok }) => !ok).map((check) => [check.name, check.hard]), [['redis', false]]);
    });
  }

  it('API keys, clients and administrators go on', async () => {
    assert.equal(await statusOf('/v1/payments', { headers: { authorization: `Bearer ${ministry.pay_api_key}` } }), 200);
    assert.equal(await statusOf('/v1/admin/ministries', { headers: { authorization: `Bearer ${await clientToken()}` } }), 200);
    assert.equal(await statusOf('/v1/payments', { headers: { authorization: 'Bearer api_live_made_up' } }), 401);
  });

  it('pages that need no session are shown', async () => {
    assert.equal(await statusOf('/en/sign-in'), 200);
    assert.equal(await statusOf('/fr/register'), 200);
  });

  it('a session has to wait, and is not called ended', async () => {
    const cookie = `__Host-tamarack-session=${session.cookie(stack.sandbox.gateway, '__Host-tamarack-session')}`;
    assert.equal(await statusOf('/en/account', { headers: { cookie } }), 503);
  });

  it('when it is back, people sign in, and nobody is degraded', async () => {
    await stack.start('redis');
    await eventually('signing in works', signIn);
    for (const name of [...services, 'gateway']) await eventually(`${name} is well`, async () => { const now = await readiness(name); return now.ready && !now.degraded; });
  });
});

describe('while every connection to PostgreSQL waits', () => {
  it('a replica stays ready: the check has a connection of its own', async () => {
    const psql = spawn('psql', ['-X', '-q', '-A', '-t', stack.sandbox.postgres.identity], { stdio: ['pipe', 'pipe', 'inherit'] });
    psql.stdin.write("BEGIN; LOCK TABLE oauth_client IN ACCESS EXCLUSIVE MODE; SELECT 'locked';\n");
    for await (const chunk of psql.stdout) if (String(chunk).includes('locked')) break;
    const waiting = Array.from({ length: 20 }, (_, i) => statusOf('/oauth2/token', {
      method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_id: `nobody-${i}`, client_secret: 'x' }),
    }));
    try {
      await eventually('the pool is used up', async () => (await metric(admin('identity'), metricNames.poolWaiting)) > 0);
      const ready = await readiness('identity');
      assert.equal(ready.status, 200, JSON.stringify(ready));
    } finally {
      psql.stdin.end();
      await once(psql, 'exit');
      await Promise.all(waiting);
    }
  });
});

describe('while PostgreSQL is gone', () => {
  it('services that are not ready answer what needs none of it', async () => {
    const log = () => readFileSync(join(stack.layout.logs, 'identity.log'), 'utf8').split('\n').filter((line) => line.includes('"readiness"'));
    const from = log().length;
    await stack.kill('postgres');
    try {
      await eventually('identity says that it is not ready', () => log().slice(from).some((line) => JSON.parse(line).ready === false));
      for (let i = 0; i < 10; i++) assert.equal(await statusOf('/en/sign-in'), 200);
      assert.equal(await statusOf('/v1/payments', { headers: { authorization: 'Bearer api_test_nobody' } }), 503);
    } finally {
      await stack.start('postgres');
    }
    for (const name of services) await eventually(`${name} is ready again`, async () => (await readiness(name)).ready);
  });
});

describe('while another process is slow', () => {
  const payers = 6;
  const slowMs = 2000;
  let adopted;
  let calls;
  before(() => {
    adopted = new Adopted(stack.layout);
    calls = callsOf(stack.sandbox, 'slow');
  });

  async function ask({ method, path, headers, body }) {
    const response = await fetch(stack.sandbox.gateway + path, { method, headers, body });
    return { status: response.status, text: await response.text() };
  }

  // What `slow` waits for is kept back for `slowMs` and until everybody else has been served. Resolves to the slow ones' results.
  async function meanwhile(relay, slow, others) {
    relay.hold();
    const held = performance.now();
    let settled = 0;
    const waiting = slow.map((one) => one().finally(() => settled++));
    try {
      await eventually('answers are kept back', () => relay.kept > 0);
      await others();
      assert.equal(settled, 0, 'others were served only when the slow ones had been');
      await delay(Math.max(0, slowMs - (performance.now() - held)));
    } finally {
      relay.release();
    }
    return Promise.all(waiting);
  }

  // Payments that are made and read, one after the other so that one connection would do.
  async function others() {
    for (let i = 0; i < 20; i++) {
      assert.equal((await ask(calls.createPayment(Date.now() * 100 + i))).status, 201);
      assert.equal((await ask(calls.readPayment())).status, 200);
      await eventually('nobody waits for a connection', async () => (await metric(admin('payments'), metricNames.poolWaiting)) === 0);
    }
  }

  it('who pays holds no connection of the pool while the card processor takes its time', async () => {
    const relay = new SlowRelay(`127.0.0.1:${stack.layout.ports['card-processor']}`);
    const url = `http://${await relay.start()}`;
    const payments = await adopted.start('payments', { TAMARACK_PROCESSOR_URL: url, TAMARACK_PROCESSOR_TIMEOUT_MS: '25000', TAMARACK_PG_POOL_SIZE: '2' });
    try {
      await eventually('the gateway reaches it', async () => (await ask(calls.readPayment())).status === 200);
      const people = [];
      for (let i = 0; i < payers; i++) {
        const { status, text } = await ask(calls.createPayment(i));
        assert.equal(status, 201, text);
        people.push(await openCardPage(JSON.parse(text)));
      }
      const ends = await meanwhile(relay, people.map((person) => () => enterCard(person, '4242424242424242')), async () => {
        await eventually('all wait for the processor', () => relay.kept >= payers);
        await eventually('no connection is in use', async () => (await metric(admin('payments'), metricNames.poolInUse)) === 0);
        await others();
      });
      for (const page of ends) assert.ok(page.document.querySelector('#confirmation'), page.title);
    } finally {
      payments.signal('SIGTERM');
      await payments.ended;
      relay.stop();
      await stack.start('payments');
    }
  });

  it('who sends a message takes no place from who pays', async () => {
    const relay = new SlowRelay(stack.sandbox.grpc.notify);
    const address = await relay.start();
    const config = JSON.parse(readFileSync(join(stack.layout.folder, 'gateway.json'), 'utf8'));
    config.backends.find(({ name }) => name === 'notify').address = address;
    const path = join(stack.layout.folder, 'gateway-slow.json');
    writePrivateJson(path, config);
    const gateway = await adopted.start('gateway', { TAMARACK_CONFIG: path });
    try {
      await eventually('notify is reached', async () => (await ask(calls.notify(0))).status === 201);
      const sends = Array.from({ length: 40 }, (_, i) => () => ask(calls.notify(1 + i)));
      const answers = await meanwhile(relay, sends, others);
      assert.deepEqual([...new Set(answers.map(({ status }) => status))], [201]);
    } finally {
      gateway.signal('SIGTERM');
      await gateway.ended;
      relay.stop();
      await stack.start('gateway');
    }
  });
});
