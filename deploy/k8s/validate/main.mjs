// Checks the manifests without a cluster; exits 1 with what is wrong. With --write it first brings up to date what is derived:
// the gateway's configurations (base, rate_classes.json) and rendered/prod.yaml.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { k8s, parse, readFacts } from './facts.mjs';
import { configurationOf } from './gateway_config.mjs';
import { kubectl } from './kubectl.mjs';
import { combinations, overlays, render, renderedFile, sourceHash } from './render.mjs';
import { judge } from './rules/index.mjs';
import { checkFields, checkTypes } from './schema.mjs';
import { checkWithTrivy } from './trivy.mjs';

const knownToTrivy = ['Deployment', 'StatefulSet', 'Job', 'Service', 'ServiceAccount', 'ConfigMap', 'Namespace', 'NetworkPolicy', 'ResourceQuota', 'LimitRange'];
const facts = readFacts();
const isWriting = process.argv.includes('--write');
const found = [];
const began = Date.now();
const step = (text) => console.log(`[k8s] ${((Date.now() - began) / 1000).toFixed(1)} s: ${text}`);

for (const overlay of overlays) {
  const file = join(k8s, `overlays/${overlay}/gateway.json`);
  const wanted = configurationOf(overlay, facts);
  if (isWriting) writeFileSync(file, wanted);
  else if (readFileSync(file, 'utf8') !== wanted) found.push({ in: overlay, rule: 'gateway', object: 'gateway.json', text: 'differs from base/gateway.json and deploy/rate_classes.json beyond its own settings' });
}

const program = kubectl();
const all = combinations();
const texts = {}, objects = {};
for (const combination of all) {
  const name = [combination.overlay, ...combination.components].join('+');
  texts[name] = await render(program, combination);
  objects[name] = parse(texts[name]);
}
step(`rendered ${all.length} combinations of overlays and components`);

const golden = `# Made by \`make k8s-validate WRITE=1\` of ${sourceHash()}\n${texts.prod}`;
if (isWriting) writeFileSync(renderedFile, golden);
else if (!existsSync(renderedFile) || readFileSync(renderedFile, 'utf8') !== golden) {
  found.push({ in: 'prod', rule: 'rendered', object: 'rendered/prod.yaml', text: 'is not what the overlay renders to: make k8s-validate WRITE=1, and look at the difference' });
}

for (const { overlay, components } of all) {
  const name = [overlay, ...components].join('+');
  found.push(...judge(objects[name], facts, { isSmall: overlay === 'dev' }).map((one) => ({ in: name, ...one })));
}
step('judged what they say of each other');

// Production alone, without what Trivy has no checks for: it takes half a second for each object.
const trivy = checkWithTrivy(objects.prod.filter(({ kind }) => knownToTrivy.includes(kind)));
// Each object once: most are the same in all of them.
const different = [...new Map(Object.values(objects).flat().map((object) => [JSON.stringify(object), object])).values()];
found.push(...await checkTypes(different), ...checkFields(different));
step(`checked types and fields of ${different.length} objects`);
found.push(...await trivy);
step('Trivy');

for (const { in: where, rule, object, text } of found) console.error(`${where ? `${where}: ` : ''}${object}: ${text} [${rule}]`);
console.log(found.length ? `[k8s] ${found.length} faults` : '[k8s] no fault');
process.exit(found.length ? 1 : 0);
