import * as oidc from 'openid-client';

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
    const options = issuer.startsWith('http://localhost') ? { execute: [oidc.allowInsecureRequests] } : {};
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

  // The person's claims, once the browser is back at `url`.
  async finish(url, { code_verifier, state, nonce }) {
    const client = await this.#client();
    const tokens = await oidc.authorizationCodeGrant(client, url, {
      pkceCodeVerifier: code_verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true,
    });
    const { sub } = tokens.claims();
    return oidc.fetchUserInfo(client, tokens.access_token, sub);
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
