// The primary of PostgreSQL is killed under load, and a synchronous standby takes its place: what was acknowledged is there once,
// and the services find the new primary by themselves. With TAMARACK_LONG=1 also with Patroni, which decides by itself.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../../deploy/local/person/browser.mjs';
import { services } from '../../deploy/local/stack/layout.mjs';
import { callsOf, mixOf } from '../support/calls.mjs';
import { Adopted } from '../support/children.mjs';
import { Load } from '../support/load.mjs';
import { Patroni } from '../support/patroni.mjs';
import { Standby } from '../support/standby.mjs';
import { startStack } from '../support/stack.mjs';
import { checkAcknowledged } from './acknowledged.mjs';

const perSecond = 100;
const repeatedPerSecond = 40; // Nearly all of it makes payments, of which a ministry may make 50.
const gapSecondsMax = 60; // Patroni waits 20 s for one that is silent.
const isLong = Boolean(process.env.TAMARACK_LONG);

let stack;
let adopted;
before(async () => {
  stack = await startStack('faults-primary');
  adopted = new Adopted(stack.layout);
});
after(() => stack?.stop());

function loadOf(mix, rate = perSecond) {
  const { ports } = stack.layout;
  return new Load({ gateways: [{ listen: `127.0.0.1:${ports.gateway}`, admin: `127.0.0.1:${ports.admin.gateway}` }], host: new URL(stack.sandbox.gateway).host, mix, perSecond: rate });
}

async function serveFrom(servers) {
  await servers.start();
  await Promise.all(services.map((name) => adopted.start(name, { TAMARACK_PG_DSN: servers.dsnFor(name) })));
  await eventually('the gateway reaches all of them again', async () => {
    const probe = loadOf(mixOf(callsOf(stack.sandbox, 'probe')));
    await probe.once();
    return probe.failed.length === 0;
  });
}

// Until nothing has failed while a second's worth of requests was answered.
const isWell = (load) => eventually('every call is answered again', async () => {
  const [failed, answered] = [load.failed.length, load.answered];
  await eventually('more answers', () => load.answered >= answered + perSecond || load.failed.length > failed);
  return load.failed.length === failed;
}, { seconds: gapSecondsMax });

// Kills the primary under load; nothing acknowledged may be lost or doubled.
async function lose(servers, run) {
  const mix = mixOf(callsOf(stack.sandbox, run));
  const load = loadOf(mix);
  load.start();
  let killed, again;
  try {
    await eventually('payments are made', () => load.kept.length > perSecond);
    killed = Date.now();
    await servers.kill();
    await servers.promote();
    const isNew = ({ began }) => began > killed + 1000;
    again = await eventually('payments are made again', () => load.kept.find(isNew)?.ended, { seconds: gapSecondsMax });
    await isWell(load);
  } finally {
    await load.stop();
  }
  const ends = load.failed.map(({ ended }) => ended - killed);
  console.log(`[faults] ${run}: ${load.answered} answered; ${ends.length} failed, the last ${Math.max(0, ...ends)} ms after the kill; first change begun after it acknowledged at ${again - killed} ms`);
  assert.deepEqual(load.failed.filter(({ why, ended }) => !/^(503|429) /.test(why) || ended < killed).slice(0, 5), []);

  // Whoever was not answered asks again under the same key; whoever was, gets the same.
  const changes = load.failed.filter(({ kind }) => kind === 'create' || kind === 'notify');
  const repeated = loadOf([...changes, ...load.kept.slice(-50)].map(({ number }) => () => mix[number % mix.length](number)), repeatedPerSecond);
  await repeated.once();
  assert.deepEqual(repeated.failed, []);
  const told = new Map(load.kept.map(({ reference, id }) => [reference, id]));
  for (const { reference, id } of repeated.kept) assert.equal(id, told.get(reference) ?? id, reference);
  checkAcknowledged(Object.fromEntries(services.map((name) => [name, servers.dsnFor(name)])), [...load.kept, ...repeated.kept], run);
}

describe('the primary of PostgreSQL, killed under load', () => {
  it('gives way to Patroni\'s choice, comes back as a standby, and nothing acknowledged is lost or doubled', { skip: !isLong }, async () => {
    const servers = new Patroni(stack.layout);
    await serveFrom(servers);
    await lose(servers, 'chosen');
    await servers.rejoin();
  });

  it('gives way to its synchronous standby, and nothing acknowledged is lost or doubled', async () => {
    const servers = new Standby(stack.layout);
    await serveFrom(servers);
    await lose(servers, 'promoted');
    assert.equal(servers.ask('SELECT pg_is_in_recovery()'), 'f');
  });
});
