// Where one local stack keeps its files, and which ports it takes. Everything else asks here.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

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
const socketPathBytesMax = 107;

// The layout of the stack whose state is in `state` and whose ports start at `port`. Both default to the environment.
export function layoutOf({ state = process.env.TAMARACK_STATE, port = process.env.TAMARACK_PORT } = {}) {
  const folder = resolve(state || join(root, '.tamarack'));
  const base = Number(port || 8080);
  if (!Number.isInteger(base) || base < 1024 || base > 65000) throw new Error(`TAMARACK_PORT: ${port} is no port between 1024 and 65000`);
  const shift = (table) => Object.fromEntries(Object.entries(table).map(([name, by]) => [name, base + by]));
  const { grpc, admin, ...web } = offsets;
  return {
    folder,
    base,
    build: resolve(process.env.TAMARACK_BUILD || join(root, 'build/release')),
    ports: { ...shift(web), grpc: shift(grpc), admin: shift(admin) },
    gateway: `http://localhost:${base}`,
    example: `http://localhost:${base + offsets.example}`,
    healthcard: `http://localhost:${base + offsets.healthcard}`,
    inbox: `http://localhost:${base + offsets.inbox}`,
    logs: join(folder, 'logs'),
    pids: join(folder, 'pids'),
    secrets: join(folder, 'secrets'),
    sandbox: join(folder, 'sandbox.json'),
    servers: null, // set by prepareFolders
  };
}

// All ports of a stack, to find a base whose ports are all free.
export function portsOf(layout) {
  const { grpc, admin, ...web } = layout.ports;
  return [...Object.values(web), ...Object.values(grpc), ...Object.values(admin)];
}

// Creates the folders. `layout.servers` is where PostgreSQL and Redis live: the state folder, unless the database user
// cannot reach it (a clone under /root) or the socket's path would be too long.
export function prepareFolders(layout) {
  mkdirSync(layout.folder, { recursive: true, mode: isRoot ? 0o711 : 0o700 });
  for (const folder of [layout.logs, layout.pids, layout.secrets]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const record = join(layout.folder, 'servers');
  if (existsSync(record)) {
    layout.servers = readFileSync(record, 'utf8').trim();
  } else {
    const elsewhere = `/var/tmp/tamarack-${createHash('sha256').update(layout.folder).digest('hex').slice(0, 12)}`;
    const fits = Buffer.byteLength(join(layout.folder, 'postgres/socket/.s.PGSQL.5432')) <= socketPathBytesMax;
    layout.servers = fits && reachable(layout.folder) ? layout.folder : elsewhere;
    writeFileSync(record, `${layout.servers}\n`);
  }
  mkdirSync(layout.servers, { recursive: true, mode: isRoot ? 0o711 : 0o700 });
  return layout;
}

function reachable(folder) {
  if (!isRoot) return true;
  for (let path = folder; path !== '/'; path = dirname(path)) {
    if (!(statSync(path).mode & 0o001)) return false;
  }
  return true;
}
