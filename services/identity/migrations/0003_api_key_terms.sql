-- What a key may do (empty: all that its kind may), until when, and the secret that its last rotation replaced, which
-- stays good for a while.
ALTER TABLE api_key
  ADD COLUMN scopes text[] NOT NULL DEFAULT '{}',
  ADD COLUMN expires_at timestamptz,
  ADD COLUMN previous_secret_sha256 text UNIQUE,
  ADD COLUMN previous_secret_sealed text,
  ADD COLUMN previous_expires_at timestamptz,
  ADD CHECK (num_nonnulls(previous_secret_sha256, previous_secret_sealed) = num_nonnulls(previous_expires_at));
