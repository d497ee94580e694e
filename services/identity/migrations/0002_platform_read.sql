-- Readings of a person's data at other services of the platform, for the person to see beside those under consents.
CREATE TABLE platform_read (
  read_id uuid PRIMARY KEY,
  person_id uuid NOT NULL REFERENCES person,
  ministry_id uuid NOT NULL REFERENCES ministry,
  claims text[] NOT NULL,
  purpose_en text NOT NULL,
  purpose_fr text NOT NULL,
  read_at timestamptz NOT NULL
);
CREATE INDEX platform_read_by_person ON platform_read (person_id, read_at DESC);
