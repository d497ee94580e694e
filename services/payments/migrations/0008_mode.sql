-- Live and sandbox are apart. So far every payment was one of the sandbox, and so was every event, endpoint and ledger
-- account. Defaults serve the release before, which names no mode.
DROP INDEX payment_by_service;
DROP INDEX payment_by_reference;
CREATE INDEX payment_by_owner ON payment (service_id, is_live, created_at DESC, payment_id DESC);
CREATE INDEX payment_by_reference ON payment (service_id, is_live, lower(reference));

UPDATE webhook_endpoint SET mode = 'sandbox';
ALTER TABLE webhook_endpoint ALTER COLUMN mode SET DEFAULT 'sandbox';
ALTER TABLE event ALTER COLUMN mode SET DEFAULT 'sandbox';

-- Ledger: a name in each mode is an account of its own, and transfers balance within a mode.
ALTER TABLE ledger_account ADD COLUMN mode text NOT NULL DEFAULT 'sandbox' CHECK (mode IN ('live', 'sandbox'));
ALTER TABLE ledger_account DROP CONSTRAINT ledger_account_name_currency_key;
ALTER TABLE ledger_account ADD UNIQUE (name, currency, mode);

CREATE OR REPLACE FUNCTION ledger_check_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  checked ledger_transfer;
  entries int;
  pending_kind smallint;
BEGIN
  SELECT * INTO checked FROM ledger_transfer WHERE transfer_id = NEW.transfer_id;
  SELECT count(*) INTO entries FROM ledger_entry WHERE transfer_id = checked.transfer_id;
  IF (checked.kind = 3 AND entries <> 0) OR (checked.kind <> 3 AND entries < 2) THEN
    RAISE EXCEPTION 'ledger: transfer % has % entries', checked.transfer_id, entries USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (
    SELECT FROM ledger_entry e JOIN ledger_account a USING (account_id) WHERE e.transfer_id = checked.transfer_id
    GROUP BY a.currency, a.mode HAVING sum(CASE WHEN e.is_debit THEN e.amount_cents ELSE -e.amount_cents END) <> 0
  ) THEN
    RAISE EXCEPTION 'ledger: transfer % does not balance', checked.transfer_id USING ERRCODE = 'check_violation';
  END IF;
  IF checked.pending_id IS NOT NULL THEN
    SELECT kind INTO pending_kind FROM ledger_transfer WHERE transfer_id = checked.pending_id;
    IF pending_kind <> 1 THEN
      RAISE EXCEPTION 'ledger: transfer % is not pending', checked.pending_id USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
      SELECT FROM ledger_entry posted LEFT JOIN ledger_entry reserved
        ON reserved.transfer_id = checked.pending_id AND reserved.account_id = posted.account_id
           AND reserved.is_debit = posted.is_debit
      WHERE posted.transfer_id = checked.transfer_id AND posted.amount_cents > coalesce(reserved.amount_cents, 0)
    ) THEN
      RAISE EXCEPTION 'ledger: transfer % posts more than was pending', checked.transfer_id
        USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  RETURN NULL;
END $$;

