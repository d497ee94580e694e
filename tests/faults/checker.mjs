// Reads databases, inbox and receivers' files, and says whether anything that was acknowledged is lost or doubled:
// `node checker.mjs SANDBOX.json ACKNOWLEDGED.json`. It shares no code with what it checks.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const [sandboxPath, acknowledgedPath] = process.argv.slice(2);
const sandbox = JSON.parse(readFileSync(sandboxPath, 'utf8'));
// What people were told: [{email, reference, payment_id, …}].
const acknowledged = JSON.parse(readFileSync(acknowledgedPath, 'utf8'));
const feeCents = 9000;

// Rows of a query on a service's database.
function rows(service, sql) {
  const text = execFileSync('psql', ['-X', '-A', '-t', '-q', '-v', 'ON_ERROR_STOP=1', sandbox.postgres[service]], {
    input: `SELECT coalesce(json_agg(t), '[]') FROM (${sql}) t`, encoding: 'utf8', maxBuffer: 1 << 28,
  });
  return JSON.parse(text);
}

const journal = (path) => readFileSync(path, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));

function countBy(list, key) {
  const counts = new Map();
  for (const one of list) counts.set(key(one), (counts.get(key(one)) ?? 0) + 1);
  return counts;
}

let failures = 0;
// `wrong` lists what breaks the claim; none is a pass.
function check(claim, looked, wrong) {
  console.log(`[checker] ${wrong.length ? 'FAIL' : 'ok  '} ${claim} (${looked} looked at)`);
  for (const one of wrong.slice(0, 5)) console.log(`[checker]      ${JSON.stringify(one)}`);
  if (wrong.length) failures++;
}

function checkPayments() {
  const payments = rows('payments', `SELECT payment_id, reference, amount_cents, status FROM payment`);
  const paid = payments.filter(({ status }) => status === 5 || status === 6);
  const byReference = countBy(paid, ({ reference }) => reference);
  check('every acknowledged payment is there, paid once, with its amount', acknowledged.length, acknowledged.filter(({ reference, payment_id }) => {
    const found = paid.find((payment) => payment.payment_id === payment_id);
    return byReference.get(reference) !== 1 || found?.amount_cents !== feeCents || found.reference !== reference;
  }));
  check('nobody paid for a second renewal', paid.length, paid.length === acknowledged.length ? [] : [{ paid: paid.length, acknowledged: acknowledged.length }]);
  check('every payment is captured: nothing waits', paid.length, paid.filter(({ status }) => status !== 6));
  check('no payment has two successful attempts', payments.length, rows('payments', `
    SELECT payment_id, count(*) FROM authorisation_attempt WHERE status IN (2, 6) GROUP BY payment_id HAVING count(*) > 1`));
  check('no attempt is left without an outcome', payments.length, rows('payments', `SELECT attempt_id FROM authorisation_attempt WHERE status = 1`));

  check('every payment has one posted transfer of its amount in the ledger', paid.length, rows('payments', `
    SELECT p.payment_id, count(DISTINCT t.transfer_id) AS transfers, sum(e.amount_cents) FILTER (WHERE e.is_debit) AS cents
    FROM payment p LEFT JOIN ledger_transfer t ON t.reference = p.payment_id AND t.kind IN (2, 4) LEFT JOIN ledger_entry e USING (transfer_id)
    WHERE p.status IN (5, 6) GROUP BY p.payment_id, p.amount_cents
    HAVING count(DISTINCT t.transfer_id) <> 1 OR sum(e.amount_cents) FILTER (WHERE e.is_debit) <> p.amount_cents`));
  check('the ledger balances', 1, rows('payments', `SELECT * FROM ledger_balance_check() WHERE NOT balances`));
  const sums = rows('payments', `
    SELECT coalesce(sum(CASE WHEN is_debit THEN amount_cents ELSE -amount_cents END), 0) AS difference,
           coalesce(sum(amount_cents) FILTER (WHERE is_debit), 0) AS debits
    FROM ledger_entry JOIN ledger_transfer USING (transfer_id) WHERE kind IN (2, 4)`);
  check('debits equal credits, and are the sum of what was paid', 1,
    sums.filter(({ difference, debits }) => difference !== 0 || debits !== paid.reduce((sum, { amount_cents }) => sum + amount_cents, 0)));
}

