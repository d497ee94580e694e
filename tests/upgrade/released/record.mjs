// record.mjs STATE PORT FOLDER: starts a fresh stack of that release, fills it and writes into FOLDER what upgrade.test.mjs starts from:
// a dump of each database, the secrets that they need, and what this release answered. See README.md.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { layoutOf, prepareFolders, services } from '../../../deploy/local/stack/layout.mjs';
import { down, kill, startPart, up } from '../../../deploy/local/stack/stack.mjs';
import { redisSocket } from '../../../deploy/local/stack/components.mjs';
import { end } from '../../../deploy/local/stack/processes.mjs';
import { seed } from '../../../deploy/local/seed.mjs';
import { fill, leaveUndone } from './fill.mjs';
import { adminOf, observeAccounts, observeDeliveries, observeKeys, observeMessages, observePayments, observeSetUp, observeSubjects } from '../observe.mjs';
import { startReceiver } from '../receiver.mjs';

const [state, port, into] = process.argv.slice(2);
const layout = layoutOf({ state, port });
prepareFolders(layout);
mkdirSync(into, { recursive: true });
await up(layout, { seed });
const sandbox = JSON.parse(readFileSync(layout.sandbox, 'utf8'));
const stack = {
  layout, sandbox,
  kill: (name) => kill(layout, name),
  // Serves payments with an expiry of a second while `act` runs.
  async expireAtOnce(act) {
    for (const seconds of ['1', '']) {
      process.env.EXPIRE_AFTER_SECONDS = seconds;
      await end(layout, 'payments');
      await startPart(layout, 'payments');
      if (seconds) await act();
    }
  },
};
const receiver = await startReceiver(layout.base);
receiver.statusOf.paid = 200;
const filled = await fill(stack, receiver);
const observed = {
  keys: await observeKeys(sandbox, filled.keys),
  messages: await observeMessages(sandbox, filled),
  deliveries: await observeDeliveries(sandbox, filled),
  setUp: await observeSetUp(sandbox, filled),
};
await leaveUndone(stack, filled, receiver);
observed.payments = await observePayments(sandbox, filled);
observed.ledger = await adminOf(sandbox).get('/v1/ledger/balance');
await delay(3000); // identity is told of addresses and readings every second
observed.subjects = await observeSubjects(sandbox, filled);
observed.accounts = await observeAccounts(sandbox, filled.people);

const cookie = /session=([^;]+)/.exec(filled.session.cookies)[1];
filled.session.key = `identity:session:${createHash('sha256').update(cookie).digest('base64url')}`;
filled.session.value = execFileSync('redis-cli', ['-s', redisSocket(layout), 'GET', filled.session.key], { encoding: 'utf8' }).trim();
for (const name of ['gateway', 'example', 'healthcard', 'fishing', ...services]) await kill(layout, name);
await receiver.stop();

const psql = (database, program, ...more) => execFileSync('setpriv', ['--reuid=tamarack', '--regid=tamarack', '--init-groups',
  `/usr/lib/postgresql/15/bin/${program}`, '-h', join(layout.servers, 'postgres/socket'), '-U', 'postgres', '-d', database, ...more], { encoding: 'utf8', cwd: '/', maxBuffer: 2 ** 26 });
for (const name of services) {
  const dump = psql(name, 'pg_dump', '--no-owner', '--no-comments', '--encoding=UTF8');
  writeFileSync(join(into, `${name}.sql`), dump.replace(/^(--|\\(un)?restrict).*\n|^\n/gm, ''));
}
const recorded_at = psql('identity', 'psql', '-XAtc', 'SELECT date_trunc(\'second\', now())').trim();
const secrets = {};
for (const file of readdirSync(layout.secrets, { recursive: true }).filter((one) => !/^(clients|postgres-.*)$/.test(one))) secrets[file] = readFileSync(join(layout.secrets, file), 'utf8');
const write = (name, value) => writeFileSync(join(into, name), `${JSON.stringify(value)}\n`);
write('secrets.json', secrets);
write('seed.json', JSON.parse(readFileSync(join(layout.folder, 'seed.json'), 'utf8')));
write('filled.json', { recorded_at, ...filled });
write('observed.json', observed);
writeFileSync(join(into, 'card-processor.journal'), readFileSync(join(layout.folder, 'card-processor.journal')));
await down(layout);
