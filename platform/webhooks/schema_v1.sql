-- Events and webhooks. Owned by platform/webhooks; a service takes it in as a symbolic link among its
-- migrations. A change to it is another file, schema_v2.sql, linked after this one.

-- Where a tenant wants its events sent.
CREATE TABLE webhook_endpoint (
  endpoint_id uuid PRIMARY KEY,
  tenant_id text NOT NULL,
  url text NOT NULL,
  sealed_secret text NOT NULL,
  event_types text[] NOT NULL,
  enabled boolean NOT NULL DEFAULT true,
  disabled_reason text NOT NULL DEFAULT '',
  -- Set by Retry-After.
  paused_until timestamptz NOT NULL DEFAULT '-infinity',
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX webhook_endpoint_tenant ON webhook_endpoint (tenant_id);

-- The public log: only ever inserted into.
CREATE TABLE event (
  event_id uuid PRIMARY KEY,
  sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  tenant_id text NOT NULL,
  type text NOT NULL,
  source text NOT NULL,
  subject text NOT NULL,
  data json NOT NULL CHECK (json_typeof(data) = 'object'),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX event_subject ON event (subject, sequence);

CREATE FUNCTION event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'table event is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER event_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event
  FOR EACH STATEMENT EXECUTE FUNCTION event_is_append_only();

-- One event on its way to one endpoint. The deliveries of one endpoint and subject are a lane; only the
-- head of a lane has due_at, the others wait for it to be finished.
CREATE TABLE webhook_delivery (
  delivery_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id uuid NOT NULL REFERENCES event,
  -- No foreign key: endpoints are never deleted, and its row lock would be shared by all writers.
  endpoint_id uuid NOT NULL,
  subject text NOT NULL,
  -- 1 pending, 2 delivered, 3 parked.
  state smallint NOT NULL DEFAULT 1 CHECK (state BETWEEN 1 AND 3),
  attempts integer NOT NULL DEFAULT 0,
  -- When it may next be claimed; while claimed, when the claim lapses.
  due_at timestamptz CHECK (due_at IS NULL OR state = 1),
  claim uuid,
  last_status smallint NOT NULL DEFAULT 0,
  last_error text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz CHECK ((finished_at IS NULL) = (state = 1)),
  UNIQUE (event_id, endpoint_id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX webhook_delivery_due ON webhook_delivery (endpoint_id, due_at) WHERE due_at IS NOT NULL;
CREATE UNIQUE INDEX webhook_delivery_head ON webhook_delivery (endpoint_id, subject)
  WHERE due_at IS NOT NULL;
CREATE INDEX webhook_delivery_lane ON webhook_delivery (endpoint_id, subject, delivery_id)
  WHERE state = 1;
CREATE INDEX webhook_delivery_list ON webhook_delivery (endpoint_id, delivery_id);

-- What became of each try. No bodies.
CREATE TABLE webhook_attempt (
  attempt_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  delivery_id bigint NOT NULL REFERENCES webhook_delivery,
  started_at timestamptz NOT NULL,
  duration_ms integer NOT NULL,
  status smallint NOT NULL,
  error text NOT NULL
);
CREATE INDEX webhook_attempt_delivery ON webhook_attempt (delivery_id, attempt_id);
