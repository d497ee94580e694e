// What every process of the running platform tells: names by one rule, no remark of promtool's, and each series that rules and
// dashboards read. And what runbooks ask its databases.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../../deploy/local/person/browser.mjs';
import { renewOnce } from '../../deploy/local/renewal.mjs';
import { root } from '../../deploy/local/stack/layout.mjs';
import { ruleGroups } from '../../deploy/slo/rules.mjs';
import { startStack } from '../support/stack.mjs';

// Born with the first of what they count, which a healthy platform need not have seen.
const bornWithTheFirst = {
  tamarack_gateway_rate_limited_total: 'a request beyond a quota',
  tamarack_pg_errors_total: 'a statement that failed',
};
// Of others: the rules' own, and Prometheus'.
const isElsewhere = (name) => /^(up|ALERTS|slo:.*)$/.test(name);

let stack;
const scraped = {}; // by process
before(async () => {
  stack = await startStack('contract-metrics');
  await renewOnce({ sandbox: stack.sandbox, lang: 'en' }); // has each part do something
  for (const [name, port] of Object.entries(stack.layout.ports.admin)) {
    scraped[name] = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  }
});
after(() => stack?.stop());

const families = (text) => new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]));
// Every name that has a sample.
const names = (text) => new Set([...text.matchAll(/^([a-zA-Z_:][\w:]*)(?:\{| )/gm)].map(([, name]) => name));

// Metrics that an expression reads.
const words = new Set(['sum', 'by', 'le', 'rate', 'increase', 'max', 'min', 'count', 'time', 'and', 'or', 'bool', 'delta', 'changes', 'avg_over_time', 'absent', 'absent_over_time', 'vector', 'label_replace', 'histogram_quantile']);
const readBy = (expr) => {
  const bare = expr.replace(/__name__=~"([^"]*)"/g, (_, list) => list.replaceAll('|', ' ')).replace(/\[[^\]]*\]/g, '').replace(/by \([^)]*\)/g, '');
  const inBraces = [...bare.matchAll(/\{([^{}]*)\}/g)].flatMap(([, inside]) => inside.match(/\btamarack_\w+/g) ?? []);
  const outside = bare.replace(/\{[^{}]*\}/g, '').replace(/"[^"]*"/g, '').match(/[a-zA-Z_][\w:]*/g) ?? [];
  return [...inBraces, ...outside].filter((word) => !words.has(word));
};

const panels = readdirSync(join(root, 'deploy/slo/generated/dashboards')).flatMap((file) =>
  JSON.parse(readFileSync(join(root, 'deploy/slo/generated/dashboards', file), 'utf8')).panels.flatMap(({ targets }) => targets.map(({ expr }) => [file, expr])));
const rules = ruleGroups().flatMap(({ name, rules: ours }) => ours.map(({ expr }) => [name, expr]));

