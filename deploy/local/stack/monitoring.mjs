// Debian's Prometheus and Alertmanager beside the stack, on loopback only: it scrapes all processes, with the rules of deploy/slo,
// and alerts arrive in the inbox. `up` starts them where MONITORING=1 asks for it.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { alertmanagerConfig } from '../../slo/alertmanager.mjs';
import { yaml } from '../../slo/yaml.mjs';
import { root } from './layout.mjs';
import { writePrivate } from './private.mjs';
import { httpOk, launch, ready } from './processes.mjs';

const loopback = '127.0.0.1';
const at = (layout, name) => `${loopback}:${layout.ports[name]}`;

export const monitoring = [
  { name: 'alertmanager', start: startAlertmanager, isMonitor: true },
  { name: 'prometheus', start: startPrometheus, isMonitor: true },
];

function prometheusConfig(layout) {
  const job = ([name, port]) => ({ job_name: name, static_configs: [{ targets: [`${loopback}:${port}`] }] });
  return {
    global: { scrape_interval: '5s', evaluation_interval: '5s' },
    rule_files: [join(root, 'deploy/slo/generated/prometheus_rules.yaml')],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [at(layout, 'alertmanager')] }] }] },
    scrape_configs: [...Object.entries(layout.ports.admin), ['example', layout.ports.example], ['prometheus', layout.ports.prometheus]].map(job),
  };
}

// The folder and configuration file of one of the two.
function prepare(layout, name, config) {
  const folder = join(layout.folder, name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(layout.folder, `${name}.yaml`);
  writePrivate(file, yaml(config));
  return { folder, file };
}

async function startAlertmanager(layout) {
  const { folder, file } = prepare(layout, 'alertmanager', alertmanagerConfig({ smarthost: `${loopback}:${layout.ports.smtp}` }));
  launch(layout, {
    name: 'alertmanager',
    command: ['/usr/bin/prometheus-alertmanager', `--config.file=${file}`, `--storage.path=${folder}`, `--web.listen-address=${at(layout, 'alertmanager')}`,
      '--cluster.listen-address='],
  });
  await ready(layout, 'alertmanager', httpOk(`http://${at(layout, 'alertmanager')}/-/ready`));
}

async function startPrometheus(layout) {
  const { folder, file } = prepare(layout, 'prometheus', prometheusConfig(layout));
  launch(layout, {
    name: 'prometheus',
    command: ['/usr/bin/prometheus', `--config.file=${file}`, `--storage.tsdb.path=${folder}`, `--web.listen-address=${at(layout, 'prometheus')}`,
      '--storage.tsdb.retention.time=35d'],
  });
  await ready(layout, 'prometheus', httpOk(`http://${at(layout, 'prometheus')}/-/ready`));
}
