-- Live and sandbox are apart: an endpoint is told of its own mode's events.
ALTER TABLE webhook_endpoint ADD COLUMN mode text NOT NULL DEFAULT 'live' CHECK (mode IN ('live', 'sandbox'));
CREATE INDEX webhook_endpoint_owner ON webhook_endpoint (tenant_id, mode);
DROP INDEX webhook_endpoint_tenant;
-- NULL: from before modes were told apart; the log is never changed.
ALTER TABLE event ADD COLUMN mode text CHECK (mode IN ('live', 'sandbox'));
