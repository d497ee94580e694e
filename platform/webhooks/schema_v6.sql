-- no transaction
-- What is forgotten, oldest first.
DROP INDEX CONCURRENTLY IF EXISTS webhook_delivery_delivered;
CREATE INDEX CONCURRENTLY webhook_delivery_delivered ON webhook_delivery (finished_at) WHERE state = 2;
