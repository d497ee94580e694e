import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { Journal } from '../../../examples/driver-licence-renewal/journal.mjs';
import { Records } from '../../../examples/driver-licence-renewal/records.mjs';
import { renewalPage } from '../../../examples/driver-licence-renewal/pages.mjs';
import { PlatformError } from '../../../examples/driver-licence-renewal/platform.mjs';
import { Renewals } from '../../../examples/driver-licence-renewal/renewals.mjs';
import { date, money, text } from '../../../examples/driver-licence-renewal/text.mjs';
import { Webhooks } from '../../../examples/driver-licence-renewal/webhooks.mjs';
import { startWorker } from '../../../examples/driver-licence-renewal/worker.mjs';
import { brand } from '../../support/brand.mjs';
import { soon } from '../../support/soon.mjs';

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

  it('keeps removed what was removed', () => {
    const records = reopen();
    records.change('session', 'S', { subject: 'zoe' });
    records.remove('session', 'S');
    assert.equal(reopen().session.size, 0);
  });
});

// Payments and emails by key, as the platform keeps them.
class FakePlatform {
  payments = new Map();
  emails = new Map();
  status = 'created';
  refuse = () => {}; // throws what is to be refused

  async createPayment(key, payment) {
    this.refuse('payment', payment);
    const known = this.payments.get(key);
    if (known) assert.deepEqual(known.asked, payment, 'another request under the same key');
    else this.payments.set(key, { ...payment, asked: payment, payment_id: key, _links: { next_url: { href: `http://pay/${key}` } } });
    return this.payments.get(key);
  }

  async findPayment(id) {
    const finished = ['success', 'failed', 'cancelled', 'error'].includes(this.status);
    return { ...this.payments.get(id), state: { status: this.status, finished, code: this.code }, settlement_summary: { capture_submit_time: '2026-12-01T04:59:00.000Z' } };
  }

  async sendEmail(key, message) {
    this.refuse('email', message);
    this.emails.set(key, message);
    return { id: `notification-${key}` };
  }
}
const refusal = (status) => new PlatformError('POST', '/somewhere', status, '');

