-- Wrong passwords in a row for an email address, whether it has an account or not, since the last right one. Beyond Redis,
-- which may forget: what a stranger may try in all is bounded by it (NIST SP 800-63B-4 section 3.2.2).
CREATE TABLE sign_in_failure (
  email_index text PRIMARY KEY,
  failures int NOT NULL,
  failed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sign_in_failure_by_age ON sign_in_failure (failed_at);

-- Browsers in which a person has signed in, known by a secret cookie. `failures` are those in a row since.
CREATE TABLE known_device (
  device_sha256 text NOT NULL,
  person_id uuid NOT NULL REFERENCES person,
  failures int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  used_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (device_sha256, person_id)
);
CREATE INDEX known_device_by_person ON known_device (person_id, used_at);
