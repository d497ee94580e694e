// The certified OpenID Connect client signs a person in against the gateway.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import * as oidc from 'openid-client';
import { Admin } from '../../deploy/local/seed/admin.mjs';
import { Person } from '../../deploy/local/person/journey.mjs';
import { startStack } from '../support/stack.mjs';

let stack;
let callback;
let client;
const clientsOf = {};

before(async () => {
  stack = await startStack('contract-sign-in');
  callback = createServer((request, response) => response.end('<title>back</title>')).listen(0, '127.0.0.1');
  await new Promise((done) => callback.once('listening', done));
  const { sandbox } = stack;
  const admin = new Admin(sandbox.gateway, sandbox.admin.client_id, sandbox.admin.client_secret);
  clientsOf.redirect = `http://localhost:${callback.address().port}/callback`;
  const made = await admin.post('/v1/admin/clients', {
    service_id: sandbox.ministries[0].service_id, redirect_uris: [clientsOf.redirect], scopes: ['openid', 'profile', 'email', 'tellusonce.subscriber'],
    purpose_en: 'To test.', purpose_fr: 'Pour essayer.',
  });
  client = await oidc.discovery(new URL(sandbox.issuer), made.client.client_id, made.client_secret, undefined, { execute: [oidc.allowInsecureRequests] });
});
after(async () => {
  callback?.close();
  await stack?.stop();
});

// Walks a new person through sign-up and consent; the address the browser came back to, and what was kept for it.
async function authorize(more = {}, person = new Person(stack.sandbox)) {
  const kept = { pkceCodeVerifier: oidc.randomPKCECodeVerifier(), expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() };
  const url = oidc.buildAuthorizationUrl(client, {
    redirect_uri: clientsOf.redirect, scope: 'openid profile email', state: kept.expectedState, nonce: kept.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(kept.pkceCodeVerifier), code_challenge_method: 'S256', ...more,
  });
  const page = await person.walk(url.href, ({ path }) => path === '/callback');
  return { back: new URL(page.url), kept, person };
}

