// The manifests that production is sent have no fault, and each fault of tests/support/k8s_faults.mjs is found by its rule.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse, readFacts } from '../../../deploy/k8s/validate/facts.mjs';
import { renderedFile, sourceHash } from '../../../deploy/k8s/validate/render.mjs';
import { judge, rules } from '../../../deploy/k8s/validate/rules/index.mjs';
import { faults } from '../../support/k8s_faults.mjs';

const facts = readFacts();
const rendered = readFileSync(renderedFile, 'utf8');
const production = parse(rendered);

test('What production is sent is what the sources render to', () => {
  assert.ok(rendered.startsWith(`# Made by \`make k8s-validate WRITE=1\` of ${sourceHash()}\n`), 'deploy/k8s changed: make k8s-validate WRITE=1');
});

test('No rule finds a fault in it', () => assert.deepEqual(judge(production, facts), []));

for (const [what, rule, seed] of faults) {
  test(`${rule} finds: ${what}`, () => {
    const objects = structuredClone(production);
    const find = (kind, name) => objects.find((object) => object.kind === kind && (object.metadata.name === name || object.metadata.name.replace(/-[0-9a-z]{10}$/, '') === name));
    const more = seed(find, objects);
    const found = judge(objects, { ...facts, ...more });
    assert.ok(found.some((one) => one.rule === rule), `found only: ${JSON.stringify(found)}`);
  });
}

test('Each rule has a fault that it finds', () => assert.deepEqual(Object.keys(rules).filter((rule) => !faults.some(([, one]) => one === rule)), []));
