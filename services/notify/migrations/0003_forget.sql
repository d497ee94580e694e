-- What the hourly forgetting looks for.
CREATE INDEX notification_to_forget ON notification (created_at) WHERE sealed IS NOT NULL;
CREATE INDEX idempotency_key_by_age ON idempotency_key (created_at);
