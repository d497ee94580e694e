// Fills a fresh stack with something of everything, through its public interfaces alone: what an upgrade has to keep. Returns
// what is needed to ask about it later. In the end it leaves work undone: webhooks, emails and a capture that wait.
import { randomUUID } from 'node:crypto';
import { eventually } from '../../../deploy/local/person/browser.mjs';
import { declinedCard, Person } from '../../../deploy/local/person/journey.mjs';
import { renewOnce } from '../../../deploy/local/renewal.mjs';
import { adminOf, adminToken, call, notifyToken, personOf, signInto, tokenOfClient } from '../observe.mjs';
import { receiverAt } from '../receiver.mjs';

const far = '2199-01-01T00:00:00Z';
const failingCard = '4000 0000 0000 0119';
const scope = 'openid profile email address';
const both = (field, en, fr = en) => ({ [`${field}_en`]: en, [`${field}_fr`]: fr });

export async function fill(stack, receiver) {
  const { sandbox, layout } = stack;
  const filled = { base: layout.base, people: {}, clients: {}, keys: {}, pairs: [], hooks: {}, repeats: [], payments: {}, deliveries: {}, changes: [] };
  const admin = adminOf(sandbox);
  // First, while every subscriber answers.
  for (const lang of ['en', 'fr']) await renewOnce({ sandbox, lang });
  await renewOnce({ sandbox, ...sandbox.people[0] });
  await setUp(sandbox, admin, filled);
  await makePeople(sandbox, admin, filled);
  await makeMessages(sandbox, filled);
  await makePayments(stack, filled);
  await makeChanges(sandbox, filled, receiver);
  return filled;
}

async function setUp(sandbox, admin, filled) {
  const at = receiverAt(filled.base);
  const [first, second] = sandbox.ministries;
  const { ministry_id } = await admin.post('/v1/admin/ministries', both('name', 'Ministry of Labour', 'Ministère du Travail'));
  const { service_id } = await admin.post('/v1/admin/services', { ministry_id, ...both('name', 'Apprenticeships', 'Apprentissages') });
  Object.assign(filled, { ministry_id, service_id });

  const client = async (name, of, more = {}) => {
    const made = await admin.post('/v1/admin/clients', {
      service_id: of, redirect_uris: [`${at}/callback`], scopes: [...scope.split(' '), 'tellusonce.subscriber'],
      ...both('purpose', `To try “${name}”.`, `Pour essayer « ${name} ».`), ...more,
    });
    filled.clients[name] = { client_id: made.client.client_id, client_secret: made.client_secret, mode: made.client.mode, scope, algorithm: made.client.id_token_signed_response_alg };
    return made.client;
  };
  await client('live', service_id);
  await client('sandbox', service_id, { mode: 'sandbox', id_token_signed_response_alg: 'ES256' });
  await client('first', first.service_id);
  await client('second', second.service_id);
  await client('bound', service_id, { dpop_bound_access_tokens: true });
  await admin.post(`/v1/admin/clients/${(await client('disabled', service_id)).client_id}/enabled`, { is_enabled: false });

  const key = async (name, kind, key_type, more = {}) => {
    const made = await admin.post('/v1/admin/api-keys', { service_id, kind, key_type, name, ...more });
    filled.keys[name] = { kind, key_type, secret: made.secret };
    return made.api_key;
  };
  await key('pay_test', 'pay', 'test');
  await key('pay_live', 'pay', 'live');
  await key('pay_scoped', 'pay', 'test', { scopes: ['payments.read'], expire_time: far });
  await key('notify_live', 'notify', 'live');
  await key('notify_team', 'notify', 'team');
  await key('notify_test', 'notify', 'test');
  for (const kind of ['pay', 'notify']) {
    const before = `${kind}_before`;
    const { api_key_id } = await key(before, kind, 'test');
    const { secret } = await admin.post(`/v1/admin/api-keys/${api_key_id}:rotate`, { previous_secret_expire_time: far });
    filled.keys[`${kind}_after`] = { kind, key_type: 'test', secret };
  }
  const revoked = await key('pay_revoked', 'pay', 'test');
  const token = await adminToken(sandbox);
  await call(sandbox, 'DELETE', `/v1/admin/api-keys/${revoked.api_key_id}`, token);
  filled.keys.pay_example = { kind: 'pay', key_type: 'test', secret: first.pay_api_key };
  filled.keys.notify_example = { kind: 'notify', key_type: 'live', secret: first.notify_api_key_live };

  const hook = await admin.post('/v1/payment_webhooks', { service_id, url: `${at}/hook/paid`, event_types: [] });
  filled.hooks.paid = { secret: hook.secret };
  for (const name of ['told', 'gone']) {
    const made = await admin.post('/v1/subscriptions', {
      ministry_id, ...both('name', `Apprentices, ${name}`), ...both('purpose', 'To write to you.', 'Pour vous écrire.'),
      change_type: 'address', url: `${at}/hook/${name}`, return_origins: [at],
    });
    filled.hooks[name] = { secret: made.secret, subscription_id: made.subscription.subscription_id };
  }
  for (const [path, body] of [
    ['/v1/admin/ministries', both('name', 'Ministry of Repeats', 'Ministère des Répétitions')],
    ['/v1/admin/api-keys', { service_id, kind: 'pay', key_type: 'test', name: 'repeated' }],
    ['/v2/manage-template', { service_id, type: 'email', name: 'Repeated', subject: 'Again', body: 'Again, ((name))' }],
  ]) await repeatable(sandbox, filled, 'admin', token, path, body);
}

