// Health card registry: a second ministry that is told of address changes. It keeps an address for every person it hears
// of, and acknowledges each change. It shares the first example's parts and has no pages. CONFIG_FILE names its settings.
import { readFileSync } from 'node:fs';
import { Identity } from '../driver-licence-renewal/identity.mjs';
import { Journal } from '../driver-licence-renewal/journal.mjs';
import { Platform } from '../driver-licence-renewal/platform.mjs';
import { Records } from '../driver-licence-renewal/records.mjs';
import { serve } from '../driver-licence-renewal/server.mjs';
import { Webhooks } from '../driver-licence-renewal/webhooks.mjs';

const config = JSON.parse(readFileSync(process.env.CONFIG_FILE, 'utf8'));
const records = new Records(new Journal(config.journal));
const apply = ({ subject, address }) => {
  records.change('healthCard', subject, { address });
  return { outcome: 'applied' };
};
const webhooks = new Webhooks(config, records, new Platform(config, new Identity(config)), apply);
webhooks.startWorker();

const notFound = () => ({ status: 404, type: 'text/plain', body: 'not found' });
const server = serve(config, {
  list: [
    { method: 'POST', path: /^\/webhooks\/tellusonce$/, handle: ({ request, body }) => ({ status: webhooks.receive(request.headers, body) }) },
    { method: 'GET', path: /^\/healthz$/, handle: () => ({ type: 'text/plain', body: 'ok' }) },
  ],
  notFound,
  failed: () => ({ status: 503, type: 'text/plain', body: 'try again' }),
});
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => (server.close(), process.exit(0)));
