// Whether everything that was acknowledged is there once, asked of the databases: it shares no code with what it checks.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';

const tables = {
  payment: { service: 'payments', sql: 'SELECT payment_id AS id, reference FROM payment' },
  notification: { service: 'notify', sql: 'SELECT notification_id AS id, reference FROM notification' },
};

function rows(dsn, sql) {
  const text = execFileSync('psql', ['-X', '-A', '-t', '-q', '-v', 'ON_ERROR_STOP=1', dsn], {
    input: `SELECT coalesce(json_agg(t), '[]') FROM (${sql}) t`, encoding: 'utf8', maxBuffer: 1 << 28,
  });
  return JSON.parse(text);
}

// `acknowledged`: [{kind, reference, id}], what callers were told. Nothing of a reference may be there twice, told or not.
export function checkAcknowledged(dsns, acknowledged, run) {
  for (const [kind, { service, sql }] of Object.entries(tables)) {
    const told = acknowledged.filter((one) => one.kind === kind);
    const found = new Map();
    for (const row of rows(dsns[service], sql)) {
      if (row.reference?.startsWith(run)) found.set(row.reference, [...(found.get(row.reference) ?? []), row]);
    }
    const lost = told.filter(({ reference, id }) => !found.get(reference)?.some((one) => one.id === id));
    const doubled = [...found.values()].filter((same) => same.length > 1);
    assert.deepEqual({ kind, lost, doubled }, { kind, lost: [], doubled: [] });
  }
}
