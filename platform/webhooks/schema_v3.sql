-- Who has claimed it, until due_at; as in all queues (platform/work/claims.h).
ALTER TABLE webhook_delivery RENAME COLUMN claim TO claim_token;
-- Since when the endpoint is out of order without a break; NULL: it is not.
ALTER TABLE webhook_endpoint ADD COLUMN failing_since timestamptz;
-- What is parked with its endpoint, and what is measured.
CREATE INDEX webhook_endpoint_lost ON webhook_endpoint (endpoint_id) WHERE NOT enabled OR failing_since IS NOT NULL;
CREATE INDEX webhook_delivery_pending ON webhook_delivery (endpoint_id, created_at) WHERE state = 1;
CREATE INDEX webhook_delivery_parked ON webhook_delivery (finished_at) WHERE state = 3;
