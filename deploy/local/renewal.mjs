// Renews a driver's licence from sign-up to confirmation email against a running stack, through REST and forms alone, and
// prints each step with its evidence. Exits with 1 when any step or check fails.
import { parseArgs } from 'node:util';
import { eventually, patiently } from './person/browser.mjs';
import { Person, declinedCard } from './person/journey.mjs';
import { journeyMetrics, ledgerBalance, paymentOf } from './person/evidence.mjs';
import { layoutOf } from './stack/layout.mjs';
import { readSandbox } from './stack/stack.mjs';

const usage = `usage: renewal.mjs [--lang en|fr] [--email ADDRESS --password PASSWORD]
Without --email a new person registers. TAMARACK_STATE is the folder of the running stack (.tamarack).`;

// One whole renewal. `say(step, evidence)` is told of each step. Returns what the person and the ministry hold in the end.
export async function renewOnce({ sandbox, lang = 'en', email, password, tryDeclined = false, say = () => {} }) {
  const person = new Person(sandbox, { lang, email, password });
  if (tryDeclined) person.card = declinedCard;

  const licence = await person.signIn();
  say(email ? 'signed in' : 'registered with the code from the inbox, consented', `${person.email}, licence ${licence.text('#licence-number')}`);

  const change = await person.changeAddress();
  say('told government once of the new address', change.text('#recorded-address'));
  const status = await person.acknowledged();
  say('every ministry has acknowledged', [...status.document.querySelectorAll('#deliveries > li h3')].map((name) => name.textContent).join(', '));
  const back = await patiently(() => person.browser.open(status.link('#continue')));
  if (back.url !== `${sandbox.example}/${lang}/licence`) throw new Error(`the way back led to ${back.url}`);
  if (!back.text('#address').includes(person.address.line_1)) throw new Error(`the licence still has ${back.text('#address')}`);
  say('went back to the service, which has the new address', back.text('#address'));

  const done = await person.pay();
  if (!person.reference) throw new Error(`paying led to "${done.title}"`);
  if (tryDeclined) {
    if (!person.wasDeclined) throw new Error('the declined card was not declined');
    say('was declined, and shown the way on', person.wasDeclined.text('h1'));
  }
  const payment = await paymentOf(sandbox, person.reference);
  say('paid', `$${(payment.amount / 100).toFixed(2)}, payment ${payment.payment_id} is ${payment.state.status}, reference ${person.reference}`);

  const mail = await person.confirmation();
  say('received the confirmation', mail.subject);

  const account = await person.account();
  const consents = [...account.document.querySelectorAll('[id^=consent-]')].map((heading) => heading.textContent.trim());
  if (!consents.length) throw new Error('the account page lists nobody with whom data was shared');
  say('sees on the account page what was shared', consents.join(', '));
  return { email: person.email, password: person.password, lang, reference: person.reference, payment_id: payment.payment_id, address: person.address, statusUrl: person.statusUrl };
}

function readArguments() {
  const text = { type: 'string' };
  try {
    const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' }, lang: { ...text, default: 'en' }, email: text, password: text } });
    if (!['en', 'fr'].includes(values.lang)) throw new Error(`--lang is "${values.lang}": en or fr`);
    if (Boolean(values.email) !== Boolean(values.password)) throw new Error(`${values.email ? '--password' : '--email'} is missing`);
    return values;
  } catch (error) {
    console.error(`${error.message}\n${usage}`);
    process.exit(2);
  }
}

async function main() {
  const { help, ...values } = readArguments();
  if (help) return console.log(usage);
  const sandbox = readSandbox(layoutOf());
  const began = Date.now();
  let last = began;
  let count = 0;
  const say = (step, evidence) => {
    console.log(`[renewal] ${String(++count).padStart(2)}. ${step}\n              ${evidence}  (${((Date.now() - last) / 1000).toFixed(2)} s)`);
    last = Date.now();
  };
  const before = await journeyMetrics(sandbox, { isNewPerson: !values.email });
  await renewOnce({ sandbox, ...values, tryDeclined: true, say });

  const balance = await ledgerBalance(sandbox);
  if (!balance.balances) throw new Error(`the ledger does not balance: ${JSON.stringify(balance)}`);
  const { currency, debits_posted, credits_posted } = balance.currencies[0];
  say('the ledger balances', `${currency}: debits ${debits_posted / 100}, credits ${credits_posted / 100}, ${balance.unbalanced_transfers} unbalanced transfers`);

  // Capturing is the payments worker's, a moment later.
  const counted = await eventually('the metrics count the renewal', async () => {
    const after = await journeyMetrics(sandbox, { isNewPerson: !values.email });
    const moved = Object.keys(after).map((name) => [name, after[name] - before[name]]);
    return moved.every(([, by]) => by > 0) && moved;
  });
  say('the metrics counted it', counted.map(([name, by]) => `${name} +${by}`).join(', '));
  console.log(`[renewal] done in ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

if (process.argv[1] === import.meta.filename) {
  main().catch((error) => {
    console.error(`[renewal] FAILED: ${process.env.TAMARACK_DEBUG ? error.stack : error.message}`);
    process.exit(1);
  });
}
