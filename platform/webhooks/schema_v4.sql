-- no transaction
-- What is parked with its endpoint, and what is measured.
DROP INDEX CONCURRENTLY IF EXISTS webhook_endpoint_lost;
CREATE INDEX CONCURRENTLY webhook_endpoint_lost ON webhook_endpoint (endpoint_id) WHERE NOT enabled OR failing_since IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS webhook_delivery_pending;
CREATE INDEX CONCURRENTLY webhook_delivery_pending ON webhook_delivery (endpoint_id, created_at) WHERE state = 1;
DROP INDEX CONCURRENTLY IF EXISTS webhook_delivery_parked;
CREATE INDEX CONCURRENTLY webhook_delivery_parked ON webhook_delivery (finished_at) WHERE state = 3;
