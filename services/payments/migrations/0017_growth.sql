-- no transaction
-- What is forgotten, oldest first.
DROP INDEX CONCURRENTLY IF EXISTS processor_job_done;
CREATE INDEX CONCURRENTLY processor_job_done ON processor_job (done_at) WHERE done_at IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS used_link_by_age;
CREATE INDEX CONCURRENTLY used_link_by_age ON used_link (used_at);
-- Lists by reference or state, newest first.
DROP INDEX CONCURRENTLY IF EXISTS payment_by_owner_reference;
CREATE INDEX CONCURRENTLY payment_by_owner_reference ON payment (service_id, is_live, lower(reference), created_at, payment_id);
DROP INDEX CONCURRENTLY IF EXISTS payment_by_reference;
DROP INDEX CONCURRENTLY IF EXISTS payment_by_owner_status;
CREATE INDEX CONCURRENTLY payment_by_owner_status ON payment (service_id, is_live, status, created_at, payment_id);
