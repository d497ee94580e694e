// The drill: keys that sign tokens are rotated and, in an emergency, removed by the command, while requests are served. Nobody with
// a good credential is refused, and a token of a removed key is good for nothing, with Redis and without.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { eventually } from '../../deploy/local/person/browser.mjs';
import { serviceEnvironment } from '../../deploy/local/stack/components.mjs';
import { startStack } from '../support/stack.mjs';

let stack;
before(async () => {
  stack = await startStack('faults-keys');
});
after(() => stack?.stop());

const gateway = () => stack.sandbox.gateway;
const psql = (sql) => execFileSync('psql', ['-X', '-A', '-t', '-c', sql, stack.sandbox.postgres.identity], { encoding: 'utf8' }).trim();

// Asynchronously, so that requests go on.
async function signingKeys(...words) {
  const env = { ...process.env, ...serviceEnvironment(stack.layout, 'identity') };
  const { stdout } = await promisify(execFile)(join(stack.layout.build, 'tamarack-identity'), ['signing-keys', ...words], { env });
  return stdout.trim().split('\n').filter((line) => / (next|current|retired|removed) since /.test(line)).map((line) => {
    const [kid, algorithm, state] = line.split(' ');
    return { kid, algorithm, state };
  });
}
const currentKid = async () => (await signingKeys('list')).find(({ algorithm, state }) => algorithm === 'ES256' && state === 'current').kid;

async function clientToken() {
  const { client_id, client_secret } = stack.sandbox.admin;
  const response = await fetch(`${gateway()}/oauth2/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret }) });
  assert.equal(response.status, 200);
  return (await response.json()).access_token;
}
const kidOf = (token) => JSON.parse(Buffer.from(token.split('.')[0], 'base64url')).kid;

async function statusOf(path, bearer) {
  const response = await fetch(gateway() + path, { headers: { authorization: `Bearer ${bearer}` } });
  await response.arrayBuffer();
  return response.status;
}
const withToken = (token) => statusOf('/v1/admin/ministries', token);

// What callers with good credentials were answered while `work` was done: with an API key, and with tokens asked for anew each time.
async function under(work) {
  const statuses = [];
  let isOver = false;
  const key = stack.sandbox.ministries[0].pay_api_key;
  const callers = [async () => statusOf('/v1/payments', key), async () => withToken(await clientToken())].map(async (call) => {
    while (!isOver) {
      statuses.push(await call());
      await delay(10);
    }
  });
  try {
    await work();
  } finally {
    isOver = true;
    await Promise.all(callers);
  }
  assert.ok(statuses.length > 10);
  return [...new Set(statuses)];
}

const successors = () => eventually('both successors are there', async () => (await signingKeys('list')).filter(({ state }) => state === 'next').length === 2);

describe('the keys that sign tokens', () => {
  it('are not rotated before the next are known', async () => {
    await successors();
    await assert.rejects(signingKeys('rotate'), /15 minutes/);
    await assert.rejects(signingKeys('turn'), /signing-keys: list/);
  });

  it('rotate under load, and nobody is refused', async () => {
    const old = await clientToken();
    psql("UPDATE signing_key SET created_at = created_at - interval '15 minutes'");
    assert.deepEqual(await under(async () => {
      await signingKeys('rotate');
      const token = await eventually('tokens are by the next key', async () => {
        const now = await clientToken();
        return kidOf(now) !== kidOf(old) && now;
      });
      assert.equal(await withToken(token), 200);
      assert.equal(await withToken(old), 200);
      await successors();
    }), [200]);
  });

  it('are there while calls use all connections to PostgreSQL', async () => {
    const { client_secret } = stack.sandbox.admin;
    const lock = spawn('psql', ['-X', '-q', stack.sandbox.postgres.identity], { stdio: ['pipe', 'ignore', 'inherit'] });
    lock.stdin.write('BEGIN; LOCK TABLE oauth_client;\n');
    const waiting = "FROM pg_stat_activity WHERE application_name = 'tamarack-identity' AND wait_event_type = 'Lock'";
    let isOver = false;
    const callers = Array.from({ length: 32 }, async () => {
      const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: '00000000-0000-7000-8000-000000000001', client_secret });
      while (!isOver) await (await fetch(`${gateway()}/oauth2/token`, { method: 'POST', body })).arrayBuffer();
    });
    try {
      await eventually('a token is made before any connection is free', async () => {
        // Longer than anybody may use keys without reading them again.
        const before = psql(`SELECT string_agg(pid || ' ' || query_start, ', ' ORDER BY pid) ${waiting} HAVING count(*) = 8 AND max(query_start) < now() - interval '2.2 s'`);
        if (!before) return false;
        const ready = await fetch(`http://127.0.0.1:${stack.layout.ports.admin.identity}/readyz`);
        const token = await clientToken();
        if (psql(`SELECT string_agg(pid || ' ' || query_start, ', ' ORDER BY pid) ${waiting}`) !== before) return false;
        assert.equal(ready.status, 200, await ready.text());
        return token;
      });
    } finally {
      isOver = true;
      lock.stdin.end('ROLLBACK;\n');
      await Promise.all(callers);
    }
  });

  it('are removed in an emergency under load, and only what they signed is refused', async () => {
    const stolen = await clientToken();
    assert.equal(await withToken(stolen), 200);
    assert.deepEqual(await under(async () => {
      await signingKeys('retire', kidOf(stolen), '--emergency');
      await eventually('its tokens are refused', async () => (await withToken(stolen)) === 401, { seconds: 8 });
      assert.notEqual(await currentKid(), kidOf(stolen));
    }), [200]);
    assert.equal(await withToken(stolen), 401);
    assert.equal(psql(`SELECT private_key_sealed FROM signing_key WHERE kid = '${kidOf(stolen)}'`), '');
  });

  it('are removed without Redis as well', async () => {
    await successors();
    await stack.kill('redis');
    const stolen = await clientToken();
    assert.equal(await withToken(stolen), 200);
    await signingKeys('retire', kidOf(stolen), '--emergency');
    await eventually('its tokens are refused', async () => (await withToken(stolen)) === 401, { seconds: 8 });
    assert.equal(await withToken(await clientToken()), 200);
    const key = stack.sandbox.ministries[0].pay_api_key;
    await eventually('API keys are exchanged anew', async () => (await statusOf('/v1/payments', key)) === 200);
  });
});
