// Processes of a stack as children of the test: that alone hears how they end.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { end, httpOk, pidOf, ready, recordPid } from '../../deploy/local/stack/processes.mjs';

// How `name` was started, as the stack did it.
export function programOf(layout, name) {
  const pid = pidOf(layout, name);
  const words = (file) => readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0').slice(0, -1);
  const [program, ...args] = words('cmdline');
  const env = Object.fromEntries(words('environ').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  return { program, args, env };
}

// Starts it under `name`, with its output in logs/NAME.log, and waits until it is ready at its admin port.
export async function startChild(layout, name, { program, args, env }) {
  const log = openSync(join(layout.logs, `${name}.log`), 'a');
  const child = spawn(program, args, { cwd: layout.folder, stdio: ['ignore', log, log], env });
  closeSync(log);
  recordPid(layout, name, child.pid, program);
  const ended = once(child, 'exit');
  await ready(layout, name, httpOk(`http://${env.TAMARACK_ADMIN_LISTEN}/readyz`));
  return { name, pid: child.pid, signal: (which) => child.kill(which), ended };
}

// Starts parts of the stack again as children; `more` changes their environment.
export class Adopted {
  #layout;
  #programs = new Map(); // as the stack started them

  constructor(layout) {
    this.#layout = layout;
  }

  async start(name, more = {}) {
    if (!this.#programs.has(name)) this.#programs.set(name, programOf(this.#layout, name));
    const how = this.#programs.get(name);
    await end(this.#layout, name);
    return startChild(this.#layout, name, { ...how, env: { ...how.env, ...more } });
  }
}
