// Processes that are told to end (SIGTERM) while queries are in flight: they wait for locks that the test holds. Each ends
// with status 0, by itself; under a sanitizer that means without a report, too.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, afterEach, before, describe, it } from 'node:test';
import { NotifyClient } from 'notifications-node-client';
import { eventually } from '../../deploy/local/person/browser.mjs';
import { services } from '../../deploy/local/stack/layout.mjs';
import { logTail } from '../../deploy/local/stack/processes.mjs';
import { Adopted } from '../support/children.mjs';
import { startStack } from '../support/stack.mjs';

let stack;
let ministry;
let notify;
let adopted;
const locks = new Map();
before(async () => {
  stack = await startStack('faults-terminated');
  [ministry] = stack.sandbox.ministries;
  adopted = new Adopted(stack.layout);
  notify = new NotifyClient(stack.sandbox.gateway, ministry.notify_api_key_test);
});
after(() => stack?.stop());
afterEach(() => Promise.all([...locks.keys()].map(release)));

const admin = (name) => `http://127.0.0.1:${stack.layout.ports.admin[name]}`;

async function endsWell({ name, ended }) {
  const [code, signal] = await ended;
  assert.deepEqual({ name, code, signal }, { name, code: 0, signal: null }, logTail(stack.layout, name, 60));
}

// Locks the tables, of the database of `name`, until release(name).
async function lock(name, tables) {
  const psql = spawn('psql', ['-X', '-q', '-A', '-t', stack.sandbox.postgres[name]], { stdio: ['pipe', 'pipe', 'inherit'] });
  locks.set(name, psql);
  psql.stdin.write(`BEGIN; LOCK TABLE ${tables.join(', ')} IN ACCESS EXCLUSIVE MODE; SELECT 'locked';\n`);
  for await (const chunk of psql.stdout.iterator({ destroyOnReturn: false })) if (String(chunk).includes('locked')) break;
}

async function release(name) {
  const psql = locks.get(name);
  locks.delete(name);
  psql.stdin.end();
  await once(psql, 'exit');
}

// Until a query of `name` waits for the table.
async function waits(name, table) {
  const psql = locks.get(name);
  await eventually(`a query of ${name} waits for ${table}`, async () => {
    psql.stdin.write(`SELECT 'waiting: ' || count(*) FROM pg_locks WHERE NOT granted AND relation = '${table}'::regclass;\n`);
    for await (const chunk of psql.stdout.iterator({ destroyOnReturn: false })) return !String(chunk).includes('waiting: 0');
  });
}

const bearer = (key) => ({ authorization: `Bearer ${key}` });
const statusOf = async (path, init = {}) => {
  const response = await fetch(stack.sandbox.gateway + path, init);
  await response.arrayBuffer();
  return response.status;
};

async function clientToken() {
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: stack.sandbox.admin.client_id, client_secret: stack.sandbox.admin.client_secret });
  const response = await fetch(`${stack.sandbox.gateway}/oauth2/token`, { method: 'POST', body: form });
  return (await response.json()).access_token;
}

// A call of each service, with the table that it has to wait for, and those that the service's workers do.
const inFlight = {
  payments: {
    tables: ['payment', 'processor_job'],
    call: () => statusOf('/v1/payments', {
      method: 'POST', headers: { ...bearer(ministry.pay_api_key), 'content-type': 'application/json' },
      body: JSON.stringify({ amount: 14500, reference: randomUUID(), description: 'Dog licence', return_url: `${stack.sandbox.example}/healthz` }),
    }),
    done: 201,
  },
  notify: {
    tables: ['notification'],
    call: () => notify.apiClient.get('/v2/notifications').then(({ status }) => status, (error) => error.response.status),
    done: 200,
  },
  tellusonce: {
    tables: ['subscription', 'change', 'delivery'],
    call: async (token) => statusOf('/v1/subscriptions', { headers: bearer(token) }),
    done: 200,
  },
  // Its administrators' token was exchanged before.
  identity: {
    tables: ['ministry', 'email_outbox'],
    call: async (token) => statusOf('/v1/admin/ministries', { headers: bearer(token) }),
    done: 200,
  },
};

describe('processes that are told to end while a query is in flight', () => {
  it("a ministry's plug-in ends while it asks for the platform's keys", async () => {
    const issuer = createServer();
    issuer.listen(0, '127.0.0.1');
    await once(issuer, 'listening');
    try {
      const fishing = await adopted.start('fishing', { TAMARACK_ISSUER: `http://127.0.0.1:${issuer.address().port}` });
      await eventually('the gateway reaches it', async () => (await statusOf('/fishing/v1/seasons')) === 200);
      const asked = once(issuer, 'request');
      const call = statusOf(`/fishing/v1/licences/${randomUUID()}`, { headers: bearer(await clientToken()) });
      const first = await Promise.race([asked.then(() => 'asks for the keys'), call]);
      assert.equal(first, 'asks for the keys');
      fishing.signal('SIGTERM');
      await endsWell(fishing);
      assert.equal(await call, 503);
    } finally {
      issuer.closeAllConnections();
      issuer.close();
    }
  });

  for (const isReleased of [true, false]) {
    it(isReleased ? 'answer it, when it ends in time' : 'end without it', async () => {
      const hurried = isReleased ? {} : { TAMARACK_DRAIN_SECONDS: '2' }; // Sooner than the locks' timeout.
      const processes = await Promise.all([...services.map((name) => adopted.start(name, hurried)), adopted.start('gateway')]);
      const token = await eventually('the gateway reaches identity', clientToken);
      // Each reaches the others, and credentials are known from now on.
      for (const [name, { call, done }] of Object.entries(inFlight)) await eventually(`${name} answers`, async () => (await call(token)) === done);
      const calls = [];
      for (const [name, { tables, call, done }] of Object.entries(inFlight)) {
        await lock(name, tables);
        calls.push(call(token).then((status) => ({ name, status, done })));
        await waits(name, tables[0]);
      }
      for (const one of processes) one.signal('SIGTERM');
      if (isReleased) {
        for (const { name } of processes) await eventually(`${name} drains`, async () => (await (await fetch(`${admin(name)}/readyz`)).json()).draining);
        for (const name of Object.keys(inFlight)) await release(name);
      }
      for (const { name, status, done } of await Promise.all(calls)) {
        if (isReleased) assert.equal(status, done, name);
        else assert.ok(status >= 400, `${name}: ${status}`); // An answer all the same.
      }
      for (const one of processes) await endsWell(one);
    });
  }
});
