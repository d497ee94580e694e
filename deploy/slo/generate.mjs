// Writes deploy/slo/generated and the table of docs/operations.md from slo.mjs. `--check` writes nothing, and ends with status 1
// when something is out of date.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { alertmanagerConfig } from './alertmanager.mjs';
import { allDashboards } from './dashboards.mjs';
import { conditions, exprOf, ruleGroups } from './rules.mjs';
import { slos } from './slo.mjs';
import { yaml } from './yaml.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const generated = 'deploy/slo/generated';
const notice = '# Made by deploy/slo/generate.mjs of deploy/slo/slo.mjs.\n';

const escaped = (text) => text.replaceAll('|', '\\|');
function alertTable() {
  const duration = ({ for: wait }) => (wait === '0m' ? '' : ` for ${wait}`);
  const rows = conditions.map((one) => `| [${one.alert}](runbooks/${one.runbook}.md) | ${one.severity} | \`${escaped(exprOf(one))}\`${duration(one)} | ${escaped(one.means)} |`);
  return ['| Alert | | When | It means |', '|---|---|---|---|', ...rows].join('\n');
}
function sloTable() {
  const rows = slos.map(({ name, target, description }) => `| ${name} | ${Number((target * 100).toPrecision(6))} % | ${description} |`);
  return ['| Objective | Of 28 days | What is promised |', '|---|---|---|', ...rows].join('\n');
}

// `text` with what stands between the marks of `name` replaced.
function between(text, name, content) {
  const [begin, end] = [`<!-- made by deploy/slo: ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/operations.md lost its mark "${begin}"`);
  return `${text.slice(0, from)}${begin}\n${content}\n${text.slice(to)}`;
}

export function outputs() {
  const groups = ruleGroups();
  const custom = {
    apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule',
    metadata: { name: 'tamarack-slo', labels: { 'app.kubernetes.io/name': 'tamarack-slo', 'app.kubernetes.io/part-of': 'tamarack' } },
    spec: { groups },
  };
  const operations = readFileSync(join(root, 'docs/operations.md'), 'utf8');
  return {
    [`${generated}/prometheus_rules.yaml`]: notice + yaml({ groups }),
    [`${generated}/prometheusrule.yaml`]: notice + yaml(custom),
    [`${generated}/alertmanager.yaml`]: notice + yaml(alertmanagerConfig()),
    ...Object.fromEntries(Object.entries(allDashboards()).map(([file, dashboard]) => [`${generated}/dashboards/${file}`, `${JSON.stringify(dashboard, null, 1)}\n`])),
    'docs/operations.md': between(between(operations, 'objectives', sloTable()), 'alerts', alertTable()),
  };
}

export const outdated = () => Object.entries(outputs()).filter(([file, text]) => !existsSync(join(root, file)) || readFileSync(join(root, file), 'utf8') !== text);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = outdated();
  if (process.argv.includes('--check')) {
    for (const [file] of found) console.error(`${file} is out of date: node deploy/slo/generate.mjs`);
    process.exit(found.length ? 1 : 0);
  }
  for (const [file, text] of found) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
    console.log(file);
  }
}
