-- Double-entry ledger. The database, not the program, sees to it that
--   * every transfer balances: in each currency its debits equal its credits (checked at commit);
--   * transfers and entries are never changed or deleted, and none is added to a transfer of an earlier transaction;
--   * a pending transfer is resolved at most once, by a post (at most its amounts) or a void.
-- Balances are derived, never stored, so no row is hot.

CREATE TABLE ledger_account (
  account_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name       text NOT NULL CHECK (name <> ''),
  currency   text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (name, currency)
);

-- Kind: 1 pending, 2 posts a pending one, 3 voids a pending one, 4 posted at once.
CREATE TABLE ledger_transfer (
  transfer_id uuid PRIMARY KEY,
  kind        smallint NOT NULL CHECK (kind BETWEEN 1 AND 4),
  pending_id  uuid REFERENCES ledger_transfer,
  reference   text NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  created_in  xid8 NOT NULL DEFAULT pg_current_xact_id(),
  CHECK ((kind IN (2, 3)) = (pending_id IS NOT NULL))
);
CREATE UNIQUE INDEX ledger_transfer_resolved_once ON ledger_transfer (pending_id) WHERE pending_id IS NOT NULL;
CREATE INDEX ledger_transfer_by_reference ON ledger_transfer (reference);

CREATE TABLE ledger_entry (
  transfer_id  uuid NOT NULL REFERENCES ledger_transfer,
  account_id   bigint NOT NULL REFERENCES ledger_account,
  is_debit     boolean NOT NULL,
  amount_cents bigint NOT NULL CHECK (amount_cents > 0),
  PRIMARY KEY (transfer_id, account_id, is_debit)
);
CREATE INDEX ledger_entry_by_account ON ledger_entry (account_id);

CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'ledger: % is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_account
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transfer
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
-- Nor has anybody, the owner included, the right. (UPDATE stays granted on the tables that foreign keys point to, since
-- their checks lock rows with it; the triggers hold there.)
REVOKE UPDATE, DELETE, TRUNCATE ON ledger_entry FROM PUBLIC, CURRENT_USER;
REVOKE DELETE, TRUNCATE ON ledger_transfer, ledger_account FROM PUBLIC, CURRENT_USER;

CREATE FUNCTION ledger_check_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM ledger_transfer WHERE transfer_id = NEW.transfer_id AND created_in = pg_current_xact_id();
  IF NOT FOUND THEN
    RAISE EXCEPTION 'ledger: transfer % is closed', NEW.transfer_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER only_with_its_transfer BEFORE INSERT ON ledger_entry
  FOR EACH ROW EXECUTE FUNCTION ledger_check_entry();

CREATE FUNCTION ledger_set_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.created_in := pg_current_xact_id();
  RETURN NEW;
END $$;
CREATE TRIGGER in_this_transaction BEFORE INSERT ON ledger_transfer
  FOR EACH ROW EXECUTE FUNCTION ledger_set_transaction();

-- At commit: the transfer balances, and a resolution suits what it resolves.
CREATE FUNCTION ledger_check_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  entries int;
  pending_kind smallint;
BEGIN
  SELECT count(*) INTO entries FROM ledger_entry WHERE transfer_id = NEW.transfer_id;
  IF (NEW.kind = 3 AND entries <> 0) OR (NEW.kind <> 3 AND entries < 2) THEN
    RAISE EXCEPTION 'ledger: transfer % has % entries', NEW.transfer_id, entries USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (
    SELECT FROM ledger_entry e JOIN ledger_account a USING (account_id) WHERE e.transfer_id = NEW.transfer_id
    GROUP BY a.currency HAVING sum(CASE WHEN e.is_debit THEN e.amount_cents ELSE -e.amount_cents END) <> 0
  ) THEN
    RAISE EXCEPTION 'ledger: transfer % does not balance', NEW.transfer_id USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.pending_id IS NOT NULL THEN
    SELECT kind INTO pending_kind FROM ledger_transfer WHERE transfer_id = NEW.pending_id;
    IF pending_kind <> 1 THEN
      RAISE EXCEPTION 'ledger: transfer % is not pending', NEW.pending_id USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
      SELECT FROM ledger_entry posted LEFT JOIN ledger_entry reserved
        ON reserved.transfer_id = NEW.pending_id AND reserved.account_id = posted.account_id
           AND reserved.is_debit = posted.is_debit
      WHERE posted.transfer_id = NEW.transfer_id AND posted.amount_cents > coalesce(reserved.amount_cents, 0)
    ) THEN
      RAISE EXCEPTION 'ledger: transfer % posts more than was pending', NEW.transfer_id
        USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER balances AFTER INSERT ON ledger_transfer DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION ledger_check_transfer();

