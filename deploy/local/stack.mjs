// The local stack's command line. TAMARACK_STATE (folder) and TAMARACK_PORT (first port) choose the stack; several may run
// side by side.
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { seed } from './seed.mjs';
import { layoutOf, prepareFolders } from './stack/layout.mjs';
import { endRunning } from './stack/processes.mjs';
import { describe, down, kill, renewCertificates, restart, startPart, status, up } from './stack/stack.mjs';

const usage = `usage: stack.mjs COMMAND [NAME]
  up            starts what is down, and again what was built anew
  down          ends exactly what was started; the data stays
  status        shows what runs
  urls          says what is where
  start NAME    starts one part
  restart NAME  ends and starts it
  kill NAME     kills it (-9)
  certificates  gives every process a new certificate, while they run
TAMARACK_STATE is the stack's folder (.tamarack), TAMARACK_PORT its first port (8080), TAMARACK_BUILD the folder of what was built
(build/release). TAMARACK_DEBUG=1 shows where an error arose.`;

const [command, name] = process.argv.slice(2);
const commands = {
  up: (layout) => up(layout, { seed, log: console.log }),
  down: (layout) => down(layout, { log: console.log }),
  start: (layout) => startPart(layout, name),
  restart: (layout) => restart(layout, name),
  kill: (layout) => kill(layout, name),
  certificates: (layout) => renewCertificates(layout),
  status: (layout) => console.log(status(layout)),
  urls: (layout) => console.log(describe(layout)),
};

if (['--help', '-h', 'help'].includes(command)) {
  console.log(usage);
  process.exit(0);
}
if (!Object.hasOwn(commands, command ?? '')) {
  console.error(command ? `there is no command "${command}"\n${usage}` : usage);
  process.exit(2);
}

// Having handlers, a signal waits until what was just started is on record.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    endRunning();
    console.error('\n[stack] interrupted. `make run` goes on from here, `make stop` ends what was started.');
    process.exit(128 + constants.signals[signal]);
  });
}

try {
  const layout = layoutOf();
  if (command === 'up' || existsSync(layout.folder)) await commands[command](prepareFolders(layout));
  else console.log(`[stack] there is none in ${layout.folder}`);
} catch (error) {
  console.error(`[stack] ${process.env.TAMARACK_DEBUG ? error.stack : error.message}`);
  process.exit(1);
}
