// Every request that the API documents show as an example is sent to a running stack, and succeeds as they say.
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import * as oidc from 'openid-client';
import { Admin } from '../../deploy/local/seed/admin.mjs';
import { eventually } from '../../deploy/local/person/browser.mjs';
import { Person } from '../../deploy/local/person/journey.mjs';
import { startStack } from '../support/stack.mjs';

// These make what others name, and these end it.
const first = ['CreateApiKey', 'PutTemplate', 'SendEmail', 'CreatePayment', 'ApplyForLicence'];
const last = ['CancelPayment', 'RevokeApiKey'];

let stack;
let operations;
let tokens;
const callback = createServer((request, response) => response.end('<title>back</title>')).listen(0, '127.0.0.1');
// What only this stack can know, in place of the examples' ids and secrets: by name, for all operations or for one.
const known = { 'Idempotency-Key': randomUUID(), 'CreatePerson.email': `person-${randomUUID()}@example.com` };

before(async () => {
  stack = await startStack('contract-examples');
  const { sandbox } = stack;
  const [{ ministry_id, service_id, oauth }] = sandbox.ministries;
  Object.assign(known, { ministry_id, sector: ministry_id, service_id, client_id: oauth.client_id, client_secret: oauth.client_secret, redirect_uri: oauth.redirect_uris[0] });
  tokens = await credentials(sandbox);
  known.delivery_id = await deliveryOf(sandbox);
  const document = await (await fetch(`${sandbox.gateway}/openapi.json`)).json();
  operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) =>
    ({ ...operation, path, method: method.toUpperCase(), name: operation.operationId.split(/[._]/).at(-1) })));
  const rank = ({ name }) => (first.includes(name) ? first.indexOf(name) - first.length : last.includes(name) ? 1 : 0);
  operations.sort((a, b) => rank(a) - rank(b));
});
after(async () => {
  callback.close();
  await stack?.stop();
});

// With what is documented for the operation: parameters, and the example of one media type.
async function send(operation, media) {
  const named = async (name, example) => {
    const value = known[`${operation.name}.${name}`] ?? known[name] ?? example;
    return typeof value === 'function' ? value() : value;
  };
  const url = new URL(operation.path, stack.sandbox.gateway);
  const headers = { accept: 'application/json' };
  for (const parameter of operation.parameters ?? []) {
    const example = await named(parameter.name, parameter.example ?? parameter.schema.example ?? parameter.schema.examples?.[0]);
    assert.ok(example !== undefined || !parameter.required, `${parameter.name} has no example`);
    if (parameter.in === 'path') url.pathname = url.pathname.replace(`%7B${parameter.name}%7D`, encodeURIComponent(example));
    else if (example === undefined) continue;
    else if (parameter.in === 'query') for (const one of [example].flat()) url.searchParams.append(parameter.name, one);
    else headers[parameter.name] = `${example}${media === 'application/json' ? '' : '-form'}`;
  }
  const scope = operation.security.flatMap(({ oauth2 }) => oauth2 ?? []).find((name) => tokens[name]);
  const token = tokens[scope ?? 'tellusonce.subscriber']; // where none is named, any will do
  if (operation.security.length) headers.authorization = `Bearer ${typeof token === 'function' ? token() : token}`;
  let body;
  if (media) {
    const { example } = operation.requestBody.content[media];
    assert.ok(example, 'the body has no example');
    const sent = Object.fromEntries(await Promise.all(Object.entries(example).map(async ([name, value]) => [name, await named(name, value)])));
    body = media === 'application/json' ? JSON.stringify(sent) : new URLSearchParams(Object.entries(sent).flatMap(([name, value]) => [value].flat().map((one) => [name, one])));
    headers['content-type'] = media;
  }
  const answer = await fetch(url, { method: operation.method, headers, body, redirect: 'manual' });
  return { status: answer.status, text: await answer.text() };
}

// What later operations name.
function learn({ name }, text) {
  if (!first.includes(name)) return;
  const answer = JSON.parse(text);
  if (name === 'CreateApiKey') known.api_key_id = answer.api_key.api_key_id;
  if (name === 'PutTemplate') known.template_id = known['GetTemplate.id'] = known['PreviewTemplate.id'] = answer.id;
  if (name === 'SendEmail') known.notification_id = known.older_than = answer.id;
  if (name === 'ApplyForLicence') known.licence_id = answer.licence_id;
  if (name !== 'CreatePayment') return;
  known.payment_id = answer.payment_id;
  // Good once, and fresh with every reading.
  known.charge_token_id = known.chargeTokenId = async () => {
    const read = await fetch(`${stack.sandbox.gateway}/v1/payments/${known.payment_id}`, { headers: { authorization: `Bearer ${tokens['payments.write']}` } });
    return (await read.json())._links.next_url_post.params.chargeTokenId;
  };
}

