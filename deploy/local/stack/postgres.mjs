// The stack's own PostgreSQL 15: on a Unix socket only, durable as in production, one database and role per service,
// and no role that can connect to another's database.
import { execFileSync } from 'node:child_process';
import { appendFileSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { databaseUser, isRoot, services } from './layout.mjs';
import { end, pidOf, ready, recordPid, run } from './processes.mjs';
import { secret } from './secrets.mjs';

const bin = '/usr/lib/postgresql/15/bin';
const settings = `
listen_addresses = ''
fsync = on
synchronous_commit = on
full_page_writes = on
wal_compression = lz4
shared_buffers = 256MB
max_connections = 200
max_wal_size = 1GB
random_page_cost = 1.1
jit = off
timezone = UTC
lock_timeout = 10s
idle_in_transaction_session_timeout = 60s
log_min_duration_statement = 1000
`;

const folder = (layout) => join(layout.servers, 'postgres');
const dataFolder = (layout) => join(folder(layout), 'data');
export const socketFolder = (layout) => join(folder(layout), 'socket');

// The connection string of a service's own role.
export function dsn(layout, service) {
  return `host=${socketFolder(layout)} dbname=${service} user=${service} password=${secret(layout, `postgres-${service}`)}`;
}

// What must stand before a command so that it runs as the user that owns the cluster.
const asOwner = (...command) => (isRoot ? ['/usr/bin/setpriv', `--reuid=${databaseUser}`, `--regid=${databaseUser}`, '--init-groups', ...command] : command);

export async function startPostgres(layout) {
  const data = dataFolder(layout);
  if (!existsSync(join(data, 'PG_VERSION'))) await createCluster(layout);
  if (!pidOf(layout, 'postgres')) await startServer(layout);
  await ready(layout, 'postgres', async () => Boolean(ask(layout, 'SELECT 1')));
  await createDatabases(layout);
}

async function createCluster(layout) {
  for (const path of [folder(layout), dataFolder(layout), socketFolder(layout)]) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    if (isRoot) chownSync(path, Number(id('-u')), Number(id('-g')));
  }
  await run(layout, {
    name: 'postgres-setup', cwd: folder(layout),
    command: asOwner(`${bin}/initdb`, '-D', dataFolder(layout), '-U', 'postgres', '--auth=reject', '-E', 'UTF8', '--locale=C.UTF-8', '--data-checksums'),
  });
  appendFileSync(join(dataFolder(layout), 'postgresql.conf'), `${settings}unix_socket_directories = '${socketFolder(layout)}'\n`);
  // The cluster's owner is superuser by peer authentication; a service's role reaches its own database by password.
  const own = services.map((name) => `local ${name} ${name} scram-sha-256`).join('\n');
  writeFileSync(join(dataFolder(layout), 'pg_hba.conf'), `local all postgres peer map=owner\n${own}\n`);
  appendFileSync(join(dataFolder(layout), 'pg_ident.conf'), `owner ${id('-un')} postgres\n`);
}

const id = (what) => execFileSync('id', isRoot ? [what, databaseUser] : [what], { encoding: 'utf8' }).trim();

// After a kill -9 the last back ends may hold the shared memory for a moment: try again for a while.
async function startServer(layout) {
  const log = join(folder(layout), 'server.log');
  for (let attempt = 1; ; attempt++) {
    try {
      await run(layout, {
        name: 'postgres-setup', cwd: folder(layout),
        command: asOwner(`${bin}/pg_ctl`, '-D', dataFolder(layout), '-l', log, '-w', '-t', '60', 'start'),
      });
      break;
    } catch (error) {
      if (attempt === 10) throw new Error(`${error.message}\n${readFileSync(log, 'utf8').split('\n').slice(-10).join('\n')}`);
      await new Promise((done) => setTimeout(done, 300));
    }
  }
  recordPid(layout, 'postgres', Number(readFileSync(join(dataFolder(layout), 'postmaster.pid'), 'utf8').split('\n')[0]));
}

async function createDatabases(layout) {
  for (const name of services) {
    if (ask(layout, `SELECT 1 FROM pg_database WHERE datname = '${name}'`)) continue;
    if (!ask(layout, `SELECT 1 FROM pg_roles WHERE rolname = '${name}'`)) {
      ask(layout, `CREATE ROLE ${name} LOGIN PASSWORD '${secret(layout, `postgres-${name}`)}'`);
    }
    ask(layout, `CREATE DATABASE ${name} OWNER ${name}`);
    ask(layout, `REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
  }
}

// One statement as superuser; its output without decoration.
export function ask(layout, sql, database = 'postgres') {
  const [program, ...rest] = asOwner('/usr/bin/psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-h', socketFolder(layout), '-U', 'postgres', '-d', database);
  return execFileSync(program, rest, { input: sql, cwd: folder(layout), encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] }).trim();
}

// SIGINT is PostgreSQL's fast shutdown: it ends open sessions and writes a checkpoint.
export const stopPostgres = (layout) => end(layout, 'postgres', { signal: 'SIGINT', seconds: 60 });
