// What deploy/slo says, without a Prometheus.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { root } from '../../../deploy/local/stack/layout.mjs';
import { outdated } from '../../../deploy/slo/generate.mjs';
import { ruleGroups, seconds } from '../../../deploy/slo/rules.mjs';
import { burns, links, slos, timeWindow } from '../../../deploy/slo/slo.mjs';

const alerts = ruleGroups().flatMap(({ rules }) => rules).filter(({ alert }) => alert);
const runbooks = join(root, 'docs/runbooks');
const read = (file) => readFileSync(join(root, file), 'utf8');

describe('objectives', () => {
  it('are what is generated', () => assert.deepEqual(outdated().map(([file]) => file), []));

  it('burn by the shares that are told', () => {
    const shares = burns.map(({ long, factor }) => (factor * seconds(long)) / seconds(timeWindow.duration));
    assert.deepEqual(shares.map((share) => Math.round(share * 1000) / 1000), [0.02, 0.05, 0.1, 0.1]);
    for (const { long, short } of burns) assert.equal(seconds(long) / seconds(short), 12);
    for (const { name, target } of slos) for (const { factor } of burns) assert.ok(factor * (1 - target) < 1, name);
  });
});

describe('alerts', () => {
  it('say who is told, what, and what to read', () => {
    for (const { alert, labels, annotations } of alerts) {
      assert.ok(['page', 'ticket', 'none'].includes(labels.severity), alert);
      assert.match(labels.team, /^(gateway|identity|payments|notify|tellusonce|platform)$/, alert);
      assert.ok(annotations.summary && annotations.description, alert);
      const runbook = annotations.runbook_url.replace(links.runbooks, '');
      assert.ok(existsSync(join(runbooks, runbook)), `${alert}: there is no docs/runbooks/${runbook}`);
      const dashboard = annotations.dashboard_url.replace(links.dashboards, '');
      assert.ok(existsSync(join(root, `deploy/slo/generated/dashboards/${dashboard}.json`)), `${alert}: there is no dashboard ${dashboard}`);
    }
  });

  it('are told by the runbook that they name', () => {
    for (const { alert, labels, annotations } of alerts) {
      if (labels.slo) continue; // all of one runbook
      const text = readFileSync(join(runbooks, annotations.runbook_url.replace(links.runbooks, '')), 'utf8');
      assert.ok(text.includes(`\`${alert}\``), `${alert} is not told in its runbook`);
    }
  });
});

describe('runbooks', () => {
  const files = readdirSync(runbooks).map((file) => `docs/runbooks/${file}`);

  it('are all in the list', () => {
    const list = read('docs/runbooks/README.md');
    for (const file of files) if (!file.endsWith('/README.md')) assert.ok(list.includes(`(${file.split('/').pop()})`), file);
  });

  it('lead somewhere', () => {
    const anchor = (heading) => heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');
    for (const file of [...files, 'deploy/slo/README.md']) {
      for (const [, link] of read(file).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(link)) continue;
        const [path, part] = link.split('#');
        const target = path ? join(root, file, '..', path) : join(root, file);
        assert.ok(existsSync(target), `${file}: ${link}`);
        if (!part) continue;
        const headings = [...readFileSync(target, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchor(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')));
        assert.ok(headings.includes(part), `${file}: ${link}`);
      }
    }
  });

  it('name flags, routes, tables and metrics that there are', () => {
    const sources = ['gateway', 'platform', 'services'].flatMap((folder) => readdirSync(join(root, folder), { recursive: true })
      .filter((file) => /\.(cc|h|sql)$/.test(file)).map((file) => read(join(folder, file)))).join('\n');
    const protos = readdirSync(join(root, 'proto'), { recursive: true }).filter((file) => file.endsWith('.proto')).map((file) => read(join('proto', file))).join('\n');
    const foreign = new Set(['tamarack_']); // a prefix
    for (const file of files) {
      const text = read(file);
      for (const [, flag] of text.matchAll(/--([a-z]+_[a-z_]+)\b/g)) assert.ok(sources.includes(`, ${flag},`), `${file}: --${flag}`);
      for (const [, metric] of text.matchAll(/\b(tamarack_[a-z_]+)\b/g)) {
        const base = metric.replace(/_(bucket|count|sum)$/, '');
        assert.ok(foreign.has(metric) || sources.includes(`"${base}`), `${file}: ${metric}`);
      }
      for (const [, table] of text.matchAll(/\b(?:FROM|JOIN|INTO) ([a-z]+_[a-z_]+)\b/g)) assert.ok(table.startsWith('pg_') || sources.includes(`CREATE TABLE ${table} `) || sources.includes(`FUNCTION ${table}(`), `${file}: ${table}`);
      for (const [, route] of text.matchAll(/`(?:POST|GET|DELETE) (\/[^`? ]+)/g)) assert.ok(protos.includes(`"${route}"`), `${file}: ${route}`);
    }
  });
});
