// Driver's licence renewal, a ministry's service. It stands on Tamarack through REST alone: people sign in with OpenID
// Connect, change their address once for all ministries, pay, and are told by email. CONFIG_FILE names its settings.
import { readFileSync } from 'node:fs';
import { Identity } from './identity.mjs';
import { Journal } from './journal.mjs';
import { Platform } from './platform.mjs';
import { Records } from './records.mjs';
import { Renewals } from './renewals.mjs';
import { routes } from './routes.mjs';
import { serve } from './server.mjs';
import { Webhooks } from './webhooks.mjs';

const config = JSON.parse(readFileSync(process.env.CONFIG_FILE, 'utf8'));
const journal = new Journal(config.journal);
const records = new Records(journal);
const identity = new Identity(config);
const platform = new Platform(config, identity);
const renewals = new Renewals(config, records, platform);
const webhooks = new Webhooks(config, records, platform, (change) => records.moveLicence(change));

const stopWorkers = [renewals.startWorker(), webhooks.startWorker()];
const server = serve(config, routes({ config, records, identity, renewals, webhooks }));
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    for (const stop of stopWorkers) stop();
    server.close(() => process.exit(0));
    server.closeIdleConnections();
    setTimeout(() => process.exit(0), 3000).unref();
  });
}
