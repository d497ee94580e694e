-- What identity is to be told is claimed: who has it, until due_at; due_at NULL: nothing is to be told.
-- Of a person, their newest address; of a delivery, that it was read.
ALTER TABLE person_key ADD COLUMN due_at timestamptz, ADD COLUMN claim_token uuid, ADD COLUMN attempts int NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN due_at timestamptz, ADD COLUMN claim_token uuid, ADD COLUMN attempts int NOT NULL DEFAULT 0;

-- Whoever records it makes it due; the release before knows no due_at. A person who is being carried is looked at again
-- when that is done.
CREATE FUNCTION change_becomes_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE person_key SET due_at = now() WHERE subject = NEW.subject AND due_at IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER becomes_due AFTER INSERT ON change FOR EACH ROW EXECUTE FUNCTION change_becomes_due();

CREATE FUNCTION reading_becomes_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.due_at = now();
  RETURN NEW;
END $$;
CREATE TRIGGER becomes_due BEFORE UPDATE OF first_read_at ON delivery FOR EACH ROW
  WHEN (OLD.first_read_at IS NULL AND NEW.first_read_at IS NOT NULL) EXECUTE FUNCTION reading_becomes_due();
