import { Webhook } from 'standardwebhooks';

const workerPauseMs = 500;

// Address changes that people told Tamarack once. The event says only that there is one: it is verified and written down,
// then the change is read, applied and acknowledged. An event that arrives again (same webhook-id) changes nothing.
// `apply` does the ministry's own work on {subject, address} and returns the outcome to report.
export class Webhooks {
  #records;
  #platform;
  #verifier;
  #apply;

  constructor(config, records, platform, apply) {
    this.#records = records;
    this.#platform = platform;
    this.#verifier = new Webhook(config.webhook_secret);
    this.#apply = apply;
  }

  // HTTP status of the answer to a delivery.
  receive(headers, body) {
    let event;
    try {
      event = this.#verifier.verify(body, headers);
    } catch {
      return 401;
    }
    const id = headers['webhook-id'];
    if (!this.#records.event.has(id)) this.#records.change('event', id, { state: 'received', type: event.type, delivery_id: event.data.delivery_id });
    return 204;
  }

  // Works on what was received, until Tamarack has heard of each what became of it. Returns how to stop.
  startWorker() {
    let isStopped = false;
    const round = async () => {
      const open = [...this.#records.event.values()].filter(({ state }) => state === 'received');
      for (const event of open) await this.#acknowledge(event).catch((error) => console.error(`event ${event.id}: ${error.message}`));
      if (!isStopped) setTimeout(round, workerPauseMs);
    };
    round();
    return () => (isStopped = true);
  }

  async #acknowledge({ id, delivery_id }) {
    const outcome = this.#apply(await this.#platform.findDelivery(delivery_id));
    await this.#platform.reportOutcome(delivery_id, outcome);
    this.#records.change('event', id, { state: 'acknowledged', ...outcome });
  }
}
