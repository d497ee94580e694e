-- What a person's authorization gave a client: every token names its grant, and is good as long as that is not revoked.
-- The code that it begins with is a part of it, so that one statement uses it up. Kept for a day; no token lives as long.
CREATE TABLE oauth_grant (
  -- Random, so that it says nothing to anybody but us: each client has its own.
  grant_id text PRIMARY KEY,
  client_id text NOT NULL REFERENCES oauth_client,
  person_id uuid NOT NULL REFERENCES person,
  subject text NOT NULL,
  consent_id uuid NOT NULL REFERENCES consent,
  -- This, `claims` and the keys below decide nothing: they tell whoever looks into a theft what was given from which
  -- sign-in, and to whom.
  session_id text NOT NULL,
  language text NOT NULL CHECK (language IN ('en', 'fr')),
  scopes text[] NOT NULL,
  claims text[] NOT NULL,
  acr text NOT NULL,
  amr text[] NOT NULL,
  auth_time timestamptz NOT NULL,
  -- The code, and with what it has to come back. `code_jkt`: the key that the request named; empty: any or none.
  code_sha256 text NOT NULL UNIQUE,
  code_expires_at timestamptz NOT NULL,
  redirect_uri text NOT NULL,
  code_challenge text NOT NULL,
  code_jkt text NOT NULL,
  nonce text NOT NULL,
  redeemed_at timestamptz,
  -- The keys that the tokens are bound to (RFC 9449, RFC 8705); empty: bearer tokens.
  jkt text NOT NULL DEFAULT '',
  x5t_s256 text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz
);
CREATE INDEX oauth_grant_by_subject ON oauth_grant (client_id, subject) WHERE revoked_at IS NULL;
CREATE INDEX oauth_grant_by_age ON oauth_grant (created_at);
