// The commands of README.md and docs/guides, as they stand, against a fresh stack; only its first port differs.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { root, services } from '../../deploy/local/stack/layout.mjs';
import { startStack } from '../support/stack.mjs';

let stack;
let clone; // stands in for the clone's folder
before(async () => {
  stack = await startStack('guides');
  clone = mkdtempSync(join(tmpdir(), 'tamarack-guides-'));
  symlinkSync(stack.layout.folder, join(clone, '.tamarack'));
  symlinkSync(join(root, 'node_modules'), join(stack.layout.folder, 'node_modules'));
});
after(async () => {
  if (clone) rmSync(clone, { recursive: true });
  await stack?.stop();
});

// The commands below a heading, which may have a language.
function commandsOf(file, heading) {
  const text = readFileSync(join(root, file), 'utf8').replaceAll('http://localhost:8080', stack.sandbox.gateway);
  const section = text.split(/^## /m).find((one) => one.startsWith(`${heading}\n`));
  return [...section.matchAll(/^```(?:sh)?\n([^]*?)^```/gm)].map(([, commands]) => commands).join('\n');
}

const run = (script, env = {}) => execFileSync('/bin/bash', ['-c', script], { cwd: clone, encoding: 'utf8', timeout: 60_000, env: { ...process.env, ...env } });

describe('the commands of', () => {
  it('README.md create a payment', () => {
    const payment = JSON.parse(run(commandsOf('README.md', 'A first payment')));
    assert.match(payment._links.next_url.href, /\/secure\//);
  });

  it('docs/guides/webhooks.md bring an event to a receiver, and show an attempt that failed', () => {
    const guide = (heading) => commandsOf('docs/guides/webhooks.md', heading);
    const until = (condition) => `until ${condition}; do sleep 0.1; done\n`;
    const event = guide('3. A first event');
    const output = run(`exec 2>&1; trap 'kill %1 2>/dev/null' EXIT
      ${guide('1. A receiver')}
      ${guide('2. Telling Tamarack of it').replace(/^(WEBHOOK_SECRET=.*) &$/m, '$1 >received &')}
      ${until('curl -s http://localhost:9981')}
      ${event}
      ${until('grep -q payment.cancelled received')}
      cat received
      ${guide('Address changes')}
      kill %1
      ${event}
      ${until("grep -q 'webhook attempt failed' .tamarack/logs/payments.log")}
      ${guide('When nothing comes')}`);
    assert.match(output, /ca\.tamarack\.payments\.payment\.cancelled\.v1 \{/);
    assert.match(output, /"subscription_id": /);
    assert.match(output, /"error":"connect"/);
    assert.match(output, /^tamarack_webhook_attempts_total/m);
    assert.match(output, /cancelled\.v1 +\| +1 \|/);
  });

  it('docs/guides/webhooks.md register one receiver, however often they are run, and take a second one away', () => {
    const guide = (heading) => commandsOf('docs/guides/webhooks.md', heading);
    const register = guide('2. Telling Tamarack of it').replace(/^WEBHOOK_SECRET=.* &$/m, '');
    const endpoints = `psql -X -A -t -c "SELECT endpoint_id FROM webhook_endpoint WHERE enabled AND url = 'http://localhost:9981/hook'" "$(jq -r .postgres.payments .tamarack/sandbox.json)"`;
    const enabled = () => run(endpoints).trim().split('\n');
    run(`${register}\ncp .tamarack/hook.json .tamarack/first.json\n${register}`);
    const { id, secret } = JSON.parse(run('cat .tamarack/first.json'));
    assert.deepEqual(JSON.parse(run('cat .tamarack/hook.json')), JSON.parse(run('cat .tamarack/first.json')));
    assert.match(secret, /^whsec_/);
    assert.deepEqual(enabled(), [id]);

    run(`${register.replace(/-H 'Idempotency-Key: [^']*' /, '')}\ncp .tamarack/first.json .tamarack/hook.json`);
    assert.equal(enabled().length, 2);
    run(guide('When nothing comes'));
    assert.deepEqual(enabled(), [id]);
  });

  it('docs/operations.md show what webhooks wait or are parked, of each service that sends any', () => {
    const [, section] = readFileSync(join(root, 'docs/operations.md'), 'utf8').split('\n## Webhooks\n');
    const [, statement] = /^```sql\n([^]*?)^```/m.exec(section);
    run(`psql -X -q "$(jq -r .postgres.payments .tamarack/sandbox.json)" -c "UPDATE webhook_delivery SET state = 3, due_at = NULL, finished_at = now(), last_error = 'timeout' WHERE finished_at IS NULL"`);
    for (const name of ['payments', 'tellusonce']) {
      const rows = run(`psql -X -A -t "$(jq -r .postgres.${name} .tamarack/sandbox.json)" -c "$STATEMENT"`, { STATEMENT: statement });
      if (name === 'payments') assert.match(rows, /\|http:\/\/localhost:9981\/hook\|[tf]\|.*\|3\|timeout\|\d+\|/);
    }
  });

  it('docs/local-stack.md list the keys of a service and those that sign tokens', () => {
    const output = run(commandsOf('docs/local-stack.md', 'Secrets and programs').replaceAll('build/release', stack.layout.build));
    assert.match(output, /^version 1: in use$/m);
    assert.match(output, / RS256 current since /);
  });

  it('docs/guides/plug-in-pages.md make a descriptor set', () => {
    for (const folder of ['proto', 'examples', 'node_modules']) symlinkSync(join(root, folder), join(clone, folder));
    const [, command] = /^```sh\n([^]*?)^```/m.exec(readFileSync(join(root, 'docs/guides/plug-in-pages.md'), 'utf8'));
    run(command);
    assert.ok(readFileSync(join(clone, 'fishing.binpb')).includes('FishingLicenceService'));
  });

  it('docs/operations.md alert on metrics that there are', async () => {
    const [, section] = /^## Health and alerts\n([^]*?)^## /m.exec(readFileSync(join(root, 'docs/operations.md'), 'utf8'));
    const named = new Set(section.match(/\btamarack_\w+/g));
    assert.ok(named.size > 10);
    const shown = (await Promise.all(['gateway', ...services].map(async (name) => (await fetch(stack.sandbox.metrics[name])).text()))).join('\n');
    for (const name of named) assert.match(shown, new RegExp(`^${name}(\\{| )`, 'm'));
    assert.match(shown, /^tamarack_unreadable_rows_total\{table="payment"\} 0$/m);
    assert.doesNotMatch(shown, /^tamarack_keyring_rows_left\{column="person\.subject"\}/m);
  });

  it('docs/guides/webhooks.md sign as the official library does', () => {
    const secret = `whsec_${Buffer.from(Array.from({ length: 32 }, (_, i) => i * 8)).toString('base64')}`;
    const body = '{"name": "Zoé\\n"}';
    const env = { WEBHOOK_SECRET: secret, id: 'm-1', timestamp: '1700000000', body };
    assert.equal(run(commandsOf('docs/guides/webhooks.md', 'What a receiver must do'), env).trim(), new Webhook(secret).sign('m-1', new Date(1_700_000_000_000), body));
  });
});