describe('a renewal', () => {
  const config = { url: 'http://ministry', gateway: 'http://gateway', templates: { 'licence-renewed-fr': 'template-fr' }, brand };
  const address = { line_1: '12 Elm Street', line_2: 'app. 3', city: 'Sudbury', province: 'ON', postal_code: 'P3C 1S8' };
  const setUp = () => {
    const records = reopen();
    const platform = new FakePlatform();
    records.licenceOf('zoe', { name: 'Zoé Exemple', address });
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

  it('has the card page filled in with what is known of the person', async () => {
    const { platform, renewals } = setUp();
    await renewals.paymentPage(begin(renewals));
    const [{ asked }] = platform.payments.values();
    assert.equal(asked.email, 'zoe@example.ca');
    assert.deepEqual(asked.prefilled_cardholder_details, {
      cardholder_name: 'Zoé Exemple', billing_address: { line1: '12 Elm Street', line2: 'app. 3', city: 'Sudbury', postcode: 'P3C 1S8', country: 'CA' },
    });
  });

  it('asks again for the very same when an answer was lost, though the person has moved meanwhile', async () => {
    const { platform, records, renewals } = setUp();
    const renewal = begin(renewals);
    const create = platform.createPayment;
    platform.createPayment = async (...request) => (await create.apply(platform, request), Promise.reject(new Error('the answer is lost')));
    await assert.rejects(renewals.paymentPage(renewal));
    platform.createPayment = create;
    records.moveLicence({ subject: 'zoe', address: { ...address, line_1: '1 New Road' } });
    await renewals.paymentPage(renewals.begin({ subject: 'zoe', email: 'new@example.ca', lang: 'en' }));
    assert.equal(platform.payments.size, 1);
  });

  it('is paid for though what the card page was to be filled in with is refused', async () => {
    const { platform, renewals } = setUp();
    platform.refuse = (what, { prefilled_cardholder_details: details }) => { if (details) throw refusal(422); };
    await renewals.paymentPage(begin(renewals));
    const [{ asked }] = platform.payments.values();
    assert.deepEqual(['prefilled_cardholder_details', 'email'].filter((name) => name in asked), []);
  });

  for (const status of [403, 409, 429, 500, undefined]) {
    it(`asks for no second payment when the first is answered with ${status ?? 'nothing'}`, async () => {
      const { platform, renewals } = setUp();
      platform.refuse = () => { throw status ? refusal(status) : new Error('fetch failed'); };
      const renewal = begin(renewals);
      await assert.rejects(renewals.paymentPage(renewal));
      platform.refuse = () => {};
      const pages = await Promise.all([renewals.paymentPage(renewal), renewals.paymentPage(renewal)]);
      assert.deepEqual([...platform.payments.keys()], [`renewal-${renewal.id}-1`]);
      assert.equal(pages[0], pages[1]);
    });
  }

  for (const status of [400, 422, 503]) {
    it(`stays paid when the confirmation is refused with ${status}`, async () => {
      const { platform, renewals } = setUp();
      const { id } = begin(renewals);
      await renewals.paymentPage({ id });
      platform.status = 'success';
      platform.refuse = (what) => { if (what === 'email') throw refusal(status); };
      const { state, mail_failed } = await renewals.settle(id);
      assert.deepEqual([state, mail_failed], ['paid', status === 503 ? undefined : true]);
      platform.refuse = () => {};
      await renewals.settle(id);
      assert.equal(platform.emails.size, status === 503 ? 1 : 0);
    });
  }

  for (const [what, comeBack] of [['starts the payment again', 'paymentPage'], ['looks how it stands', 'settle']]) {
    it(`that the worker gave up is looked at again once the person ${what}`, async () => {
      const { platform, records, renewals } = setUp();
      const { id } = begin(renewals);
      await renewals.paymentPage({ id });
      const find = platform.findPayment;
      platform.findPayment = async () => Promise.reject(refusal(403));
      let stop = renewals.startWorker();
      await soon('it is left', () => records.renewal.get(id).is_left);
      await stop();
      platform.findPayment = find;
      await renewals[comeBack](comeBack === 'settle' ? id : { id });
      platform.status = 'success';
      stop = renewals.startWorker();
      await soon('the person is told', () => records.renewal.get(id).state === 'told');
      await stop();
      assert.equal(platform.payments.size, 1);
    });
  }

  describe('ends on a page', () => {
    const show = async (lang, more) => {
      const { platform, records, renewals } = setUp();
      const { id } = begin(renewals);
      await renewals.paymentPage({ id });
      Object.assign(platform, more);
      const renewal = await renewals.settle(id);
      return renewalPage({ lang, config, session: { csrf_token: 't' } }, renewal, records.licence.get('zoe'));
    };
    const paid = [
      ['en', ['Your licence is renewed', '$90.00', 'November\u00a030, 2026', 'zoe@example.ca', 'What happens next', '12 Elm Street, app. 3, Sudbury ON']],
      ['fr', ['Votre permis est renouvelé', '90,00\u00a0$', '30\u00a0novembre\u00a02026', 'zoe@example.ca', 'Ce qui se passe ensuite', '12 Elm Street, app. 3, Sudbury ON']],
    ];
    for (const [lang, words] of paid) {
      it(`that says what was paid, when, and what comes next, in ${lang}`, async () => {
        const page = await show(lang, { status: 'success' });
        for (const word of words) assert.ok(page.includes(word), word);
      });
    }
    const unpaid = [
      ['failed', 'P0010', 'Your card was declined', 'Votre carte a été refusée'],
      ['failed', 'P0020', 'The time to pay ran out', 'Le délai de paiement est écoulé'],
      ['failed', 'P0030', 'You cancelled the payment', 'Vous avez annulé le paiement'],
      ['cancelled', 'P0040', 'The payment was cancelled', 'Le paiement a été annulé'],
      ['error', 'P0050', 'Your payment did not go through', 'Votre paiement n’a pas abouti'],
      ['failed', 'P9999', 'Your payment did not go through', 'Votre paiement n’a pas abouti'],
    ];
    for (const [status, code, en, fr] of unpaid) {
      it(`that says that nothing was charged, why, and how to go on: ${code}`, async () => {
        for (const [lang, title] of [['en', en], ['fr', fr]]) {
          const page = await show(lang, { status, code });
          for (const word of [`<h1>${title}</h1>`, text[lang].notCharged, `action="/${lang}/pay"`]) assert.ok(page.includes(word), word);
        }
      });
    }
    it('that asks nobody to pay again while the money is on its way', async () => {
      const page = await show('en', { status: 'submitted' });
      assert.ok(page.includes('Your payment is being processed') && page.includes('id="check-again"'));
      assert.ok(!page.includes('action="/en/pay"'));
    });
  });
});

describe('an address change', () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const type = 'ca.tamarack.tellusonce.address.changed.v1';
  const body = JSON.stringify({ type, data: { delivery_id: 'd-1' } });
  const headers = (id, at = new Date(), signed = body) => ({
    'webhook-id': id, 'webhook-timestamp': String(Math.floor(at / 1000)), 'webhook-signature': new Webhook(secret).sign(id, at, signed),
  });
  const receiver = (platform = null, apply = null, records = reopen()) => new Webhooks({ webhook_secret: secret }, records, platform, apply);

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

  const unusable = [
    ['', 'parked'], ['no json', 'parked'], ['null', 'parked'], ['[]', 'parked'], ['"text"', 'parked'], ['{"type": 7}', 'parked'],
    [JSON.stringify({ type }), 'parked'], [JSON.stringify({ type, data: null }), 'parked'], [JSON.stringify({ type, data: { delivery_id: 7 } }), 'parked'],
    [JSON.stringify({ type, data: { delivery_id: '' } }), 'parked'],
    [JSON.stringify({ type: 'ca.tamarack.tellusonce.name.changed.v1', data: { delivery_id: 'd-1' } }), 'ignored'],
    [JSON.stringify({ type: 'x'.repeat(100_000) }), 'ignored'],
  ];
  for (const [sent, state] of unusable) {
    it(`that says ${sent.slice(0, 60) || 'nothing'} is taken and ${state}, so that it does not come again`, () => {
      const records = reopen();
      const webhooks = receiver(null, null, records);
      assert.equal(webhooks.receive(headers('m-1', new Date(), sent), sent), 204);
      assert.equal(records.event.get('m-1').state, state);
      assert.equal(webhooks.parkedCount, state === 'parked' ? 1 : 0);
    });
  }

  // Lets a receiver work on one event until it is in none of `open`'s states.
  const workOn = async (platform, apply) => {
    const records = reopen();
    const webhooks = receiver(platform, apply, records);
    webhooks.receive(headers('m-1'), body);
    const stop = webhooks.startWorker();
    await soon('the event is worked on', () => records.event.get('m-1').state !== 'received');
    await stop();
    return records.event.get('m-1');
  };
  const applied = () => ({ outcome: 'applied' });
  const outcomes = [
    ['is acknowledged', { findDelivery: async () => ({}), reportOutcome: async () => ({}) }, applied, 'acknowledged'],
    ['that the platform does not know is parked', { findDelivery: async () => Promise.reject(refusal(404)) }, applied, 'parked'],
    ['whose outcome is refused is parked', { findDelivery: async () => ({}), reportOutcome: async () => Promise.reject(refusal(422)) }, applied, 'parked'],
    ['that is refused as malformed is parked', { findDelivery: async () => Promise.reject(refusal(400)) }, applied, 'parked'],
  ];
  for (const [what, platform, apply, state] of outcomes) {
    it(what, async () => assert.equal((await workOn(platform, apply)).state, state));
  }

  it('that was parked is tried again by the next start, and once only', async () => {
    await workOn({ findDelivery: async () => Promise.reject(refusal(404)) }, applied);
    let calls = 0;
    const records = reopen();
    const counting = { findDelivery: async () => (calls++, Promise.reject(refusal(404))) };
    const stop = receiver(counting, applied, records).startWorker();
    await soon('it is tried', () => calls);
    await stop();
    assert.equal(records.event.get('m-1').state, 'parked');
    const mended = reopen();
    const again = receiver({ findDelivery: async () => ({}), reportOutcome: async () => ({}) }, applied, mended).startWorker();
    await soon('it is parked no more', () => mended.event.get('m-1').state !== 'parked');
    await again();
    assert.equal(calls, 1);
  });
});

