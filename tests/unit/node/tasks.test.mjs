// Every coroutine that nobody awaits belongs to a runtime::TaskGroup, or to a server that drains it
// (docs/adr/2026-11-30-tasks.md).
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { root } from '../../../deploy/local/stack/layout.mjs';

const sources = ['platform', 'gateway', 'services', 'examples'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true }).filter((file) => /\.(cc|h)$/.test(file)).map((file) => join(folder, file)));
// Who uses it, but for those who may.
const using = (pattern, ...allowed) => sources.filter((file) => !allowed.includes(file) && pattern.test(readFileSync(join(root, file), 'utf8')));

it('no exception of a coroutine is swallowed', () => {
  assert.ok(sources.length > 100);
  assert.deepEqual(using(/\basio::detached\b/), []);
});

it('coroutines are started by task groups, by the servers that wait for their calls, and by a batch that waits for its writer', () => {
  assert.deepEqual(using(/\bco_spawn\(/, 'platform/postgres/batch.cc', 'platform/http/session.cc', 'platform/rpc/unary.cc', 'platform/runtime/process.cc', 'platform/runtime/task_group.cc'), []);
});
