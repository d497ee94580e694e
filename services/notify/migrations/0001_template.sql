-- Templates and their versions. A version is never changed: a notification refers to the one it was made from.
CREATE TABLE template (
  template_id uuid PRIMARY KEY,
  service_id text NOT NULL CHECK (service_id <> ''),
  type text NOT NULL CHECK (type IN ('email')),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
  current_version int NOT NULL CHECK (current_version > 0),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz
);
CREATE INDEX template_by_service ON template (service_id, name);

CREATE TABLE template_version (
  template_id uuid NOT NULL REFERENCES template,
  version int NOT NULL CHECK (version > 0),
  subject text NOT NULL,
  body text NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (template_id, version)
);
