// Every service's keyring is changed while the platform is used: no call fails, all rows stay readable and are sealed anew, and
// the version before can then be taken out.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../../deploy/local/person/browser.mjs';
import { serviceEnvironment } from '../../deploy/local/stack/components.mjs';
import { services } from '../../deploy/local/stack/layout.mjs';
import { startStack } from '../support/stack.mjs';

let stack;
let ministry;
before(async () => {
  stack = await startStack('contract-keys');
  [ministry] = stack.sandbox.ministries;
});
after(() => stack?.stop());

function keys(name, ...words) {
  const env = serviceEnvironment(stack.layout, name);
  return spawnSync(join(stack.layout.build, `tamarack-${name}`), ['keys', ...words], { encoding: 'utf8', timeout: 20000, env });
}
function listed(name) {
  const { status, stdout, stderr } = keys(name, 'list');
  assert.equal(status, 0, stderr);
  return stdout;
}
// As if the version had come into use an hour earlier.
async function age(name) {
  const path = serviceEnvironment(stack.layout, name).TAMARACK_SECRET_KEY_FILE;
  const earlier = (time) => new Date(Date.parse(time) - 3600_000).toISOString().replace(/\.\d+/, '');
  await writeFile(path, (await readFile(path, 'utf8')).replace(/^2 (\S+)/m, (_, time) => `2 ${earlier(time)}`));
}
// Rows of a version by column, as `keys list` prints them.
function rowsOf(list, version) {
  const part = list.split(/^version /m).find((text) => text.startsWith(`${version}:`)) ?? '';
  return Object.fromEntries([...part.matchAll(/^ {2}(\S+) +(\d+)$/gm)].map(([, column, count]) => [column, Number(count)]));
}
async function metric(name, key) {
  const text = await (await fetch(`http://127.0.0.1:${stack.layout.ports.admin[name]}/metrics`)).text();
  return Number(text.match(new RegExp(`^${key} (\\S+)$`, 'm'))?.[1]);
}

async function call(method, path, body) {
  const response = await fetch(stack.sandbox.gateway + path, {
    method, headers: { authorization: `Bearer ${ministry.pay_api_key}`, 'content-type': 'application/json' }, body: body && JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}
const newPayment = () => call('POST', '/v1/payments', {
  amount: 100, reference: 'keys', description: 'Dog licence', return_url: `${stack.sandbox.example}/healthz`, email: 'zoe@example.ca',
});

// Pays and reads until `stop`, which gives what went wrong.
function use() {
  let isOver = false;
  const failures = [];
  const work = (async () => {
    while (!isOver) {
      const made = await newPayment();
      const read = await call('GET', `/v1/payments/${made.body.payment_id}`);
      const list = await call('GET', '/v1/payments');
      if (made.status !== 201 || read.body.email !== 'zoe@example.ca' || list.status !== 200) failures.push([made, read, list.status]);
    }
  })();
  return { stop: async () => { isOver = true; await work; return failures; } };
}

describe('keyrings of a running platform', () => {
  // What ends by itself, within a day.
  const lasting = ['registration.code_mac'];

  it('are changed without anybody noticing', async () => {
    const { body: early } = await newPayment();
    assert.ok(rowsOf(listed('payments'), 1)['payment.payer_sealed'] > 0);
    const load = use();
    for (const name of services) {
      assert.match(listed(name), /^version 1: in use$/m);
      const { status, stderr } = keys(name, 'rotate', '--now');
      assert.equal(status, 0, stderr);
    }
    for (const name of services) {
      await eventually(`${name} reads its keyring`, async () => (await metric(name, 'tamarack_keyring_version_in_use')) === 2);
      await eventually(`${name} seals its rows anew`, () => Object.keys(rowsOf(listed(name), 1)).every((column) => lasting.includes(column)));
      assert.match(listed(name), /^version 2: in use, since \d{4}-/m);
    }
    await newPayment();
    assert.deepEqual(await load.stop(), []);
    assert.ok(rowsOf(listed('payments'), 2)['payment.payer_sealed'] > 1);
    assert.equal((await call('GET', `/v1/payments/${early.payment_id}`)).body.email, 'zoe@example.ca');
  });

  it('lose their earlier version when nothing is left of it', async () => {
    const { body: payment } = await newPayment();
    assert.match(keys('payments', 'retire', '2').stderr, /version 2 is in use/);
    for (const name of ['payments', 'notify', 'tellusonce']) {
      assert.match(keys(name, 'retire', '1', '--now').stderr, /what replaces version 1 may not be in use everywhere before \d{4}-/);
      await age(name);
    }
    assert.match(keys('payments', 'retire', '1').stderr, /given out under version 1 is good until/);
    await age('identity');
    for (const name of services) assert.equal(keys(name, 'retire', '1', '--now').status, 0, name);
    for (const name of ['identity', 'payments']) {
      assert.doesNotMatch(listed(name), /^version 1/m);
      await stack.kill(name);
      await stack.start(name);
    }
    await eventually('the payment is read', async () => (await call('GET', `/v1/payments/${payment.payment_id}`)).body.email === 'zoe@example.ca');
  });
});
