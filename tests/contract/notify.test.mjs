// The official GOV.UK Notify client works unchanged against the gateway.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { NotifyClient } from 'notifications-node-client';
import { eventually } from '../../deploy/local/person/browser.mjs';
import { mailsTo } from '../../deploy/local/person/inbox.mjs';
import { startStack } from '../support/stack.mjs';

let stack;
let client;
let template;
const personalisation = {
  name: 'Zoé Exemple', licence: 'T0000', reference: 'R-1',
  expires_en: 'December 31, 2031', expires_fr: '31 décembre 2031', amount_en: '$90.00', amount_fr: '90,00 $',
};

before(async () => {
  stack = await startStack('contract-notify');
  const [ministry] = stack.sandbox.ministries;
  client = new NotifyClient(stack.sandbox.gateway, ministry.notify_api_key_live);
  template = ministry.templates['licence-renewed-en'];
});
after(() => stack?.stop());

// The client throws axios errors: the API's answer is in `response`.
async function refusal(call) {
  const thrown = await call().then(() => assert.fail('the call was not refused'), (error) => error);
  assert.ok(thrown.response, thrown.message);
  return thrown.response;
}

describe('notifications-node-client', () => {
  it('sends an email that arrives', async () => {
    const email = 'zoe.contract@example.ca';
    const sent = await client.sendEmail(template, email, { personalisation, reference: 'contract-1' });
    assert.equal(sent.status, 201);
    assert.match(sent.data.id, /^[0-9a-f-]{36}$/);
    assert.equal(sent.data.reference, 'contract-1');
    assert.equal(sent.data.template.id, template);
    assert.match(sent.data.content.body, /Zoé Exemple/);
    assert.match(sent.data.uri, new RegExp(`/v2/notifications/${sent.data.id}$`));

    const [mail] = await eventually('the email', async () => (await mailsTo(stack.sandbox.inbox, email)).length && mailsTo(stack.sandbox.inbox, email));
    assert.match(mail.text, /Zoé Exemple/);
    assert.equal(mail.subject, sent.data.content.subject);

    const read = await eventually('status delivered', async () => {
      const { data } = await client.getNotificationById(sent.data.id);
      return data.status === 'delivered' && data;
    });
    assert.equal(read.email_address, email);
    assert.equal(read.type, 'email');
    assert.equal(read.phone_number, null);
    assert.ok(read.completed_at);
  });

  it('lists what was sent with the same kind of key, newest first', async () => {
    const reference = `list-${Date.now()}`;
    const first = await client.sendEmail(template, 'one@example.ca', { personalisation, reference });
    const second = await client.sendEmail(template, 'two@example.ca', { personalisation, reference });
    const { data } = await client.getNotifications('email', null, reference);
    assert.deepEqual(data.notifications.map(({ id }) => id), [second.data.id, first.data.id]);
    assert.ok(data.links.current);
    const older = await client.getNotifications('email', null, reference, second.data.id);
    assert.deepEqual(older.data.notifications.map(({ id }) => id), [first.data.id]);
  });

  it('takes every parameter that the official clients send with a list, however they write a boolean', async () => {
    for (const value of ['True', 'true', 'TRUE', '1', 'False', '']) {
      const { status, data } = await client.apiClient.get(`/v2/notifications?status=delivered&include_jobs=${value}&template_type=email`);
      assert.equal(status, 200, value);
      assert.ok(data.links.current);
    }
    const unknown = await refusal(() => client.apiClient.get('/v2/notifications?include_job=True'));
    assert.equal(unknown.status, 400);
  });

  it('sends live what the same Idempotency-Key sent with a test key', async () => {
    const email = 'key.contract@example.ca';
    const key = `both-${Date.now()}`;
    const send = (apiKey) => {
      const keyed = new NotifyClient(stack.sandbox.gateway, apiKey);
      const { restClient } = keyed.apiClient;
      keyed.setClient((options) => restClient({ ...options, headers: { ...options.headers, 'Idempotency-Key': key } }));
      return keyed.sendEmail(template, email, { personalisation });
    };
    const { notify_api_key_test, notify_api_key_live } = stack.sandbox.ministries[0];
    const [simulated, sent, again] = [await send(notify_api_key_test), await send(notify_api_key_live), await send(notify_api_key_live)];
    assert.notEqual(simulated.data.id, sent.data.id);
    assert.equal(again.data.id, sent.data.id);
    await eventually('the email', async () => (await mailsTo(stack.sandbox.inbox, email)).length === 1);
  });

  it('shows numbers as the caller wrote them', async () => {
    for (const amount of [12.5, 0.1, 1e21, 0.000001, -40.25]) {
      const { data } = await client.previewTemplateById(template, { ...personalisation, amount_en: amount });
      const plain = amount === 1e21 ? '1000000000000000000000' : amount === 0.000001 ? '0.000001' : String(amount);
      assert.match(data.body, new RegExp(`Paid: ${plain.replaceAll('.', '\\.')}\\n`));
    }
  });

  it('is told how to make a token of a key that was sent as it is', async () => {
    const key = stack.sandbox.ministries[0].notify_api_key_test;
    const response = await fetch(`${stack.sandbox.gateway}/v2/templates`, { headers: { authorization: `Bearer ${key}` } });
    assert.equal(response.status, 403);
    const body = await response.json();
    assert.equal(body.errors[0].error, 'AuthError');
    assert.match(body.errors[0].message, /this is the API key itself.*HS256/);
    assert.ok(!JSON.stringify(body).includes(key.slice(-36)));
    // At another service no token of it would help.
    const elsewhere = await fetch(`${stack.sandbox.gateway}/v1/payments`, { headers: { authorization: `Bearer ${key}` } });
    assert.equal(elsewhere.status, 401);
    assert.match(elsewhere.headers.get('www-authenticate'), /error="invalid_token"/);
    assert.doesNotMatch(await elsewhere.text(), /HS256/);
  });

  it('reads and previews templates', async () => {
    const { data } = await client.getTemplateById(template);
    assert.equal(data.id, template);
    assert.equal(data.type, 'email');
    assert.ok(data.personalisation.name.required);
    const all = await client.getAllTemplates('email');
    assert.ok(all.data.templates.some(({ id }) => id === template));
    const preview = await client.previewTemplateById(template, personalisation);
    assert.match(preview.data.body, /Zoé Exemple/);
  });

  it('is told what is wrong in the API’s own shape', async () => {
    const missing = await refusal(() => client.sendEmail(template, 'zoe@example.ca', { personalisation: { name: 'Zoé' } }));
    assert.equal(missing.status, 400);
    assert.equal(missing.data.status_code, 400);
    assert.equal(missing.data.errors[0].error, 'BadRequestError');
    assert.match(missing.data.errors[0].message, /^Missing personalisation: /);

    const badAddress = await refusal(() => client.sendEmail(template, 'not-an-address', { personalisation }));
    assert.equal(badAddress.data.errors[0].error, 'ValidationError');

    const unknown = await refusal(() => client.getNotificationById('00000000-0000-4000-8000-000000000000'));
    assert.equal(unknown.status, 404);
    assert.equal(unknown.data.errors[0].error, 'NoResultFound');

    const forged = new NotifyClient(stack.sandbox.gateway, `${stack.sandbox.ministries[0].notify_api_key_live.slice(0, -36)}00000000-0000-4000-8000-000000000000`);
    const refused = await refusal(() => forged.sendEmail(template, 'zoe@example.ca', { personalisation }));
    assert.equal(refused.status, 403);
    assert.equal(refused.data.errors[0].error, 'AuthError');
  });

  it('sends nothing with a test key', async () => {
    const test = new NotifyClient(stack.sandbox.gateway, stack.sandbox.ministries[0].notify_api_key_test);
    const email = 'never@example.ca';
    const sent = await test.sendEmail(template, email, { personalisation });
    await eventually('status delivered', async () => (await test.getNotificationById(sent.data.id)).data.status === 'delivered');
    assert.equal((await mailsTo(stack.sandbox.inbox, email)).length, 0);
  });

  it('cannot read another ministry’s notification', async () => {
    const sent = await client.sendEmail(template, 'zoe@example.ca', { personalisation });
    const other = new NotifyClient(stack.sandbox.gateway, stack.sandbox.ministries[1].notify_api_key_live);
    assert.equal((await refusal(() => other.getNotificationById(sent.data.id))).status, 404);
  });
});
