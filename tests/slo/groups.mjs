// Of all rules, those that decide about one alert.
import { burnAlert, conditionRule, ruleGroups } from '../../deploy/slo/rules.mjs';

const groups = ruleGroups();
export const groupOf = (alert) => [{ name: 'one', rules: [conditionRule(alert)] }];
export const isOf = (slo, burn) => ({ alert, labels }) => alert === burnAlert(slo) && labels.long_window === burn.long;
// The rules that decide about these alerts, and no others: days of series take their time. What is counted in time is given as
// recorded, but for the test of that.
export function groupsOf(slo, ...some) {
  const records = [...(slo.timeslice ? [] : ['slo:valid:rate5m', 'slo:bad:rate5m']), ...some.flatMap(({ long, short }) => [long, short]).map((window) => `slo:bad:ratio_rate${window}`)];
  const isNeeded = (rule) => records.includes(rule.record) || some.some((burn) => isOf(slo, burn)(rule));
  return groups.filter(({ name }) => name === `slo-${slo.name}` || name === `slo-${slo.name}-days`).map((group) => ({ ...group, rules: group.rules.filter(isNeeded) }));
}
