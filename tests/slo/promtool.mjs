// Runs promtool on rules and scenarios, without a server.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export async function promtool(...args) {
  try {
    return { ok: true, output: Object.values(await run('promtool', args, { maxBuffer: 1 << 26 })).join('') };
  } catch (error) {
    if (error.code === 'ENOENT') throw new Error('there is no promtool: `make setup` installs it');
    return { ok: false, output: `${error.stdout}${error.stderr}` };
  }
}

// Gives `use` a folder that is gone afterwards.
export async function inFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), 'tamarack-slo-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// What promtool says of `groups` under the scenarios; "" when all is as expected. JSON is YAML.
export const contradictions = (groups, scenarios) => inFolder(async (folder) => {
  const intervals = [...new Set(scenarios.map(({ interval }) => interval))];
  const files = intervals.map((interval) => {
    const tests = scenarios.filter((one) => one.interval === interval);
    const file = join(folder, `test_${interval}.json`);
    writeFileSync(file, JSON.stringify({ rule_files: ['rules.json'], evaluation_interval: interval, group_eval_order: groups.map(({ name }) => name), tests }));
    return file;
  });
  writeFileSync(join(folder, 'rules.json'), JSON.stringify({ groups }));
  const { ok, output } = await promtool('test', 'rules', ...files);
  return ok ? '' : output;
});

// Each of `items` by `work`, two at a time.
export async function each(items, work) {
  const queue = [...items];
  await Promise.all([0, 1].map(async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  }));
}
