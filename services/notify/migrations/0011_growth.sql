-- no transaction
-- What is forgotten, oldest first.
DROP INDEX CONCURRENTLY IF EXISTS notification_emptied;
CREATE INDEX CONCURRENTLY notification_emptied ON notification (created_at) WHERE sealed IS NULL AND due_at IS NULL;
-- Sandbox emails that are due, however many others wait for the relay.
DROP INDEX CONCURRENTLY IF EXISTS notification_due_test;
CREATE INDEX CONCURRENTLY notification_due_test ON notification (due_at) WHERE due_at IS NOT NULL AND key_type = 'test';
-- Lists, newest first: all, by status, by reference.
DROP INDEX CONCURRENTLY IF EXISTS notification_by_owner;
CREATE INDEX CONCURRENTLY notification_by_owner ON notification (service_id, key_type, created_at, notification_id);
DROP INDEX CONCURRENTLY IF EXISTS notification_by_service;
DROP INDEX CONCURRENTLY IF EXISTS notification_by_owner_status;
CREATE INDEX CONCURRENTLY notification_by_owner_status ON notification (service_id, key_type, status, created_at, notification_id);
DROP INDEX CONCURRENTLY IF EXISTS notification_by_reference;
CREATE INDEX CONCURRENTLY notification_by_reference ON notification (service_id, key_type, reference, created_at, notification_id)
  WHERE reference IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS notification_by_owner_reference;