// The processor is where money is taken: it must agree with what we believe.
async function checkProcessor() {
  const authorisations = await (await fetch(`${sandbox.card_processor}/v1/authorisations`)).json();
  const paid = rows('payments', `SELECT payment_id, amount_cents FROM payment WHERE status = 6`);
  const captured = countBy(authorisations.filter(({ state }) => state === 'captured'), ({ order }) => order);
  check('the processor captured every payment exactly once, and nothing else', authorisations.length,
    paid.filter(({ payment_id }) => captured.get(payment_id) !== 1).concat([...captured.keys()].filter((id) => !paid.some((one) => one.payment_id === id))));
  check('the processor holds no reservation', authorisations.length, authorisations.filter(({ state }) => state === 'authorised'));
}

async function checkNotifications() {
  const references = new Set(acknowledged.map(({ reference }) => reference));
  const sent = rows('notify', `SELECT notification_id, reference, status FROM notification`);
  const byReference = countBy(sent.filter(({ reference }) => references.has(reference)), ({ reference }) => reference);
  check('every renewal was confirmed by exactly one notification', references.size, [...references].filter((reference) => byReference.get(reference) !== 1));
  check('every notification was delivered', sent.length, sent.filter(({ status }) => status !== 3));

  const mails = await (await fetch(`${sandbox.inbox}/api/email`)).json();
  const wrong = [];
  let copies = 0;
  for (const { email, reference } of acknowledged) {
    const own = mails.filter((mail) => mail.envelope.to.some(({ address }) => address === email) && mail.text.includes(reference));
    const ids = new Set(own.map((mail) => mail.messageId ?? mail.headers['message-id']));
    // SMTP cannot tell a lost answer from a lost mail: a copy with the same Message-ID is the same mail.
    copies += own.length - ids.size;
    if (ids.size !== 1) wrong.push({ email, reference, mails: ids.size });
  }
  check(`every confirmation is in the inbox, as one message (${copies} were handed over twice under their Message-ID)`, mails.length, wrong);
}

function checkChanges() {
  const changes = rows('tellusonce', `SELECT change_id, directory_synced_at FROM change`);
  const told = new Set(acknowledged.map(({ statusUrl }) => new URL(statusUrl).pathname.split('/').pop()));
  check('every acknowledged change is recorded', told.size, [...told].filter((id) => !changes.some(({ change_id }) => change_id === id)));
  check('no change is recorded twice', changes.length, changes.length === acknowledged.length ? [] : [{ changes: changes.length, told: acknowledged.length }]);
  const deliveries = rows('tellusonce', `SELECT delivery_id, change_id, event_id, outcome FROM delivery`);
  const byChange = countBy(deliveries, ({ change_id }) => change_id);
  check('every change is delivered to both ministries and acknowledged by both', told.size,
    [...told].filter((id) => byChange.get(id) !== 2).concat(deliveries.filter(({ outcome }) => outcome !== 'applied')));

  for (const [name, path] of Object.entries(sandbox.receivers)) {
    const received = journal(path).filter(({ kind, state }) => kind === 'event' && state === 'received');
    const counts = countBy(received, ({ id }) => id);
    check(`${name} took in each event once`, received.length, [...counts].filter(([, count]) => count !== 1));
    check(`${name} has every change that it acknowledged`, told.size, received.length === told.size ? [] : [{ received: received.length, told: told.size }]);
  }
}

function checkMinistry() {
  const told = journal(sandbox.receivers.example).filter(({ kind, state }) => kind === 'renewal' && state === 'told');
  const counts = countBy(told, ({ id }) => id);
  check('the ministry finished every renewal once', acknowledged.length, acknowledged.filter(({ reference }) => counts.get(reference) !== 1));
}

checkPayments();
await checkProcessor();
await checkNotifications();
checkChanges();
checkMinistry();
console.log(failures ? `[checker] ${failures} claims do not hold` : '[checker] nothing is lost or doubled');
process.exitCode = failures ? 1 : 0;
