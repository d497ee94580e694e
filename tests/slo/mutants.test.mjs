// The trials of alerts are tried: with any of an alert's numbers halved or doubled, some scenario must fail.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { burnAlert, conditions } from '../../deploy/slo/rules.mjs';
import { burns, slos } from '../../deploy/slo/slo.mjs';
import { burnScenarios } from './burns.mjs';
import { mutantsOf, scenariosOf } from './conditions.mjs';
import { groupOf, groupsOf, isOf } from './groups.mjs';
import { contradictions, each } from './promtool.mjs';

// Each number in the expression of one burn alert, halved and doubled.
function burnMutants(slo, burn) {
  const isMeant = isOf(slo, burn);
  const { expr } = groupsOf(slo, burn).flatMap(({ rules }) => rules).find(isMeant);
  const numbers = [...expr.matchAll(/ > ([\d.]+)/g)];
  assert.equal(numbers.length, slo.timeslice ? 2 : 3);
  return numbers.flatMap(({ 0: text, 1: number, index }) => [0.5, 2].map((factor) => {
    const mutated = `${expr.slice(0, index)} > ${Number(number) * factor}${expr.slice(index + text.length)}`;
    return { what: mutated, groups: groupsOf(slo, burn).map((group) => ({ ...group, rules: group.rules.map((rule) => (isMeant(rule) ? { ...rule, expr: mutated } : rule)) })) };
  }));
}

describe('trials of alerts notice', () => {
  it('every number that is halved or doubled in a condition', async () => {
    const mutants = conditions.flatMap(mutantsOf);
    const unnoticed = [];
    // The scenarios are the original's.
    await each(mutants, async ({ what, alert }) => {
      const original = conditions.find(({ alert: name }) => name === alert.alert);
      if (await contradictions(groupOf(alert), scenariosOf(original)) === '') unnoticed.push(`${alert.alert}: ${what}`);
    });
    assert.ok(mutants.length > 3 * conditions.length);
    assert.deepEqual(unnoticed, []);
  });

  // Days of series each: all have their turn in `make faults`, what pages of one of each form always.
  const [tried, some] = process.env.TAMARACK_LONG ? [slos, burns]
    : [slos.filter(({ name }) => ['gateway-availability', 'payments-completion'].includes(name)), burns.filter(({ severity }) => severity === 'page')];
  for (const slo of tried) {
    it(`every number that is halved or doubled in ${burnAlert(slo)}`, async () => {
      const unnoticed = [];
      await each(some.flatMap((burn) => burnMutants(slo, burn).map((mutant) => ({ burn, ...mutant }))), async ({ burn, what, groups: mutated }) => {
        if (await contradictions(mutated, burnScenarios(slo, burn)) === '') unnoticed.push(what);
      });
      assert.deepEqual(unnoticed, []);
    });
  }
});