describe('openid-client', () => {
  it('signs a person in with code and PKCE, and reads the claims they agreed to', async () => {
    const { back, kept, person } = await authorize();
    assert.equal(back.searchParams.get('iss'), stack.sandbox.issuer);
    const tokens = await oidc.authorizationCodeGrant(client, back, { ...kept, idTokenExpected: true });
    const { sub } = tokens.claims();
    const claims = await oidc.fetchUserInfo(client, tokens.access_token, sub);
    assert.equal(claims.email, person.email);
    assert.equal(claims.email_verified, true);
    assert.match(claims.name, /Exemple/);
    assert.equal(claims.address, undefined);
  });

  it('cannot use a code twice, nor without its verifier, which does not use it up', async () => {
    const { back, kept } = await authorize();
    await assert.rejects(oidc.authorizationCodeGrant(client, back, { ...kept, pkceCodeVerifier: oidc.randomPKCECodeVerifier() }), { error: 'invalid_grant' });
    const tokens = await oidc.authorizationCodeGrant(client, back, kept);
    await assert.rejects(oidc.authorizationCodeGrant(client, back, kept), { error: 'invalid_grant' });
    await assert.rejects(oidc.fetchUserInfo(client, tokens.access_token, tokens.claims().sub));
  });

  it('gets the sign-in it asked for, though identity and Redis were killed on the way', async () => {
    const kept = { pkceCodeVerifier: oidc.randomPKCECodeVerifier(), expectedState: oidc.randomState(), maxAge: 60 };
    const url = oidc.buildAuthorizationUrl(client, {
      redirect_uri: clientsOf.redirect, scope: 'openid email', state: kept.expectedState, prompt: 'login', max_age: '60',
      code_challenge: await oidc.calculatePKCECodeChallenge(kept.pkceCodeVerifier), code_challenge_method: 'S256',
    });
    const { person } = await authorize();
    const asked = await person.walk(url.href, ({ path }) => path.endsWith('/sign-in'));
    assert.doesNotMatch(asked.url, /prompt|max_age/);
    for (const part of ['identity', 'redis']) await stack.kill(part);
    for (const part of ['redis', 'identity']) await stack.start(part);
    const back = new URL((await person.walk(asked.url, ({ path }) => path === '/callback')).url);
    const claims = (await oidc.authorizationCodeGrant(client, back, kept)).claims();
    assert.ok(claims.auth_time <= claims.iat);
  });

  it('asks a person who is signed in and has agreed nothing more', async () => {
    const { person } = await authorize();
    const pages = [];
    person.onPage = ({ path }) => pages.push(path);
    await authorize({}, person);
    assert.deepEqual(pages, ['/callback']);
  });

  it('gets a token of its own, for what it may do and nothing else', async () => {
    const token = await oidc.clientCredentialsGrant(client, { scope: 'tellusonce.subscriber' });
    assert.equal(token.scope, 'tellusonce.subscriber');
    await assert.rejects(oidc.clientCredentialsGrant(client, { scope: 'platform.admin' }), { error: 'invalid_scope' });
  });

  for (const algorithm of ['ES256', 'Ed25519', 'RS256']) {
    it(`holds tokens that are worth nothing without its ${algorithm} key (DPoP)`, async () => {
      assert.ok(client.serverMetadata().dpop_signing_alg_values_supported.includes(algorithm));
      const DPoP = oidc.getDPoPHandle(client, await oidc.randomDPoPKeyPair(algorithm));
      const { back, kept, person } = await authorize();
      const tokens = await oidc.authorizationCodeGrant(client, back, kept, undefined, { DPoP });
      assert.equal(tokens.token_type, 'dpop');
      const claims = await oidc.fetchUserInfo(client, tokens.access_token, tokens.claims().sub, { DPoP });
      assert.equal(claims.email, person.email);

      const own = await oidc.clientCredentialsGrant(client, { scope: 'tellusonce.subscriber' }, { DPoP });
      const url = new URL('/v1/subscriptions', stack.sandbox.gateway);
      const answer = await oidc.fetchProtectedResource(client, own.access_token, url, 'GET', undefined, undefined, { DPoP });
      assert.equal(answer.status, 200);
      const stolen = await fetch(url, { headers: { authorization: `Bearer ${own.access_token}` } });
      assert.equal(stolen.status, 401);
      assert.match(stolen.headers.get('www-authenticate'), /error="invalid_token".*DPoP algs=/);
      const thief = oidc.getDPoPHandle(client, await oidc.randomDPoPKeyPair(algorithm));
      await assert.rejects(oidc.fetchProtectedResource(client, own.access_token, url, 'GET', undefined, undefined, { DPoP: thief }), { status: 401 });
    });
  }

  it('is known to another ministry by another subject', async () => {
    const { back, kept, person } = await authorize();
    const { sub } = (await oidc.authorizationCodeGrant(client, back, kept)).claims();
    const same = await authorize({}, person);
    assert.equal((await oidc.authorizationCodeGrant(client, same.back, same.kept)).claims().sub, sub);
    const { sandbox } = stack;
    const admin = new Admin(sandbox.gateway, sandbox.admin.client_id, sandbox.admin.client_secret);
    const made = await admin.post('/v1/admin/clients', {
      service_id: sandbox.ministries[1].service_id, redirect_uris: [clientsOf.redirect], scopes: ['openid'], purpose_en: 'To test.', purpose_fr: 'Pour essayer.',
    });
    const first = client;
    client = await oidc.discovery(new URL(sandbox.issuer), made.client.client_id, made.client_secret, undefined, { execute: [oidc.allowInsecureRequests] });
    const other = await authorize({ scope: 'openid' }, person);
    const claims = (await oidc.authorizationCodeGrant(client, other.back, other.kept)).claims();
    client = first;
    assert.notEqual(claims.sub, sub);
  });
});
