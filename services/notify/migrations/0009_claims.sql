-- Who has claimed it, until due_at; NULL: nobody.
ALTER TABLE notification ADD COLUMN claim_token uuid;
-- What was given up for a failure that is not the address's is counted.
CREATE INDEX notification_parked ON notification (completed_at) WHERE status = 6;