describe('a worker', () => {
  const collect = async (step, count, isDone) => {
    const tried = [];
    const given = [];
    const listed = new Map(Array.from({ length: count }, (_, id) => [id, { id }]));
    const stop = startWorker({
      what: 'thing', pauseMs: 0, log: () => {},
      open: () => [...listed.values()],
      step: async ({ id }) => { tried.push(id); await step(id, () => listed.delete(id)); },
      giveUp: ({ id }, error) => { given.push([id, error?.message]); listed.delete(id); },
    });
    await soon('all is done', () => isDone(tried, given, listed));
    await stop();
    return { tried, given };
  };

  it('gives up at once what cannot succeed, and goes on with the next', async () => {
    const { tried, given } = await collect((id, finish) => { if (id === 0) throw refusal(404); finish(); }, 3, (_, __, { size }) => size === 0);
    assert.deepEqual(tried, [0, 1, 2]);
    assert.deepEqual(given.map(([id]) => id), [0]);
  });

  it('does not try for ever what fails each time', async () => {
    const { tried, given } = await collect(() => { throw new Error('a mistake of ours'); }, 1, (_, { length }) => length === 1);
    assert.deepEqual(given, [[0, 'a mistake of ours']]);
    assert.ok(tried.length > 1 && tried.length <= 200, String(tried.length));
  });

  it('does not look for ever at what never ends', async () => {
    const { given } = await collect(() => {}, 2, (_, { length }) => length === 2);
    assert.deepEqual(given.map(([id]) => id).sort(), [0, 1]);
  });

  it('pauses longer each time', async () => {
    const times = [];
    const stop = startWorker({ what: 'thing', pauseMs: 1, log: () => {}, open: () => [{ id: 1 }], step: async () => times.push(performance.now()), giveUp: () => {} });
    await soon('six tries', () => times.length >= 6);
    await stop();
    assert.ok(times[5] - times[4] >= 16, String(times[5] - times[4]));
  });
});

