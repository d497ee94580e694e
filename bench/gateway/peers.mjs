// Starts what is compared, each on a free port of the loopback interface, and ends it again.
import { execFileSync, spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { authorityFile, makeCertificates, pairFile } from '../../deploy/local/stack/certificates.mjs';

export const message = {
  name: 'renewal', reference: 'LIC-2026-000123', amount_cents: 9000, count: 3, is_final: true, ratio: 0.75,
  tags: ['licence', 'online'], metadata: { channel: 'web', region: 'east' },
  address: { street: '1 Main Street', city: 'Ottawa', postal_code: 'K1A 0A1' }, note: 'Renouvellement',
};

export class Peers {
  #folder = mkdtempSync(join(tmpdir(), 'tamarack-bench-'));
  #children = [];

  constructor(build) {
    this.build = build;
  }

  path(name, text) {
    const path = join(this.#folder, name);
    if (text !== undefined) writeFileSync(path, text);
    return path;
  }

  // Starts a program that listens on `port`, and waits up to 10 s until it does.
  async start(name, port, program, args) {
    const output = this.path(`${name}.log`, '');
    const file = openSync(output, 'a');
    const child = spawn(program, args, { stdio: ['ignore', file, file] });
    this.#children.push(child);
    for (let i = 0; i < 200 && child.exitCode === null; ++i) {
      if (await isOpen(port)) return { pid: child.pid, port };
      await pause(50);
    }
    throw new Error(`${name} does not start: ${readFileSync(output, 'utf8').slice(-500)}`);
  }

  // With `hasTls` it takes calls only from a gateway that shows a certificate.
  async backend({ hasTls = false } = {}) {
    const port = await freePort();
    if (!hasTls) return this.start('backend', port, join(this.build, 'bench/bench-echo'), [port]);
    makeCertificates(this.#folder, ['echo', 'gateway']);
    const [ca_file, own] = [authorityFile(this.#folder), pairFile(this.#folder, 'gateway')];
    const started = await this.start('secured-backend', port, join(this.build, 'bench/bench-echo'), [port, ca_file, pairFile(this.#folder, 'echo')]);
    return { ...started, tls: { ca_file, cert_file: own, key_file: own, server_name: 'echo' } };
  }

  // Debian's redis-tools brings the server under another name, which it goes by.
  async redis() {
    const port = await freePort();
    const program = this.path('redis-server');
    symlinkSync(execFileSync('sh', ['-c', 'command -v redis-check-rdb'], { encoding: 'utf8' }).trim(), program);
    return this.start('redis', port, program, ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', this.#folder]);
  }

  // Ours. `settings` makes the part of the configuration that says who may call from the back end's address.
  async gateway(name, backend, settings, flags = []) {
    const [port, address] = [await freePort(), `127.0.0.1:${backend.port}`];
    const config = { public_url: 'http://localhost', ...settings(address, backend.tls),
      backends: [{ name: 'echo', platform: true, address, tls: backend.tls, descriptor_set: join(this.build, 'descriptors/bench_echo.binpb') }] };
    this.path('secret', 'bench\n');
    return this.start(name, port, join(this.build, 'tamarack-gateway'), ['--config', this.path(`${name}.json`, JSON.stringify(config)),
      '--listen', `127.0.0.1:${port}`, '--admin_listen', '127.0.0.1:0', ...flags]);
  }

  async grpcGateway(backend) {
    const port = await freePort();
    return this.start('grpc-gateway', port, join(this.build, 'bench/peers/grpc-gateway'), [`127.0.0.1:${port}`, `127.0.0.1:${backend.port}`]);
  }

  async nginx(backend) {
    const port = await freePort();
    const config = `daemon off; pid ${this.path('nginx.pid')}; error_log stderr; worker_processes 2;
events { worker_connections 1024; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((one) => `${one}_temp_path ${this.path(one)};`).join(' ')}
  upstream backend { server 127.0.0.1:${backend.port}; keepalive 32; keepalive_requests 1000000000; }
  server { listen 127.0.0.1:${port} http2; keepalive_requests 1000000000; location / { grpc_pass grpc://backend; } }
}`;
    return this.start('nginx', port, join(this.build, 'bench/peers/usr/sbin/nginx'),
      ['-c', this.path('nginx.conf', config), '-p', this.#folder, '-e', 'stderr']);
  }

  // The request as gRPC sends it: a length-prefixed message.
  grpcFrame() {
    const text = `name: "renewal" reference: "LIC-2026-000123" amount_cents: 9000 count: 3 is_final: true ratio: 0.75
      tags: "licence" tags: "online" metadata { key: "channel" value: "web" } metadata { key: "region" value: "east" }
      address { street: "1 Main Street" city: "Ottawa" postal_code: "K1A 0A1" } note: "Renouvellement"`;
    const wire = execFileSync('protoc', ['--encode=bench.echo.v1.EchoMessage',
      `--descriptor_set_in=${join(this.build, 'descriptors/bench_echo.binpb')}`, 'echo.proto'], { input: text });
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(wire.length, 1);
    return this.path('frame', Buffer.concat([prefix, wire]));
  }

  post() {
    const body = JSON.stringify(message);
    return this.path('post', `POST /bench/v1/echo HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer bench\r\n`
      + `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  }

  get() {
    return this.path('get', 'GET /bench/v1/echoes/renewal HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer bench\r\n\r\n');
  }

  async stop() {
    for (const child of this.#children) child.kill('SIGTERM');
    await Promise.all(this.#children.map((child) => child.exitCode ?? child.signalCode ?? new Promise((done) => child.once('exit', done))));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function isOpen(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(() => resolve(true))).on('error', () => resolve(false));
  });
}
