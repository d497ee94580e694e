// Between the processes of the running stack: nobody without a certificate, certificates change as they run, and the roles that serve
// the databases own nothing.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../deploy/local/person/browser.mjs';
import { makeCertificates } from '../../deploy/local/stack/certificates.mjs';
import { layoutOf, services } from '../../deploy/local/stack/layout.mjs';
import { renewCertificates } from '../../deploy/local/stack/stack.mjs';
import { greet as greetAt, methodsOf, statusesOf } from '../support/peers.mjs';
import { startStack } from '../support/stack.mjs';

let stack;
before(async () => {
  stack = await startStack('contract-peers');
});
after(() => stack?.stop());

const greet = (name, own) => greetAt(stack.layout.certificates, name, stack.sandbox.grpc[name], own);

describe('the processes of the stack', () => {
  it('talk to who shows a certificate, and to nobody else', async () => {
    for (const name of services) {
      assert.equal((await greet(name, 'gateway')).subjectaltname, `DNS:${name}`);
      await assert.rejects(greet(name, null), `${name} talks to anybody`);
    }
  });

  it('refuse every method to who has another name in its certificate than those that may call it', async () => {
    const { certificates, build } = stack.layout;
    const strangers = [...services, 'stranger'];
    makeCertificates(certificates, ['stranger']);
    const [denied, unimplemented] = [7, 12];
    for (const name of services) {
      const methods = methodsOf(build, name, `tamarack.${name}.v1`);
      if (name === 'identity') methods.push(...methodsOf(build, 'api', 'tamarack.api.v1'));
      assert.ok(methods.length > 6, name);
      const as = async (own, some) => (await statusesOf(certificates, name, stack.sandbox.grpc[name], own, some.map(({ path }) => path))).map((status, i) => [some[i].path, status]);
      for (const own of strangers) {
        const refused = methods.filter(({ peers }) => !peers.includes(own));
        assert.deepEqual((await as(own, refused)).filter(([, status]) => status !== denied), [], `${name} lets in ${own}`);
        const allowed = methods.filter(({ peers }) => peers.includes(own));
        assert.deepEqual((await as(own, allowed)).filter(([, status]) => status === denied), [], `${name} refuses ${own}`);
      }
      // These are the methods that it has: to the gateway none is refused or unknown.
      assert.deepEqual((await as('gateway', methods)).filter(([, status]) => !(status >= 0) || status === denied || status === unimplemented), [], name);
    }
  });

  it('take new certificates while requests are served', async () => {
    const serials = () => Promise.all(services.map(async (name) => (await greet(name, 'gateway')).serialNumber));
    const before = await serials();
    const statuses = [];
    let isOver = false;
    const requests = (async () => {
      while (!isOver) {
        statuses.push((await fetch(`${stack.sandbox.gateway}/oauth2/jwks`)).status);
        statuses.push((await fetch(`${stack.sandbox.gateway}/v1/payments`, { headers: { authorization: `Bearer ${stack.sandbox.ministries[0].pay_api_key}` } })).status);
        await delay(20);
      }
    })();
    renewCertificates(stack.layout);
    await eventually('each shows its new certificate', async () => (await serials()).every((serial, i) => serial !== before[i]));
    isOver = true;
    await requests;
    assert.ok(statuses.length > 10);
    assert.deepEqual([...new Set(statuses)], [200]);
  });

  it('serve with roles that change no table, trigger or right', () => {
    for (const name of services) {
      const psql = (sql) => execFileSync('psql', ['-X', '-A', '-t', '-c', sql, stack.sandbox.postgres[name]], { encoding: 'utf8', stdio: 'pipe' }).trim();
      assert.equal(psql('SELECT count(*) FROM schema_migration WHERE version = 1'), '1');
      assert.equal(psql("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"), `${name}_owner`);
      for (const sql of ['ALTER TABLE schema_migration DISABLE TRIGGER ALL', 'CREATE TABLE mine (more int)', 'CREATE TEMPORARY TABLE mine (more int)',
        'DELETE FROM schema_migration', `SET ROLE ${name}_owner`]) {
        assert.throws(() => psql(sql), /permission denied|must be owner/, sql);
      }
    }
    assert.doesNotMatch(JSON.stringify(stack.sandbox.postgres), /password=/);
  });
});

describe('a service does not start', () => {
  const dsn = '--pg_dsn=host=/nonexistent dbname=payments user=payments';
  const file = '/nonexistent/file';
  const cases = [
    ['without saying how it is spoken to', [dsn], {}, /--tls_ca_file .*is missing[^]*--tls_key_file .*is missing/],
    ['with certificates that cannot be read', [dsn, `--tls_ca_file=${file}`, `--tls_cert_file=${file}`, `--tls_key_file=${file}`], {}, /nonexistent/],
    ['in plain text without a word about it', [dsn, '--insecure_plain_text'], {}, /"warning"[^]*insecure_plain_text: gRPC without TLS/],
    ['with a password in its connection string', [`${dsn} password=guess`, '--insecure_plain_text'], {}, /password= is refused.*passfile/],
    ['with a password in its environment', [dsn, '--insecure_plain_text'], { PGPASSWORD: 'guess' }, /PGPASSWORD is refused/],
    ['to migrate for nobody', [dsn, 'migrate'], {}, /--pg_runtime_role .*is missing/],
  ];
  for (const [how, args, env, said] of cases) {
    it(how, () => {
      const { status, stderr } = spawnSync(join(layoutOf().build, 'tamarack-payments'), args, { env: { PATH: process.env.PATH, ...env }, encoding: 'utf8', timeout: 20_000 });
      assert.match(stderr, said);
      assert.equal(status, 2);
      assert.doesNotMatch(stderr, /guess/);
    });
  }
});
