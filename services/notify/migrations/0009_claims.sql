-- Who has claimed it, until due_at; NULL: nobody.
ALTER TABLE notification ADD COLUMN claim_token uuid;
