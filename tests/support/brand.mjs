// The brand of the local stack, as the licence service has it in its settings.
import { fileURLToPath } from 'node:url';
import { readBrand } from '../../examples/driver-licence-renewal/config.mjs';

export const gateway = 'http://localhost:8080';
export const brand = readBrand(fileURLToPath(new URL('../../deploy/local/brand/brand.json', import.meta.url)), gateway);