describe('what processes tell', () => {
  it('has names by one rule', () => {
    for (const [process, text] of Object.entries(scraped)) {
      const all = families(text);
      assert.ok(all.size > 8, `${process} tells little`);
      for (const [name, type] of all) {
        assert.match(name, /^(tamarack|process)_[a-z][a-z0-9_]*$/, `${process}: ${name}`);
        assert.equal(/_total$/.test(name), type === 'counter', `${process}: ${name} is a ${type}`);
        if (type === 'histogram') assert.match(name, /_(duration_seconds|bytes|rows)$/, `${process}: ${name}`);
        assert.ok(text.includes(`# HELP ${name} `), `${process}: ${name} says nothing of itself`);
      }
    }
  });

  it('has no remark of promtool', async () => {
    for (const [process, text] of Object.entries(scraped)) {
      const child = spawn('promtool', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
      let said = '';
      for (const out of [child.stdout, child.stderr]) out.on('data', (data) => (said += data));
      child.stdin.end(text);
      const status = await new Promise((done) => child.on('close', done));
      assert.equal(`${status} ${said}`, '0 ', process);
    }
  });

  it('tells of the process and its build', () => {
    for (const [process, text] of Object.entries(scraped)) {
      assert.match(text, /^tamarack_build_info\{version="\d+\.\d+\.\d+",commit="[^"]+",build_type="[^"]+"\} 1$/m, process);
      for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'process_open_fds', 'process_max_fds', 'process_start_time_seconds']) {
        assert.match(text, new RegExp(`^${name} [0-9.e+]+$`, 'm'), `${process}: ${name}`);
      }
    }
  });

  it('has each series that rules and dashboards read', () => {
    const there = new Set(Object.values(scraped).flatMap((text) => [...names(text)]));
    const read = [...rules, ...panels].flatMap(([from, expr]) => readBy(expr).map((name) => [from, name]));
    assert.ok(read.length > 100);
    const missing = read.filter(([, name]) => !isElsewhere(name) && !there.has(name) && !bornWithTheFirst[name]);
    assert.deepEqual(missing, []);
    for (const name of Object.keys(bornWithTheFirst)) assert.ok(read.some(([, other]) => other === name), `${name} is read by nobody`);
  });

  it('tells when certificates end', () => {
    const files = { payments: 'payments', gateway: 'gateway' };
    for (const [process, file] of Object.entries(files)) {
      const { stdout } = spawnSync('openssl', ['x509', '-noout', '-enddate', '-in', join(stack.layout.certificates, `${file}.pem`)], { encoding: 'utf8' });
      const ends = Date.parse(stdout.replace('notAfter=', '')) / 1000;
      const told = [...scraped[process].matchAll(/^tamarack_tls_certificate_expiry_timestamp_seconds\{use="([^"]*)"\} (\S+)$/gm)];
      assert.deepEqual(told.map(([, use]) => use).sort(), process === 'gateway' ? ['credentials', 'identity', 'notify', 'payments', 'tellusonce'] : ['peer']);
      for (const [, use, seconds] of told) assert.equal(Number(seconds), ends, `${process}, ${use}`);
    }
  });

  it('shows that every back end is up, and the ledger balanced', async () => {
    const value = async (process, series) => (await (await fetch(`http://127.0.0.1:${stack.layout.ports.admin[process]}/metrics`)).text())
      .split('\n').find((line) => line.startsWith(`${series} `))?.split(' ')[1];
    for (const backend of ['identity', 'payments', 'notify', 'tellusonce', 'fishing']) {
      await eventually(`${backend} is up`, async () => (await value('gateway', `tamarack_gateway_backend_up{backend="${backend}"}`)) === '1');
    }
    assert.equal(await value('payments', 'tamarack_payments_ledger_balanced{mode="sandbox"}'), '1');
    assert.equal(await value('tellusonce', 'tamarack_webhook_events_without_delivery'), '0');
  });
});

describe('runbooks', () => {
  // Statements by the database that has their tables.
  const files = readdirSync(join(root, 'docs/runbooks'));
  const statements = files.flatMap((file) => [...readFileSync(join(root, 'docs/runbooks', file), 'utf8').matchAll(/```sql\n([^]*?)```/g)]
    .flatMap(([, block]) => block.replace(/^ *--.*$/gm, '').split(';').map((text) => text.trim()).filter(Boolean)).map((text) => [file, text]));
  const id = '018f0000-0000-7000-8000-000000000001';
  const filled = (text) => text.replace(/'(ENDPOINT|EVENT|MINISTRY)'/g, `'${id}'`).replace(/'(FROM|TO)'/g, "'2026-11-01'");
  const databaseOf = (text) => (/ledger|authorisation/.test(text) ? 'payments' : /webhook_delivery/.test(text) ? 'tellusonce' : 'identity');

  it('have statements that run', () => {
    assert.ok(statements.length >= 8);
    for (const [file, text] of statements) {
      // What would change something is only planned.
      const { status, stderr } = spawnSync('psql', ['-v', 'ON_ERROR_STOP=1', '-d', stack.sandbox.postgres[databaseOf(text)], '-c', `${/^SELECT/.test(text) ? '' : 'EXPLAIN '}${filled(text)}`], { encoding: 'utf8' });
      assert.equal(`${status} ${stderr}`, '0 ', `${file}: ${text}`);
    }
  });
});
