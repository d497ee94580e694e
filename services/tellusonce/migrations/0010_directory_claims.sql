-- What identity is to be told is claimed: who has it, until due_at; due_at NULL: nothing is to be told.
-- Of a person, their newest address; of a delivery, that it was read.
ALTER TABLE person_key ADD COLUMN due_at timestamptz, ADD COLUMN claim_token uuid, ADD COLUMN attempts int NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN due_at timestamptz, ADD COLUMN claim_token uuid, ADD COLUMN attempts int NOT NULL DEFAULT 0;
UPDATE person_key SET due_at = now() WHERE subject IN (SELECT subject FROM change WHERE directory_synced_at IS NULL);
UPDATE delivery SET due_at = now() WHERE first_read_at IS NOT NULL AND reading_reported_at IS NULL;
CREATE INDEX person_key_due ON person_key (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX delivery_due ON delivery (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX change_unsynced ON change (subject) WHERE directory_synced_at IS NULL;
DROP INDEX change_to_sync;
DROP INDEX delivery_reading_to_report;