// Opening these changes something (a reading is noted, a code issued, a link used up): HEAD would do so unseen.
const withEffect = ['/oauth2/authorize', '/oauth2/userinfo', '/secure/unknown', '/en/card_details/unknown', '/card_details/unknown', `/v1/deliveries/${randomUUID()}`];

describe('a GET that changes something', () => {
  for (const path of withEffect) {
    it(`has no HEAD: ${path.replace(/[0-9a-f-]{36}/, '{id}')}`, async () => {
      const answer = await fetch(stack.sandbox.gateway + path, { method: 'HEAD' });
      assert.equal(answer.status, 405);
      assert.match(answer.headers.get('allow'), /\bGET\b/);
      assert.doesNotMatch(answer.headers.get('allow'), /HEAD/);
      const ahead = await fetch(stack.sandbox.gateway + path, { headers: { 'sec-purpose': 'prefetch' }, redirect: 'manual' });
      assert.equal(ahead.status, 403);
    });
  }
});

describe('the examples of the API documents', () => {
  it('work as they stand', async () => {
    const failures = [];
    let count = 0;
    for (const operation of operations) {
      const success = Object.keys(operation.responses).filter((status) => status.startsWith('2')).map(Number);
      // What is for a browser sends it on.
      if (operation.responses[200]?.content?.['*/*']) success.push(303);
      for (const media of operation.requestBody ? Object.keys(operation.requestBody.content) : [undefined]) {
        const { status, text } = await send(operation, media).catch((error) => ({ text: error.message }));
        count++;
        if (success.includes(status)) learn(operation, text);
        else failures.push(`${operation.operationId} (${media ?? 'no body'}): ${status} ${text.slice(0, 400)}`);
      }
    }
    assert.equal(failures.join('\n'), '');
    assert.ok(count > 30, `${count} requests`);
  });
});

// By scope, what opens the operations that need it.
async function credentials(sandbox) {
  const [ministry] = sandbox.ministries;
  const own = async (id, secret, scope) => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret, scope });
    const answer = await fetch(`${sandbox.gateway}/oauth2/token`, { method: 'POST', body });
    return (await answer.json()).access_token;
  };
  return {
    'platform.admin': await own(sandbox.admin.client_id, sandbox.admin.client_secret, 'platform.admin'),
    'tellusonce.subscriber': await own(ministry.oauth.client_id, ministry.oauth.client_secret, 'tellusonce.subscriber'),
    'notify.send': () => notifyToken(ministry), // good for 30 s
    'payments.write': ministry.pay_api_key,
    openid: await tokenOfPerson(sandbox, ministry),
  };
}

// GOV.UK Notify's own: a JWT by the key's secret, which is its last UUID.
function notifyToken({ service_id, notify_api_key_test }) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iss: service_id, iat: Math.floor(Date.now() / 1000) })}`;
  return `${signed}.${createHmac('sha256', notify_api_key_test.slice(-36)).update(signed).digest('base64url')}`;
}

async function tokenOfPerson(sandbox, { service_id }) {
  const redirect = `http://localhost:${callback.address().port}/callback`;
  const admin = new Admin(sandbox.gateway, sandbox.admin.client_id, sandbox.admin.client_secret);
  const made = await admin.post('/v1/admin/clients', { service_id, redirect_uris: [redirect], scopes: ['openid', 'email'], purpose_en: 'To test.', purpose_fr: 'Pour essayer.' });
  const client = await oidc.discovery(new URL(sandbox.issuer), made.client.client_id, made.client_secret, undefined, { execute: [oidc.allowInsecureRequests] });
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const url = oidc.buildAuthorizationUrl(client, {
    redirect_uri: redirect, scope: 'openid email', code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: 'S256',
  });
  const page = await new Person(sandbox).walk(url.href, ({ path }) => path === '/callback');
  return (await oidc.authorizationCodeGrant(client, new URL(page.url), { pkceCodeVerifier })).access_token;
}

// A change that a person told and that the ministry has acknowledged. Other ministries may take their time.
async function deliveryOf(sandbox) {
  const received = () => readFileSync(sandbox.receivers.example, 'utf8').trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
  const seen = new Set(received().map(({ delivery_id }) => delivery_id));
  const person = new Person(sandbox);
  await person.signIn();
  await person.changeAddress();
  return eventually('the acknowledgement', async () => {
    const lines = received();
    const told = lines.find(({ delivery_id }) => delivery_id && !seen.has(delivery_id));
    return told && lines.some(({ id, state }) => id === told.id && state === 'acknowledged') && told.delivery_id;
  }, { seconds: 60 });
}
