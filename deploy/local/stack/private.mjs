// Files that only their owner reads and that nobody ever sees half written.
import { renameSync, writeFileSync } from 'node:fs';

export function writePrivate(path, text) {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

export const writePrivateJson = (path, value) => writePrivate(path, `${JSON.stringify(value, null, 2)}\n`);
