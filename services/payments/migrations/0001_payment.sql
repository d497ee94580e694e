-- Payments, what happened to them, and the tries to have a card authorised.
-- Status numbers are payments::Status (services/payments/payment.h).

CREATE TABLE payment (
  payment_id          text PRIMARY KEY CHECK (payment_id ~ '^[0-9a-v]{26}$'),
  service_id          text NOT NULL CHECK (service_id <> ''),
  ministry_id         text NOT NULL,
  is_live             boolean NOT NULL,
  amount_cents        bigint NOT NULL CHECK (amount_cents BETWEEN 1 AND 10000000),
  currency            text NOT NULL DEFAULT 'CAD' CHECK (currency ~ '^[A-Z]{3}$'),
  reference           text NOT NULL CHECK (length(reference) BETWEEN 1 AND 255),
  description         text NOT NULL CHECK (length(description) BETWEEN 1 AND 255),
  return_url          text NOT NULL CHECK (length(return_url) BETWEEN 1 AND 2000),
  language            text NOT NULL CHECK (language IN ('en', 'fr')),
  metadata            jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
  -- Email, name and address of who pays: JSON sealed under the service's key, never plain.
  payer_sealed        text,
  status              smallint NOT NULL CHECK (status BETWEEN 1 AND 12),
  version             int NOT NULL DEFAULT 1,
  created_at          timestamptz NOT NULL,
  updated_at          timestamptz NOT NULL,
  capture_approved_at timestamptz,
  captured_at         timestamptz
);
CREATE INDEX payment_by_service ON payment (service_id, created_at DESC, payment_id DESC);
CREATE INDEX payment_by_reference ON payment (service_id, lower(reference));
-- For the expiry sweep: those that are neither paid nor finished.
CREATE INDEX payment_unfinished ON payment (created_at) WHERE status IN (1, 2, 3, 4);

-- Which payment a service's Idempotency-Key made, and from what.
CREATE TABLE payment_idempotency (
  service_id   text NOT NULL,
  key          text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  request_hash text NOT NULL,
  payment_id   text NOT NULL REFERENCES payment DEFERRABLE INITIALLY DEFERRED,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (service_id, key)
);

-- Every status a payment has had; `version` orders them. Append-only.
CREATE TABLE payment_event (
  payment_id text NOT NULL REFERENCES payment,
  version    int NOT NULL,
  status     smallint NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (payment_id, version)
);

-- One card tried for a payment. Committed before the processor is asked: `attempt_id` is the reference under which the
-- processor does it at most once and under which it can be asked what became of it.
-- Status: 1 submitted (outcome unknown), 2 authorised, 3 declined, 4 failed, 5 released, 6 captured.
CREATE TABLE authorisation_attempt (
  attempt_id     uuid PRIMARY KEY,
  payment_id     text NOT NULL REFERENCES payment,
  number         int NOT NULL CHECK (number > 0),
  status         smallint NOT NULL CHECK (status BETWEEN 1 AND 6),
  reason         text NOT NULL DEFAULT '',
  provider       text NOT NULL,
  provider_id    text,
  card_brand     text NOT NULL,
  card_type      text NOT NULL,
  last_digits    text NOT NULL CHECK (length(last_digits) = 4),
  first_digits   text NOT NULL CHECK (length(first_digits) = 6),
  expiry_date    text NOT NULL,
  created_at     timestamptz NOT NULL,
  resolved_at    timestamptz,
  -- When the processor is to be asked what became of it, if nobody has recorded an answer by then.
  check_at       timestamptz NOT NULL,
  UNIQUE (payment_id, number)
);
-- No payment can hold two reservations, or wait for two answers, whatever the code does.
CREATE UNIQUE INDEX one_live_attempt ON authorisation_attempt (payment_id) WHERE status IN (1, 2, 6);
CREATE INDEX attempt_unresolved ON authorisation_attempt (check_at) WHERE status = 1;

-- What the processor is still to be told about an authorised attempt. Kind: 1 capture, 2 release.
CREATE TABLE processor_job (
  attempt_id uuid NOT NULL REFERENCES authorisation_attempt,
  kind       smallint NOT NULL CHECK (kind IN (1, 2)),
  due_at     timestamptz NOT NULL,
  tries      int NOT NULL DEFAULT 0,
  done_at    timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (attempt_id)  -- an authorisation is captured or released, never both
);
CREATE INDEX processor_job_due ON processor_job (due_at) WHERE done_at IS NULL;

-- Single-use links that have been used.
CREATE TABLE used_link (
  nonce      text PRIMARY KEY,
  payment_id text NOT NULL,
  used_at    timestamptz NOT NULL DEFAULT now()
);
