-- A key used with a sandbox's credential is another than the same key used live. Rows from before do not say which they were
-- and count for both.
ALTER TABLE idempotent_answer ADD COLUMN mode text NOT NULL DEFAULT '';
ALTER TABLE idempotent_answer DROP CONSTRAINT idempotent_answer_pkey, ADD PRIMARY KEY (caller, mode, method, key);
