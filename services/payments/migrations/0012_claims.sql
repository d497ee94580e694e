-- Who has claimed it, until due_at (check_at); NULL: nobody.
ALTER TABLE processor_job ADD COLUMN claim_token uuid;
-- And how often the processor was asked what became of it.
ALTER TABLE authorisation_attempt ADD COLUMN claim_token uuid, ADD COLUMN checks int NOT NULL DEFAULT 0;
