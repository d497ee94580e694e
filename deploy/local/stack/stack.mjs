// The whole local stack: up, down and single parts. The command line and the tests both use it.
import { connect } from 'node:net';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { components } from './components.mjs';
import { portsOf } from './layout.mjs';
import { end, isOutdated, pidOf, recorded } from './processes.mjs';

const part = (name) => {
  const found = components.find((one) => one.name === name);
  if (!found) throw new Error(`there is no part "${name}"; there are ${components.map((one) => one.name).join(', ')}`);
  return found;
};

// Starts what does not run yet, and again what runs an older build. `seed(layout)` is called once the gateway answers, before the parts that need its result.
export async function up(layout, { seed, log = () => {} }) {
  const began = Date.now();
  await refuseTakenPorts(layout);
  let isSeeded = false;
  for (const one of components) {
    if (one.seeded && !isSeeded) {
      await seed(layout, { log });
      isSeeded = true;
    }
    if (isOutdated(layout, one.name)) await one.stop(layout);
    const running = pidOf(layout, one.name);
    const said = await one.start(layout);
    if (!running) log(`[stack] ${one.name} is up${said ? `: ${said}` : ''}`);
  }
  recordPids(layout);
  log(`[stack] ready after ${((Date.now() - began) / 1000).toFixed(1)} s, state in ${layout.folder}`);
}

// Ends in the reverse order of the start, so that nothing loses what it needs to drain.
export async function down(layout, { log = () => {} } = {}) {
  const order = components.map((one) => one.name);
  const names = recorded(layout).sort((a, b) => order.indexOf(b) - order.indexOf(a));
  for (const name of names) {
    const one = components.find((known) => known.name === name);
    if (one ? await one.stop(layout) : await end(layout, name)) log(`[stack] ${name} has ended`);
  }
  if (!names.length) log('[stack] nothing was running');
}

export async function startPart(layout, name) {
  await part(name).start(layout);
  recordPids(layout);
}

export async function restart(layout, name) {
  await part(name).stop(layout);
  await startPart(layout, name);
}

// kill -9, for tests of what must survive it.
export async function kill(layout, name) {
  part(name);
  await end(layout, name, { signal: 'SIGKILL' });
}

export function status(layout) {
  return components.map(({ name }) => `${name.padEnd(15)} ${pidOf(layout, name) ?? '-'}`).join('\n');
}

// sandbox.json names the pids of what runs now.
function recordPids(layout) {
  if (!existsSync(layout.sandbox)) return;
  const sandbox = JSON.parse(readFileSync(layout.sandbox, 'utf8'));
  sandbox.pids = Object.fromEntries(components.map(({ name }) => [name, pidOf(layout, name)]).filter(([, pid]) => pid));
  writeFileSync(layout.sandbox, `${JSON.stringify(sandbox, null, 2)}\n`, { mode: 0o600 });
}

// A port that somebody else holds is reported before anything starts.
async function refuseTakenPorts(layout) {
  if (components.some(({ name }) => pidOf(layout, name))) return;
  const taken = [];
  for (const port of portsOf(layout)) if (await isTaken(port)) taken.push(port);
  if (taken.length) throw new Error(`port ${taken.join(', ')} is in use; choose others with TAMARACK_PORT=<first port>`);
}

export function isTaken(port) {
  return new Promise((answer) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => (socket.destroy(), answer(true)));
    socket.on('error', () => answer(false));
  });
}

export function describe(layout) {
  const { people } = JSON.parse(readFileSync(layout.sandbox, 'utf8'));
  return `
  Renew a licence yourself   ${layout.example}
  Gateway, API description   ${layout.gateway}/openapi.json
  Inbox (all mail)           ${layout.inbox}
  A person to sign in as     ${people[0].email}, password ${people[0].password}
  Card that is accepted      4242 4242 4242 4242; declined: 4000 0000 0000 0002
  Keys and addresses         ${layout.sandbox}
  Logs                       ${layout.logs}

  \`make stop\` ends it, \`make run\` starts it again with its data.`;
}
