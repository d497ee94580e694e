import { eventually } from '../../deploy/local/person/browser.mjs';

// Waits for what happens in this process or the next one, which asking costs nothing.
export const soon = (what, probe) => eventually(what, probe, { everyMs: 1 });
