// A running stack with more than one process of each service and two gateways, all children of the test. Whoever calls a service
// knows the addresses of all its replicas.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { services } from '../../deploy/local/stack/layout.mjs';
import { writePrivateJson } from '../../deploy/local/stack/private.mjs';
import { end, logTail } from '../../deploy/local/stack/processes.mjs';
import { programOf, startChild } from './children.mjs';

const loopback = '127.0.0.1';
const firstPort = 60; // of the stack's hundred, behind those of its own parts
const ratesBy = 100; // one client is the load of many

// One process that may be ended and started again.
class Replica {
  #layout;
  #how;
  #child = null;

  constructor(layout, name, how) {
    this.#layout = layout;
    this.name = name;
    this.#how = how;
  }

  get admin() {
    return this.#how.env.TAMARACK_ADMIN_LISTEN;
  }

  get listen() {
    return this.#how.env.TAMARACK_LISTEN;
  }

  async start() {
    this.#child = await startChild(this.#layout, this.name, this.#how);
  }

  // Sends the signal; [exit status, signal] once it has ended.
  async end(signal) {
    this.#child.signal(signal);
    return this.#child.ended;
  }

  // What it has logged so far, as text.
  log(lines = 60) {
    return logTail(this.#layout, this.name, lines);
  }
}

// Takes the place of the stack's own services and gateway: `each` processes of every service, two gateways.
export async function replicate({ layout }, { each = 3, gateways = 2 } = {}) {
  const names = [...services, 'gateway'];
  const programs = Object.fromEntries(names.map((name) => [name, programOf(layout, name)]));
  let port = layout.base + firstPort;
  const addresses = () => ({ TAMARACK_LISTEN: `${loopback}:${port++}`, TAMARACK_ADMIN_LISTEN: `${loopback}:${port++}` });
  const places = Object.fromEntries(names.map((name) => [name, Array.from({ length: name === 'gateway' ? gateways : each }, addresses)]));
  places.gateway[0] = { TAMARACK_LISTEN: programs.gateway.env.TAMARACK_LISTEN, TAMARACK_ADMIN_LISTEN: programs.gateway.env.TAMARACK_ADMIN_LISTEN };
  const target = (name) => `ipv4:${places[name].map(({ TAMARACK_LISTEN }) => TAMARACK_LISTEN).join(',')}`;
  const config = writeConfig(layout, programs.gateway.env.TAMARACK_CONFIG, target);
  const common = { TAMARACK_DRAIN_NOTICE_SECONDS: '1', TAMARACK_IDENTITY_ADDRESS: target('identity'), TAMARACK_NOTIFY_ADDRESS: target('notify'), TAMARACK_CONFIG: config };
  const own = (env) => Object.fromEntries(Object.keys(common).filter((name) => name in env).map((name) => [name, common[name]]));

  await Promise.all(names.map((name) => end(layout, name)));
  const replicas = Object.fromEntries(names.map((name) => {
    const { program, args, env } = programs[name];
    return [name, places[name].map((place, i) => new Replica(layout, `${name}-${i + 1}`, { program, args, env: { ...env, ...own(env), ...place } }))];
  }));
  await Promise.all(Object.values(replicas).flat().map((one) => one.start()));
  return replicas;
}

// The gateway's configuration with the replicas' addresses.
function writeConfig(layout, path, target) {
  const config = JSON.parse(readFileSync(path, 'utf8'));
  config.credentials.address = target('identity');
  for (const backend of config.backends) if (services.includes(backend.name)) backend.address = target(backend.name);
  const { classes } = config.limits;
  for (const name of ['read', 'write']) classes[name] ??= { per_second: 100, burst: 500 };
  for (const figures of Object.values(classes)) figures.per_second *= ratesBy;
  const replicated = join(layout.folder, 'gateway-replicas.json');
  writePrivateJson(replicated, config);
  return replicated;
}
