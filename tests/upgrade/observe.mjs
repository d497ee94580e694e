// What a stack answers about the people, payments and messages that it holds. The recorded release and the present one are
// asked the same, so that their answers can be compared.
import { createHmac } from 'node:crypto';
import * as oidc from 'openid-client';
import { Admin } from '../../deploy/local/seed/admin.mjs';
import { Person } from '../../deploy/local/person/journey.mjs';
import { receiverAt } from './receiver.mjs';

export const personalisation = {
  name: 'Zoé <Exemple>', licence: 'T0000', reference: 'R-1', colour: 'rouge & noir',
  expires_en: 'December 31, 2031', expires_fr: '31 décembre 2031', amount_en: '$90.00', amount_fr: '90,00 $',
};

export const adminOf = ({ gateway, admin }) => new Admin(gateway, admin.client_id, admin.client_secret);

export async function adminToken({ gateway, admin }) {
  const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'platform.admin', ...admin });
  return (await (await fetch(`${gateway}/oauth2/token`, { method: 'POST', body })).json()).access_token;
}

export async function call(sandbox, method, path, token, { body, headers = {} } = {}) {
  const response = await fetch(sandbox.gateway + path, {
    method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers }, body: body && JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : null };
}

// A token of an API key for notifications, as GOV.UK Notify's clients make it.
export function notifyToken(apiKey) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ typ: 'JWT', alg: 'HS256' })}.${part({ iss: apiKey.slice(-73, -37), iat: Math.floor(Date.now() / 1000) })}`;
  return `${signed}.${createHmac('sha256', apiKey.slice(-36)).update(signed).digest('base64url')}`;
}

export const tokenOf = (kind, secret) => (kind === 'notify' ? notifyToken(secret) : secret);

export const personOf = (sandbox, { email, password, lang }) => new Person(sandbox, { email, password, lang });

// The person at the client: consents when asked if `mayConsent`; else only says that they were asked.
export async function signInto(sandbox, base, client, person, { mayConsent = false } = {}) {
  const config = await oidc.discovery(new URL(sandbox.issuer), client.client_id,
    { id_token_signed_response_alg: client.algorithm }, oidc.ClientSecretBasic(client.client_secret), { execute: [oidc.allowInsecureRequests] });
  const kept = { pkceCodeVerifier: oidc.randomPKCECodeVerifier(), expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() };
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: `${receiverAt(base)}/callback`, scope: client.scope, state: kept.expectedState, nonce: kept.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(kept.pkceCodeVerifier), code_challenge_method: 'S256',
  });
  const isAsked = (page) => Boolean(page.document.querySelector('#consent-allow'));
  const page = await person.walk(url.href, (seen) => seen.path === '/callback' || (!mayConsent && isAsked(seen)));
  if (page.path !== '/callback') return { asked: true };
  const tokens = await oidc.authorizationCodeGrant(config, new URL(page.url), { ...kept, idTokenExpected: true });
  const { sub } = tokens.claims();
  const { name, email, email_verified, address } = await oidc.fetchUserInfo(config, tokens.access_token, sub);
  return { asked: false, sub, name, email, email_verified, ...(address && { address }) };
}

// The account page of each person: whom they share with, and who has read what of theirs.
export async function observeAccounts(sandbox, people) {
  const accounts = {};
  for (const [name, one] of Object.entries(people)) {
    const page = await personOf(sandbox, one).walk(`${sandbox.gateway}/${one.lang}/account`, ({ document }) => Boolean(document.querySelector('#account-name')));
    const text = (element) => element.textContent.replace(/\s+/g, ' ').trim();
    // Below its heading, whatever else the page has come to say there.
    const reasonBelow = (element) => (/^(Reason|Motif)/.test(text(element)) ? text(element) : reasonBelow(element.nextElementSibling));
    accounts[name] = {
      name: page.text('#account-name'),
      email: page.text('#account-email'),
      consents: [...page.document.querySelectorAll('[id^=consent-]')].map((heading) => [heading.id, text(heading), reasonBelow(heading.nextElementSibling)]),
      readings: [...page.document.querySelectorAll('tbody tr')].map((row) => [...row.querySelectorAll('td')].map(text)),
    };
  }
  return accounts;
}

export async function observeSubjects(sandbox, { base, people, clients, pairs }) {
  const subjects = {};
  for (const [person, client] of pairs) subjects[`${person} at ${client}`] = await signInto(sandbox, base, clients[client], personOf(sandbox, people[person]));
  return subjects;
}

export async function observePayments(sandbox, { keys }) {
  const payments = {};
  for (const key of ['pay_test', 'pay_example']) {
    const { body } = await call(sandbox, 'GET', '/v1/payments?display_size=100', keys[key].secret);
    for (const payment of body.results) {
      const { body: history } = await call(sandbox, 'GET', `/v1/payments/${payment.payment_id}/events`, keys[key].secret);
      const { _links, ...one } = (await call(sandbox, 'GET', `/v1/payments/${payment.payment_id}`, keys[key].secret)).body;
      payments[one.payment_id] = { ...one, events: history.events.map(({ state, updated }) => [state.status, updated]) };
    }
  }
  return payments;
}

export async function observeMessages(sandbox, { keys }) {
  const notifications = {}, templates = {};
  for (const key of ['notify_live', 'notify_test', 'notify_example']) {
    const token = notifyToken(keys[key].secret);
    notifications[key] = (await call(sandbox, 'GET', '/v2/notifications', token)).body.notifications;
    for (const template of (await call(sandbox, 'GET', '/v2/templates', token)).body.templates) {
      templates[template.id] = { template, preview: (await call(sandbox, 'POST', `/v2/template/${template.id}/preview`, token, { body: { personalisation } })).body };
    }
  }
  return { notifications, templates };
}

// What each key opens: the status of the simplest call with it.
export async function observeKeys(sandbox, keys) {
  const opened = {};
  for (const [name, { kind, secret }] of Object.entries(keys)) {
    opened[name] = (await call(sandbox, 'GET', kind === 'pay' ? '/v1/payments' : '/v2/templates', tokenOf(kind, secret))).status;
  }
  return opened;
}

export async function tokenOfClient(sandbox, { client_id, client_secret }) {
  const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'tellusonce.subscriber', client_id, client_secret });
  const response = await fetch(`${sandbox.gateway}/oauth2/token`, { method: 'POST', body });
  const answer = await response.json();
  return response.ok ? answer.access_token : null;
}

// What administrators see of what was set up.
export async function observeSetUp(sandbox, { service_id, ministry_id }) {
  const admin = adminOf(sandbox);
  const { api_keys } = await admin.get(`/v1/admin/api-keys?service_id=${service_id}`);
  return {
    ministries: (await admin.get('/v1/admin/ministries')).ministries,
    services: (await admin.get(`/v1/admin/services?ministry_id=${ministry_id}`)).services,
    api_keys: api_keys.map(({ last_used_time, ...key }) => key),
    subscriptions: (await admin.get('/v1/subscriptions')).subscriptions,
  };
}

// Deliveries as their ministries read them, and as the person does.
export async function observeDeliveries(sandbox, { clients, deliveries, changes, people }) {
  const read = {};
  for (const [id, client] of Object.entries(deliveries)) read[id] = (await call(sandbox, 'GET', `/v1/deliveries/${id}`, await tokenOfClient(sandbox, clients[client]))).body;
  const shown = [];
  for (const [person, url] of changes) {
    const one = personOf(sandbox, people[person]);
    const page = await one.walk(sandbox.gateway + url, ({ document }) => Boolean(document.querySelector('#recorded-address')));
    shown.push([page.text('#recorded-address'), [...page.document.querySelectorAll('#deliveries > li')].map((item) => item.dataset.state)]);
  }
  return { read, shown };
}
