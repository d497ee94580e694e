import { createHmac } from 'node:crypto';

// What the service asks of Tamarack: payments (GOV.UK Pay's API), messages (GOV.UK Notify's API) and acknowledgements of
// address changes. Every call has a deadline, and every effect a key under which repeating it is harmless.
export class Platform {
  #config;
  #identity;

  constructor(config, identity) {
    this.#config = config;
    this.#identity = identity;
  }

  createPayment(key, payment) {
    return this.#call('POST', '/v1/payments', { token: this.#config.pay_api_key, key, body: payment });
  }

  findPayment(id) {
    return this.#call('GET', `/v1/payments/${encodeURIComponent(id)}`, { token: this.#config.pay_api_key });
  }

  sendEmail(key, message) {
    return this.#call('POST', '/v2/notifications/email', { token: notifyToken(this.#config.notify_api_key), key, body: message });
  }

  // A change that the ministry was told of: whose it is, and the new address. Tamarack records the reading.
  async findDelivery(id) {
    return this.#call('GET', `/v1/deliveries/${encodeURIComponent(id)}`, { token: await this.#identity.serviceToken() });
  }

  // Repeating it changes nothing.
  async reportOutcome(id, outcome) {
    return this.#call('POST', `/v1/deliveries/${encodeURIComponent(id)}/outcome`, { token: await this.#identity.serviceToken(), body: outcome });
  }

  async #call(method, path, { token, key, body }) {
    const headers = { accept: 'application/json', authorization: `Bearer ${token}` };
    if (key) headers['idempotency-key'] = key;
    if (body) headers['content-type'] = 'application/json';
    const response = await fetch(this.#config.gateway + path, {
      method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(15000), redirect: 'error',
    });
    const text = await response.text();
    if (!response.ok) throw new PlatformError(method, path, response.status, text);
    return text ? JSON.parse(text) : null;
  }
}

// The statuses that the same request will get again. Others pass: the platform is down or busy, a token has ended, the same
// request is under way (409).
const finalStatuses = [400, 403, 404, 405, 410, 413, 415, 422];

export class PlatformError extends Error {
  constructor(method, path, status, body) {
    super(`${method} ${path}: ${status} ${body.slice(0, 300)}`);
    this.status = status;
    this.isFinal = finalStatuses.includes(status);
  }
}

// GOV.UK Notify's way: the key is `{name}-{service id}-{secret}`, a fresh JWT signed with the secret goes with each call.
function notifyToken(apiKey) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const unsigned = `${part({ typ: 'JWT', alg: 'HS256' })}.${part({ iss: apiKey.slice(-73, -37), iat: Math.floor(Date.now() / 1000) })}`;
  return `${unsigned}.${createHmac('sha256', apiKey.slice(-36)).update(unsigned).digest('base64url')}`;
}
