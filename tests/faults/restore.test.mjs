// The disk with the databases is lost, minutes after somebody's mistake. docs/runbooks/restore.md is followed: pgBackRest restores to the
// moment before the mistake, with the shipped configuration (deploy/backup), and the services go on. What was acknowledged until then is
// there; the ledger balances; the keyring in escrow opens every row.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { eventually } from '../../deploy/local/person/browser.mjs';
import { Person } from '../../deploy/local/person/journey.mjs';
import { renewOnce } from '../../deploy/local/renewal.mjs';
import { redisPassword, redisSocket, serviceEnvironment } from '../../deploy/local/stack/components.mjs';
import { root, services } from '../../deploy/local/stack/layout.mjs';
import { ask, asOwner, dataFolder, folder, socketFolder } from '../../deploy/local/stack/postgres.mjs';
import { restart } from '../../deploy/local/stack/stack.mjs';
import { startStack } from '../support/stack.mjs';

const shipped = (file) => join(root, 'deploy/backup', file);
const feeCents = 9000;
const countConsents = 'SELECT count(*) FROM consent';

let stack, layout, escrow;

// A command as the cluster's owner, in a folder of its own; its output.
async function owned(...command) {
  const [program, ...words] = asOwner(...command);
  const { stdout } = await promisify(execFile)(program, words, { cwd: folder(layout), maxBuffer: 1 << 26 });
  return stdout.trim();
}
const below = (...names) => join(folder(layout), ...names);
const pgbackrest = () => ['pgbackrest', `--config=${below('pgbackrest.conf')}`, `--config-include-path=${below('conf.d')}`, '--stanza=tamarack'];

// What an installation adds to what is shipped.
async function configure() {
  await owned('mkdir', '-p', below('conf.d'), below('repository'), below('lock'), below('spool'));
  const put = async (file, text) => {
    const [program, ...words] = asOwner('/usr/bin/tee', below(file));
    execFileSync(program, words, { input: text, stdio: ['pipe', 'ignore', 'inherit'] });
  };
  await put('pgbackrest.conf', readFileSync(shipped('pgbackrest.conf'), 'utf8'));
  await put('conf.d/tamarack.conf', `[global]
repo1-path=${below('repository')}
repo1-cipher-pass=only for this test
lock-path=${below('lock')}
spool-path=${below('spool')}
[tamarack]
pg1-path=${dataFolder(layout)}
pg1-socket-path=${socketFolder(layout)}
pg1-user=postgres
`);
  const settings = [...readFileSync(shipped('postgresql.conf'), 'utf8').matchAll(/^(\w+) = '?(.*?)'?$/gm)].map(([, name, value]) =>
    [name, name === 'archive_command' ? value.replace('pgbackrest --stanza=tamarack', pgbackrest().join(' ')) : value]);
  assert.ok(settings.some(([name]) => name === 'archive_command'));
  for (const [name, value] of settings) ask(layout, `ALTER SYSTEM SET ${name} = '${value}'`);
  await restart(layout, 'postgres');
}

const rows = (sql) => JSON.parse(ask(layout, `SELECT coalesce(json_agg(t), '[]') FROM (${sql}) t`, 'payments'));
const paid = () => new Map(rows('SELECT payment_id, amount_cents FROM payment WHERE status IN (5, 6)').map((one) => [one.payment_id, one.amount_cents]));
const findings = () => rows(readFileSync(shipped('ledger.sql'), 'utf8').replace(/;\s*$/, ''));
const renew = (lang) => renewOnce({ sandbox: stack.sandbox, lang });

// The disk goes once all is archived that was acknowledged: what archive_timeout sees to within a minute.
async function loseDisk() {
  const segment = ask(layout, 'SELECT pg_walfile_name(pg_switch_wal())');
  await eventually('the WAL is archived', () => ask(layout, 'SELECT last_archived_wal FROM pg_stat_archiver') >= segment);
  await stack.kill('postgres');
  await owned('find', dataFolder(layout), '-mindepth', '1', '-delete');
}

async function restore(...how) {
  const began = Date.now();
  await owned(...pgbackrest(), ...how, 'restore');
  await stack.start('postgres');
  const size = ask(layout, 'SELECT pg_size_pretty(sum(pg_database_size(oid))) FROM pg_database');
  console.log(`[restore] ${size} of databases took changes ${((Date.now() - began) / 1000).toFixed(1)} s after the restore began`);
}

// `keys check` of a service with a keyring file: its status and what it said.
function check(name, keyring) {
  const env = { ...process.env, ...serviceEnvironment(layout, name), TAMARACK_SECRET_KEY_FILE: keyring };
  return promisify(execFile)(join(layout.build, `tamarack-${name}`), ['keys', 'check'], { env }).then(
    ({ stdout }) => ({ status: 0, said: stdout }), ({ code, stdout, stderr }) => ({ status: code, said: stdout + stderr }));
}

