// A whole renewal against a fresh stack, and what must hold of the stack around it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ledgerBalance, metric } from '../../deploy/local/person/evidence.mjs';
import { renewOnce } from '../../deploy/local/renewal.mjs';
import { startStack } from '../support/stack.mjs';

const services = ['identity', 'payments', 'notify', 'tellusonce'];
let stack;
let sandbox;
const renewed = [];

before(async () => {
  stack = await startStack('contract-renewal');
  ({ sandbox } = stack);
});
after(() => stack?.stop());

describe('a renewal', () => {
  for (const lang of ['en', 'fr']) {
    it(`runs from sign-up to confirmation in ${lang}, past a declined card`, async () => {
      renewed.push(await renewOnce({ sandbox, lang, tryDeclined: true }));
    });
  }

  it('runs for a person who has an account', async () => {
    renewed.push(await renewOnce({ sandbox, ...sandbox.people[0] }));
  });

  it('leaves a ledger that balances', async () => {
    const balance = await ledgerBalance(sandbox);
    assert.equal(balance.balances, true);
    assert.equal(balance.currencies[0].debits_posted, 9000 * renewed.length);
  });

  it('leaves no personal data in any log or metric', async () => {
    const secrets = ['Exemple', 'Birch Street', 'P4N', '4242424242424242', '4242 4242', ...renewed.flatMap(({ email, password }) => [email, password])];
    const texts = readdirSync(stack.layout.logs).map((file) => [file, readFileSync(join(stack.layout.logs, file), 'utf8')]);
    for (const [name, url] of Object.entries(sandbox.metrics)) texts.push([`${name} metrics`, await (await fetch(url)).text()]);
    assert.ok(texts.length > 10);
    for (const [name, text] of texts) {
      for (const secret of secrets) assert.ok(!text.includes(secret), `${name} holds "${secret}": ${text.split('\n').find((line) => line.includes(secret))}`);
    }
  });

  it('is counted', async () => {
    assert.equal(await metric(sandbox.metrics.payments, 'payments_captured_cents_total'), 9000 * renewed.length);
  });
});

describe('the local stack', () => {
  it('writes a sandbox.json that only its owner reads, with everything an outside tool needs', () => {
    assert.equal(statSync(stack.layout.sandbox).mode & 0o777, 0o600);
    const text = (path) => assert.ok(path.split('.').reduce((value, key) => value?.[key], sandbox), path);
    ['gateway', 'issuer', 'inbox', 'example', 'redis', 'admin.client_secret'].forEach(text);
    for (const name of services) [`grpc.${name}`, `metrics.${name}`, `pids.${name}`, `postgres.${name}`].forEach(text);
    ['metrics.gateway', 'pids.gateway'].forEach(text);
    const ministry = ['name', 'service_id', 'notify_api_key_test', 'notify_api_key_live', 'pay_api_key', 'oauth.client_id', 'oauth.client_secret', 'oauth.redirect_uris', 'templates'];
    sandbox.ministries.forEach((_, i) => ministry.forEach((field) => text(`ministries.${i}.${field}`)));
    sandbox.people.forEach((_, i) => ['email', 'password'].forEach((field) => text(`people.${i}.${field}`)));
  });

  it('lets no service into another’s database', () => {
    for (const own of services) {
      const psql = (dsn) => execFileSync('psql', ['-X', '-A', '-t', '-c', 'SELECT 1', dsn], { encoding: 'utf8', stdio: 'pipe' }).trim();
      assert.equal(psql(sandbox.postgres[own]), '1');
      for (const other of services.filter((name) => name !== own)) {
        assert.throws(() => psql(sandbox.postgres[own].replace(`dbname=${own}`, `dbname=${other}`)), `${own} reaches ${other}`);
      }
    }
  });

  it('writes to disk before it answers', () => {
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
      const value = execFileSync('psql', ['-X', '-A', '-t', '-c', `SHOW ${setting}`, sandbox.postgres.payments], { encoding: 'utf8' }).trim();
      assert.equal(value, 'on', setting);
    }
  });

  it('listens on loopback alone', () => {
    const pids = new Set(Object.values(sandbox.pids).map(String));
    const inodes = new Set([...pids].flatMap((pid) => readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(pid, fd))).filter(Boolean));
    const rows = ['tcp', 'tcp6'].flatMap((file) => readFileSync(`/proc/net/${file}`, 'utf8').trim().split('\n').slice(1)).map((line) => line.trim().split(/\s+/));
    const listening = rows.filter((row) => row[3] === '0A' && inodes.has(row[9])).map(([, address]) => address);
    assert.ok(listening.length >= 10);
    // 127.0.0.1, ::1 and ::ffff:127.0.0.1, each word in the machine's byte order
    for (const address of listening) assert.match(address, /^(0100007F|0{24}01000000|0{16}FFFF00000100007F):/);
  });
});

// Inode of the socket behind a file descriptor.
function linkOf(pid, fd) {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
  } catch {
    return null;
  }
}
