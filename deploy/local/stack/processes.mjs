// Starts, watches and ends the stack's processes. A process is known by its pid, its start time and the machine's boot,
// so that a pid which the system gave to somebody else is never signalled. Each carries the stack's id in its environment:
// one that was started and never recorded, because its starter was killed at that moment, is found by it.
import { spawn } from 'node:child_process';
import { closeSync, openSync, existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { writePrivate } from './private.mjs';

const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
const mark = 'LOCAL_STACK_ID';
const running = new Set(); // children of `run`

// What the system says of `pid`: its parent, and the clock ticks since boot at which it started. Null when it does not run
// (a zombie does not).
function statOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop().split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : { parent: Number(fields[1]), started: fields[19] };
  } catch {
    return null;
  }
}

const startTicks = (pid) => statOf(pid)?.started ?? null;

const pidFile = (layout, name) => join(layout.pids, `${name}.json`);

const recordOf = (layout, name) => (existsSync(pidFile(layout, name)) ? JSON.parse(readFileSync(pidFile(layout, name), 'utf8')) : {});

// The pid of `name` if it runs, else null.
export function pidOf(layout, name) {
  const { pid, started, boot } = recordOf(layout, name);
  // It has no start time when it had ended before it was recorded.
  return started && boot === bootId && startTicks(pid) === started ? pid : null;
}

// `program` is the file that it runs.
export function recordPid(layout, name, pid, program = null) {
  writePrivate(pidFile(layout, name), JSON.stringify({ pid, started: startTicks(pid), boot: bootId, program, modified: modifiedAt(program) }));
}

const modifiedAt = (path) => (path && existsSync(path) ? Math.max(...filesOf(path).map((file) => statSync(file).mtimeMs)) : null);

// A program of ours in Node is all the modules of the examples, which share some.
function filesOf(path) {
  if (!path.endsWith('.mjs')) return [path];
  const examples = dirname(dirname(path));
  return readdirSync(examples, { recursive: true }).filter((file) => file.endsWith('.mjs')).map((file) => join(examples, file));
}

// True when `name` runs, but what it runs has been built anew since.
export function isOutdated(layout, name) {
  const { program, modified } = recordOf(layout, name);
  return Boolean(pidOf(layout, name)) && modifiedAt(program) !== modified;
}

// Names of all processes that were started.
export function recorded(layout) {
  if (!existsSync(layout.pids)) return [];
  return readdirSync(layout.pids).filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -5));
}

// Pids of processes of this stack that are in no record, and come from none that is: what a starter left behind that was
// killed between starting and recording.
export function strays(layout) {
  const known = new Set(recorded(layout).map((name) => pidOf(layout, name)).filter(Boolean));
  const isKnown = (pid) => known.has(pid) || (pid > 1 && isKnown(statOf(pid)?.parent ?? 0));
  const carriesMark = (pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`${mark}=${layout.id}`);
    } catch {
      return false; // gone, or somebody else's
    }
  };
  return readdirSync('/proc').map(Number).filter((pid) => pid && startTicks(pid) && carriesMark(pid) && !isKnown(pid));
}

// Starts `command` detached, with its output appended to logs/NAME.log, unless it runs already.
export function launch(layout, { name, command, argv0, env = {}, cwd = layout.folder }) {
  if (pidOf(layout, name)) return;
  refuseMissing(name, command);
  const log = openSync(join(layout.logs, `${name}.log`), 'a');
  const child = spawn(command[0], command.slice(1), { argv0, cwd, detached: true, stdio: ['ignore', log, log], env: { ...cleanEnvironment(layout), ...env } });
  closeSync(log);
  child.on('error', (error) => console.error(`${name}: ${error.message}`));
  if (!child.pid) throw new Error(`${name}: ${command[0]} could not be started`);
  child.unref();
  recordPid(layout, name, child.pid, command[0] === process.execPath ? command[1] : command[0]);
}

