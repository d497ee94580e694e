import { createHash, randomBytes } from 'node:crypto';

// What the ministry holds: sessions, licences by pairwise subject, renewals, and the events it was told of.
// Every change goes through the journal first, so all of it survives a restart.
export class Records {
  session = new Map();
  licence = new Map();
  renewal = new Map();
  event = new Map();
  healthCard = new Map();
  #journal;

  constructor(journal) {
    this.#journal = journal;
    journal.replay((entry) => this.#apply(entry));
  }

  // Changes `fields` of the record `id` of `kind`, which need not exist yet.
  change(kind, id, fields) {
    const entry = { kind, id, ...fields };
    this.#journal.append(entry);
    return this.#apply(entry);
  }

  remove(kind, id) {
    this.change(kind, id, { is_removed: true });
  }

  #apply({ kind, id, ...fields }) {
    if (fields.is_removed) return void this[kind].delete(id);
    const record = { ...this[kind].get(id), id, ...fields };
    this[kind].set(id, record);
    return record;
  }

  // Notes a person's new address on their licence; what to report of it.
  moveLicence({ subject, address }) {
    if (!this.licence.has(subject)) return { outcome: 'rejected', reason_code: 'person_unknown' };
    this.change('licence', subject, { address });
    return { outcome: 'applied' };
  }

  // The licence of a person, made up at their first visit: a real ministry would match them to its register.
  licenceOf(subject, { name, address }) {
    if (this.licence.has(subject)) return this.licence.get(subject);
    const digits = createHash('sha256').update(subject).digest('hex').replace(/\D/g, '').padEnd(14, '0');
    const number = `T${digits.slice(0, 4)}-${digits.slice(4, 9)}-${digits.slice(9, 14)}`;
    return this.change('licence', subject, { number, name, address, expires: `${new Date().getFullYear()}-12-31` });
  }

  newRenewal(fields) {
    return this.change('renewal', randomBytes(5).toString('hex').toUpperCase(), { ...fields, attempt: 1, state: 'started' });
  }
}
