-- One row for each message to one person. `sealed` holds everything personal (address, subject, body), encrypted; it is
-- emptied when the retention ends, the rest of the row stays for the counts.
CREATE TABLE notification (
  notification_id uuid PRIMARY KEY,
  service_id text NOT NULL CHECK (service_id <> ''),
  key_type text NOT NULL CHECK (key_type IN ('live', 'team', 'test')),
  template_id uuid NOT NULL,
  template_version int NOT NULL,
  reference text,
  sealed text,
  -- 1 created, 2 sending, 3 delivered, 4 permanent-failure, 5 temporary-failure, 6 technical-failure
  status smallint NOT NULL DEFAULT 1 CHECK (status BETWEEN 1 AND 6),
  attempts int NOT NULL DEFAULT 0,
  -- When a worker should take it; NULL once its fate is final.
  due_at timestamptz DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  sent_at timestamptz,
  completed_at timestamptz,
  CONSTRAINT final_is_not_due CHECK ((due_at IS NULL) = (status >= 3))
);
CREATE INDEX notification_due ON notification (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX notification_by_service ON notification (service_id, key_type, created_at DESC, notification_id);
CREATE INDEX notification_by_reference ON notification (service_id, reference) WHERE reference IS NOT NULL;

-- What makes a retried request safe: the same key gives the first notification again.
CREATE TABLE idempotency_key (
  service_id text NOT NULL,
  key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  request_sha256 text NOT NULL,
  notification_id uuid NOT NULL REFERENCES notification,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (service_id, key)
);
