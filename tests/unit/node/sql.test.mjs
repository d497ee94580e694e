// SQL stands in repositories (ARCHITECTURE.md, "Where the code is"), and in what they are made of.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { root } from '../../../deploy/local/stack/layout.mjs';

const sources = ['platform', 'gateway', 'services', 'examples'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true }).filter((file) => /\.(cc|h)$/.test(file)).map((file) => join(folder, file)));

// Text of a statement, or a macro that is some.
const sql = /R"sql\(|"[^"\n]*\b(SELECT|INSERT INTO|UPDATE [a-z_]+|DELETE FROM|WITH [a-z_]+ AS)\b|\b(WORK_[A-Z]+|SEALED_COLUMN|IDEMPOTENCY_KEYS)\b/;
const holdsSql = (text) => sql.test(text.replace(/^\s*\/\/.*$/gm, ''));

const mayHold = [
  /^(platform|services)\/.*_repository\.cc$/,
  /^platform\/postgres\//,
  // The outbox of webhooks is one, in two files, and shares statements with its deliveries'.
  /^platform\/webhooks\/(outbox|outbox_deliveries)\.cc$/, /^platform\/webhooks\/lanes\.h$/,
  // Macros of which repositories make their statements, and what goes with these.
  /^platform\/work\/(claims|forget)\.h$/, /^platform\/keys\/keyed_column\.(h|cc)$/, /^platform\/idempotency\/batch\.h$/,
];

it('SQL stands in repositories', () => {
  const holding = sources.filter((file) => holdsSql(readFileSync(join(root, file), 'utf8')));
  assert.ok(holding.length > 10);
  assert.deepEqual(holding.filter((file) => !mayHold.some((names) => names.test(file))), []);
  for (const names of mayHold) assert.ok(holding.some((file) => names.test(file)), `nothing is called ${names}`);
});

it('what is SQL is told from what is not', () => {
  for (const text of ['{"x", "SELECT 1"}', 'R"sql(\n  UPDATE', '"a" WORK_HELD("id")', '"DELETE FROM t"']) assert.ok(holdsSql(text), text);
  for (const text of ['// "SELECT 1"', 'Select(x)', 'R"lua(return 1)lua"', '"an update is due"']) assert.ok(!holdsSql(text), text);
});
