import { Webhook } from 'standardwebhooks';

const workerPauseMs = 500;

// Address changes that people told Tamarack once. Each is verified, written down, applied, and then acknowledged; one that
// arrives again (same webhook-id) changes nothing. `apply` does the ministry's own work and returns the outcome to report.
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

  // HTTP status of the answer to a delivery. Applying comes before writing down: after a crash in between it is applied
  // again, which changes nothing.
  receive(headers, body) {
    let event;
    try {
      event = this.#verifier.verify(body, headers);
    } catch {
      return 401;
    }
    const id = headers['webhook-id'];
    if (!this.#records.event.has(id)) {
      const outcome = this.#apply(event.data);
      this.#records.change('event', id, { state: 'received', type: event.type, delivery_id: event.data.delivery_id, outcome });
    }
    return 204;
  }

  // Reports what became of each event, until Tamarack has heard it. Returns how to stop.
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

  async #acknowledge({ id, delivery_id, outcome }) {
    await this.#platform.reportOutcome(delivery_id, outcome);
    this.#records.change('event', id, { state: 'acknowledged' });
  }
}
