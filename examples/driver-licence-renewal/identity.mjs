import * as oidc from 'openid-client';

// A sign-in that did not succeed, and will not by trying the same again. `isDeclined`: the person did not want to.
export class SignInError extends Error {
  constructor(message, { isDeclined = false } = {}) {
    super(message);
    this.isDeclined = isDeclined;
  }
}
const passing = ['server_error', 'temporarily_unavailable'];

// Signing people in, with the certified OpenID Connect client: authorization code, PKCE, state, nonce.
export class Identity {
  #config;
  #discovered;
  #token;

  constructor(config) {
    this.#config = config;
  }

  async #client() {
    const { issuer, client_id: id, client_secret: secret } = this.#config;
    // Only a local stack speaks plain http.
    const options = new URL(issuer).hostname === 'localhost' ? { execute: [oidc.allowInsecureRequests] } : {};
    this.#discovered ??= await oidc.discovery(new URL(issuer), id, secret, undefined, options);
    return this.#discovered;
  }

  // Where to send the browser, and what to keep in the session until it comes back.
  async begin(lang) {
    const client = await this.#client();
    const pending = { code_verifier: oidc.randomPKCECodeVerifier(), state: oidc.randomState(), nonce: oidc.randomNonce() };
    const url = oidc.buildAuthorizationUrl(client, {
      redirect_uri: this.#config.redirect_uri,
      scope: 'openid profile email address',
      code_challenge: await oidc.calculatePKCECodeChallenge(pending.code_verifier),
      code_challenge_method: 'S256',
      state: pending.state,
      nonce: pending.nonce,
      ui_locales: lang,
    });
    return { url: url.href, pending };
  }

  // The person's claims, once the browser is back at `url`. Throws SignInError, or whatever error may pass.
  async finish(url, { code_verifier, state, nonce }) {
    const client = await this.#client();
    // Whose answer this is counts before what it says, also when it is an error.
    if (url.searchParams.get('state') !== state) throw new SignInError('the answer belongs to another sign-in');
    try {
      const tokens = await oidc.authorizationCodeGrant(client, url, {
        pkceCodeVerifier: code_verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true,
      });
      const { sub } = tokens.claims();
      return await oidc.fetchUserInfo(client, tokens.access_token, sub);
    } catch (error) {
      if (!error.error || passing.includes(error.error)) throw error;
      throw new SignInError(`identity answered ${error.error}`, { isDeclined: error.error === 'access_denied' });
    }
  }

  // An access token of the ministry itself, for calls that concern no signed-in person.
  async serviceToken() {
    if (!this.#token || this.#token.until < Date.now()) {
      const answer = await oidc.clientCredentialsGrant(await this.#client(), { scope: 'tellusonce.subscriber' });
      this.#token = { value: answer.access_token, until: Date.now() + (answer.expires_in - 30) * 1000 };
    }
    return this.#token.value;
  }
}
