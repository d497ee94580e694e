-- A transaction can have its deferred checks done early (SET CONSTRAINTS) and add entries afterwards: entries are checked
-- too, not only transfers. The function serves both tables, hence it looks the transfer up.
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
    GROUP BY a.currency HAVING sum(CASE WHEN e.is_debit THEN e.amount_cents ELSE -e.amount_cents END) <> 0
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
CREATE CONSTRAINT TRIGGER balances AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION ledger_check_transfer();
