// Faults of types, of names and of security that the bought checks must find, in what production is sent.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from './facts.mjs';
import { renderedFile } from './render.mjs';
import { checkFields, checkTypes } from './schema.mjs';
import { checkWithTrivy } from './trivy.mjs';

const production = parse(readFileSync(renderedFile, 'utf8'));
const altered = (kind, name, change) => {
  const object = structuredClone(production.find((one) => one.kind === kind && one.metadata.name === name));
  change(object);
  return object;
};
const podOf = (object) => object.spec.template.spec;
const rename = (object, from, to) => {
  object[to] = object[from];
  delete object[from];
};

const types = [
  altered('Deployment', 'payments', ({ spec }) => { spec.minReadySeconds = '10'; }),
  altered('Deployment', 'notify', (object) => { podOf(object).containers[0].resources.requests.memory = '256MB'; }),
  altered('NetworkPolicy', 'dns', ({ spec }) => { spec.egress[0].ports[0].port = { number: 53 }; }),
  altered('Certificate', 'payments', ({ spec }) => { delete spec.secretName; }),
  altered('HorizontalPodAutoscaler', 'payments', ({ spec }) => { delete spec.maxReplicas; }),
];
for (const object of types) test(`types: ${object.kind}/${object.metadata.name}`, async () => assert.equal((await checkTypes([object])).length, 1));

const fields = [
  altered('Deployment', 'payments', (object) => rename(podOf(object).containers[0], 'readinessProbe', 'readynessProbe')),
  altered('Deployment', 'identity', (object) => rename(podOf(object), 'automountServiceAccountToken', 'automountServiceAcountToken')),
  altered('Job', 'payments-migrate', ({ spec }) => rename(spec, 'backoffLimit', 'backOffLimit')),
  altered('PodMonitor', 'tamarack', ({ spec }) => rename(spec.podMetricsEndpoints[0], 'interval', 'intervall')),
  altered('Certificate', 'notify', ({ spec }) => rename(spec, 'renewBefore', 'renewbefore')),
  altered('ExternalSecret', 'notify-secrets', ({ spec }) => rename(spec, 'refreshInterval', 'refresh')),
  altered('HTTPRoute', 'tamarack', ({ spec }) => rename(spec.rules[0], 'backendRefs', 'backends')),
  altered('Cluster', 'postgres', ({ spec }) => rename(spec.postgresql.synchronous, 'dataDurability', 'durability')),
];
test('fields: each misspelt one', () => {
  const found = checkFields(fields).map(({ object }) => object);
  for (const { kind, metadata: { name } } of fields) assert.ok(found.includes(`${kind}/${name}`), `${kind}/${name}`);
});

test('Trivy: root, added capability, host path', async () => {
  const risky = altered('Deployment', 'payments', (object) => {
    const { securityContext } = podOf(object).containers[0];
    Object.assign(securityContext, { runAsUser: 0, runAsNonRoot: false, capabilities: { add: ['SYS_ADMIN'] } });
    podOf(object).volumes.push({ name: 'host', hostPath: { path: '/' } });
  });
  const checks = (await checkWithTrivy([risky])).map(({ text }) => text.split(':')[0]);
  for (const check of ['KSV105', 'KSV003', 'KSV005', 'KSV023']) assert.ok(checks.includes(check), `${check} is not among ${checks}`);
});
