// Renewals run while processes are killed with -9 at random points and started again. Everything must finish, and then a
// separate program, checker.mjs, reads databases, inbox and receivers' files for anything lost or doubled.
// TAMARACK_FAULT_SEED repeats a run's choices; with TAMARACK_LONG=1 (`make faults`) everything is killed five times as often.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { renewOnce } from '../../deploy/local/renewal.mjs';
import { startStack } from '../support/stack.mjs';

const victims = ['identity', 'payments', 'notify', 'tellusonce', 'gateway', 'postgres', 'card-processor', 'example', 'healthcard'];
const rounds = process.env.TAMARACK_LONG ? 10 : 2;
const workers = 3;
const renewalsMin = 6 * rounds;
const finishMsMax = 60_000;
const [calmMsMin, calmMsMax, downMsMax] = [400, 2500, 1200];

// Mulberry32: small, and the same everywhere for one seed.
function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled(list, random) {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [copy[i], copy[j]] = [copy[j], copy[i]];
  }
  return copy;
}

async function killAll(stack, random, isCalledOff) {
  const order = Array.from({ length: rounds }, () => shuffled(victims, random)).flat();
  for (const name of order) {
    if (isCalledOff()) return;
    await delay(calmMsMin + random() * (calmMsMax - calmMsMin));
    await stack.kill(name);
    const downMs = Math.round(random() * downMsMax);
    console.log(`[faults] killed ${name} for ${downMs} ms`);
    await delay(downMs);
    await stack.start(name);
  }
}

// Renews until the killing is over and there are enough renewals. Returns what every person holds in the end.
async function renewAll(stack, isOver) {
  const held = [];
  let started = 0;
  const worker = async () => {
    while (started < renewalsMin || !isOver()) {
      const number = ++started;
      held.push(await renewOnce({ sandbox: stack.sandbox, lang: number % 2 ? 'en' : 'fr' }));
      console.log(`[faults] renewal ${number} finished`);
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  return held;
}

// What is still under way, by service. A claim of a killed worker lapses after some seconds, so finishing takes as long.
const openWork = {
  payments: 'SELECT (SELECT count(*) FROM processor_job WHERE done_at IS NULL) + (SELECT count(*) FROM authorisation_attempt WHERE status = 1)',
  notify: 'SELECT count(*) FROM notification WHERE due_at IS NOT NULL',
  tellusonce: 'SELECT count(*) FROM delivery WHERE outcome IS NULL',
};

// Waits until nothing is under way any more; what then still is, the checker names.
async function finish(stack) {
  const isOpen = ([service, sql]) => execFileSync('psql', ['-X', '-A', '-t', '-c', sql, stack.sandbox.postgres[service]], { encoding: 'utf8' }).trim() !== '0';
  const end = Date.now() + finishMsMax;
  while (Object.entries(openWork).some(isOpen) && Date.now() < end) await delay(500);
}

// Throws when the checker finds something.
function runChecker(stack, held, stdio) {
  const acknowledged = join(stack.layout.folder, 'acknowledged.json');
  writeFileSync(acknowledged, JSON.stringify(held));
  execFileSync(process.execPath, [join(import.meta.dirname, 'checker.mjs'), stack.layout.sandbox, acknowledged], { stdio });
}

const seed = Number(process.env.TAMARACK_FAULT_SEED ?? Date.now() % 1_000_000);
console.log(`[faults] TAMARACK_FAULT_SEED=${seed}`);
const stack = await startStack('faults');
try {
  let isOver = false;
  let hasFailed = false;
  const killing = killAll(stack, randomOf(seed), () => hasFailed).finally(() => (isOver = true));
  const renewing = renewAll(stack, () => isOver);
  renewing.catch(() => (hasFailed = true));
  await Promise.allSettled([killing, renewing]);
  await killing;
  const held = await renewing;
  await finish(stack);
  console.log(`[faults] ${held.length} renewals finished; checking`);
  runChecker(stack, held, 'inherit');
  // A checker that finds nothing is worth something only if it would: of an acknowledgement that nothing stands behind.
  const invented = { ...held[0], reference: 'FFFFFFFFFF', payment_id: '0'.repeat(26) };
  assert.throws(() => runChecker(stack, [invented, ...held.slice(1)], 'ignore'), 'the checker misses what is lost');
} catch (error) {
  console.error(`[faults] FAILED with TAMARACK_FAULT_SEED=${seed}: ${error.stack}`);
  process.exitCode = 1;
} finally {
  await stack.stop();
}