-- The account of that name, made at its first use.
CREATE FUNCTION ledger_account_of(account text, in_currency text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  found_id bigint;
BEGIN
  SELECT account_id INTO found_id FROM ledger_account WHERE name = account AND currency = in_currency;
  IF found_id IS NULL THEN
    INSERT INTO ledger_account (name, currency) VALUES (account, in_currency) ON CONFLICT DO NOTHING;
    SELECT account_id INTO found_id FROM ledger_account WHERE name = account AND currency = in_currency;
  END IF;
  RETURN found_id;
END $$;

-- Reserves an amount. The same transfer again changes nothing; another one under its id is refused.
CREATE FUNCTION ledger_pend(id uuid, about text, debit text, credit text, in_currency text, amount bigint)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  debit_id bigint := ledger_account_of(debit, in_currency);
  credit_id bigint := ledger_account_of(credit, in_currency);
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

-- Posts (kind 2) or voids (kind 3) a pending transfer, whole. Doing the same again changes nothing.
CREATE FUNCTION ledger_resolve(id uuid, pending uuid, as_kind smallint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  about text;
BEGIN
  SELECT reference INTO about FROM ledger_transfer WHERE transfer_id = pending;
  IF about IS NULL THEN
    RAISE EXCEPTION 'ledger: no pending transfer %', pending USING ERRCODE = 'foreign_key_violation';
  END IF;
  INSERT INTO ledger_transfer (transfer_id, kind, pending_id, reference) VALUES (id, as_kind, pending, about)
  ON CONFLICT (pending_id) WHERE pending_id IS NOT NULL DO NOTHING;
  IF FOUND THEN
    IF as_kind = 2 THEN
      INSERT INTO ledger_entry (transfer_id, account_id, is_debit, amount_cents)
      SELECT id, account_id, is_debit, amount_cents FROM ledger_entry WHERE transfer_id = pending;
    END IF;
  ELSIF NOT EXISTS (SELECT FROM ledger_transfer WHERE pending_id = pending AND kind = as_kind) THEN
    RAISE EXCEPTION 'ledger: transfer % is resolved otherwise', pending USING ERRCODE = 'unique_violation';
  END IF;
END $$;

-- Debits and credits of every account, in minor units: posted, and pending that nothing has resolved.
CREATE VIEW ledger_account_balance AS
SELECT a.name AS account, a.currency,
       coalesce(sum(e.amount_cents) FILTER (WHERE e.is_debit AND t.kind IN (2, 4)), 0)::bigint AS debits_posted,
       coalesce(sum(e.amount_cents) FILTER (WHERE NOT e.is_debit AND t.kind IN (2, 4)), 0)::bigint AS credits_posted,
       coalesce(sum(e.amount_cents) FILTER (WHERE e.is_debit AND t.kind = 1 AND r.transfer_id IS NULL), 0)::bigint
         AS debits_pending,
       coalesce(sum(e.amount_cents) FILTER (WHERE NOT e.is_debit AND t.kind = 1 AND r.transfer_id IS NULL), 0)::bigint
         AS credits_pending
FROM ledger_account a
LEFT JOIN ledger_entry e USING (account_id)
LEFT JOIN ledger_transfer t ON t.transfer_id = e.transfer_id
LEFT JOIN ledger_transfer r ON r.pending_id = t.transfer_id
GROUP BY a.name, a.currency;

-- One row for each currency: does everything add up? Looks at every entry, trusting neither triggers nor stored sums.
CREATE FUNCTION ledger_balance_check()
RETURNS TABLE (currency text, debits_posted bigint, credits_posted bigint, debits_pending bigint, credits_pending bigint,
               unbalanced_transfers bigint, balances boolean) LANGUAGE sql STABLE AS $$
  WITH totals AS (
    SELECT b.currency, sum(b.debits_posted)::bigint AS dp, sum(b.credits_posted)::bigint AS cp,
           sum(b.debits_pending)::bigint AS dn, sum(b.credits_pending)::bigint AS cn
    FROM ledger_account_balance b GROUP BY b.currency
  ), wrong AS (
    SELECT a.currency, count(DISTINCT e.transfer_id) AS transfers
    FROM ledger_entry e JOIN ledger_account a USING (account_id)
    WHERE e.transfer_id IN (
      SELECT x.transfer_id FROM ledger_entry x JOIN ledger_account y USING (account_id)
      GROUP BY x.transfer_id, y.currency
      HAVING sum(CASE WHEN x.is_debit THEN x.amount_cents ELSE -x.amount_cents END) <> 0)
    GROUP BY a.currency
  )
  SELECT t.currency, t.dp, t.cp, t.dn, t.cn, coalesce(w.transfers, 0),
         t.dp = t.cp AND t.dn = t.cn AND coalesce(w.transfers, 0) = 0
  FROM totals t LEFT JOIN wrong w USING (currency) ORDER BY t.currency
$$;