// A request that is sent again, with the answer that this gets.
async function repeatable(sandbox, filled, who, token, path, body) {
  const idempotency_key = randomUUID();
  const send = () => call(sandbox, 'POST', path, token, { body, headers: { 'idempotency-key': idempotency_key } });
  await send();
  const { status, body: answer } = await send();
  if (status > 299) throw new Error(`${path} answered ${status} ${JSON.stringify(answer)}`);
  filled.repeats.push({ who, path, body, idempotency_key, status, answer });
  return answer;
}

async function makePeople(sandbox, admin, filled) {
  const [zoe, etienne] = sandbox.people;
  const password = 'maple-canoe-lantern-7';
  Object.assign(filled.people, {
    zoe: { ...zoe, lang: 'en' }, etienne: { ...etienne, lang: 'fr' },
    nova: { email: 'nova@example.ca', password, lang: 'en' }, orion: { email: 'orion@example.ca', password: `${password} é`, lang: 'fr' },
    vega: { email: 'Vega.O@example.ca', password, lang: 'fr' },
  });
  await admin.post('/v1/admin/people', { email: filled.people.vega.email, password, given_name: 'Véga', family_name: 'Exemple', language: 'fr' });

  const consent = (client, person) => signInto(sandbox, filled.base, filled.clients[client], person, { mayConsent: true });
  const etienneNow = personOf(sandbox, filled.people.etienne);
  for (const client of ['live', 'sandbox', 'first', 'second']) await consent(client, etienneNow);
  const nova = new Person(sandbox, { ...filled.people.nova, email: undefined });
  nova.email = filled.people.nova.email;
  await consent('live', nova);
  const account = await nova.account();
  await nova.browser.submit(account, 'form[action$="/account/withdraw"]');
  await consent('sandbox', nova);
  await consent('first', personOf(sandbox, filled.people.zoe));
  await consent('second', personOf(sandbox, filled.people.vega));
  const orion = new Person(sandbox, { ...filled.people.orion, email: undefined });
  orion.email = filled.people.orion.email;
  const isSignedIn = ({ document }) => Boolean(document.querySelector('#account-name'));
  await orion.walk(`${sandbox.gateway}/fr/account`, isSignedIn);
  filled.pairs = [['etienne', 'live'], ['etienne', 'sandbox'], ['etienne', 'first'], ['etienne', 'second'], ['nova', 'live'], ['nova', 'sandbox'], ['zoe', 'first'], ['vega', 'second']];

  // A session, by the cookies that the sign-in sets.
  const cookies = [];
  const plainFetch = globalThis.fetch;
  globalThis.fetch = async (...request) => {
    const response = await plainFetch(...request);
    cookies.push(...response.headers.getSetCookie().map((cookie) => cookie.split(';')[0]));
    return response;
  };
  await personOf(sandbox, filled.people.zoe).walk(`${sandbox.gateway}/en/account`, isSignedIn);
  globalThis.fetch = plainFetch;
  filled.session = { person: 'zoe', cookies: Object.values(Object.fromEntries(cookies.map((cookie) => [cookie.split('=')[0], cookie]))).join('; ') };
}

