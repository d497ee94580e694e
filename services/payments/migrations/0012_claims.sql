-- Who has claimed it, until due_at; NULL: nobody.
ALTER TABLE processor_job ADD COLUMN claim_token uuid;
ALTER TABLE authorisation_attempt ADD COLUMN claim_token uuid;
ALTER TABLE authorisation_attempt RENAME COLUMN check_at TO due_at;
