// A client written for GOV.UK Pay's API v1 works unchanged against the gateway.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../../deploy/local/person/browser.mjs';
import { ledgerBalance } from '../../deploy/local/person/evidence.mjs';
import { pay } from '../support/card_page.mjs';
import { startStack } from '../support/stack.mjs';

let stack;
let ministry;
before(async () => {
  stack = await startStack('contract-payments');
  [ministry] = stack.sandbox.ministries;
});
after(() => stack?.stop());

async function call(method, path, { body, key = ministry.pay_api_key, headers = {} } = {}) {
  const response = await fetch(stack.sandbox.gateway + path, {
    method, headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers }, body: body && JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : null };
}

const wanted = (more = {}) => ({ amount: 14500, reference: 'A-1', description: 'Dog licence', return_url: `${stack.sandbox.example}/healthz`, ...more });
const create = (more, headers) => call('POST', '/v1/payments', { body: wanted(more), headers });

describe('a GOV.UK Pay client', () => {
  it('creates a payment, has it paid, and reads what became of it', async () => {
    const created = await create({ metadata: { file: 7, urgent: true } });
    assert.equal(created.status, 201);
    const payment = created.body;
    assert.match(payment.payment_id, /^[0-9a-v]{26}$/);
    assert.match(created.headers.get('location'), new RegExp(`/v1/payments/${payment.payment_id}$`));
    assert.deepEqual(payment.state, { status: 'created', finished: false });
    assert.equal(payment.amount, 14500);
    assert.equal(payment.payment_provider, 'sandbox');
    assert.deepEqual(payment.metadata, { file: 7, urgent: true });
    assert.equal(payment._links.next_url.method, 'GET');
    assert.equal(payment._links.cancel.method, 'POST');

    const end = await pay(payment, '4242424242424242');
    assert.equal(end.url, `${stack.sandbox.example}/healthz`);
    const { body: read } = await call('GET', `/v1/payments/${payment.payment_id}`);
    assert.deepEqual(read.state, { status: 'success', finished: true });
    assert.equal(read.card_details.last_digits_card_number, '4242');
    assert.equal(read._links.next_url, undefined);

    const { body: history } = await call('GET', `/v1/payments/${payment.payment_id}/events`);
    const states = history.events.map(({ state }) => state.status);
    assert.equal(states[0], 'created');
    assert.equal(states.at(-1), 'success');
    assert.equal((await ledgerBalance(stack.sandbox)).balances, true);
  });

  it('gets the same payment again for the same Idempotency-Key, however often it asks at once', async () => {
    const key = { 'idempotency-key': `contract-${Date.now()}` };
    const answers = await Promise.all(Array.from({ length: 8 }, () => create({ reference: 'once' }, key)));
    assert.equal(new Set(answers.map(({ body }) => body.payment_id)).size, 1);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 200, 200, 200, 200, 200, 200, 201]);
    const other = await create({ reference: 'other' }, key);
    assert.equal(other.status, 409);
    assert.equal(other.body.code, 'P0191');
  });

  it('is told what is wrong with its code, description and field', async () => {
    const cases = [
      [{ amount: undefined }, 400, 'P0101', 'amount'],
      [{ amount: true }, 400, 'P0102', 'amount'],
      [{ amount: -1 }, 422, 'P0102', 'amount'],
      [{ amount: 10000001 }, 422, 'P0102', 'amount'],
      [{ reference: 7 }, 400, 'P0102', 'reference'],
      [{ reference: 'x'.repeat(256) }, 422, 'P0102', 'reference'],
      [{ description: '' }, 400, 'P0101', 'description'],
      [{ language: 'de' }, 422, 'P0102', 'language'],
      [{ metadata: { a: null } }, 422, 'P0102', 'metadata'],
      [{ reference: '\u00a0\u3000' }, 400, 'P0101', 'reference'],
      [{ prefilled_cardholder_details: { billing_address: { country: 'XX' } } }, 422, 'P0102', 'prefilled_cardholder_details.country'],
      [{ prefilled_cardholder_details: { cardholder_name: '４２４２ ４２４２ ４２４２ ４２４２' } }, 422, 'P0102', 'prefilled_cardholder_details.cardholder_name'],
    ];
    for (const [more, status, code, field] of cases) {
      const answer = await create(more);
      assert.deepEqual([answer.status, answer.body.code, answer.body.field], [status, code, field], JSON.stringify(more));
      assert.ok(answer.body.description);
    }
    assert.equal((await call('GET', '/v1/payments/00000000000000000000000000')).body.code, 'P0200');
    assert.equal((await call('GET', '/v1/payments', { key: 'nonsense' })).status, 401);
  });

  it('cancels a payment, once, with the empty object that libraries send', async () => {
    const { body: payment } = await create();
    assert.equal((await call('POST', `/v1/payments/${payment.payment_id}/cancel`, { body: {} })).status, 204);
    const { body: read } = await call('GET', `/v1/payments/${payment.payment_id}`);
    assert.deepEqual([read.state.status, read.state.code], ['cancelled', 'P0040']);
    assert.equal((await call('POST', `/v1/payments/${payment.payment_id}/cancel`)).body.code, 'P0501');
  });

  it('sees a declined card as a payment that is still open, so that another card can be tried', async () => {
    const { body: payment } = await create();
    const page = await pay(payment, '4000000000000002');
    assert.ok(page.document.querySelector('#try-again'), page.title);
    const { body: read } = await call('GET', `/v1/payments/${payment.payment_id}`);
    assert.equal(read.state.finished, false);
  });

  it('opens the payment from a form of its own site, whatever else that form holds', async () => {
    const post = (fields) => fetch(`${stack.sandbox.gateway}/secure`, {
      method: 'POST', redirect: 'manual', headers: { accept: 'text/html', origin: 'https://ministry.example' }, body: new URLSearchParams(fields),
    });
    for (const others of [[['utf8', '✓'], ['commit', 'Pay']], [['authenticity_token', 'a+b/c==']], [['x', '1'], ['y', '2']], [['order[0].id', '7'], ['x', '3'], ['x', '4']]]) {
      const { body: { _links: { next_url_post: form } } } = await create();
      const answer = await post([...others, ...Object.entries(form.params)]);
      assert.equal(answer.status, 303, JSON.stringify(others));
      assert.match(answer.headers.get('location'), /card_details/);
    }
    const without = await post([['x', '1']]);
    assert.equal(without.status, 400);
    assert.match(without.headers.get('content-type'), /^text\/html/);
  });

  it('sees its own payments only', async () => {
    const reference = `mine-${Date.now()}`;
    const { body: payment } = await create({ reference });
    const stranger = stack.sandbox.ministries[1].pay_api_key;
    assert.equal((await call('GET', `/v1/payments/${payment.payment_id}`, { key: stranger })).status, 404);
    const list = await eventually('the list', async () => (await call('GET', `/v1/payments?reference=${reference}`)).body);
    assert.equal(list.total, 1);
    assert.equal((await call('GET', `/v1/payments?reference=${reference}`, { key: stranger })).body.total, 0);
  });
});
