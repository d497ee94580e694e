// Reads an OCI image layout: https://github.com/opencontainers/image-spec/blob/main/image-layout.md
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const blob = (folder, { digest }) => JSON.parse(readFileSync(join(folder, 'blobs', ...digest.split(':')), 'utf8'));

// The images in a layout: name, digest, what is fetched (bytes), layers and configuration.
export function imagesIn(folder) {
  const { manifests } = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'));
  return manifests.map((entry) => {
    const { config, layers } = blob(folder, entry);
    const bytes = entry.size + [config, ...layers].reduce((sum, { size }) => sum + size, 0);
    return { name: entry.annotations['org.opencontainers.image.ref.name'], digest: entry.digest, bytes, layers, config: blob(folder, config) };
  });
}
