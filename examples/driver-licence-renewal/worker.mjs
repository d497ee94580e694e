import { setTimeout as delay } from 'node:timers/promises';

const pauseMsMax = 60_000;
const triesMax = 120; // about two hours

// Takes `step` for each record that `open()` lists, until it is no longer listed. A record that stays is looked at again after
// a pause that doubles; one that cannot succeed (`error.isFinal`), or did not in two hours, goes to `giveUp`, which must see
// to it that it is listed no more: nothing is tried for ever, and no record holds up another. Returns how to stop, which
// waits for the step under way.
export function startWorker({ what, open, step, giveUp, pauseMs, log = console.error }) {
  const tries = new Map(); // by id: how many there were, and when the next one is due
  const stopping = new AbortController();

  async function attempt(record) {
    const count = (tries.get(record.id)?.count ?? 0) + 1;
    let failure = null;
    try {
      await step(record);
    } catch (error) {
      failure = error;
      log(`${what} ${record.id}, try ${count}: ${error.message}`);
    }
    if (failure?.isFinal || count >= triesMax) {
      tries.delete(record.id);
      log(`${what} ${record.id} is given up`);
      giveUp(record, failure);
    } else {
      tries.set(record.id, { count, due: Date.now() + Math.min(pauseMs * 2 ** count, pauseMsMax) });
    }
  }

  async function round() {
    const listed = open();
    const ids = new Set(listed.map(({ id }) => id));
    for (const id of tries.keys()) if (!ids.has(id)) tries.delete(id);
    for (const record of listed) {
      if (stopping.signal.aborted) return;
      if ((tries.get(record.id)?.due ?? 0) <= Date.now()) await attempt(record);
    }
  }

  async function work() {
    while (!stopping.signal.aborted) {
      await round().catch((error) => log(`${what}: ${error.message}`));
      await delay(pauseMs, null, { signal: stopping.signal }).catch(() => {});
    }
  }

  const working = work();
  return () => {
    stopping.abort();
    return working;
  };
}
