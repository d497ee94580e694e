// Programs that lack what they cannot do without say so, all of it, before they do anything.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { layoutOf, root } from '../../deploy/local/stack/layout.mjs';

// What each asks for in the end, beside the database without which no service begins.
const needed = {
  identity: ['secret_key_file'],
  payments: ['client_secret_file', 'secret_key_file'],
  notify: ['client_secret_file', 'secret_key_file', 'smtp_url', 'from_address'],
  tellusonce: ['client_secret_file', 'secret_key_file'],
  gateway: ['config'],
};
const run = (name, env, args = []) => spawnSync(join(layoutOf().build, `tamarack-${name}`), args, { encoding: 'utf8', timeout: 20000, env });
const saysMissing = (flag) => new RegExp(`^--${flag} \\(or TAMARACK_${flag.toUpperCase()}\\) is missing: \\S`, 'm');

describe('a program without its flags', () => {
  for (const [name, flags] of Object.entries(needed)) {
    it(`names what tamarack-${name} needs`, () => {
      const { status, stderr } = run(name, { TAMARACK_PG_DSN: 'host=/nowhere', TAMARACK_INSECURE_PLAIN_TEXT: 'true' });
      assert.equal(status, 2, stderr);
      for (const flag of flags) assert.match(stderr, saysMissing(flag));
      if (name !== 'gateway') assert.match(run(name, {}).stderr, saysMissing('pg_dsn'));
    });
  }
});

describe('the commands for keys', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tamarack-flags-'));
  const env = { TAMARACK_PG_DSN: 'host=/nowhere', TAMARACK_SECRET_KEY_FILE: join(folder, 'keyring'), TAMARACK_REDIS: 'unix:/nowhere' };
  writeFileSync(env.TAMARACK_SECRET_KEY_FILE, 'a secret of thirty-two characters', { mode: 0o600 });
  after(() => rmSync(folder, { recursive: true }));

  for (const command of ['keys', 'signing-keys']) {
    it(`${command} stands in --help, and ends with 2 for words that are none`, () => {
      for (const verb of ['list', 'rotate', 'retire']) assert.ok(run('identity', {}, ['--help']).stdout.replace(/\s+/g, ' ').includes(`\`${command} ${verb}`), verb);
      for (const words of [[], ['turn'], ['retire'], ['list', 'all']]) assert.equal(run('identity', env, [command, ...words]).status, 2, `${words}`);
    });
  }

  it('signing-keys retire takes a KID that begins with a dash', () => {
    const { status, stderr } = run('identity', env, ['signing-keys', 'retire', '--emergency', '--', '-Xc']);
    assert.equal(status, 1, stderr);
    assert.match(stderr, /^signing-keys: /m);
  });
});

describe('a figure out of range', () => {
  const cases = { payments: ['expire_after_seconds=-1', 'drain_seconds=-5', 'webhook_retention_days=6', 'webhook_retention_days=3000000', 'pg_pool_size=0', 'connection_age_seconds=0', 'processor_timeout_ms=0'],
    notify: ['retention_days=-2', 'record_retention_days=0', 'smtp_timeout_seconds=0'], gateway: ['drain_notice_seconds=601'] };
  for (const [name, flags] of Object.entries(cases)) {
    for (const flag of flags) {
      it(`ends tamarack-${name} before it does anything: ${flag}`, () => {
        const { status, stderr } = run(name, { TAMARACK_PG_DSN: 'host=/nowhere' }, [`--${flag}`]);
        assert.notEqual(status, 0);
        assert.match(stderr, /must be from \d+ to \d+/);
        const [key, value] = flag.split('=');
        const byEnvironment = run(name, { [`TAMARACK_${key.toUpperCase()}`]: value });
        assert.equal(byEnvironment.status, 2);
        assert.match(byEnvironment.stderr, /must be from \d+ to \d+/);
      });
    }
  }
  it('such as a scale that is no number is refused, too', () => {
    const { status, stderr } = run('payments', { TAMARACK_PG_DSN: 'host=/nowhere', TAMARACK_INSECURE_PLAIN_TEXT: 'true' }, ['--webhook_retry_scale=nan']);
    assert.equal(status, 2, stderr);
  });
});

describe('a program that is told to end before it serves', () => {
  it('does, as the first process of a container would have to', async () => {
    const waiting = spawn(join(layoutOf().build, 'tamarack-payments'), ['migrate'], { env: { TAMARACK_PG_DSN: 'host=/nowhere', TAMARACK_PG_RUNTIME_ROLE: 'payments' } });
    const ended = once(waiting, 'exit');
    for await (const text of waiting.stderr.setEncoding('utf8')) if (text.includes('waiting for the database')) break;
    waiting.kill('SIGTERM');
    assert.deepEqual(await ended, [143, null]);
  });
});

describe('--version', () => {
  for (const name of Object.keys(needed)) {
    it(`of tamarack-${name} tells version, commit and build type`, () => {
      const { status, stdout } = run(name, {}, ['--version']);
      assert.equal(status, 0);
      const { type, commit } = stdout.match(/^Tamarack \d+\.\d+\.\d+, commit (?<commit>[0-9a-f]{12}|unknown), (?<type>\w+) build\n$/)?.groups ?? {};
      assert.equal(type, /^CMAKE_BUILD_TYPE:STRING=(\w+)$/m.exec(readFileSync(join(layoutOf().build, 'CMakeCache.txt'), 'utf8'))[1], stdout);
      const isCommitted = type === 'Release' && existsSync(join(root, '.git'));
      assert.equal(commit !== 'unknown', isCommitted, stdout);
    });
  }
});

describe('--help', () => {
  const flagsIn = (text) => text.split(/^ *Flags from /m).slice(1).filter((part) => !/absl\//.test(part.split('\n')[0]))
    .flatMap((part) => [...part.matchAll(/^ *--([a-z0-9_]+) \(/gm)].map(([, flag]) => flag));
  for (const name of Object.keys(needed)) {
    it(`lists every flag of tamarack-${name} that is no library's`, () => {
      const all = flagsIn(run(name, {}, ['--helpfull']).stdout);
      const listed = flagsIn(run(name, {}, ['--help']).stdout);
      assert.ok(listed.length > 5, `${listed}`);
      assert.deepEqual(listed.sort(), all.sort());
      assert.match(run(name, {}, ['--help']).stdout, /TAMARACK_<FLAG>/);
      assert.doesNotMatch(run(name, {}, ['--helpfull']).stdout, new RegExp(`${root}/(platform|services|gateway)`));
    });
  }
});
