// The primary of PostgreSQL is killed under load, and its synchronous standby takes its place: what was acknowledged is there once,
// and the services find the new primary by themselves.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../../deploy/local/person/browser.mjs';
import { services } from '../../deploy/local/stack/layout.mjs';
import { callsOf, mixOf } from '../support/calls.mjs';
import { Adopted } from '../support/children.mjs';
import { Load } from '../support/load.mjs';
import { Standby } from '../support/standby.mjs';
import { startStack } from '../support/stack.mjs';
import { checkAcknowledged } from './acknowledged.mjs';

const perSecond = 100;
const gapSecondsMax = 30;

let stack;
let standby;
before(async () => {
  stack = await startStack('faults-primary');
  standby = new Standby(stack.layout);
  await standby.start();
  const adopted = new Adopted(stack.layout);
  await Promise.all(services.map((name) => adopted.start(name, { TAMARACK_PG_DSN: standby.bothFor(name) })));
});
after(() => stack?.stop());

function loadOf(mix) {
  const { ports } = stack.layout;
  return new Load({ gateways: [{ listen: `127.0.0.1:${ports.gateway}`, admin: `127.0.0.1:${ports.admin.gateway}` }], host: new URL(stack.sandbox.gateway).host, mix, perSecond });
}

describe('the primary of PostgreSQL, killed under load', () => {
  it('gives way to its synchronous standby, and nothing acknowledged is lost or doubled', async () => {
    const run = 'promoted';
    const mix = mixOf(callsOf(stack.sandbox, run));
    const load = loadOf(mix);
    load.start();
    let killed, again;
    try {
      await eventually('payments are made', async () => load.kept.length > perSecond);
      killed = Date.now();
      await stack.kill('postgres');
      standby.promote();
      const told = load.kept.length;
      again = await eventually('payments are made again', async () => load.kept.length > told + perSecond && Date.now(), { seconds: gapSecondsMax });
      await eventually('every kind of call is answered again', async () => {
        const failed = load.failed.length;
        const answered = load.answered;
        await eventually('more calls', async () => load.answered + load.failed.length > answered + failed + perSecond);
        return load.failed.length === failed;
      });
    } finally {
      await load.stop();
    }
    const gap = load.failed.map(({ ended }) => ended - killed);
    console.log(`[faults] ${load.answered} answered; ${gap.length} failed, the last ${Math.max(0, ...gap)} ms after the kill; 100 more changes acknowledged after ${again - killed} ms`);
    assert.equal(standby.ask('SELECT pg_is_in_recovery()'), 'f');
    assert.deepEqual(load.failed.filter(({ why, ended }) => !why.startsWith('503 ') || ended < killed).slice(0, 5), []);

    // Whoever was not answered asks again under the same key; whoever was, gets the same.
    const repeated = loadOf([...load.failed.map(({ number }) => number), ...load.kept.slice(0, 50).map(({ number }) => number)].map((number) => () => mix[number % mix.length](number)));
    await repeated.once();
    assert.deepEqual(repeated.failed, []);
    const dsns = Object.fromEntries(services.map((name) => [name, standby.bothFor(name)]));
    checkAcknowledged(dsns, [...load.kept, ...repeated.kept], run);
    for (const { reference, id } of repeated.kept) for (const told of load.kept) if (told.reference === reference) assert.equal(id, told.id);
  });
});
