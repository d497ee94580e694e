// What each overlay becomes, alone and with each component that it does not have.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { k8s } from './facts.mjs';

// Of production: what reviewers see change, and what the tests of the rules begin with.
export const renderedFile = join(k8s, 'rendered/prod.yaml');
export const overlays = ['dev', 'staging', 'prod'];
const run = promisify(execFile);

// {overlay, components}: those of the second are added. Without autoscaling the queues' has nothing to add to.
export function combinations() {
  return overlays.flatMap((overlay) => {
    const own = readFileSync(join(k8s, `overlays/${overlay}/kustomization.yaml`), 'utf8');
    const others = readdirSync(join(k8s, 'components')).filter((name) => !own.includes(`components/${name}\n`));
    const alone = others.filter((name) => name !== 'autoscaling-queues' || own.includes('components/autoscaling\n'));
    return [[], ...alone.map((name) => [name]), ...(others.length > 1 ? [others] : [])].map((components) => ({ overlay, components }));
  });
}

export async function render(kubectl, { overlay, components }) {
  const path = join(k8s, 'overlays', overlay);
  if (!components.length) return kustomize(kubectl, path);
  const folder = mkdtempSync(join(tmpdir(), 'tamarack-k8s-'));
  try {
    const from = (what) => relative(folder, join(k8s, what));
    writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify({
      resources: [from(`overlays/${overlay}`)], components: components.map((name) => from(`components/${name}`)), namespace: 'tamarack',
    }));
    return await kustomize(kubectl, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const kustomize = async (kubectl, folder) => (await run(kubectl, ['kustomize', folder], { maxBuffer: 1 << 26 })).stdout;

// By which a rendered file says of what it was made.
export function sourceHash() {
  const hash = createHash('sha256');
  for (const folder of ['base', 'components', 'overlays', 'release']) {
    for (const file of readdirSync(join(k8s, folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name)).sort()) {
      hash.update(`${relative(k8s, file)}\0`).update(readFileSync(file)).update('\0');
    }
  }
  return hash.digest('hex');
}
