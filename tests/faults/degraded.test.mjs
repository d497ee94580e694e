// A part that is lost is lost alone. Redis is killed, and every process that could have kept something started anew: all but
// sessions, sign-ins and proof-bound tokens goes on. PostgreSQL is made to stall: no replica is taken out of service for it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { Browser, eventually } from '../../deploy/local/person/browser.mjs';
import { services } from '../../deploy/local/stack/layout.mjs';
import { startStack } from '../support/stack.mjs';

let stack;
let ministry;
before(async () => {
  stack = await startStack('faults-degraded');
  [ministry] = stack.sandbox.ministries;
});
after(() => stack?.stop());

async function readiness(name) {
  const response = await fetch(`http://127.0.0.1:${stack.layout.ports.admin[name]}/readyz`, { signal: AbortSignal.timeout(5000) });
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
    const [{ email, password }] = stack.sandbox.people;
    await eventually('signing in works', async () => {
      const browser = new Browser('en');
      const form = await browser.open(`${stack.sandbox.gateway}/en/sign-in`);
      const page = await browser.submit(form, '#password-form', { email, password });
      return page.status === 200 && new URL(page.url).pathname === '/en/account';
    });
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
      await eventually('the pool is used up', async () => {
        const metrics = await (await fetch(`http://127.0.0.1:${stack.layout.ports.admin.identity}/metrics`)).text();
        return Number(/^tamarack_pg_waiting\S* (\d+)/m.exec(metrics)?.[1] ?? 0) > 0;
      });
      const ready = await readiness('identity');
      assert.equal(ready.status, 200, JSON.stringify(ready));
    } finally {
      psql.stdin.end();
      await once(psql, 'exit');
      await Promise.all(waiting);
    }
  });
});
