-- no transaction
-- What was recorded before the triggers were there.
UPDATE person_key SET due_at = now() WHERE due_at IS NULL AND subject IN (SELECT subject FROM change WHERE directory_synced_at IS NULL);
UPDATE delivery SET due_at = now() WHERE due_at IS NULL AND first_read_at IS NOT NULL AND reading_reported_at IS NULL;
-- The release before looks by delivery_reading_to_report: a later migration drops it.
DROP INDEX CONCURRENTLY IF EXISTS person_key_due;
CREATE INDEX CONCURRENTLY person_key_due ON person_key (due_at) WHERE due_at IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS delivery_due;
CREATE INDEX CONCURRENTLY delivery_due ON delivery (due_at) WHERE due_at IS NOT NULL;
