// What the load of a fault test is made of: a ministry's calls, each of which may be repeated under its key.
import { createHmac } from 'node:crypto';

const personalisation = {
  name: 'Zoé Exemple', licence: 'T0000', reference: 'R-1',
  expires_en: 'December 31, 2031', expires_fr: '31 décembre 2031', amount_en: '$90.00', amount_fr: '90,00 $',
};

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

// A key of GOV.UK Notify's is name-service-secret; its token is signed with the secret.
function notifyToken(apiKey) {
  const [secret, service] = [apiKey.slice(-36), apiKey.slice(-73, -37)];
  const signed = `${part({ typ: 'JWT', alg: 'HS256' })}.${part({ iss: service, iat: Math.round(Date.now() / 1000) })}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

const json = (token, body, key) => ({
  method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key }, body: JSON.stringify(body),
});

// `run` begins every key and reference of these calls.
export function callsOf(sandbox, run) {
  const [ministry] = sandbox.ministries;
  const { client_id, client_secret } = sandbox.admin;
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret }).toString();
  const reader = { authorization: `Bearer ${ministry.pay_api_key}` };
  let known = null;
  return {
    createPayment(number) {
      const reference = `${run}-pay-${number}`;
      return {
        kind: 'create', path: '/v1/payments',
        ...json(ministry.pay_api_key, { amount: 14500, reference, description: 'Dog licence', return_url: `${sandbox.example}/healthz` }, reference),
        done: ({ payment_id }) => ({ kind: 'payment', reference, id: (known = payment_id) }),
      };
    },
    readPayment: () => ({ kind: 'read', path: known ? `/v1/payments/${known}` : '/v1/payments', headers: reader }),
    page: () => ({ kind: 'page', path: '/en/sign-in' }),
    token: () => ({ kind: 'token', method: 'POST', path: '/oauth2/token', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: form }),
    notify(number) {
      const reference = `${run}-mail-${number}`;
      return {
        kind: 'notify', path: '/v2/notifications/email',
        ...json(notifyToken(ministry.notify_api_key_test), { template_id: ministry.templates['licence-renewed-en'], email_address: 'zoe@example.ca', personalisation, reference }, reference),
        done: ({ id }) => ({ kind: 'notification', reference, id }),
      };
    },
  };
}

// Of ten calls three make a payment and one a message; three read, two show a page, one gets a token.
export const mixOf = ({ createPayment, readPayment, page, token, notify }) =>
  [createPayment, readPayment, page, createPayment, notify, readPayment, token, createPayment, readPayment, page];
