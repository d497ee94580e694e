// Makes Prometheus' rules of what slo.mjs says.
import { badEventsMin, burns, causes, invariants, jobs, links, slos, timeWindow } from './slo.mjs';

const units = { s: 1, m: 60, h: 3600, d: 86400 };
export const seconds = (duration) => Number(duration.slice(0, -1)) * units[duration.at(-1)];

const base = '5m'; // over which counters are looked at; longer windows are averages of that, which costs far less
const windowsOf = (severity) => burns.filter((burn) => burn.severity === severity).flatMap(({ long, short }) => [short, long]);
const fast = [...new Set(windowsOf('page'))];
const slow = [...new Set([...windowsOf('ticket'), timeWindow.duration])].filter((window) => !fast.includes(window));
const titleOf = (name) => name.split('-').map((word) => word[0].toUpperCase() + word.slice(1)).join('');
export const burnAlert = ({ name }) => `${titleOf(name)}Burn`;

// The sum of the rates of `selector`, by the SLO's label if it has one.
function rate(slo, selector) {
  const each = `rate(${selector}[${base}])`;
  if (!slo.by) return `sum(${each})`;
  const { label, source, pattern } = slo.by;
  return `sum by (${label}) (label_replace(${each}, "${label}", "$1", "${source}", "${pattern}"))`;
}

// Valid and bad events a second.
function sli(slo) {
  if (slo.timeslice) {
    const oldest = `max(${slo.timeslice.gauge})`;
    return { valid: `avg_over_time((${oldest} * 0 + 1)[${base}:30s])`, bad: `avg_over_time((${oldest} > bool ${slo.timeslice.max})[${base}:30s])` };
  }
  const { total, good, bad } = slo.ratioMetric;
  const valid = rate(slo, total);
  // A series of what is bad is born with the first of it.
  return { valid, bad: good ? `${valid} - ${rate(slo, good)}` : `${rate(slo, bad)} or ${valid} * 0` };
}

const own = ({ name }) => `slo="${name}"`;

const allowed = (slo) => Number((1 - slo.target).toPrecision(6));
export const burnThreshold = (slo, burn) => Number((burn.factor * allowed(slo)).toPrecision(6));

// What pages is looked at twice a minute; what only days show, every five minutes.
function sloGroups(slo) {
  const record = (name, expr) => ({ record: name, expr, labels: { slo: slo.name, service: slo.service } });
  const ratio = (window) => {
    const over = (series) => (window === base ? `${series}{${own(slo)}}` : `avg_over_time(${series}{${own(slo)}}[${window}])`);
    return record(`slo:bad:ratio_rate${window}`, `${over('slo:bad:rate5m')} / ${over('slo:valid:rate5m')}`);
  };
  const burnRules = (severity) => burns.filter((burn) => burn.severity === severity).map((burn) => burnRule(slo, burn));
  const { valid, bad } = sli(slo);
  return [
    { name: `slo-${slo.name}`, interval: '30s', rules: [record('slo:valid:rate5m', valid), record('slo:bad:rate5m', bad), ...fast.map(ratio), ...burnRules('page')] },
    {
      name: `slo-${slo.name}-days`, interval: '5m',
      rules: [
        ...slow.map(ratio),
        record('slo:error_budget:remaining', `1 - slo:bad:ratio_rate${timeWindow.duration}{${own(slo)}} / ${allowed(slo)}`),
        ...burnRules('ticket'),
      ],
    },
  ];
}

