// Every alert is tried with promtool: it fires on its fault and only then.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { root } from '../../deploy/local/stack/layout.mjs';
import { burnAlert, conditions, ruleGroups } from '../../deploy/slo/rules.mjs';
import { burns, jobs, slos } from '../../deploy/slo/slo.mjs';
import { blipScenario, burnScenarios, speedScenarios, timesliceScenario } from './burns.mjs';
import { scenariosOf } from './conditions.mjs';
import { groupOf, groupsOf } from './groups.mjs';
import { contradictions, each, promtool } from './promtool.mjs';
import { firing, gauge, scenario } from './series.mjs';

const groups = ruleGroups();

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
