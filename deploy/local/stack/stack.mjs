// The whole local stack: up, down and single parts. The command line and the tests both use it.
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { makeCertificates } from './certificates.mjs';
import { components } from './components.mjs';
import { checkServersFolder, portsOfPart, services } from './layout.mjs';
import { holderOf, isTaken } from './ports.mjs';
import { writePrivateJson } from './private.mjs';
import { end, endStrays, forget, isOutdated, pidOf, recordPid, recorded } from './processes.mjs';

const freeBytesMin = 300 * 2 ** 20;
const certified = ['gateway', ...services]; // who speaks gRPC with a certificate
const starter = 'up'; // under which name the process that starts the others is recorded

const part = (name) => {
  const found = components.find((one) => one.name === name);
  if (!found) throw new Error(`${name ? `there is no part "${name}"` : 'the name of the part is missing'}; there are ${components.map((one) => one.name).join(', ')}`);
  return found;
};

// Starts what does not run yet, and again what runs an older build. `seed(layout)` is called once the gateway answers, before the parts that need its result.
export async function up(layout, { seed, log = () => {} }) {
  const other = pidOf(layout, starter);
  if (other) throw new Error(`process ${other} is starting this stack already; \`make stop\` ends both`);
  recordPid(layout, starter, process.pid);
  try {
    await startAll(layout, { seed, log });
  } finally {
    forget(layout, starter);
  }
}

async function startAll(layout, { seed, log }) {
  const began = Date.now();
  checkServersFolder(layout);
  refuseFullDisk(layout);
  if (await endStrays(layout)) log('[stack] ended what an interrupted start had left');
  await refuseTakenPorts(layout);
  makeCertificates(layout.certificates, certified);
  let isSeeded = false;
  for (const one of components) {
    if (one.isMonitor && !layout.isMonitored) continue;
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

// Ends in the reverse order of the start, so that nothing loses what it needs to drain; before that, whoever is still
// starting things.
export async function down(layout, { log = () => {} } = {}) {
  let count = 0;
  const ended = (what) => {
    count++;
    log(`[stack] ${what} has ended`);
  };
  if (await end(layout, starter)) ended('the start that was under way');
  for (const one of components.toReversed()) if (await one.stop(layout)) ended(one.name);
  for (const name of recorded(layout)) if (await end(layout, name)) ended(name); // parts of an earlier version
  if (await endStrays(layout)) ended('what an interrupted start had left');
  if (!count) log('[stack] nothing was running');
}

export async function startPart(layout, name) {
  const one = part(name);
  checkServersFolder(layout);
  await one.start(layout);
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

// New certificates for all processes, which take them as they run.
export const renewCertificates = (layout) => makeCertificates(layout.certificates, certified, { isForced: true });

export function status(layout) {
  return components.map(({ name }) => `${name.padEnd(15)} ${pidOf(layout, name) ?? '-'}`).join('\n');
}

// sandbox.json names the pids of what runs now.
function recordPids(layout) {
  if (!existsSync(layout.sandbox)) return;
  const sandbox = readSandbox(layout);
  sandbox.pids = Object.fromEntries(components.map(({ name }) => [name, pidOf(layout, name)]).filter(([, pid]) => pid));
  writePrivateJson(layout.sandbox, sandbox);
}

export function readSandbox(layout) {
  if (!existsSync(layout.sandbox)) throw new Error(`there is no ${layout.sandbox}: \`make run\` starts the stack and writes it`);
  return JSON.parse(readFileSync(layout.sandbox, 'utf8'));
}

// Databases that run out of disk fail in ways that are hard to read.
function refuseFullDisk(layout) {
  for (const folder of new Set([layout.folder, layout.servers])) {
    const { bavail, bsize } = statfsSync(folder);
    if (bavail * bsize < freeBytesMin) {
      throw new Error(`${folder}: only ${Math.round((bavail * bsize) / 2 ** 20)} MB of disk are free, the stack needs ${freeBytesMin / 2 ** 20}`);
    }
  }
}

// A port that somebody else holds is reported before anything starts.
async function refuseTakenPorts(layout) {
  const wanted = components.filter(({ name }) => !pidOf(layout, name)).flatMap(({ name }) => portsOfPart(layout, name).map((port) => ({ name, port })));
  const taken = [];
  for (const { name, port } of wanted) if (await isTaken(port)) taken.push(`  ${port}, for ${name}, by ${holderOf(port) || 'somebody else'}`);
  if (taken.length) {
    throw new Error(`ports are in use:\n${taken.join('\n')}\nEnd what holds them, or choose others: TAMARACK_PORT=9080 make run`);
  }
}

export function describe(layout) {
  const { people } = readSandbox(layout);
  return `
  Renew a licence yourself   ${layout.example}
  Gateway, API description   ${layout.gateway}/openapi.json
  Inbox (all mail)           ${layout.inbox}
  A person to sign in as     ${people[0].email}, password ${people[0].password}
  Card that is accepted      4242 4242 4242 4242; declined: 4000 0000 0000 0002
  Guides for developers      docs/guides/README.md
  Keys and addresses         ${layout.sandbox}
  Logs                       ${layout.logs}${layout.isMonitored ? `
  Targets, rules and alerts  http://localhost:${layout.ports.prometheus}/targets` : ''}

  \`make stop\` ends it, \`make run\` starts it again with its data.`;
}
