// Every alert is tried with promtool: it fires on its fault and only then. And the trial is tried: with any of an alert's numbers
// halved or doubled, some scenario must fail.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { root } from '../../deploy/local/stack/layout.mjs';
import { burnAlert, conditionRule, conditions, ruleGroups } from '../../deploy/slo/rules.mjs';
import { burns, jobs, slos } from '../../deploy/slo/slo.mjs';
import { blipScenario, burnScenarios, speedScenarios, timesliceScenario } from './burns.mjs';
import { mutantsOf, scenariosOf } from './conditions.mjs';
import { contradictions, each, promtool } from './promtool.mjs';
import { firing, gauge, scenario } from './series.mjs';

const groups = ruleGroups();
const groupOf = (alert) => [{ name: 'one', rules: [conditionRule(alert)] }];
const isOf = (slo, burn) => ({ alert, labels }) => alert === burnAlert(slo) && labels.long_window === burn.long;
// The rules that decide about these alerts, and no others: days of series take their time. What is counted in time is given as
// recorded, but for the test of that.
function groupsOf(slo, ...some) {
  const records = [...(slo.timeslice ? [] : ['slo:valid:rate5m', 'slo:bad:rate5m']), ...some.flatMap(({ long, short }) => [long, short]).map((window) => `slo:bad:ratio_rate${window}`)];
  const isNeeded = (rule) => records.includes(rule.record) || some.some((burn) => isOf(slo, burn)(rule));
  return groups.filter(({ name }) => name === `slo-${slo.name}` || name === `slo-${slo.name}-days`).map((group) => ({ ...group, rules: group.rules.filter(isNeeded) }));
}

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

describe('rules', () => {
  it('are what Prometheus reads, without a remark', async () => {
    const { ok, output } = await promtool('check', 'rules', '--lint=all', '--lint-fatal', join(root, 'deploy/slo/generated/prometheus_rules.yaml'));
    assert.ok(ok, output);
  });

  it('for Kubernetes are the same', () => {
    const body = (file) => readFileSync(join(root, 'deploy/slo/generated', file), 'utf8').split('\n').slice(1);
    const custom = body('prometheusrule.yaml');
    const from = custom.indexOf('spec:') + 1;
    assert.deepEqual(custom.slice(from).map((line) => line.replace(/^ {2}/, '')), body('prometheus_rules.yaml'));
  });

  for (const alert of conditions) {
    it(`${alert.alert} fires on its fault alone`, async () => assert.equal(await contradictions(groupOf(alert), scenariosOf(alert)), ''));
  }
  for (const slo of slos) {
    it(`${burnAlert(slo)} fires as its budget burns`, async () => {
      await each(burns, async (burn) => assert.equal(await contradictions(groupsOf(slo, burn), burnScenarios(slo, burn)), ''));
      const pages = burns.filter(({ severity }) => severity === 'page');
      if (!slo.timeslice) assert.equal(await contradictions(groupsOf(slo, ...pages), [blipScenario(slo)]), '');
    });
  }

  it('page within three minutes of an outage', async () => {
    const [slo] = slos;
    assert.equal(await contradictions(groupsOf(slo, burns[0]), speedScenarios(slo)), '');
  });

  it('count time that is bad', async () => {
    for (const slo of slos.filter(({ timeslice }) => timeslice)) {
      const [group] = groups.filter(({ name }) => name === `slo-${slo.name}`);
      assert.equal(await contradictions([group], timesliceScenario(slo)), '');
      for (const factor of [0.5, 2]) {
        const mutated = JSON.parse(JSON.stringify(group).replace(`> bool ${slo.timeslice.max}`, `> bool ${slo.timeslice.max * factor}`));
        assert.notEqual(await contradictions([mutated], timesliceScenario(slo)), '');
      }
    }
  });

  it('tell that something is not measured any more', async () => {
    const [slo] = slos;
    const monitoring = groups.filter(({ name }) => name === 'monitoring');
    const until = (end) => (time) => (time < end ? 1 : null);
    const grid = { step: 60, length: 9000 };
    const [there, gone, silent] = [3600, 3600 + 300 + 600 + 60, 3600 + 3600 + 900 + 420];
    const inputs = [
      ...jobs.map((job) => gauge(`up{job="${job}"}`, until(job === 'payments' ? 3600 : Infinity), grid)),
      ...slos.map(({ name }) => gauge(`slo:valid:rate5m{slo="${name}"}`, until(name === slo.name ? 3600 : Infinity), grid)),
    ];
    const ofJob = (job) => firing(`alertname="JobAbsent",job="${job}"`);
    const ofSlo = (name) => firing(`alertname="SliAbsent",slo="${name}"`);
    assert.equal(await contradictions(monitoring, [scenario('absent', 60, inputs, [
      [there, firing('alertname="Watchdog"'), 1], [there, firing('alertname!="Watchdog"'), 0],
      [3600 + 300, ofJob('payments'), 0], [gone, ofJob('payments'), 1], [gone, ofJob('identity'), 0],
      [3600 + 3600, ofSlo(slo.name), 0], [silent, ofSlo(slo.name), 1], [silent, ofSlo(slos[1].name), 0],
    ])]), '');
  });
});

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

  // Days of series each: every objective has its turn in `make faults`, one of each form always.
  const tried = process.env.TAMARACK_LONG ? slos : slos.filter(({ name }) => ['gateway-availability', 'payments-completion'].includes(name));
  for (const slo of tried) {
    it(`every number that is halved or doubled in ${burnAlert(slo)}`, async () => {
      const unnoticed = [];
      await each(burns.flatMap((burn) => burnMutants(slo, burn).map((mutant) => ({ burn, ...mutant }))), async ({ burn, what, groups: mutated }) => {
        if (await contradictions(mutated, burnScenarios(slo, burn)) === '') unnoticed.push(what);
      });
      assert.deepEqual(unnoticed, []);
    });
  }
});
