-- Idempotency keys of notifications are kept where all are, by mode instead of by type of API key, and their hashes sealed
-- (Once::SealEarlier does it for these).
-- Nothing is written there between the copy and the trigger. Copies count as new: the release before forgets by their age.
LOCK TABLE idempotency_key IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO idempotent_answer (caller, method, key, answer_sealed, created_at, expires_at)
SELECT n.service_id || CASE WHEN n.key_type = 'test' THEN '/sandbox' ELSE '/live' END,
       'tamarack.notify.v1.SendEmailRequest', i.key, 'sha256:' || i.request_sha256 || i.notification_id,
       now(), i.created_at + interval '7 days'
FROM idempotency_key i JOIN notification n USING (notification_id)
ON CONFLICT DO NOTHING;
DELETE FROM idempotency_key;

-- The release before still writes here while it is replaced; a later migration drops the table. Its keys come along, and
-- a key that it cannot see any more is refused there: it sends no second message.
CREATE FUNCTION idempotency_key_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO idempotent_answer (caller, method, key, answer_sealed, created_at, expires_at)
  SELECT n.service_id || CASE WHEN n.key_type = 'test' THEN '/sandbox' ELSE '/live' END,
         'tamarack.notify.v1.SendEmailRequest', NEW.key, 'sha256:' || NEW.request_sha256 || NEW.notification_id,
         NEW.created_at, NEW.created_at + interval '7 days'
  FROM notification n WHERE n.notification_id = NEW.notification_id
  ON CONFLICT DO NOTHING;
  IF NOT FOUND AND NOT EXISTS (SELECT FROM idempotency_key WHERE service_id = NEW.service_id AND key = NEW.key) THEN
    RAISE EXCEPTION 'the key has sent a message' USING ERRCODE = 'unique_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER moved BEFORE INSERT ON idempotency_key FOR EACH ROW EXECUTE FUNCTION idempotency_key_moved();
CREATE INDEX notification_by_owner_reference ON notification (service_id, key_type, reference) WHERE reference IS NOT NULL;
DROP INDEX notification_by_reference;
