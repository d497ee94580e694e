-- Keys that sign tokens. The private half is sealed under the service's secret key.
CREATE TABLE signing_key (
  kid text PRIMARY KEY,
  algorithm text NOT NULL CHECK (algorithm IN ('ES256', 'RS256')),
  private_key_sealed text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  retired_at timestamptz
);
CREATE UNIQUE INDEX signing_key_current ON signing_key (algorithm) WHERE retired_at IS NULL;

CREATE TABLE ministry (
  ministry_id uuid PRIMARY KEY,
  name_en text NOT NULL CHECK (name_en <> ''),
  name_fr text NOT NULL CHECK (name_fr <> ''),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE service (
  service_id uuid PRIMARY KEY,
  ministry_id uuid NOT NULL REFERENCES ministry,
  name_en text NOT NULL CHECK (name_en <> ''),
  name_fr text NOT NULL CHECK (name_fr <> ''),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX service_by_ministry ON service (ministry_id);

-- The platform itself, in whose name confirmation codes are sent.
INSERT INTO ministry (ministry_id, name_en, name_fr)
VALUES ('00000000-0000-7000-8000-000000000001', 'Tamarack', 'Tamarack');
INSERT INTO service (service_id, ministry_id, name_en, name_fr)
VALUES ('00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000001', 'My account', 'Mon compte');

-- `revision` rises whenever what the client asks for, or why, changes: people are then asked again.
CREATE TABLE oauth_client (
  client_id text PRIMARY KEY,
  service_id uuid NOT NULL REFERENCES service,
  secret_sha256 text NOT NULL,
  redirect_uris text[] NOT NULL,
  scopes text[] NOT NULL,
  purpose_en text NOT NULL,
  purpose_fr text NOT NULL,
  id_token_alg text NOT NULL CHECK (id_token_alg IN ('RS256', 'ES256')),
  mode text NOT NULL CHECK (mode IN ('live', 'sandbox')),
  revision int NOT NULL DEFAULT 1,
  is_enabled boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Keys for payments are bearer secrets, of which only a hash is kept. The secret of a key for notifications is an HMAC
-- key and has to be recovered: it is sealed.
CREATE TABLE api_key (
  api_key_id uuid PRIMARY KEY,
  service_id uuid NOT NULL REFERENCES service,
  kind text NOT NULL CHECK (kind IN ('pay', 'notify')),
  key_type text NOT NULL CHECK (key_type IN ('live', 'team', 'test')),
  name text NOT NULL,
  secret_sha256 text UNIQUE,
  secret_sealed text,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz,
  revoked_at timestamptz,
  CHECK ((kind = 'pay') = (secret_sha256 IS NOT NULL)),
  CHECK ((kind = 'notify') = (secret_sealed IS NOT NULL))
);
CREATE INDEX api_key_by_service ON api_key (service_id, kind);

-- A person. `key_sealed` is the person's own data key; without it (erasure) `profile_sealed` is noise. `email_index` is
-- a keyed hash, so that the address can be found but not read. `subject` is the person's name on the platform itself.
CREATE TABLE person (
  person_id uuid PRIMARY KEY,
  subject text NOT NULL UNIQUE,
  email_index text UNIQUE,
  key_sealed text,
  profile_sealed text NOT NULL,
  password_hash text NOT NULL,
  language text NOT NULL CHECK (language IN ('en', 'fr')),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  erased_at timestamptz,
  CHECK ((erased_at IS NULL) = (key_sealed IS NOT NULL))
);

-- Somebody who has not yet shown that the email address is theirs. Known to the browser by a cookie.
CREATE TABLE registration (
  registration_id uuid PRIMARY KEY,
  token_sha256 text NOT NULL UNIQUE,
  details_sealed text NOT NULL,
  language text NOT NULL CHECK (language IN ('en', 'fr')),
  code_mac text NOT NULL,
  code_expires_at timestamptz NOT NULL,
  tries int NOT NULL DEFAULT 0,
  sends int NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX registration_by_age ON registration (created_at);

-- Emails to be handed to notify; a row goes when notify has accepted it. The id is the idempotency key.
CREATE TABLE email_outbox (
  email_id uuid PRIMARY KEY,
  request_sealed text NOT NULL,
  attempts int NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX email_outbox_due ON email_outbox (due_at);

-- What a person agreed to share with one client, in the words that were shown. Never changed but for its end.
CREATE TABLE consent (
  consent_id uuid PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES person,
  client_id text NOT NULL REFERENCES oauth_client,
  subject text NOT NULL,
  scopes text[] NOT NULL,
  claims text[] NOT NULL,
  purpose_en text NOT NULL,
  purpose_fr text NOT NULL,
  client_revision int NOT NULL,
  granted_at timestamptz NOT NULL DEFAULT now(),
  withdrawn_at timestamptz
);
CREATE UNIQUE INDEX consent_active ON consent (client_id, subject) WHERE withdrawn_at IS NULL;
CREATE INDEX consent_by_person ON consent (person_id, granted_at);

-- Each reading under a consent, for the person to see.
CREATE TABLE consent_read (
  consent_read_id uuid PRIMARY KEY,
  consent_id uuid NOT NULL REFERENCES consent,
  person_id uuid NOT NULL REFERENCES person,
  claims text[] NOT NULL,
  read_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX consent_read_by_person ON consent_read (person_id, read_at DESC);
