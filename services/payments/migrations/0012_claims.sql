-- Who has claimed it, until due_at; NULL: nobody.
ALTER TABLE processor_job ADD COLUMN claim_token uuid;
ALTER TABLE authorisation_attempt ADD COLUMN claim_token uuid;
-- How often the processor was asked what became of it.
ALTER TABLE authorisation_attempt ADD COLUMN checks int NOT NULL DEFAULT 0;
ALTER TABLE authorisation_attempt RENAME COLUMN check_at TO due_at;
