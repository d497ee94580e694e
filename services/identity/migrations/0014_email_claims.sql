-- Who has claimed it, until due_at; NULL: nobody.
ALTER TABLE email_outbox ADD COLUMN claim_token uuid;
-- What is too old to be sent.
CREATE INDEX email_outbox_by_age ON email_outbox (created_at);
