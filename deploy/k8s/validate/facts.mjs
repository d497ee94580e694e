// What the manifests must agree with, read where it is decided: flags in the sources, calls in the protos, figures in
// rate_classes.json, the Secrets in the component that brings them.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
export const k8s = join(root, 'deploy/k8s');
export const services = ['identity', 'notify', 'payments', 'tellusonce'];
export const processes = ['gateway', ...services];
// docs/operations.md, "Starting and ending": what a process that is told to end may take beyond notice and drain.
const endSeconds = 22;

const read = (path) => readFileSync(join(root, path), 'utf8');
export const parse = (text) => parseAllDocuments(text).map((document) => document.toJS()).filter(Boolean);

// {flag: its default as the source has it}
function flagsIn(path) {
  const found = [...read(path).matchAll(/ABSL_FLAG\(\s*[\w:]+,\s*(\w+),\s*("[^"]*"|[^,]+),/g)];
  return Object.fromEntries(found.map(([, name, value]) => [name, value]));
}

function flagsOf(name) {
  if (name === 'gateway') return flagsIn('gateway/main.cc');
  const main = `services/${name}/main.cc`;
  const webhooks = read(main).includes('platform/webhooks/') ? flagsIn('platform/webhooks/sender.cc') : {};
  return { ...flagsIn('platform/service/shell.cc'), ...webhooks, ...flagsIn(main) };
}

// Connections of one process apart from its pool: readiness, sealing anew, and what its main reserves.
const reservedConnections = (name) => 2 + read(`services/${name}/main.cc`).split('ReserveConnection(').length - 1;

// {callee: callers}, of the gateway and of the option `peers`.
function callersOf(name) {
  const folder = `proto/tamarack/${name}/v1`;
  const texts = readdirSync(join(root, folder)).map((file) => read(join(folder, file)));
  return [...new Set(['gateway', ...texts.flatMap((text) => [...text.matchAll(/\(tamarack\.api\.v1\.peers\) = "(\w+)"/g)].map(([, peer]) => peer))])].sort();
}

// {Secret: its keys}, as the external-secrets component makes them.
function secrets() {
  const folder = join(k8s, 'components/external-secrets');
  const objects = ['processes.yaml', 'redis.yaml'].flatMap((file) => parse(readFileSync(join(folder, file), 'utf8')));
  return Object.fromEntries(objects.map(({ spec }) => [spec.target.name, Object.keys(spec.target.template?.data ?? {}).length
    ? Object.keys(spec.target.template.data) : spec.data.map(({ secretKey }) => secretKey)]));
}

export function readFacts() {
  const flags = Object.fromEntries(processes.map((name) => [name, flagsOf(name)]));
  return {
    flags,
    endSeconds,
    callers: Object.fromEntries(services.map((name) => [name, callersOf(name)])),
    reserved: Object.fromEntries(services.map((name) => [name, reservedConnections(name)])),
    secrets: secrets(),
    rateClasses: JSON.parse(read('deploy/rate_classes.json')),
    gatewaySchema: JSON.parse(read('gateway/config/config.schema.json')),
  };
}
