// The local stack's command line: `node deploy/local/stack.mjs up|down|status|urls|start NAME|restart NAME|kill NAME`.
// TAMARACK_STATE (folder) and TAMARACK_PORT (first port) choose the stack; several may run side by side.
import { existsSync } from 'node:fs';
import { seed } from './seed.mjs';
import { layoutOf, prepareFolders } from './stack/layout.mjs';
import { describe, down, kill, restart, startPart, status, up } from './stack/stack.mjs';

const [command, name] = process.argv.slice(2);
const commands = {
  up: (layout) => up(layout, { seed, log: console.log }),
  down: (layout) => down(layout, { log: console.log }),
  start: (layout) => startPart(layout, name),
  restart: (layout) => restart(layout, name),
  kill: (layout) => kill(layout, name),
  status: (layout) => console.log(status(layout)),
  urls: (layout) => console.log(describe(layout)),
};

if (!commands[command]) {
  console.error(`usage: stack.mjs ${Object.keys(commands).join('|')} [NAME]`);
  process.exit(2);
}
try {
  const layout = layoutOf();
  if (command === 'up' || existsSync(layout.folder)) await commands[command](prepareFolders(layout));
  else console.log(`[stack] there is none in ${layout.folder}`);
} catch (error) {
  console.error(`[stack] ${process.env.TAMARACK_DEBUG ? error.stack : error.message}`);
  process.exit(1);
}
