-- Whether the ledger of the database `payments` balances, from its entries alone. Any row of it is a finding.
SELECT 'transfer does not balance' AS finding, e.transfer_id::text AS what, sum(CASE WHEN e.is_debit THEN e.amount_cents ELSE -e.amount_cents END) AS cents
  FROM ledger_entry e JOIN ledger_account a USING (account_id) GROUP BY e.transfer_id, a.currency
  HAVING sum(CASE WHEN e.is_debit THEN e.amount_cents ELSE -e.amount_cents END) <> 0
UNION ALL
SELECT 'transfer without entries', t.transfer_id::text, 0
  FROM ledger_transfer t WHERE t.kind <> 3 AND (SELECT count(*) FROM ledger_entry e WHERE e.transfer_id = t.transfer_id) < 2
UNION ALL
SELECT 'paid, and not once in the ledger', p.payment_id::text, p.amount_cents
  FROM payment p LEFT JOIN ledger_transfer t ON t.reference = p.payment_id AND t.kind IN (2, 4)
  LEFT JOIN ledger_entry e ON e.transfer_id = t.transfer_id AND e.is_debit
  WHERE p.status IN (5, 6) GROUP BY p.payment_id, p.amount_cents
  HAVING count(DISTINCT t.transfer_id) <> 1 OR sum(e.amount_cents) IS DISTINCT FROM p.amount_cents
UNION ALL
SELECT 'ledger_balance_check', to_jsonb(c)::text, 0 FROM ledger_balance_check() c WHERE NOT balances;
