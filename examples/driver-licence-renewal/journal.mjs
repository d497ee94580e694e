import { appendFileSync, existsSync, fdatasyncSync, openSync, readFileSync, truncateSync } from 'node:fs';

// An append-only file of JSON lines, on the disk before `append` returns. What the service knows is what a replay of the
// file gives.
export class Journal {
  #file;
  #replayed = [];

  constructor(path) {
    if (existsSync(path)) {
      const bytes = readFileSync(path);
      const whole = bytes.lastIndexOf('\n') + 1; // a line that a crash cut short counts for nothing
      truncateSync(path, whole);
      this.#replayed = bytes.subarray(0, whole).toString('utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
    }
    this.#file = openSync(path, 'a', 0o600);
  }

  replay(apply) {
    for (const entry of this.#replayed) apply(entry);
    this.#replayed = [];
  }

  append(entry) {
    appendFileSync(this.#file, `${JSON.stringify(entry)}\n`);
    fdatasyncSync(this.#file);
  }
}
