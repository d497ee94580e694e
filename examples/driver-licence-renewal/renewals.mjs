import { date, money, text } from './text.mjs';

const feeCents = 9000;
const workerPauseMs = 2000;

// The renewal itself: pay, then be told. Each step may be repeated by a reload, a restart or the worker without harm:
// calls carry a key made from the renewal, and what happened is written down before the next step.
export class Renewals {
  #config;
  #records;
  #platform;
  #settling = new Map();

  constructor(config, records, platform) {
    this.#config = config;
    this.#records = records;
    this.#platform = platform;
  }

  // The person's renewal, begun at most once: a licence that is renewed is good for years.
  begin({ subject, email, lang }) {
    return this.of(subject) ?? this.#records.newRenewal({ subject, email, lang });
  }

  of(subject) {
    return [...this.#records.renewal.values()].find((renewal) => renewal.subject === subject);
  }

  // Where the person pays. A payment that failed is followed by a new one; one that is under way is resumed.
  async paymentPage({ id }) {
    let renewal = await this.settle(id);
    if (['paid', 'told'].includes(renewal.state)) return null;
    if (renewal.state === 'declined') renewal = this.#records.change('renewal', id, { state: 'started', attempt: renewal.attempt + 1 });
    if (renewal.state === 'paying') return (await this.#platform.findPayment(renewal.payment_id))._links.next_url?.href ?? null;
    const { lang } = renewal;
    const payment = await this.#platform.createPayment(`renewal-${id}-${renewal.attempt}`, {
      amount: feeCents,
      reference: id,
      description: text[lang].paymentDescription,
      language: lang,
      email: renewal.email,
      return_url: `${this.#config.url}/${lang}/renewals/${id}`,
    });
    this.#records.change('renewal', id, { state: 'paying', payment_id: payment.payment_id });
    return payment._links.next_url.href;
  }

  // Brings the renewal as far as it goes without the person: looks the payment up, and tells them once it succeeded.
  settle(id) {
    if (!this.#settling.has(id)) {
      this.#settling.set(id, this.#settle(id).finally(() => this.#settling.delete(id)));
    }
    return this.#settling.get(id);
  }

  async #settle(id) {
    let renewal = this.#records.renewal.get(id);
    if (renewal.state === 'paying') {
      const { state } = await this.#platform.findPayment(renewal.payment_id);
      if (state.status === 'success') renewal = this.#paid(renewal);
      else if (state.finished) renewal = this.#records.change('renewal', id, { state: 'declined', code: state.code });
    }
    if (renewal.state === 'paid') {
      const { id: notification } = await this.#platform.sendEmail(`renewal-${id}`, this.#confirmation(renewal));
      renewal = this.#records.change('renewal', id, { state: 'told', notification_id: notification });
    }
    return renewal;
  }

  #paid(renewal) {
    this.#records.change('licence', renewal.subject, { expires: '2031-12-31' });
    return this.#records.change('renewal', renewal.id, { state: 'paid' });
  }

  #confirmation({ id, email, subject, lang }) {
    const { name, number, expires } = this.#records.licence.get(subject);
    return {
      email_address: email,
      template_id: this.#config.templates[`licence-renewed-${lang}`],
      reference: id,
      personalisation: {
        name, licence: number, reference: id, expires_en: date(expires, 'en'), expires_fr: date(expires, 'fr'),
        amount_en: money(feeCents, 'en'), amount_fr: money(feeCents, 'fr'),
      },
    };
  }

  // People close the browser after paying: what they do not come back for is settled here. Returns how to stop.
  startWorker() {
    let isStopped = false;
    const round = async () => {
      const open = [...this.#records.renewal.values()].filter(({ state }) => state === 'paying' || state === 'paid');
      for (const { id } of open) await this.settle(id).catch((error) => console.error(`renewal ${id}: ${error.message}`));
      if (!isStopped) setTimeout(round, workerPauseMs);
    };
    round();
    return () => (isStopped = true);
  }
}
