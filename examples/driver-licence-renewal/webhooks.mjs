import { Webhook } from 'standardwebhooks';
import { startWorker } from './worker.mjs';

const workerPauseMs = 500;
const addressChanged = 'ca.tamarack.tellusonce.address.changed.v1';

// Address changes that people told Tamarack once. The event says only that there is one: it is verified and written down,
// then the change is read, applied and acknowledged. An event that arrives again (same webhook-id) changes nothing.
// `apply` does the ministry's own work on {subject, address} and returns the outcome to report.
//
// What is not Tamarack's is answered with 401. What is, is always taken: sending it again would make a kind that we do not
// know, a body that we do not understand or a change that we cannot apply no better, and would hold up the person's next
// change. Such events are parked with the reason, and tried once more when the service starts anew.
export class Webhooks {
  #records;
  #platform;
  #verifier;
  #apply;
  #reopened;

  constructor(config, records, platform, apply) {
    this.#records = records;
    this.#platform = platform;
    this.#verifier = new Webhook(config.webhook_secret);
    this.#apply = apply;
    this.#reopened = new Set([...records.event.values()].filter(isParked).map(({ id }) => id));
  }

  // HTTP status of the answer to a delivery.
  receive(headers, body) {
    try {
      this.#verifier.verify(body, headers, { jsonParse: false });
    } catch (error) {
      console.error(`webhook refused: ${error.message}`);
      return 401;
    }
    const id = headers['webhook-id'];
    if (!this.#records.event.has(id)) this.#take(id, parsed(body));
    return 204;
  }

  #take(id, event) {
    if (typeof event?.type !== 'string') return this.#park({ id }, 'its body is no event');
    if (event.type !== addressChanged) {
      console.error(`event ${id} is ignored: it is of a kind that we do not use`);
      return this.#records.change('event', id, { state: 'ignored', type: event.type.slice(0, 200) });
    }
    const delivery_id = event.data?.delivery_id;
    if (typeof delivery_id !== 'string' || !delivery_id) return this.#park({ id }, 'it names no delivery');
    return this.#records.change('event', id, { state: 'received', type: event.type, delivery_id });
  }

  get parkedCount() {
    return [...this.#records.event.values()].filter(isParked).length;
  }

  // Works on what was received, until Tamarack has heard of each what became of it. Returns how to stop.
  startWorker() {
    return startWorker({
      what: 'event',
      pauseMs: workerPauseMs,
      open: () => [...this.#records.event.values()].filter(({ id, state, delivery_id }) => state === 'received' || (delivery_id && state === 'parked' && this.#reopened.has(id))),
      step: (event) => this.#acknowledge(event),
      giveUp: (event, error) => this.#park(event, error?.message ?? 'no outcome in time'),
    });
  }

  async #acknowledge({ id, delivery_id }) {
    const outcome = this.#apply(await this.#platform.findDelivery(delivery_id));
    await this.#platform.reportOutcome(delivery_id, outcome);
    this.#records.change('event', id, { state: 'acknowledged', ...outcome });
  }

  #park({ id }, reason) {
    this.#reopened.delete(id);
    console.error(`event ${id} is parked: ${reason}`);
    this.#records.change('event', id, { state: 'parked', reason });
  }
}

function parsed(body) {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

const isParked = ({ state }) => state === 'parked';
