// Requests at a steady rate, whatever becomes of the earlier ones, by connections that are kept. Each goes to a gateway that says
// that it is ready, as a load balancer does; none is tried again.
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const lookMs = 100;
const timeoutMs = 30_000;
const burstMax = 10;

// `gateways`: [{listen, admin}], host:port. `mix`: one kind of call after the other, each a function of its number: {kind, method,
// path, headers, body, done(json)}; what `done` returns is kept, with its number and times. `host` is the public name.
export class Load {
  #gateways;
  #host;
  #mix;
  #perSecond;
  #isOver = false;
  #under = new Set();
  #loops = [];
  #turn = 0;
  answered = 0;
  failed = []; // {kind, number, began, ended, why}
  kept = [];

  constructor({ gateways, host, mix, perSecond }) {
    this.#gateways = gateways.map(({ listen, admin }) => ({ listen, admin, agent: new Agent({ keepAlive: true }), isReady: true }));
    this.#host = host;
    this.#mix = mix;
    this.#perSecond = perSecond;
  }

  start() {
    this.#loops = [this.#send(), ...this.#gateways.map((one) => this.#look(one))];
  }

  // Every call of the mix once, one after the other, at that rate at most.
  async once() {
    for (const number of this.#mix.keys()) await Promise.all([this.#one(number), delay(1000 / this.#perSecond)]);
    await this.stop();
  }

  // Ends once everything is answered.
  async stop() {
    this.#isOver = true;
    await Promise.all(this.#loops);
    await Promise.all(this.#under);
    for (const { agent } of this.#gateways) agent.destroy();
  }

  async #send() {
    let began = performance.now();
    for (let number = 0; !this.#isOver; await delay(2)) {
      const due = () => ((performance.now() - began) / 1000) * this.#perSecond;
      // Time in which this process was not let run is not made up for: that would be a flood.
      if (due() - number > burstMax) began = performance.now() - (number / this.#perSecond) * 1000;
      for (; number < due(); number++) {
        const one = this.#one(number).finally(() => this.#under.delete(one));
        this.#under.add(one);
      }
    }
  }

  async #look(gateway) {
    while (!this.#isOver) {
      gateway.isReady = await fetch(`http://${gateway.admin}/readyz`, { signal: AbortSignal.timeout(2000) }).then(({ ok }) => ok, () => false);
      await delay(lookMs);
    }
  }

  async #one(number) {
    const call = this.#mix[number % this.#mix.length](number);
    const began = Date.now();
    const why = await this.#ask(call).then(({ status, text }) => {
      if (status < 200 || status > 299) return `${status} ${text.slice(0, 200)}`;
      if (call.done) this.kept.push({ number, began, ended: Date.now(), ...call.done(JSON.parse(text)) });
      return null;
    }, (error) => error.code ?? error.message);
    if (why === null) this.answered++;
    else this.failed.push({ kind: call.kind, number, began, ended: Date.now(), why });
  }

  #ask({ method = 'GET', path, headers, body }) {
    const ready = this.#gateways.filter(({ isReady }) => isReady);
    const { listen, agent } = (ready.length ? ready : this.#gateways)[this.#turn++ % (ready.length || this.#gateways.length)];
    const [host, port] = listen.split(':');
    return new Promise((done, fail) => {
      const asked = request({ host, port, method, path, agent, headers: { host: this.#host, ...headers }, timeout: timeoutMs }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => (text += chunk)).on('end', () => done({ status: response.statusCode, text })).on('error', fail);
      });
      asked.on('error', fail).on('timeout', () => asked.destroy(new Error('no answer')));
      asked.end(body);
    });
  }
}
