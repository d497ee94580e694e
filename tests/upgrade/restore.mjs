// Brings a recorded stack (released/) back as it was: one role for each database, which owns it; work undone, waiting. Times are
// moved as though it had been ended this moment, and ports to those of `layout`.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { services } from '../../deploy/local/stack/layout.mjs';
import { ask, dsn } from '../../deploy/local/stack/postgres.mjs';
import { startPart } from '../../deploy/local/stack/stack.mjs';

const recordedBase = 8080;
const folder = join(import.meta.dirname, 'released');

// Whatever stands in text: URLs of the stack's ports, and times as PostgreSQL and the APIs write them.
function moved(text, base, seconds) {
  const later = (time) => new Date(new Date(time).getTime() + seconds * 1000).toISOString().slice(0, 19);
  return text
    .replace(/\b(localhost|127\.0\.0\.1):(80[89]\d|81[0-4]\d)\b/g, (_, host, port) => `${host}:${base + Number(port) - recordedBase}`)
    .replace(/\b(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?=\.\d+Z|Z)/g, (_, day, time) => later(`${day}T${time}Z`))
    .replace(/\b(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?=(\.\d+)?\+00)/g, (_, day, time) => later(`${day}T${time}Z`).replace('T', ' '))
    .replace(/("capture_submit_time": *"([^"T]+)T[^"]+",\s*"captured_date": *")[^"]+/g, '$1$2');
}

// What was recorded, moved: `json(name)` and `text(name)` of its files.
export function recorded({ base }) {
  const read = (name) => readFileSync(join(folder, name), 'utf8');
  const { recorded_at } = JSON.parse(read('filled.json'));
  const seconds = Math.floor(Date.now() / 1000) - Math.floor(new Date(recorded_at) / 1000);
  const text = (name) => moved(read(name), base, seconds);
  return { text, json: (name) => JSON.parse(text(name)) };
}

export async function restore(layout, { text, json }) {
  for (const [name, value] of Object.entries(json('secrets.json'))) writeBelow(layout.secrets, name, value);
  writeBelow(layout.folder, 'seed.json', text('seed.json'));
  writeBelow(layout.folder, 'card-processor.journal', text('card-processor.journal'));
  await startPart(layout, 'postgres');
  for (const name of services) {
    ask(layout, `DROP DATABASE ${name}; DROP ROLE ${name}_owner; CREATE DATABASE ${name} OWNER ${name}; REVOKE ALL ON DATABASE ${name} FROM PUBLIC;`.replaceAll('; ', ';\n'));
    psql(dsn(layout, name), text(`${name}.sql`));
  }
}

function writeBelow(folder, name, text) {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, text, { mode: 0o600 });
}

export const psql = (dsn, input) => execFileSync('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', dsn],
  { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 2 ** 26 }).trim();

// Each table's rows: {service: {table: [row, …]}}.
export function rowsOf(layout) {
  const tablesOf = (name) => ask(layout, "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'", name).split('\n');
  const rows = (table) => `'${table}', (SELECT coalesce(json_agg(t), '[]') FROM ${table} t)`;
  return Object.fromEntries(services.map((name) => [name, JSON.parse(ask(layout, `SELECT json_build_object(${tablesOf(name).map(rows)})`, name))]));
}
