-- no transaction
-- What was given up for a failure that is not the address's is counted.
DROP INDEX CONCURRENTLY IF EXISTS notification_parked;
CREATE INDEX CONCURRENTLY notification_parked ON notification (completed_at) WHERE status = 6;
