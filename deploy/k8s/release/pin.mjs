// pin.mjs DIGESTS REGISTRY VERSION: writes a release's digests (digests.json of `make images`) and its version into
// kustomization.yaml.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [digestsFile, registry, version] = process.argv.slice(2);
if (!version) throw new Error('pin.mjs DIGESTS REGISTRY VERSION');
const digests = JSON.parse(readFileSync(digestsFile, 'utf8'));
const file = join(import.meta.dirname, 'kustomization.yaml');
let text = readFileSync(file, 'utf8').replace(/(app\.kubernetes\.io\/version: ).*/, `$1${JSON.stringify(version)}`);
for (const name of ['gateway', 'identity', 'payments', 'notify', 'tellusonce'].map((one) => `tamarack-${one}`)) {
  const { digest } = digests[name] ?? {};
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new Error(`${digestsFile}: no digest of ${name}`);
  const entry = new RegExp(`(- name: ${name}\\n +newName: ).*(\\n +digest: ).*`);
  if (!entry.test(text)) throw new Error(`${file}: no image ${name}`);
  text = text.replace(entry, `$1${registry}/${name}$2${digest}`);
}
writeFileSync(file, text);
