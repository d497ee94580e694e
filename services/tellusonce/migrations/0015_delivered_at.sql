-- That the ministry took it is told for as long as the delivery is, though the webhook's own record is forgotten.
ALTER TABLE delivery ADD COLUMN delivered_at timestamptz;

CREATE FUNCTION webhook_delivery_is_forgotten() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE delivery SET delivered_at = OLD.finished_at WHERE event_id = OLD.event_id;
  RETURN OLD;
END $$;
CREATE TRIGGER is_forgotten BEFORE DELETE ON webhook_delivery FOR EACH ROW
  WHEN (OLD.state = 2) EXECUTE FUNCTION webhook_delivery_is_forgotten();
