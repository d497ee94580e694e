-- Idempotency keys of payments are kept where all are, and their hashes sealed (Once::SealEarlier does it for these).
-- Nothing is written there between the copy and the trigger. Copies count as new: the release before forgets by their age.
LOCK TABLE payment_idempotency IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO idempotent_answer (caller, method, key, answer_sealed, created_at, expires_at)
SELECT p.service_id || CASE WHEN p.is_live THEN '/live' ELSE '/sandbox' END,
       'tamarack.payments.v1.CreatePaymentRequest', i.key, 'sha256:' || i.request_hash || i.payment_id,
       now(), i.created_at + interval '30 days'
FROM payment_idempotency i JOIN payment p USING (payment_id)
WHERE i.created_at > now() - interval '30 days'
ON CONFLICT DO NOTHING;
DELETE FROM payment_idempotency;

-- The release before still writes here while it is replaced; a later migration drops the table. Its keys come along, and
-- a key that it cannot see any more is refused there: it makes no second payment.
CREATE FUNCTION payment_idempotency_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO idempotent_answer (caller, method, key, answer_sealed, created_at, expires_at)
  VALUES (CASE WHEN NEW.service_id ~ '/(live|sandbox)$' THEN NEW.service_id ELSE NEW.service_id || '/sandbox' END,
          'tamarack.payments.v1.CreatePaymentRequest', NEW.key, 'sha256:' || NEW.request_hash || NEW.payment_id,
          NEW.created_at, NEW.created_at + interval '30 days')
  ON CONFLICT DO NOTHING;
  IF NOT FOUND AND NOT EXISTS (SELECT FROM payment_idempotency WHERE service_id = NEW.service_id AND key = NEW.key) THEN
    RAISE EXCEPTION 'the key has made a payment' USING ERRCODE = 'unique_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER moved BEFORE INSERT ON payment_idempotency FOR EACH ROW EXECUTE FUNCTION payment_idempotency_moved();
