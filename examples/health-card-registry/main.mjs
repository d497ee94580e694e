// Health card registry: a second ministry that is told of address changes. It keeps an address for every person it hears
// of, and acknowledges each change. It shares the first example's parts and has no pages. CONFIG_FILE names its settings.
import { readConfig } from '../driver-licence-renewal/config.mjs';
import { Identity } from '../driver-licence-renewal/identity.mjs';
import { Journal } from '../driver-licence-renewal/journal.mjs';
import { Platform } from '../driver-licence-renewal/platform.mjs';
import { Records } from '../driver-licence-renewal/records.mjs';
import { endOnSignal, serve } from '../driver-licence-renewal/server.mjs';
import { Webhooks } from '../driver-licence-renewal/webhooks.mjs';

const config = readConfig(['port', 'url', 'gateway', 'issuer', 'client_id', 'client_secret', 'webhook_secret', 'journal']);
const records = new Records(new Journal(config.journal));
const apply = ({ subject, address }) => {
  records.change('healthCard', subject, { address });
  return { outcome: 'applied' };
};
const webhooks = new Webhooks(config, records, new Platform(config, new Identity(config)), apply);

const plain = (status, body) => ({ status, type: 'text/plain', body });
const server = serve(config, {
  list: [
    { method: 'POST', path: /^\/webhooks\/tellusonce$/, handle: ({ request, body }) => ({ status: webhooks.receive(request.headers, body) }) },
    { method: 'GET', path: /^\/healthz$/, handle: () => plain(200, 'ok') },
  ],
  notFound: () => plain(404, 'not found'),
  refused: (_, status) => plain(status, 'refused'),
  failed: () => plain(503, 'try again'),
});
endOnSignal(server, [webhooks.startWorker()]);
