// Three PostgreSQL servers that Patroni keeps, with etcd: one takes writes, one acknowledges each commit, and who follows the one
// that is lost is decided by them. They begin with what the stack's own server holds.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../deploy/local/person/browser.mjs';
import { asOwner, bin, dsn, socketFolder } from '../../deploy/local/stack/postgres.mjs';
import { end, launch, ready, run } from '../../deploy/local/stack/processes.mjs';
import { secret } from '../../deploy/local/stack/secrets.mjs';

const loopback = '127.0.0.1';
const firstPort = 80; // of the stack's hundred
const names = ['one', 'two', 'three'];

export class Patroni {
  #layout;
  #folder;

  constructor(layout) {
    this.#layout = layout;
    this.#folder = join(layout.servers, 'postgres/patroni');
  }

  #port(index) {
    return this.#layout.base + firstPort + index;
  }
  #sql(name) {
    return this.#port(names.indexOf(name));
  }
  #rest(name) {
    return this.#port(names.length + names.indexOf(name));
  }
  get #etcd() {
    return this.#port(2 * names.length);
  }

  async start() {
    await this.#step(asOwner('/usr/bin/mkdir', '-m', '0700', this.#folder), { cwd: join(this.#layout.servers, 'postgres') });
    await this.#startEtcd();
    for (const name of names) {
      await this.#step(asOwner('/usr/bin/mkdir', '-m', '0700', join(this.#folder, `${name}.socket`)));
      await this.#step(asOwner('/usr/bin/dd', 'status=none', `of=${this.#config(name)}`), { input: JSON.stringify(this.#settings(name)) });
    }
    await this.#startMember(names[0]);
    await eventually('there is a primary', () => this.#primary(), { seconds: 60 });
    await this.#copy();
    await Promise.all(names.slice(1).map((name) => this.#startMember(name)));
    await this.#isWhole();
  }

  // The connection string of a service with all servers, of which the one that takes writes is used.
  dsnFor(service) {
    const ports = names.map((name) => this.#sql(name)).join(',');
    return `${dsn(this.#layout, service).replace(`host=${socketFolder(this.#layout)}`, `host=${names.map(() => loopback).join(',')} port=${ports}`)} target_session_attrs=read-write`;
  }

  // The machine of the primary is gone: Patroni and PostgreSQL with it. The others see to what follows.
  async kill() {
    const name = await this.#primary();
    this.lost = name;
    const postmaster = Number.parseInt(readFileSync(join(this.#folder, name, 'postmaster.pid'), 'utf8'), 10);
    await end(this.#layout, `patroni-${name}`, { signal: 'SIGKILL' });
    process.kill(postmaster, 'SIGKILL');
  }

  async promote() {}

  // The one that was lost comes back, and follows.
  async rejoin() {
    await this.#startMember(this.lost);
    await this.#isWhole();
  }

  #step(command, how = {}) {
    return run(this.#layout, { name: 'patroni-setup', command, cwd: this.#folder, ...how });
  }

  #config(name) {
    return join(this.#folder, `${name}.yml`);
  }

  async #startEtcd() {
    const url = (port) => `http://${loopback}:${port}`;
    const [client, peer] = [url(this.#etcd), url(this.#etcd + 1)];
    launch(this.#layout, {
      name: 'etcd', cwd: this.#folder,
      command: asOwner('/usr/bin/etcd', '--data-dir', join(this.#folder, 'etcd'), '--listen-client-urls', client, '--advertise-client-urls', client,
        '--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`),
    });
    await ready(this.#layout, 'etcd', async () => (await fetch(`${client}/health`)).ok);
  }

  // What Patroni reads: JSON is YAML.
  #settings(name) {
    const account = (username) => ({ username, password: secret(this.#layout, `patroni-${username}`) });
    return {
      scope: 'tamarack', name,
      restapi: { listen: `${loopback}:${this.#rest(name)}`, connect_address: `${loopback}:${this.#rest(name)}` },
      etcd3: { host: `${loopback}:${this.#etcd}` },
      bootstrap: {
        dcs: {
          ttl: 20, loop_wait: 1, retry_timeout: 5, synchronous_mode: true,
          postgresql: { use_pg_rewind: true, parameters: { max_connections: 200, wal_log_hints: 'on', wal_keep_size: '256MB', jit: 'off', timezone: 'UTC' } },
        },
        initdb: [{ encoding: 'UTF8' }, { locale: 'C.UTF-8' }, 'data-checksums'],
      },
      postgresql: {
        listen: `${loopback}:${this.#sql(name)}`, connect_address: `${loopback}:${this.#sql(name)}`,
        data_dir: join(this.#folder, name), bin_dir: bin, pgpass: join(this.#folder, `${name}.pgpass`),
        authentication: { superuser: account('postgres'), replication: account('replicator'), rewind: account('rewinder') },
        parameters: { unix_socket_directories: join(this.#folder, `${name}.socket`) },
        basebackup: { checkpoint: 'fast' },
        pg_hba: ['local all all trust', `host all all ${loopback}/32 scram-sha-256`, `host replication replicator ${loopback}/32 scram-sha-256`],
      },
    };
  }

  async #startMember(name) {
    launch(this.#layout, { name: `patroni-${name}`, cwd: this.#folder, command: asOwner('/usr/bin/patroni', this.#config(name)) });
    await ready(this.#layout, `patroni-${name}`, async () => (await fetch(`http://${loopback}:${this.#rest(name)}/health`)).ok);
  }

  async #members() {
    for (const name of names) {
      const answer = await fetch(`http://${loopback}:${this.#rest(name)}/cluster`).then((response) => response.json(), () => null);
      if (answer) return answer.members;
    }
    return [];
  }

  async #primary() {
    return (await this.#members()).find(({ role, state }) => role === 'leader' && state === 'running')?.name;
  }

  // All follow, and one of them acknowledges commits.
  async #isWhole() {
    const sql = "SELECT count(*) FILTER (WHERE sync_state = 'sync') || ' of ' || count(*) FROM pg_stat_replication WHERE state = 'streaming'";
    await eventually('all follow the primary', async () => {
      const primary = await this.#primary();
      return primary && this.#ask(primary, sql) === '1 of 2';
    }, { seconds: 90 });
  }

  #ask(name, sql) {
    const [program, ...rest] = asOwner('/usr/bin/psql', '-X', '-q', '-A', '-t', '-h', join(this.#folder, `${name}.socket`), '-p', String(this.#sql(name)), '-U', 'postgres', '-d', 'postgres', '-c', sql);
    return execFileSync(program, rest, { cwd: this.#folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  }

  // What the stack's own server holds, into the first.
  async #copy() {
    const [name] = names;
    const to = `-h ${join(this.#folder, `${name}.socket`)} -p ${this.#sql(name)} -U postgres -d postgres`;
    const script = `set -o pipefail; pg_dumpall -h ${socketFolder(this.#layout)} -U postgres | grep -v '^\\(CREATE\\|ALTER\\) ROLE postgres' | psql -X -q -v ON_ERROR_STOP=1 ${to}`;
    await this.#step(asOwner('/usr/bin/bash', '-c', script));
  }
}
