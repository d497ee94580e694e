// Driver's licence renewal, a ministry's service. It stands on Tamarack through REST alone: people sign in with OpenID
// Connect, change their address once for all ministries, pay, and are told by email. CONFIG_FILE names its settings.
import { readConfig } from './config.mjs';
import { Identity } from './identity.mjs';
import { Journal } from './journal.mjs';
import { Platform } from './platform.mjs';
import { Records } from './records.mjs';
import { Renewals } from './renewals.mjs';
import { routes } from './routes.mjs';
import { endOnSignal, serve } from './server.mjs';
import { Sessions } from './sessions.mjs';
import { Webhooks } from './webhooks.mjs';

const config = readConfig(['port', 'url', 'gateway', 'issuer', 'client_id', 'client_secret', 'redirect_uri', 'pay_api_key', 'notify_api_key',
  'templates', 'webhook_secret', 'journal', 'brand_file']);
const journal = new Journal(config.journal);
const records = new Records(journal);
const identity = new Identity(config);
const platform = new Platform(config, identity);
const renewals = new Renewals(config, records, platform);
const webhooks = new Webhooks(config, records, platform, (change) => records.moveLicence(change));

const server = serve(config, routes({ config, records, sessions: new Sessions(records), identity, renewals, webhooks }));
endOnSignal(server, [renewals.startWorker(), webhooks.startWorker()]);
