import { date, money, text } from './text.mjs';
import { startWorker } from './worker.mjs';

export const feeCents = 9000;
const workerPauseMs = 2000;
const yearsGood = 5;

// The renewal itself: pay, then be told. Each step may be repeated by a reload, a restart or the worker without harm:
// calls carry a key made from the renewal, and what happened is written down before the next step.
export class Renewals {
  #config;
  #records;
  #platform;
  #settling = new Map();
  #asking = new Map();

  constructor(config, records, platform) {
    this.#config = config;
    this.#records = records;
    this.#platform = platform;
  }

  // The person's renewal, begun at most once: a licence that is renewed is good for years.
  begin({ subject, email, lang }) {
    const renewal = this.of(subject);
    if (!renewal) return this.#records.newRenewal({ subject, email, lang });
    if (isPaid(renewal) || (renewal.email === email && renewal.lang === lang)) return renewal;
    return this.#records.change('renewal', renewal.id, { email, lang });
  }

  of(subject) {
    return [...this.#records.renewal.values()].find((renewal) => renewal.subject === subject);
  }

  // Where the person pays. A payment that failed is followed by a new one; one that is under way is resumed.
  paymentPage({ id }) {
    return oneAtATime(this.#asking, id, () => this.#paymentPage(id));
  }

  async #paymentPage(id) {
    let renewal = await this.settle(id);
    if (isPaid(renewal)) return null;
    if (renewal.state === 'paying') return (await this.#platform.findPayment(renewal.payment_id))._links.next_url?.href ?? null;
    if (renewal.state === 'declined') renewal = this.#records.change('renewal', id, { state: 'started', attempt: renewal.attempt + 1, order: null });
    // Noted before it is sent: the same key must always come with the same request, whatever the person changes meanwhile.
    if (!renewal.order) renewal = this.#records.change('renewal', id, this.#order(renewal));
    const payment = await this.#createPayment(renewal);
    this.#records.change('renewal', id, { state: 'paying', payment_id: payment.payment_id });
    return payment._links.next_url.href;
  }

  #order({ id, subject, email, lang }) {
    const { name, address, expires } = this.#records.licence.get(subject);
    const order = {
      amount: feeCents,
      reference: id,
      description: text[lang].paymentDescription,
      language: lang,
      email,
      return_url: `${this.#config.url}/${lang}/renewals/${id}`,
      // Filled in for the person, who may have a card in another name and place.
      prefilled_cardholder_details: { cardholder_name: name, ...(address && { billing_address: billingAddress(address) }) },
    };
    return { order, expires: `${Number(expires.slice(0, 4)) + yearsGood}${expires.slice(4)}` };
  }

  async #createPayment({ id, attempt, order }) {
    const key = `renewal-${id}-${attempt}`;
    try {
      return await this.#platform.createPayment(key, order);
    } catch (error) {
      if (error.status !== 400 && error.status !== 422) throw error;
      // A detail that the card page cannot take, such as a very long name, keeps nobody from paying.
      const { prefilled_cardholder_details, email, ...bare } = order;
      return this.#platform.createPayment(`${key}-bare`, bare);
    }
  }

  // Brings the renewal as far as it goes without the person: looks the payment up, and tells them once it succeeded. A
  // confirmation that could not be sent is left to the worker.
  settle(id) {
    return oneAtATime(this.#settling, id, () => this.#settle(id));
  }

  async #settle(id) {
    let renewal = this.#records.renewal.get(id);
    if (renewal.state === 'paying') {
      const payment = await this.#platform.findPayment(renewal.payment_id);
      if (renewal.is_left) renewal = this.#records.change('renewal', id, { is_left: false }); // the person is back, and may pay
      const { status, finished, code } = payment.state;
      if (status === 'success') renewal = this.#paid(renewal, payment);
      else if (finished) renewal = this.#records.change('renewal', id, { state: 'declined', code });
      else renewal = { ...renewal, is_submitted: status === 'submitted' };
    }
    return renewal.state === 'paid' && !renewal.mail_failed ? this.#tell(renewal) : renewal;
  }

  #paid({ id, subject, expires }, { amount, settlement_summary: settled }) {
    this.#records.change('licence', subject, { expires });
    return this.#records.change('renewal', id, { state: 'paid', amount_cents: amount, paid_on: dayOf(settled?.capture_submit_time) });
  }

  async #tell(renewal) {
    try {
      const { id: notification } = await this.#platform.sendEmail(`renewal-${renewal.id}`, this.#confirmation(renewal));
      return this.#records.change('renewal', renewal.id, { state: 'told', notification_id: notification });
    } catch (error) {
      console.error(`renewal ${renewal.id}: ${error.message}`);
      return error.isFinal ? this.#records.change('renewal', renewal.id, { mail_failed: true }) : renewal;
    }
  }

  #confirmation({ id, email, subject, lang, amount_cents }) {
    const { name, number, expires } = this.#records.licence.get(subject);
    return {
      email_address: email,
      template_id: this.#config.templates[`licence-renewed-${lang}`],
      reference: id,
      personalisation: {
        name, licence: number, reference: id, expires_en: date(expires, 'en'), expires_fr: date(expires, 'fr'),
        amount_en: money(amount_cents, 'en'), amount_fr: money(amount_cents, 'fr'),
      },
    };
  }

  // People close the browser after paying: what they do not come back for is settled here. Returns how to stop.
  startWorker() {
    return startWorker({
      what: 'renewal',
      pauseMs: workerPauseMs,
      open: () => [...this.#records.renewal.values()].filter(({ state, mail_failed, is_left }) => !is_left && (state === 'paying' || (state === 'paid' && !mail_failed))),
      step: ({ id }) => this.settle(id),
      giveUp: ({ id }) => this.#records.change('renewal', id, { is_left: true }), // until the person comes back
    });
  }
}

export const isPaid = (renewal) => renewal?.state === 'paid' || renewal?.state === 'told';

// Who asks while the same is under way gets what comes of it.
function oneAtATime(underWay, id, begin) {
  if (!underWay.has(id)) underWay.set(id, begin().finally(() => underWay.delete(id)));
  return underWay.get(id);
}

const billingAddress = ({ line_1, line_2, city, postal_code }) => ({ line1: line_1, line2: line_2, city, postcode: postal_code, country: 'CA' });

// The day of an RFC 3339 time, or today, where the ministry is.
const dayOf = (time) => new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Toronto' }).format(time ? new Date(time) : new Date());
