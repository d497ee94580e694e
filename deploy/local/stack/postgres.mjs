// The stack's own PostgreSQL 15: on a Unix socket only, durable as in production. Each service has a database, the role that owns and
// migrates it and the role that serves; none can connect to another's database.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { databaseUser, isRoot, services } from './layout.mjs';
import { end, launch, pidOf, ready, recordPid, run } from './processes.mjs';
import { secret, secretFile } from './secrets.mjs';

export const bin = '/usr/lib/postgresql/15/bin';
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
log_parameter_max_length = 0
`;

export const folder = (layout) => join(layout.servers, 'postgres');
export const dataFolder = (layout) => join(folder(layout), 'data');
export const socketFolder = (layout) => join(folder(layout), 'socket');

export const ownerOf = (service) => `${service}_owner`;
const password = (layout, role) => secret(layout, `postgres-${role}`);

// The connection string of the role that serves, or of another. The password stays in a file, as libpq reads it.
export function dsn(layout, service, role = service) {
  const passfile = secretFile(layout, `pgpass-${role}`, () => `*:*:*:${role}:${password(layout, role)}`);
  return `host=${socketFolder(layout)} dbname=${service} user=${role} passfile='${passfile.replace(/[\\']/g, '\\$&')}'`;
}

// What must stand before a command so that it runs as the user that owns the cluster.
export const asOwner = (...command) => (isRoot ? ['/usr/bin/setpriv', `--reuid=${databaseUser}`, `--regid=${databaseUser}`, '--init-groups', ...command] : command);

export async function startPostgres(layout) {
  if (!existsSync(join(dataFolder(layout), 'PG_VERSION'))) await createCluster(layout);
  adopt(layout);
  await writeAccess(layout);
  await startServer(layout);
  createDatabases(layout);
}

// One command in a folder of the cluster's, with its output in a log.
const step = (layout, command, { cwd = folder(layout), input } = {}) => run(layout, { name: 'postgres-setup', command, cwd, input });

// The cluster's owner is superuser by peer authentication; a service's roles reach its own database by password.
async function writeAccess(layout) {
  const own = services.flatMap((name) => [name, ownerOf(name)].map((role) => `local ${name} ${role} scram-sha-256`)).join('\n');
  await step(layout, asOwner('/usr/bin/tee', join(dataFolder(layout), 'pg_hba.conf')), { input: `local all postgres peer map=owner\n${own}\n` });
}

// The data folder appears by a rename once it is whole: what an interrupted set-up left behind is made anew. Below the
// cluster's own folder everything is done as its owner.
async function createCluster(layout) {
  const made = join(folder(layout), 'data.new');
  const append = (file, input) => step(layout, asOwner('/usr/bin/tee', '-a', join(made, file)), { input });
  const owner = isRoot ? ['-o', id('-u'), '-g', id('-g')] : [];
  await step(layout, ['/usr/bin/install', '-d', '-m', '0700', ...owner, folder(layout)], { cwd: layout.servers });
  await step(layout, asOwner('/usr/bin/rm', '-rf', made));
  await step(layout, asOwner('/usr/bin/mkdir', '-p', '-m', '0700', socketFolder(layout)));
  await step(layout, asOwner(`${bin}/initdb`, '-D', made, '-U', 'postgres', '--auth=reject', '-E', 'UTF8', '--locale=C.UTF-8', '--data-checksums'));
  await append('postgresql.conf', `${settings}unix_socket_directories = '${socketFolder(layout)}'\n`);
  await append('pg_ident.conf', `owner ${id('-un')} postgres\n`);
  await step(layout, asOwner('/usr/bin/mv', '-T', made, dataFolder(layout)));
}

function id(what) {
  try {
    return execFileSync('id', isRoot ? [what, databaseUser] : [what], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    throw new Error(`there is no user ${databaseUser}, as whom PostgreSQL runs because it refuses root; \`make setup\` creates it`);
  }
}

// A server that runs on our data and is in no record, as when its starter was killed at that very moment.
function adopt(layout) {
  if (pidOf(layout, 'postgres')) return;
  const lock = join(dataFolder(layout), 'postmaster.pid');
  const pid = existsSync(lock) ? Number.parseInt(readFileSync(lock, 'utf8'), 10) : NaN;
  if (worksIn(pid, dataFolder(layout))) recordPid(layout, 'postgres', pid);
}

// The file alone proves nothing: after a crash its pid may be somebody else's.
function worksIn(pid, path) {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(path);
  } catch {
    return false;
  }
}

// After a kill -9 the last back ends may hold the shared memory for a moment: try again for a while. A cluster that is being restored
// answers before it takes changes.
async function startServer(layout) {
  for (let attempt = 1; ; attempt++) {
    launch(layout, { name: 'postgres', cwd: folder(layout), command: asOwner(`${bin}/postgres`, '-D', dataFolder(layout)) });
    try {
      return await ready(layout, 'postgres', async () => ask(layout, 'SELECT pg_is_in_recovery()') === 'f');
    } catch (error) {
      if (attempt === 10 || pidOf(layout, 'postgres')) throw error;
      await delay(300);
    }
  }
}

// What is missing, and nothing else, in one session. A database that its serving role still owns, as before there were two, is
// handed over.
function createDatabases(layout) {
  const role = (name) => `
    SELECT $$CREATE ROLE ${name} LOGIN PASSWORD '${password(layout, name)}'$$ WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${name}') \\gexec`;
  ask(layout, ['SELECT FROM pg_reload_conf();', ...services.map((name) => `${role(name)}${role(ownerOf(name))}
    SELECT 'CREATE DATABASE ${name} OWNER ${ownerOf(name)}' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '${name}') \\gexec
    REVOKE ALL ON DATABASE ${name} FROM PUBLIC;
    \\connect ${name}
    SELECT 'REASSIGN OWNED BY ${name} TO ${ownerOf(name)}' FROM pg_database WHERE datname = '${name}' AND datdba = '${name}'::regrole \\gexec`)].join('\n'));
}

// One statement as superuser; its output without decoration.
export function ask(layout, sql, database = 'postgres') {
  const [program, ...rest] = asOwner('/usr/bin/psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-h', socketFolder(layout), '-U', 'postgres', '-d', database);
  return execFileSync(program, rest, { input: sql, cwd: folder(layout), encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] }).trim();
}

// SIGINT is PostgreSQL's fast shutdown: it ends open sessions and writes a checkpoint.
export function stopPostgres(layout) {
  adopt(layout);
  return end(layout, 'postgres', { signal: 'SIGINT', seconds: 60 });
}
