// An overlay's gateway.json: base/gateway.json with the platform's rate classes, and what differs from place to place as the
// overlay's own file has it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { k8s } from './facts.mjs';

const own = ['public_url', 'trusted_proxies', 'public_suffixes', 'brand_file'];
const settingsOf = (folder) => JSON.parse(readFileSync(join(k8s, folder, 'gateway.json'), 'utf8'));

export function configurationOf(overlay, { rateClasses }) {
  const [base, here] = [settingsOf('base'), settingsOf(`overlays/${overlay}`)];
  base.limits.classes = rateClasses;
  for (const name of own) if (name in here) base[name] = here[name];
  return `${JSON.stringify(base, null, 2)}\n`;
}
