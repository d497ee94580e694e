// The start of a local stack is interrupted at one moment after the other. Each time `down` must end all that was started and
// nothing else, and in the end a start must succeed on what the interrupted ones left.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../deploy/local/person/browser.mjs';
import { prepareFolders, root } from '../../deploy/local/stack/layout.mjs';
import { pidOf, strays } from '../../deploy/local/stack/processes.mjs';
import { newLayout } from '../support/stack.mjs';

const randomMoments = process.env.TAMARACK_LONG ? 20 : 3;
const randomMsMax = 2500;
let layout;
let bystander;

before(async () => {
  layout = prepareFolders(await newLayout('interrupted'));
  bystander = spawn('/bin/sleep', ['1000']);
});
after(async () => {
  await stack('down');
  bystander.kill();
  for (const folder of [layout.folder, layout.servers]) rmSync(folder, { recursive: true, force: true });
});

const logOf = (name) => (existsSync(join(layout.logs, `${name}.log`)) ? readFileSync(join(layout.logs, `${name}.log`), 'utf8') : '');

function begin(command) {
  const env = { ...process.env, TAMARACK_STATE: layout.folder, TAMARACK_PORT: String(layout.base), TAMARACK_BUILD: layout.build };
  const child = spawn(process.execPath, [join(root, 'deploy/local/stack.mjs'), command], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = new Promise((done) => child.on('close', (code, signal) => done({ code, signal, output })));
  return { child, ended };
}

const stack = (command) => begin(command).ended;

// Starts, and interrupts when `isNow`; then nothing of it may be left after `down`.
async function interrupt(signal, isNow) {
  const { child, ended } = begin('up');
  let isOver = false;
  ended.then(() => (isOver = true));
  while (!isOver && !(await isNow())) await delay(1);
  assert.equal(isOver, false, `the start ended by itself: ${isOver ? (await ended).output : ''}`);
  child.kill(signal);
  const { output } = await ended;
  if (signal !== 'SIGKILL') assert.match(output, /interrupted.*make stop/);
  const { code, output: said } = await stack('down');
  assert.equal(code, 0, said);
  assert.deepEqual(strays(layout), [], said);
  assert.equal(bystander.exitCode ?? bystander.signalCode, null);
}

describe('a start that is interrupted leaves nothing that `down` does not end', () => {
  const lockFile = () => join(layout.servers, 'postgres/data/postmaster.pid');
  const moments = [
    ['as soon as it is on record', () => Boolean(pidOf(layout, 'up'))],
    ['while the database cluster is made', () => logOf('postgres-setup').includes('creating configuration files')],
    ['while PostgreSQL starts', () => logOf('postgres').includes('starting PostgreSQL')],
    ['when PostgreSQL holds its folder', () => existsSync(lockFile())],
    ['when Redis is up', () => Boolean(pidOf(layout, 'redis'))],
    ['while a service migrates its database', () => existsSync(join(layout.logs, 'identity.log'))],
    ['when a service runs', () => Boolean(pidOf(layout, 'payments'))],
  ];
  for (const [i, [when, isNow]] of moments.entries()) {
    const signal = ['SIGINT', 'SIGKILL', 'SIGTERM'][i % 3];
    it(`${when}, by ${signal}`, () => {
      rmSync(layout.logs, { recursive: true });
      prepareFolders(layout);
      return interrupt(signal, isNow);
    });
  }
  for (let i = 0; i < randomMoments; i++) {
    const ms = Math.round(Math.random() * randomMsMax);
    it(`after ${ms} ms, by SIGKILL`, () => {
      const until = Date.now() + ms;
      return interrupt('SIGKILL', () => Date.now() >= until);
    });
  }
});

describe('after interrupted starts', () => {
  it('`down` in the middle of a start ends that too', async () => {
    const starting = begin('up');
    await eventually('Redis is started', () => pidOf(layout, 'redis'), { everyMs: 1 });
    const { code, output } = await stack('down');
    assert.equal(code, 0, output);
    assert.equal((await starting.ended).code, 143);
    assert.deepEqual(strays(layout), []);
  });

  it('a second start beside one that is under way is refused', async () => {
    const starting = begin('up');
    await eventually('the start is under way', () => pidOf(layout, 'up'), { everyMs: 1 });
    const second = await stack('up');
    assert.equal(second.code, 1);
    assert.match(second.output, /is starting this stack already/);
    starting.child.kill('SIGTERM');
    await starting.ended;
  });

  it('a start succeeds, and its parts are the ones on record', async () => {
    const { code, output } = await stack('up');
    assert.equal(code, 0, output);
    assert.deepEqual(strays(layout), []);
    assert.equal((await fetch(`${layout.example}/healthz`)).status, 200);
  });
});
