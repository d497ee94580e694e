// A second PostgreSQL that follows the stack's own and acknowledges each commit before the caller hears of it.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { eventually } from '../../deploy/local/person/browser.mjs';
import { ask, asOwner, bin, dsn, socketFolder } from '../../deploy/local/stack/postgres.mjs';
import { launch, ready } from '../../deploy/local/stack/processes.mjs';
import { kill } from '../../deploy/local/stack/stack.mjs';

const name = 'standby';

export class Standby {
  #layout;
  #folder;

  constructor(layout) {
    this.#layout = layout;
    this.#folder = join(layout.servers, 'postgres', name);
  }

  get #sockets() {
    return `${this.#folder}.socket`;
  }

  #run(...command) {
    const [program, ...rest] = asOwner(...command);
    return execFileSync(program, rest, { cwd: join(this.#layout.servers, 'postgres'), encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  }

  ask(sql) {
    return this.#run('/usr/bin/psql', '-X', '-q', '-A', '-t', '-h', this.#sockets, '-U', 'postgres', '-d', 'postgres', '-c', sql);
  }

  async start() {
    const primary = socketFolder(this.#layout);
    const access = join(this.#layout.servers, 'postgres/data/pg_hba.conf');
    this.#run('/usr/bin/sed', '-i', '1i local replication postgres peer map=owner', access);
    ask(this.#layout, 'SELECT pg_reload_conf()');
    this.#run('/usr/bin/mkdir', '-m', '0700', this.#sockets);
    this.#run(`${bin}/pg_basebackup`, '-h', primary, '-U', 'postgres', '-D', this.#folder, '-X', 'stream', '-C', '-S', name, '-c', 'fast', '-R');
    const from = `host=${primary} user=postgres application_name=${name}`;
    launch(this.#layout, {
      name, cwd: this.#folder,
      command: asOwner(`${bin}/postgres`, '-D', this.#folder, '-c', `unix_socket_directories=${this.#sockets}`, '-c', `primary_conninfo=${from}`),
    });
    await ready(this.#layout, name, async () => this.ask('SELECT pg_is_in_recovery()') === 't');
    ask(this.#layout, `ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 (${name})'`);
    ask(this.#layout, 'SELECT pg_reload_conf()');
    await eventually('each commit waits for the standby', async () => ask(this.#layout, 'SELECT sync_state FROM pg_stat_replication') === 'sync');
  }

  // The connection string of a service with both servers, of which the one that takes writes is used.
  dsnFor(service) {
    const one = dsn(this.#layout, service);
    const primary = socketFolder(this.#layout);
    return `${one.replace(`host=${primary}`, `host=${primary},${this.#sockets}`)} target_session_attrs=read-write`;
  }

  // The primary is gone, and whoever looks after both sees to what follows.
  async kill() {
    await kill(this.#layout, 'postgres');
  }

  async promote() {
    this.ask('SELECT pg_promote()');
  }
}