async function makeMessages(sandbox, filled) {
  const admin = adminOf(sandbox);
  const { service_id } = filled;
  const put = (more) => admin.post('/v2/manage-template', { service_id, type: 'email', name: 'Colour', ...more });
  const { id } = await put({ subject: 'About ((colour))', body: '# Hello ((name))\n\n((colour??You chose a colour.))\n\n* one\n* two' });
  await put({ id, subject: 'Au sujet du ((colour))', body: '# Bonjour ((name))\n\nVoici : ((colour))' });
  filled.template = id;
  const token = (key) => notifyToken(filled.keys[key].secret);
  const email = (email_address, reference) => ({ email_address, template_id: id, reference, personalisation: { name: 'Zoé', colour: 'rouge' } });
  await repeatable(sandbox, filled, 'notify_live', token('notify_live'), '/v2/notifications/email', email('delivered@example.ca', 'live'));
  await repeatable(sandbox, filled, 'notify_test', token('notify_test'), '/v2/notifications/email', email('delivered@example.ca', 'test'));
  for (const [address, key] of [['temp-fail@simulator.notify', 'notify_test'], ['perm-fail@simulator.notify', 'notify_test'], ['zoe@example.ca', 'notify_live']]) {
    await call(sandbox, 'POST', '/v2/notifications/email', token(key), { body: email(address, address) });
  }
  await eventually('all sent', async () => (await Promise.all(['notify_live', 'notify_test'].map((key) => call(sandbox, 'GET', '/v2/notifications', token(key)))))
    .every(({ body }) => body.notifications.every(({ status }) => !['created', 'sending'].includes(status))));
}

const isBack = ({ path }) => path === '/callback';
const has = (selector) => ({ document }) => Boolean(document.querySelector(selector));

const wantedPayment = (filled, reference) => ({
  amount: 12345, reference, description: 'Apprenticeship fee / Frais d’apprentissage', return_url: `${receiverAt(filled.base)}/callback`,
  language: 'en', email: 'zoe@example.ca', metadata: { file: 7, urgent: true },
});

async function makePayments(stack, filled) {
  const { sandbox } = stack;
  const key = filled.keys.pay_test.secret;
  const walk = (payment, isThere, card) => {
    const payer = new Person(sandbox, { email: 'payer@example.ca' });
    if (card) payer.card = card;
    return payer.walk(payment._links.next_url.href, isThere).then((page) => ({ payer, page }));
  };
  const create = async (name, until = async () => {}) => {
    const { status, body } = await call(sandbox, 'POST', '/v1/payments', key, { body: wantedPayment(filled, name) });
    if (status !== 201) throw new Error(`${name}: ${status} ${JSON.stringify(body)}`);
    await until(body);
    filled.payments[name] = body.payment_id;
    return body;
  };
  const isServed = () => eventually('payments', async () => (await call(sandbox, 'GET', '/v1/payments', key)).status === 200);
  await stack.expireAtOnce(async () => {
    await isServed();
    const { payment_id } = await create('expired');
    await eventually('expiry', async () => (await call(sandbox, 'GET', `/v1/payments/${payment_id}`, key)).body.state.finished);
  });
  await isServed();
  const repeated = await repeatable(sandbox, filled, 'pay_test', key, '/v1/payments', { ...wantedPayment(filled, 'repeated'), return_url: 'https://apprentices.example/back' });
  filled.payments.created = repeated.payment_id;
  await create('waiting to be paid');
  await create('started', (payment) => walk(payment, has('#card-details')));
  await create('submitted', (payment) => walk(payment, has('#confirmation')));
  await create('paid', (payment) => walk(payment, isBack));
  await create('declined', (payment) => walk(payment, has('#try-again'), declinedCard));
  await create('error', (payment) => walk(payment, has('#return-url'), failingCard));
  await create('cancelled', ({ payment_id }) => call(sandbox, 'POST', `/v1/payments/${payment_id}/cancel`, key));
  await create('abandoned', async (payment) => {
    const { payer, page } = await walk(payment, has('#card-details'));
    await payer.browser.submit(page, '#cancel');
  });
  await eventually('all captured', async () => (await adminOf(sandbox).get('/v1/ledger/balance')).currencies.every((one) => one.debits_pending === 12345));
}

