import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { Journal } from '../../../examples/driver-licence-renewal/journal.mjs';
import { Records } from '../../../examples/driver-licence-renewal/records.mjs';
import { Renewals } from '../../../examples/driver-licence-renewal/renewals.mjs';
import { date, money, text } from '../../../examples/driver-licence-renewal/text.mjs';
import { Webhooks } from '../../../examples/driver-licence-renewal/webhooks.mjs';

let folder;
let path;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tamarack-example-'));
  path = join(folder, 'journal');
});
afterEach(() => rmSync(folder, { recursive: true }));
const reopen = () => new Records(new Journal(path));

describe('the journal', () => {
  it('gives back after a restart what was written, and forgets a line that a crash cut short', () => {
    reopen().change('renewal', 'A', { state: 'paid' });
    appendFileSync(path, '{"kind":"renewal","id":"A","sta');
    assert.equal(reopen().renewal.get('A').state, 'paid');
    reopen().change('renewal', 'A', { state: 'told' });
    assert.deepEqual({ ...reopen().renewal.get('A') }, { id: 'A', state: 'told' });
  });
});

// Payments and emails by key, as the platform keeps them.
class FakePlatform {
  payments = new Map();
  emails = new Map();
  status = 'created';

  async createPayment(key, payment) {
    if (!this.payments.has(key)) this.payments.set(key, { ...payment, payment_id: key, _links: { next_url: { href: `http://pay/${key}` } } });
    return this.payments.get(key);
  }

  async findPayment(id) {
    const finished = ['success', 'failed'].includes(this.status);
    return { ...this.payments.get(id), state: { status: this.status, finished } };
  }

  async sendEmail(key, message) {
    this.emails.set(key, message);
    return { id: `notification-${key}` };
  }
}

describe('a renewal', () => {
  const config = { url: 'http://ministry', templates: { 'licence-renewed-fr': 'template-fr' } };
  const setUp = () => {
    const records = reopen();
    const platform = new FakePlatform();
    records.licenceOf('zoe', { name: 'Zoé', address: null });
    return { records, platform, renewals: new Renewals(config, records, platform) };
  };
  const begin = (renewals) => renewals.begin({ subject: 'zoe', email: 'zoe@example.ca', lang: 'fr' });

  it('is paid once and confirmed once, however often the person reloads', async () => {
    const { platform, renewals } = setUp();
    const { id } = begin(renewals);
    assert.equal(begin(renewals).id, id);
    const page = await renewals.paymentPage({ id });
    assert.equal(await renewals.paymentPage({ id }), page);
    platform.status = 'success';
    await Promise.all([renewals.settle(id), renewals.settle(id), renewals.settle(id)]);
    assert.equal((await renewals.settle(id)).state, 'told');
    assert.equal(platform.payments.size, 1);
    assert.deepEqual([...platform.emails.values()].map(({ template_id }) => template_id), ['template-fr']);
    assert.equal(await renewals.paymentPage({ id }), null);
  });

  it('goes on after a restart where it was', async () => {
    const { platform, renewals } = setUp();
    const { id } = begin(renewals);
    await renewals.paymentPage({ id });
    platform.status = 'success';
    const restarted = new Renewals(config, reopen(), platform);
    assert.equal((await restarted.settle(id)).state, 'told');
    assert.equal(platform.emails.size, 1);
  });

  it('offers another payment after one that failed', async () => {
    const { platform, renewals } = setUp();
    const { id } = begin(renewals);
    const first = await renewals.paymentPage({ id });
    platform.status = 'failed';
    assert.equal((await renewals.settle(id)).state, 'declined');
    platform.status = 'created';
    assert.notEqual(await renewals.paymentPage({ id }), first);
    assert.equal(platform.payments.size, 2);
    assert.equal(platform.emails.size, 0);
  });
});

describe('an address change', () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const body = JSON.stringify({ type: 'address', data: { delivery_id: 'd-1' } });
  const headers = (id, at = new Date()) => ({
    'webhook-id': id, 'webhook-timestamp': String(Math.floor(at / 1000)), 'webhook-signature': new Webhook(secret).sign(id, at, body),
  });
  const receiver = () => new Webhooks({ webhook_secret: secret }, reopen(), null, null);

  it('is taken in once, and not at all when forged or old', () => {
    const webhooks = receiver();
    assert.equal(webhooks.receive(headers('m-1'), body), 204);
    assert.equal(webhooks.receive(headers('m-1'), body), 204);
    assert.equal(receiver().receive(headers('m-1'), body), 204);
    assert.equal(webhooks.receive({ ...headers('m-2'), 'webhook-signature': 'v1,forged' }, body), 401);
    assert.equal(webhooks.receive(headers('m-3'), `${body} `), 401);
    assert.equal(webhooks.receive(headers('m-4', new Date(Date.now() - 600_000)), body), 401);
    assert.equal(readFileSync(path, 'utf8').trim().split('\n').length, 1);
  });
});

describe('the texts', () => {
  it('say the same things in both languages', () => {
    assert.deepEqual(Object.keys(text.en), Object.keys(text.fr));
  });

  it('write money and dates as people do', () => {
    assert.equal(money(9000, 'en'), '$90.00');
    assert.equal(money(9000, 'fr'), '90,00\u00a0$');
    assert.equal(date('2031-01-01', 'fr'), '1er\u00a0janvier\u00a02031');
    assert.equal(date('2031-12-31', 'en'), 'December\u00a031, 2031');
  });
});
