-- A key used with a test key is another than the same one used with a live key.
ALTER TABLE idempotency_key ADD COLUMN key_type text;
UPDATE idempotency_key i SET key_type = n.key_type FROM notification n WHERE n.notification_id = i.notification_id;
ALTER TABLE idempotency_key ALTER COLUMN key_type SET NOT NULL, DROP CONSTRAINT idempotency_key_pkey,
  ADD PRIMARY KEY (service_id, key_type, key);
