// Secrets of one local stack: random, made once, each in a file of its own that only its owner reads.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writePrivate } from './private.mjs';

// Path of the secret `name`, made at first use. `make` returns its value; by default 256 random bits.
export function secretFile(layout, name, make = () => randomBytes(32).toString('base64url')) {
  const path = join(layout.secrets, name);
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writePrivate(path, make());
  }
  return path;
}

export const secret = (layout, name, make) => readFileSync(secretFile(layout, name, make), 'utf8').trim();
