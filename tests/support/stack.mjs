// A whole local stack for one test run: ports and files of its own, ended and removed afterwards.
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seed } from '../../deploy/local/seed.mjs';
import { layoutOf, portsOf, prepareFolders } from '../../deploy/local/stack/layout.mjs';
import { isTaken } from '../../deploy/local/stack/ports.mjs';
import { down, kill, startPart, up } from '../../deploy/local/stack/stack.mjs';

// Below the range from which the system gives ports to clients.
const [firstBase, lastBase] = [20_000, 32_000];

// The layout of a stack that does not exist yet: a folder and ports that nobody has.
export async function newLayout(name) {
  return layoutOf({ state: join(tmpdir(), `tamarack-${name}-${randomBytes(4).toString('hex')}`), port: await freeBase() });
}

// Ports that no other test takes while this process lives: who listens on the last of the hundred has them all.
async function freeBase() {
  for (;;) {
    const base = firstBase + 100 * Math.floor(Math.random() * ((lastBase - firstBase) / 100));
    const claim = createServer().unref();
    const isClaimed = await new Promise((done) => claim.on('error', () => done(false)).listen(base + 99, '127.0.0.1', () => done(true)));
    if (!isClaimed) continue;
    const taken = await Promise.all(portsOf(layoutOf({ port: base })).map(isTaken));
    if (!taken.includes(true)) return base;
    claim.close();
  }
}

// Starts a stack, or takes the running one whose state is in TAMARACK_TEST_STATE and leaves it running. `name` shows in the folder that keeps its logs if the test fails: build/<preset>/logs/<name>. With `otlp`, a collector's URL, it is always one of its own.
export async function startStack(name, { otlp = null } = {}) {
  const running = process.env.TAMARACK_TEST_STATE;
  if (running && !otlp) return handle(prepareFolders(layoutOf({ state: running })), async () => {});
  const layout = prepareFolders({ ...await newLayout(name), otlp });
  const stop = () => remove(layout, name);
  try {
    await up(layout, { seed });
  } catch (error) {
    await stop();
    throw error;
  }
  return handle(layout, stop);
}

// Ends the stack of a test and removes it; its logs stay in build/<preset>/logs/<name>.
export async function remove(layout, name) {
  await down(layout);
  const kept = join(layout.build, 'logs', name);
  rmSync(kept, { recursive: true, force: true });
  mkdirSync(kept, { recursive: true });
  cpSync(layout.logs, kept, { recursive: true });
  for (const folder of [layout.folder, layout.servers]) rmSync(folder, { recursive: true, force: true });
}

function handle(layout, stop) {
  return {
    layout,
    stop,
    sandbox: JSON.parse(readFileSync(layout.sandbox, 'utf8')),
    kill: (part) => kill(layout, part),
    start: (part) => startPart(layout, part),
  };
}