-- The account of that name, made at its first use.
CREATE FUNCTION ledger_account_of(account text, in_currency text, in_mode text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  found_id bigint;
BEGIN
  SELECT account_id INTO found_id FROM ledger_account WHERE name = account AND currency = in_currency AND mode = in_mode;
  IF found_id IS NULL THEN
    INSERT INTO ledger_account (name, currency, mode) VALUES (account, in_currency, in_mode) ON CONFLICT DO NOTHING;
    SELECT account_id INTO found_id FROM ledger_account
    WHERE name = account AND currency = in_currency AND mode = in_mode;
  END IF;
  RETURN found_id;
END $$;
DROP FUNCTION ledger_account_of(text, text);

-- Reserves an amount. The same transfer again changes nothing; another one under its id is refused.
DROP FUNCTION ledger_pend(uuid, text, text, text, text, bigint);
CREATE FUNCTION ledger_pend(id uuid, about text, debit text, credit text, in_currency text, amount bigint,
                            in_mode text DEFAULT 'sandbox')
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  debit_id bigint := ledger_account_of(debit, in_currency, in_mode);
  credit_id bigint := ledger_account_of(credit, in_currency, in_mode);
BEGIN
  INSERT INTO ledger_transfer (transfer_id, kind, reference) VALUES (id, 1, about) ON CONFLICT (transfer_id) DO NOTHING;
  IF FOUND THEN
    INSERT INTO ledger_entry (transfer_id, account_id, is_debit, amount_cents)
    VALUES (id, debit_id, true, amount), (id, credit_id, false, amount);
  ELSIF (SELECT count(*) FROM ledger_transfer t JOIN ledger_entry e USING (transfer_id)
         WHERE t.transfer_id = id AND t.kind = 1 AND t.reference = about AND e.amount_cents = amount
           AND e.account_id = CASE WHEN e.is_debit THEN debit_id ELSE credit_id END) <> 2 THEN
    RAISE EXCEPTION 'ledger: transfer % exists and is another', id USING ERRCODE = 'unique_violation';
  END IF;
END $$;

CREATE OR REPLACE VIEW ledger_account_balance AS
SELECT a.name AS account, a.currency,
       coalesce(sum(e.amount_cents) FILTER (WHERE e.is_debit AND t.kind IN (2, 4)), 0)::bigint AS debits_posted,
       coalesce(sum(e.amount_cents) FILTER (WHERE NOT e.is_debit AND t.kind IN (2, 4)), 0)::bigint AS credits_posted,
       coalesce(sum(e.amount_cents) FILTER (WHERE e.is_debit AND t.kind = 1 AND r.transfer_id IS NULL), 0)::bigint
         AS debits_pending,
       coalesce(sum(e.amount_cents) FILTER (WHERE NOT e.is_debit AND t.kind = 1 AND r.transfer_id IS NULL), 0)::bigint
         AS credits_pending,
       a.mode
FROM ledger_account a
LEFT JOIN ledger_entry e USING (account_id)
LEFT JOIN ledger_transfer t ON t.transfer_id = e.transfer_id
LEFT JOIN ledger_transfer r ON r.pending_id = t.transfer_id
GROUP BY a.name, a.currency, a.mode;

-- One row for each currency: does everything add up, of one mode or (NULL) of both? Looks at every entry, trusting
-- neither triggers nor stored sums.
DROP FUNCTION ledger_balance_check();
CREATE FUNCTION ledger_balance_check(in_mode text DEFAULT NULL)
RETURNS TABLE (currency text, debits_posted bigint, credits_posted bigint, debits_pending bigint, credits_pending bigint,
               unbalanced_transfers bigint, balances boolean) LANGUAGE sql STABLE AS $$
  WITH totals AS (
    SELECT b.currency, sum(b.debits_posted)::bigint AS dp, sum(b.credits_posted)::bigint AS cp,
           sum(b.debits_pending)::bigint AS dn, sum(b.credits_pending)::bigint AS cn
    FROM ledger_account_balance b WHERE in_mode IS NULL OR b.mode = in_mode GROUP BY b.currency
  ), wrong AS (
    SELECT a.currency, count(DISTINCT e.transfer_id) AS transfers
    FROM ledger_entry e JOIN ledger_account a USING (account_id)
    WHERE (in_mode IS NULL OR a.mode = in_mode) AND e.transfer_id IN (
      SELECT x.transfer_id FROM ledger_entry x JOIN ledger_account y USING (account_id)
      GROUP BY x.transfer_id, y.currency, y.mode
      HAVING sum(CASE WHEN x.is_debit THEN x.amount_cents ELSE -x.amount_cents END) <> 0)
    GROUP BY a.currency
  )
  SELECT t.currency, t.dp, t.cp, t.dn, t.cn, coalesce(w.transfers, 0),
         t.dp = t.cp AND t.dn = t.cn AND coalesce(w.transfers, 0) = 0
  FROM totals t LEFT JOIN wrong w USING (currency) ORDER BY t.currency
$$;
