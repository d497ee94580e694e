-- When an answer may be forgotten: some services keep theirs for longer than a day.
ALTER TABLE idempotent_answer ADD COLUMN expires_at timestamptz NOT NULL DEFAULT now() + interval '1 day';
CREATE INDEX idempotent_answer_by_expiry ON idempotent_answer (expires_at);
DROP INDEX idempotent_answer_by_age;