function burnRule(slo, burn) {
  const threshold = burnThreshold(slo, burn);
  if (threshold >= 1) throw new Error(`${slo.name}: burning ${burn.factor} times as fast is more than all there is, so it would never be told`);
  const conditions = [
    `slo:bad:ratio_rate${burn.long}{${own(slo)}} > ${threshold}`,
    `slo:bad:ratio_rate${burn.short}{${own(slo)}} > ${threshold}`,
    // What is counted in time has no events that could be few.
    ...(slo.timeslice ? [] : [`avg_over_time(slo:bad:rate5m{${own(slo)}}[${burn.long}]) * ${seconds(burn.long)} > ${badEventsMin}`]),
  ];
  const where = slo.by ? ` ({{ $labels.${slo.by.label} }})` : '';
  return alertRule({
    alert: burnAlert(slo), expr: conditions.join(' and '), for: '0m', severity: burn.severity, team: slo.service,
    labels: { slo: slo.name, long_window: burn.long },
    summary: `The error budget of ${slo.name}${where} burns ${burn.factor} times as fast as it may, over ${burn.long}`,
    description: `Promised to ${slo.target * 100} %: ${slo.description}.`,
    runbook: 'error-budget', dashboard: 'tamarack-slo',
  });
}

function alertRule({ alert, expr, for: wait, severity, team, labels = {}, summary, description, runbook, dashboard }) {
  return {
    alert, expr, ...(seconds(wait) > 0 && { for: wait }),
    labels: { severity, team, ...labels },
    annotations: { summary, description, runbook_url: `${links.runbooks}${runbook}.md`, dashboard_url: `${links.dashboards}${dashboard}` },
  };
}

// The alerts that need no budget, with all that rules, documents and tests want to know of them.
export const conditions = [
  ...invariants.map((one) => ({ severity: 'page', dashboard: 'tamarack-work', ...one })),
  ...causes.map((one) => ({ severity: 'ticket', dashboard: 'tamarack-process', ...one })),
];

// What is compared, such as `increase(x[10m]) > 0`.
export function exprOf({ query, ratio, op, threshold }) {
  if (!ratio) return `${query} ${op} ${threshold}`;
  const { bad, total, by, over, eventsMin } = ratio;
  const sum = (selector) => `sum by (${by}) (increase(${selector}[${over}]))`;
  return `${sum(bad)} / ${sum(total)} ${op} ${threshold} and ${sum(total)} >= ${eventsMin}`;
}

export const conditionRule = (one) => alertRule({ ...one, expr: exprOf(one), description: `${one.means[0].toUpperCase()}${one.means.slice(1)}.`.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1') });

// What is said of the monitoring itself.
export const watchdog = {
  alert: 'Watchdog', expr: 'vector(1)', for: '0m', severity: 'none', team: 'platform', runbook: 'watchdog', dashboard: 'tamarack-slo',
  summary: 'Alerts reach whoever gets this', description: 'Always there. Whoever expects it and does not get it should be told by other means.',
};
const absences = [
  ...jobs.map((job) => ({
    alert: 'JobAbsent', expr: `absent(up{job="${job}"})`, for: '5m', severity: 'page', team: job, labels: { job }, runbook: 'series-absent', dashboard: 'tamarack-process',
    summary: `Prometheus knows of no process of ${job}`, description: 'Nothing is known of it, so nothing else would be told of it.',
  })),
  ...slos.map((slo) => ({
    alert: 'SliAbsent', expr: `absent_over_time(slo:valid:rate5m{${own(slo)}}[1h])`, for: '15m', severity: 'ticket', team: slo.service, labels: { slo: slo.name },
    runbook: 'series-absent', dashboard: 'tamarack-slo',
    summary: `Nothing has been measured for ${slo.name} for an hour`, description: 'Its alerts cannot fire: nobody has called it since it started, or its metrics have other names.',
  })),
];

// Plain rule groups, as Prometheus reads them.
export function ruleGroups() {
  return [
    ...slos.flatMap(sloGroups),
    { name: 'invariants', interval: '30s', rules: conditions.slice(0, invariants.length).map(conditionRule) },
    { name: 'causes', interval: '30s', rules: conditions.slice(invariants.length).map(conditionRule) },
    { name: 'monitoring', interval: '30s', rules: [watchdog, ...absences].map(alertRule) },
  ];
}
