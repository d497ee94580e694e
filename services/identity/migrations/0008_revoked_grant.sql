-- What a client holds for a subject and may no longer use, since a code was used twice. Kept as long as any token made
-- before lives; beyond Redis, so that losing that revives none.
CREATE TABLE revoked_grant (
  client_id text NOT NULL,
  subject text NOT NULL,
  revoked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (client_id, subject)
);
CREATE INDEX revoked_grant_by_age ON revoked_grant (revoked_at);
