// Three processes of each service and two gateways under load. Each is ended and started again, told to (SIGTERM) and without a
// word (kill -9); certificates are renewed meanwhile. Told to, nobody notices; without a word, nothing acknowledged is lost or doubled.
// With TAMARACK_LONG=1 one process at a time, three times each; else one of every service at once.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../../deploy/local/person/browser.mjs';
import { renewCertificates } from '../../deploy/local/stack/stack.mjs';
import { callsOf, mixOf } from '../support/calls.mjs';
import { Load } from '../support/load.mjs';
import { greet } from '../support/peers.mjs';
import { replicate } from '../support/replicas.mjs';
import { startStack } from '../support/stack.mjs';
import { checkAcknowledged } from './acknowledged.mjs';

const perSecond = 200;
const isLong = Boolean(process.env.TAMARACK_LONG);

let stack;
let replicas;
before(async () => {
  stack = await startStack('faults-replicas');
  replicas = await replicate(stack);
});
after(async () => {
  await Promise.all(Object.values(replicas ?? {}).flat().map((one) => one.end('SIGTERM')));
  await stack?.stop();
});

// What is ended at once, in turn.
function turns() {
  const all = Object.values(replicas);
  if (isLong) return Array.from({ length: 3 }, () => all.flat().map((one) => [one])).flat();
  return [0, 1, 2].map((i) => all.map((of) => of[i]).filter(Boolean));
}

// Runs `work` under load; the load when all of it is answered.
async function under(run, work) {
  const load = new Load({ gateways: replicas.gateway, host: new URL(stack.sandbox.gateway).host, mix: mixOf(callsOf(stack.sandbox, run)), perSecond });
  load.start();
  try {
    await eventually('every kind of call is answered', async () => load.answered > perSecond);
    await work(load);
  } finally {
    await load.stop();
  }
  return load;
}

const summary = (load) => ({ answered: load.answered > perSecond, failed: load.failed.slice(0, 10) });
const messages = (one, from) => readFileSync(join(stack.layout.logs, `${one.name}.log`), 'utf8').slice(from).split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line).msg);

async function restart(one) {
  const from = readFileSync(join(stack.layout.logs, `${one.name}.log`), 'utf8').length;
  assert.deepEqual([one.name, ...(await one.end('SIGTERM'))], [one.name, 0, null], one.log());
  const said = messages(one, from);
  assert.ok(said.includes('draining') && said.includes('drained'), `${one.name} said ${said}`);
  await one.start();
}

describe('three processes of each service and two gateways, under load', () => {
  it('are restarted without a failed request, with certificates that have just been renewed', async () => {
    const run = 'rolled';
    const serials = () => Promise.all(Object.entries(replicas).filter(([name]) => name !== 'gateway')
      .flatMap(([name, of]) => of.map(async ({ listen }) => (await greet(stack.layout.certificates, name, listen, 'gateway')).serialNumber)));
    const load = await under(run, async () => {
      const earlier = await serials();
      renewCertificates(stack.layout);
      await eventually('each shows its new certificate', async () => (await serials()).every((serial, i) => serial !== earlier[i]));
      for (const together of turns()) await Promise.all(together.map(restart));
    });
    assert.deepEqual(summary(load), { answered: true, failed: [] });
    checkAcknowledged(stack.sandbox.postgres, load.kept, run);
  });

  it('are killed, and lose and double nothing', async () => {
    const run = 'killed';
    const kills = [];
    const load = await under(run, async () => {
      for (const together of turns()) {
        const kill = { began: Date.now(), names: together.map(({ name }) => name) };
        await Promise.all(together.map((one) => one.end('SIGKILL')));
        await Promise.all(together.map((one) => one.start()));
        kills.push({ ...kill, ended: Date.now() });
      }
    });
    console.log(`[faults] ${load.answered} answered, ${load.failed.length} failed while processes were killed`);
    const isOfKill = ({ began, ended, why }) => /^(503 |ECONNRESET|ECONNREFUSED|EPIPE|socket hang up)/.test(why) && kills.some((kill) => began <= kill.ended && ended >= kill.began);
    assert.deepEqual(load.failed.filter((one) => !isOfKill(one)).slice(0, 10), []);

    // Whoever got no answer asks again under the same key.
    const calls = callsOf(stack.sandbox, run);
    const mix = mixOf(calls);
    const again = new Load({ gateways: replicas.gateway, host: new URL(stack.sandbox.gateway).host, mix: load.failed.map(({ number }) => () => mix[number % mix.length](number)), perSecond });
    await again.once();
    assert.deepEqual(again.failed, []);
    const told = [...load.kept, ...again.kept];
    checkAcknowledged(stack.sandbox.postgres, told, run);
    assert.throws(() => checkAcknowledged(stack.sandbox.postgres, [...told, { ...told[0], id: '0'.repeat(26) }], run), 'the check misses what is lost');
  });
});