// Runs `command` to its end. Its output goes into logs/NAME.log; a failure shows the end of it.
export async function run(layout, { name, command, env = {}, cwd = layout.folder, input = null }) {
  refuseMissing(name, command);
  const log = openSync(join(layout.logs, `${name}.log`), 'a');
  const child = spawn(command[0], command.slice(1), {
    cwd, stdio: [input === null ? 'ignore' : 'pipe', log, log], env: { ...cleanEnvironment(layout), ...env },
  });
  closeSync(log);
  running.add(child);
  if (input !== null) child.stdin.on('error', () => {}).end(input); // a command that does not read ends with a status
  const code = await new Promise((done, fail) => child.on('error', fail).on('exit', (status, signal) => done(signal ?? status)));
  running.delete(child);
  if (code !== 0) throw new Error(`${name}: ${command[0]} ended with ${code}\n${logTail(layout, name)}`);
}

// Ends what `run` is waiting for, when the starter itself is told to end.
export function endRunning() {
  for (const child of running) child.kill();
}

function refuseMissing(name, [program]) {
  if (program.startsWith('/') && !existsSync(program)) {
    throw new Error(`${name}: there is no ${program}; ${/^\/usr\//.test(program) ? '`make setup` installs it' : 'build it with `make build`'}`);
  }
}

// Our own settings must not leak from the caller's environment into services: only what the stack sets counts.
function cleanEnvironment(layout) {
  const kept = Object.entries(process.env).filter(([key]) => !key.startsWith('TAMARACK_') && !key.startsWith('PG'));
  return { ...Object.fromEntries(kept), LC_ALL: 'C.UTF-8', TZ: 'UTC', [mark]: layout.id };
}

export function logTail(layout, name, lines = 15) {
  const path = join(layout.logs, `${name}.log`);
  if (!existsSync(path)) return '';
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-lines).map((line) => `  ${name}| ${line}`).join('\n');
}

// Waits until `probe` is true. Says so when it takes long; gives up at once when the process has died.
export async function ready(layout, name, probe, { seconds = 60 } = {}) {
  const began = Date.now();
  for (let said = 0; ; ) {
    if (await probe().catch(() => false)) return;
    const waited = (Date.now() - began) / 1000;
    if (!pidOf(layout, name)) throw new Error(`${name} died while starting:\n${logTail(layout, name)}`);
    if (waited > seconds) throw new Error(`${name} is not ready after ${seconds} s:\n${logTail(layout, name)}`);
    if (waited - said >= 5) {
      said = waited;
      console.log(`  … waiting for ${name}, ${Math.round(waited)} s`);
    }
    await delay(50);
  }
}

export const httpOk = (url) => async () => (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;

// Ends `name` with SIGTERM, and with SIGKILL if it does not go within `seconds`. True when it was running.
export async function end(layout, name, how) {
  const pid = pidOf(layout, name);
  if (pid) await endProcess(pid, name, how);
  forget(layout, name);
  return Boolean(pid);
}

export const forget = (layout, name) => rmSync(pidFile(layout, name), { force: true });

// Ends the strays; how many there were.
export async function endStrays(layout) {
  const found = strays(layout);
  for (const pid of found) await endProcess(pid, `process ${pid}`, { seconds: 5 });
  return found.length;
}

async function endProcess(pid, name, { signal = 'SIGTERM', seconds = 20 } = {}) {
  const started = startTicks(pid);
  const send = (what) => {
    // It may be gone by itself; whoever has its pid then is not meant.
    if (started && startTicks(pid) === started) process.kill(pid, what);
  };
  send(signal);
  if (await gone(pid, started, seconds)) return;
  console.log(`  ${name} did not end within ${seconds} s: killed`);
  send('SIGKILL');
  await gone(pid, started, 5);
}

async function gone(pid, started, seconds) {
  for (const until = Date.now() + seconds * 1000; Date.now() < until; await delay(30)) {
    if (startTicks(pid) !== started) return true;
  }
  return false;
}