describe('the texts', () => {
  it('use the words of docs/words.md', () => {
    const not = { en: /\bplease\b|\blog ?(in|out)\b|e-mail|Tamarack|details/i, fr: /session|communiqu(?!\p{L}* avec )|partag|Tamarack|détails|\braisons?\b|veuillez|chang(er|ez) d’adresse/iu };
    const words = (lang) => Object.values(text[lang]).map((one) => (typeof one === 'function' ? one('x') : one));
    for (const lang of ['en', 'fr']) assert.deepEqual(words(lang).filter((one) => not[lang].test(one)), []);
  });

  it('say the same things in both languages', () => {
    assert.deepEqual(Object.keys(text.en), Object.keys(text.fr));
    for (const [key, words] of Object.entries(text.fr)) {
      if (typeof words !== 'string') continue;
      assert.doesNotMatch(words, /'|[^\u00a0][:;!?»](\s|$)|"/, `${key}: ${words}`);
    }
  });

  it('write money and dates as people do', () => {
    assert.equal(money(9000, 'en'), '$90.00');
    assert.equal(money(9000, 'fr'), '90,00\u00a0$');
    assert.equal(date('2031-01-01', 'fr'), '1er\u00a0janvier\u00a02031');
    assert.equal(date('2031-12-31', 'en'), 'December\u00a031, 2031');
  });
});
