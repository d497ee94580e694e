-- Answers to requests that carried an Idempotency-Key. Owned by platform/idempotency; a service takes it in as a symbolic
-- link among its migrations. A change to it is another file, schema_v2.sql, linked after this one.
CREATE TABLE idempotent_answer (
  caller text NOT NULL,
  -- Type of the request.
  method text NOT NULL,
  key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  -- Hash of the request, then the answer. A request may hold a password, an answer a secret that is shown once.
  answer_sealed text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (caller, method, key)
);
CREATE INDEX idempotent_answer_by_age ON idempotent_answer (created_at);
