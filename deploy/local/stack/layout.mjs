// Where one local stack keeps its files, and which ports it takes. Everything else asks here.
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writePrivate } from './private.mjs';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
export const services = ['identity', 'payments', 'notify', 'tellusonce'];
export const isRoot = process.getuid() === 0;
// PostgreSQL refuses to run as root. set-up creates this user for it.
export const databaseUser = isRoot ? 'tamarack' : process.env.USER || String(process.getuid());

const offsets = {
  gateway: 0, example: 10, healthcard: 12, inbox: 20, smtp: 21, 'card-processor': 30,
  grpc: { identity: 40, payments: 41, notify: 42, tellusonce: 43, fishing: 44 },
  admin: { gateway: 50, identity: 51, payments: 52, notify: 53, tellusonce: 54, fishing: 55 },
};
const monitoringOffsets = { prometheus: 60, alertmanager: 61 };
const socketPathBytesMax = 107;

// The layout of the stack whose state is in `state` and whose ports start at `port`. Both default to the environment.
export function layoutOf({ state = process.env.TAMARACK_STATE, port = process.env.TAMARACK_PORT } = {}) {
  const folder = resolve(state || join(root, '.tamarack'));
  const base = Number(port || 8080);
  if (!Number.isInteger(base) || base < 1024 || base > 65000) throw new Error(`TAMARACK_PORT: ${port} is no port between 1024 and 65000`);
  const shift = (table) => Object.fromEntries(Object.entries(table).map(([name, by]) => [name, base + by]));
  const isMonitored = process.env.MONITORING === '1';
  const { grpc, admin, ...web } = { ...offsets, ...(isMonitored && monitoringOffsets) };
  return {
    folder,
    base,
    build: resolve(process.env.TAMARACK_BUILD || join(root, 'build/release')),
    ports: { ...shift(web), grpc: shift(grpc), admin: shift(admin) },
    gateway: `http://localhost:${base}`,
    example: `http://localhost:${base + offsets.example}`,
    healthcard: `http://localhost:${base + offsets.healthcard}`,
    inbox: `http://localhost:${base + offsets.inbox}`,
    isMonitored,
    logs: join(folder, 'logs'),
    pids: join(folder, 'pids'),
    secrets: join(folder, 'secrets'),
    certificates: join(folder, 'certificates'),
    sandbox: join(folder, 'sandbox.json'),
    otlp: process.env.TAMARACK_OTLP_ENDPOINT || null,
    id: null, // these two are set by prepareFolders
    servers: null,
  };
}

// The ports of the part `name`.
export function portsOfPart({ ports }, name) {
  const own = [ports[name], ports.grpc[name], ports.admin[name], name === 'inbox' ? ports.smtp : null];
  return own.filter(Number.isInteger);
}

// All ports of a stack, to find a base whose ports are all free.
export function portsOf(layout) {
  const { grpc, admin, ...web } = layout.ports;
  return [...Object.values(web), ...Object.values(grpc), ...Object.values(admin)];
}

const folderMode = isRoot ? 0o711 : 0o700; // the database user passes through

// Creates the folders, and takes none that somebody else may have filled: what lies there decides what we run and signal.
// `layout.servers` is where PostgreSQL and Redis live: the state folder, unless the database user cannot reach it (a clone
// under /root) or the socket's path would be too long. Then it is a new folder with a name that nobody can foresee.
export function prepareFolders(layout) {
  mkdirSync(dirname(layout.folder), { recursive: true });
  ownFolder(layout.folder, folderMode, 'choose another with TAMARACK_STATE');
  for (const folder of [layout.logs, layout.pids, layout.secrets, layout.certificates]) ownFolder(folder, 0o700, 'remove it');
  layout.id = noted(layout, 'id', randomUUID);
  layout.servers = noted(layout, 'servers', () => newServersFolder(layout));
  return layout;
}

// What the file `name` says; `make` says it the first time.
function noted(layout, name, make) {
  const path = join(layout.folder, name);
  if (!existsSync(path)) writePrivate(path, `${make()}\n`);
  return readFileSync(path, 'utf8').trim();
}

// What must hold before anything is started in `layout.servers`, which may lie where others can write.
export function checkServersFolder({ folder, servers }) {
  const advice = `begin anew: \`make stop\`, remove ${folder}, \`make run\``;
  if (!existsSync(servers)) throw new Error(`${servers}, which held the databases of this stack, is gone: ${advice}`);
  ownFolder(servers, folderMode, advice);
}

function newServersFolder({ folder }) {
  const fits = Buffer.byteLength(join(folder, 'postgres/socket/.s.PGSQL.5432')) <= socketPathBytesMax;
  if (fits && isReachable(folder)) return folder;
  const elsewhere = mkdtempSync('/var/tmp/tamarack-');
  chmodSync(elsewhere, folderMode);
  return elsewhere;
}

// Makes the folder `path` if there is none. Throws, with `advice`, unless it is ours and nobody else may write into it.
export function ownFolder(path, mode, advice) {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return mkdirSync(path, { mode });
  const refuse = (why) => {
    throw new Error(`${path} ${why}: nothing in it is trusted. Find out who made it, then ${advice}`);
  };
  if (found.isSymbolicLink()) refuse('is a symbolic link');
  if (!found.isDirectory()) refuse('is no folder');
  if (found.uid !== process.getuid()) refuse(`belongs to user ${found.uid}, not to us (${process.getuid()})`);
  if (found.mode & 0o022) refuse('may be written to by others');
}

function isReachable(folder) {
  if (!isRoot) return true;
  for (let path = folder; path !== '/'; path = dirname(path)) {
    if (!(statSync(path).mode & 0o001)) return false;
  }
  return true;
}