// An address told five times, whose deliveries end differently; the other subscriber is gone.
async function makeChanges(sandbox, filled, receiver) {
  receiver.statusOf.told = 200;
  receiver.statusOf.gone = 410;
  const outcomes = [[], ['accepted'], ['accepted', 'applied'], ['rejected']];
  for (const [i, reported] of outcomes.entries()) {
    await tell(sandbox, filled, `${i + 1} Birch Street`);
    await eventually('the webhook', () => receiver.taken('told').length === i + 1);
    const { data } = JSON.parse(receiver.taken('told').at(-1).body);
    filled.deliveries[data.delivery_id] = i === 3 ? 'sandbox' : 'live';
    for (const outcome of reported) {
      const body = { outcome, case_reference: `C-${i}`, ...(outcome === 'rejected' && { reason_code: 'record_locked' }) };
      await call(sandbox, 'POST', `/v1/deliveries/${data.delivery_id}/outcome`, await tokenOfClient(sandbox, filled.clients.live), { body });
    }
  }
}

async function tell(sandbox, filled, line_1) {
  const person = personOf(sandbox, filled.people.etienne);
  person.address.line_1 = line_1;
  const page = await person.walk(`${sandbox.gateway}/fr/address`, has('#recorded-address'));
  filled.changes.push(['etienne', new URL(page.url).pathname]);
}

// What waits when the stack is ended: a change whose subscriber is away, a payment whose capture and whose event are to come, an
// email that the relay did not take and one that notify did not.
export async function leaveUndone(stack, filled, receiver) {
  const { sandbox } = stack;
  receiver.statusOf.told = receiver.statusOf.paid = 503;
  const before = (hook) => receiver.tried(hook).length;
  const [told, paid] = [before('told'), before('paid')];

  const payer = new Person(sandbox, { email: 'payer@example.ca' });
  const { body: payment } = await call(sandbox, 'POST', '/v1/payments', filled.keys.pay_test.secret, { body: wantedPayment(filled, 'capture waits') });
  const form = await payer.walk(payment._links.next_url.href, has('#confirmation'));
  await fetch(`${sandbox.card_processor}/control`, { method: 'POST', body: JSON.stringify({ mode: 'refuse', count: 0 }) });
  await payer.browser.submit(form, '#confirmation');
  filled.payments['capture waits'] = payment.payment_id;

  await tell(sandbox, filled, '9 Waiting Street');
  await eventually('both webhooks refused', () => receiver.tried('told').length > told && receiver.tried('paid').length > paid);
  filled.waiting = { told: receiver.tried('told').at(-1).headers['webhook-id'], paid: receiver.tried('paid').at(-1).headers['webhook-id'] };

  await stack.kill('inbox');
  const sent = await call(sandbox, 'POST', '/v2/notifications/email', notifyToken(filled.keys.notify_live.secret), {
    body: { email_address: 'waiting@example.ca', template_id: filled.template, personalisation: { name: 'Zoé', colour: 'rouge' }, reference: 'waits' } });
  filled.waiting.notification = sent.body.id;
  await stack.kill('notify');
  const somebody = new Person(sandbox, {});
  somebody.email = filled.waiting.registration = 'registering@example.ca';
  await somebody.walk(`${sandbox.gateway}/en/register`, has('#confirm-form'));
}
