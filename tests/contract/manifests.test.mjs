// What the manifests for Kubernetes tell the programs is what the programs take.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { makeCertificates } from '../../deploy/local/stack/certificates.mjs';
import { root } from '../../deploy/local/stack/layout.mjs';
import { parse, processes } from '../../deploy/k8s/validate/facts.mjs';
import { renderedFile } from '../../deploy/k8s/validate/render.mjs';

const build = process.env.TAMARACK_BUILD || join(root, 'build/release');
const objects = parse(readFileSync(renderedFile, 'utf8'));
const map = (name) => objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith(`${name}-`)).data;
const run = (name, ...args) => spawnSync(join(build, `tamarack-${name}`), args, { encoding: 'utf8' });
let folder;
before(() => { folder = mkdtempSync(join(tmpdir(), 'tamarack-manifests-')); });
after(() => rmSync(folder, { recursive: true }));

for (const name of processes) {
  test(`${name} has each flag that its Deployment sets`, () => {
    const { stdout } = run(name, '--help');
    const [main] = objects.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === name).spec.template.spec.containers;
    const told = [...(main.env ?? []).map((one) => one.name), ...(main.envFrom ? Object.keys(map('services')) : [])];
    assert.ok(told.length > 3);
    for (const variable of told) assert.match(stdout, new RegExp(`^ +--${variable.replace('TAMARACK_', '').toLowerCase()} `, 'm'), variable);
  });
}

// In a Pod the files are elsewhere: the folders here stand for those of the image and of the volumes.
function configure(change = () => {}) {
  makeCertificates(folder, ['gateway']);
  writeFileSync(join(folder, 'client-secret'), 'x'.repeat(43));
  const places = { '/run/secrets/tls/ca.crt': 'ca.pem', '/run/secrets/tls/tls.crt': 'gateway.pem', '/run/secrets/tls/tls.key': 'gateway.pem', '/run/secrets/tamarack/client-secret': 'client-secret' };
  let text = map('gateway')['gateway.json'].replaceAll('/usr/share/tamarack/descriptors', join(build, 'descriptors')).replaceAll('/usr/share/tamarack/assets', join(root, 'build/assets'));
  for (const [from, to] of Object.entries(places)) text = text.replaceAll(from, join(folder, to));
  const settings = JSON.parse(text);
  change(settings);
  const file = join(folder, 'gateway.json');
  writeFileSync(file, JSON.stringify(settings));
  return run('gateway', `--config=${file}`, '--check');
}

test('The gateway takes its configuration, with routes of all services', () => {
  const { status, stdout, stderr } = configure();
  assert.equal(status, 0, stdout + stderr);
  for (const path of ['/v1/payments', '/v2/notifications/email', '/v1/subscriptions', '/oauth2/token']) assert.ok(stdout.includes(path), path);
});

test('and would say so if it did not', () => {
  assert.equal(configure(({ limits }) => { limits.classes.page.burst = -1; }).status, 2);
});
