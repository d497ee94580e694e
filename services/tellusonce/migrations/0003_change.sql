-- Each person's own key, sealed under the service's: erasing the row erases what the person told.
CREATE TABLE person_key (
  subject text PRIMARY KEY,
  sealed_key text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- What a person told, once. Never changed afterwards; the newest is the present address.
CREATE TABLE change (
  change_id uuid PRIMARY KEY,
  subject text NOT NULL REFERENCES person_key,
  -- Made with the form, so that posting it twice records one change.
  request_id text NOT NULL,
  sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  change_type text NOT NULL CHECK (change_type IN ('address')),
  sealed_value text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  -- When identity's directory was told, so that the `address` claim follows.
  directory_synced_at timestamptz,
  UNIQUE (subject, request_id)
);
CREATE INDEX change_by_subject ON change (subject, sequence DESC);
CREATE INDEX change_to_sync ON change (sequence) WHERE directory_synced_at IS NULL;

-- That a ministry is to know of a change: the person's consent, and what became of it there.
CREATE TABLE delivery (
  delivery_id uuid PRIMARY KEY,
  change_id uuid NOT NULL REFERENCES change,
  subscription_id uuid NOT NULL REFERENCES subscription,
  -- The person as this ministry knows them.
  ministry_subject text NOT NULL,
  event_id uuid NOT NULL UNIQUE,
  -- The purpose that the person agreed to, in the words shown.
  purpose text NOT NULL,
  outcome text CHECK (outcome IN ('accepted', 'applied', 'rejected')),
  reason_code text NOT NULL DEFAULT '',
  case_reference text NOT NULL DEFAULT '',
  acknowledged_at timestamptz,
  first_read_at timestamptz,
  UNIQUE (change_id, subscription_id),
  CHECK ((outcome IS NULL) = (acknowledged_at IS NULL))
);