before(async () => {
  stack = await startStack('restore');
  layout = stack.layout;
  await configure();
  escrow = join(layout.folder, 'escrow');
  mkdirSync(escrow, { mode: 0o700 });
});
after(() => stack?.stop());

describe('a backup', () => {
  const acknowledged = [];
  let moment, lost, consents;

  it('is made while renewals go on', async () => {
    await owned(...pgbackrest(), 'stanza-create');
    await owned(...pgbackrest(), 'check');
    for (const name of services) copyFileSync(serviceEnvironment(layout, name).TAMARACK_SECRET_KEY_FILE, join(escrow, name));
    const renewing = Promise.all(['en', 'fr'].map(renew));
    await owned(...pgbackrest(), '--type=full', 'backup');
    acknowledged.push(...await renewing);
    const [{ backup, repo }] = JSON.parse(await owned(...pgbackrest(), '--output=json', 'info'));
    assert.equal(backup.length, 1);
    assert.equal(backup[0].error, false);
    assert.equal(repo[0].cipher, 'aes-256-cbc');
  });

  it('is followed by what is acknowledged later, by a mistake, and by the loss of the disk', async () => {
    acknowledged.push(...await Promise.all(['en', 'fr'].map(renew)));
    moment = ask(layout, 'SELECT clock_timestamp()');
    consents = ask(layout, countConsents, 'identity');
    lost = await renew('en');
    ask(layout, 'TRUNCATE consent CASCADE', 'identity');
    await loseDisk();
  });

  it('restores to the moment before the mistake', async () => {
    for (const name of ['gateway', ...services]) await stack.kill(name);
    await restore('--type=time', `--target=${moment}`, '--target-action=promote');
    const found = paid();
    for (const { payment_id } of acknowledged) assert.equal(found.get(payment_id), feeCents, payment_id);
    const changes = ask(layout, 'SELECT change_id FROM change', 'tellusonce').split('\n');
    for (const { statusUrl } of acknowledged) assert.ok(changes.includes(new URL(statusUrl).pathname.split('/').pop()), statusUrl);
    assert.equal(ask(layout, countConsents, 'identity'), consents);
    assert.ok(!found.has(lost.payment_id), 'what came after the moment is not there: it was restored to, not past');
    assert.deepEqual(findings(), []);
  });

  it('belongs to the keyring in escrow, and to no other', async () => {
    for (const name of services) {
      const { status, said } = await check(name, join(escrow, name));
      assert.equal(status, 0, said);
      assert.match(said, / [1-9]\d* open, 0 do not$/m);
    }
    const other = join(escrow, 'other');
    writeFileSync(other, 'another secret of at least 32 characters', { mode: 0o600 });
    assert.equal((await check('payments', other)).status, 1);
  });

  it('is served again, to who was known and to who comes', async () => {
    // Sessions and counts are of the time after the moment.
    execFileSync('redis-cli', ['-s', redisSocket(layout)], { input: 'FLUSHALL\n', env: { ...process.env, REDISCLI_AUTH: redisPassword(layout) }, stdio: ['pipe', 'ignore', 'inherit'] });
    for (const name of [...services, 'gateway']) await stack.start(name);
    const { email, password, address } = acknowledged.at(-1);
    const licence = await new Person(stack.sandbox, { lang: 'fr', email, password }).signIn();
    assert.ok(licence.text('#address').includes(address.line_1), licence.text());
    acknowledged.push(await renew('fr'), await renew('en'));
    await eventually('every payment is captured', () => rows('SELECT 1 FROM payment WHERE status = 5').length === 0);
    const found = paid();
    for (const { payment_id } of acknowledged) assert.equal(found.get(payment_id), feeCents, payment_id);
    assert.deepEqual(findings(), []);
  });

  it('goes on: the restored cluster archives on its own timeline, and is backed up', async () => {
    await owned(...pgbackrest(), 'check');
    await owned(...pgbackrest(), '--type=diff', 'backup');
    const [{ backup }] = JSON.parse(await owned(...pgbackrest(), '--output=json', 'info'));
    assert.equal(backup.at(-1).error, false);
    assert.equal(ask(layout, 'SELECT timeline_id FROM pg_control_checkpoint()'), '2');
  });

  it('restores to the latest moment, the second time the disk is lost', async () => {
    acknowledged.push(await renew('en'));
    await loseDisk();
    await restore();
    const found = paid();
    for (const { payment_id } of acknowledged) assert.equal(found.get(payment_id), feeCents, payment_id);
    assert.deepEqual(findings(), []);
    await eventually('services and databases find each other again', async () => Boolean(await renew('fr').catch(() => false)));
  });

  it('has a statement that finds a ledger which does not balance', () => {
    const broken = ask(layout, `BEGIN; SET session_replication_role = replica;
      UPDATE ledger_entry SET amount_cents = amount_cents + 1 WHERE ctid = (SELECT min(ctid) FROM ledger_entry);
      ${readFileSync(shipped('ledger.sql'), 'utf8')} ROLLBACK;`, 'payments');
    assert.match(broken, /transfer does not balance/);
  });
});
