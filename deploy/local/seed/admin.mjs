// Calls the gateway's administration API as an OAuth client.
import { setTimeout as delay } from 'node:timers/promises';

const attemptsMax = 20;

export class Admin {
  #gateway;
  #id;
  #secret;
  #token;

  constructor(gateway, id, secret) {
    this.#gateway = gateway;
    this.#id = id;
    this.#secret = secret;
  }

  // With `key`, an Idempotency-Key, repeating it is harmless.
  post(path, body, key) {
    return this.#call('POST', path, body, key);
  }

  get(path) {
    return this.#call('GET', path);
  }

  async #call(method, path, body, key) {
    this.#token ??= await this.#signIn();
    const headers = { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' };
    if (key) headers['idempotency-key'] = key;
    return this.#send(method, path, headers, body && JSON.stringify(body));
  }

  async #signIn() {
    const form = new URLSearchParams({ grant_type: 'client_credentials', scope: 'platform.admin', client_id: this.#id, client_secret: this.#secret });
    return (await this.#send('POST', '/oauth2/token', {}, form)).access_token;
  }

  // Waits out a platform that is still starting (503); everything else that is not success is an error.
  async #send(method, path, headers, body) {
    for (let attempt = 1; ; attempt++) {
      const response = await fetch(this.#gateway + path, { method, headers: { accept: 'application/json', ...headers }, body });
      const text = await response.text();
      if (response.ok) return text ? JSON.parse(text) : null;
      if (![502, 503, 504].includes(response.status) || attempt === attemptsMax) {
        throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 500)}`);
      }
      await delay(250);
    }
  }
}
