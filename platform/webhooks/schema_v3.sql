-- Since when the endpoint is out of order without a break; NULL: it is not.
ALTER TABLE webhook_endpoint ADD COLUMN failing_since timestamptz;
