// What the platform itself says of a renewal: payment, ledger, metrics.
import { Admin } from '../seed/admin.mjs';
import { patiently, Unavailable } from './browser.mjs';

async function getJson(url, token) {
  return patiently(async () => {
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}`, accept: 'application/json' } }).catch((error) => {
      throw new Unavailable(`${url}: ${error.message}`);
    });
    const text = await response.text();
    if (response.status >= 500) throw new Unavailable(`${url}: ${response.status} ${text}`);
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
    return JSON.parse(text);
  });
}

// The ministry's payment with `reference`.
export async function paymentOf(sandbox, reference) {
  const list = await getJson(`${sandbox.gateway}/v1/payments?reference=${encodeURIComponent(reference)}&state=success`, sandbox.ministries[0].pay_api_key);
  if (list.results.length !== 1) throw new Error(`${list.results.length} successful payments have the reference ${reference}`);
  return list.results[0];
}

export async function ledgerBalance(sandbox) {
  return new Admin(sandbox.gateway, sandbox.admin.client_id, sandbox.admin.client_secret).get('/v1/ledger/balance?mode=sandbox');
}

// Value of a Prometheus metric, summed over its labels; null when it is not there.
export async function metric(url, name) {
  const text = await (await fetch(url)).text();
  const values = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `)).map((line) => Number(line.split(' ').pop()));
  return values.length ? values.reduce((sum, value) => sum + value, 0) : null;
}

const paying = [['example', 'journeys_completed_total'], ['payments', 'tamarack_payments_captured_cents_total'], ['notify', 'tamarack_notify_delivered_total']];
const joining = [['identity', 'tamarack_identity_registrations_total'], ['identity', 'tamarack_identity_consents_total']];

// The counters that a renewal moves; a person who has an account moves fewer.
export async function journeyMetrics(sandbox, { isNewPerson }) {
  const counters = isNewPerson ? [...joining, ...paying] : paying;
  const read = counters.map(async ([service, name]) => [name, (await metric(sandbox.metrics[service], name)) ?? 0]);
  return Object.fromEntries(await Promise.all(read));
}
