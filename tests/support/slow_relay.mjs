// Between a process and what it depends on: passes bytes on, and keeps answers back for as long as it is told to.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export class SlowRelay {
  #to;
  #server;
  #sockets = new Set();
  #kept = []; // what to send once it is over
  #isHolding = false;

  // `to`: host:port.
  constructor(to) {
    this.#to = to;
  }

  // Listens; host:port.
  async start() {
    this.#server = createServer((near) => this.#pass(near)).listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `127.0.0.1:${this.#server.address().port}`;
  }

  hold() {
    this.#isHolding = true;
  }

  // How many pieces of answers are kept back.
  get kept() {
    return this.#kept.length;
  }

  release() {
    this.#isHolding = false;
    for (const send of this.#kept.splice(0)) send();
  }

  stop() {
    this.release();
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #pass(near) {
    const [host, port] = this.#to.split(':');
    const far = connect(port, host);
    near.pipe(far);
    far.on('data', (bytes) => this.#later(() => near.write(bytes))).on('end', () => this.#later(() => near.end()));
    for (const [socket, other] of [[near, far], [far, near]]) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy()).on('close', () => this.#sockets.delete(socket));
    }
  }

  #later(send) {
    if (this.#isHolding) this.#kept.push(send);
    else send();
  }
}
