// The brand of the local stack, as the licence service has it in its settings.
import { readFileSync } from 'node:fs';

export const brand = JSON.parse(readFileSync(new URL('../../deploy/local/brand/brand.json', import.meta.url), 'utf8'));
