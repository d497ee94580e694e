-- What Once::SealEarlier looks for at each start: soon nothing.
CREATE INDEX idempotent_answer_earlier ON idempotent_answer (created_at) WHERE answer_sealed LIKE 'sha256:%';
