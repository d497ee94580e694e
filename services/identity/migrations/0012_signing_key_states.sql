-- A signing key is published ahead of use (next), signs (current), is published until its last token is over (retired) or
-- was withdrawn at once (removed). Its private half ends when it retires. public_jwk is NULL in rows of before, until identity
-- first reads them: only it can open them.
ALTER TABLE signing_key
  ADD COLUMN activated_at timestamptz,
  ADD COLUMN removed_at timestamptz,
  ADD COLUMN public_jwk text,
  ADD CHECK (removed_at IS NULL OR (retired_at IS NOT NULL AND private_key_sealed = '')),
  ADD CHECK (retired_at IS NULL OR public_jwk IS NULL OR private_key_sealed = '');
UPDATE signing_key SET activated_at = created_at;
DROP INDEX signing_key_current;
CREATE UNIQUE INDEX signing_key_current ON signing_key (algorithm) WHERE retired_at IS NULL AND activated_at IS NOT NULL;
CREATE UNIQUE INDEX signing_key_next ON signing_key (algorithm) WHERE retired_at IS NULL AND activated_at IS NULL;
