SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE FUNCTION public.event_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'table event is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.ledger_account_of(account text, in_currency text) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
  found_id bigint;
BEGIN
  SELECT account_id INTO found_id FROM ledger_account WHERE name = account AND currency = in_currency;
  IF found_id IS NULL THEN
    INSERT INTO ledger_account (name, currency) VALUES (account, in_currency) ON CONFLICT DO NOTHING;
    SELECT account_id INTO found_id FROM ledger_account WHERE name = account AND currency = in_currency;
  END IF;
  RETURN found_id;
END $$;
CREATE FUNCTION public.ledger_balance_check() RETURNS TABLE(currency text, debits_posted bigint, credits_posted bigint, debits_pending bigint, credits_pending bigint, unbalanced_transfers bigint, balances boolean)
    LANGUAGE sql STABLE
    AS $$
  WITH totals AS (
    SELECT b.currency, sum(b.debits_posted)::bigint AS dp, sum(b.credits_posted)::bigint AS cp,
           sum(b.debits_pending)::bigint AS dn, sum(b.credits_pending)::bigint AS cn
    FROM ledger_account_balance b GROUP BY b.currency
  ), wrong AS (
    SELECT a.currency, count(DISTINCT e.transfer_id) AS transfers
    FROM ledger_entry e JOIN ledger_account a USING (account_id)
    WHERE e.transfer_id IN (
      SELECT x.transfer_id FROM ledger_entry x JOIN ledger_account y USING (account_id)
      GROUP BY x.transfer_id, y.currency
      HAVING sum(CASE WHEN x.is_debit THEN x.amount_cents ELSE -x.amount_cents END) <> 0)
    GROUP BY a.currency
  )
  SELECT t.currency, t.dp, t.cp, t.dn, t.cn, coalesce(w.transfers, 0),
         t.dp = t.cp AND t.dn = t.cn AND coalesce(w.transfers, 0) = 0
  FROM totals t LEFT JOIN wrong w USING (currency) ORDER BY t.currency
$$;
CREATE FUNCTION public.ledger_check_entry() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM FROM ledger_transfer WHERE transfer_id = NEW.transfer_id AND created_in = pg_current_xact_id();
  IF NOT FOUND THEN
    RAISE EXCEPTION 'ledger: transfer % is closed', NEW.transfer_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION public.ledger_check_transfer() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
  checked ledger_transfer;
  entries int;
  pending_kind smallint;
BEGIN
  SELECT * INTO checked FROM ledger_transfer WHERE transfer_id = NEW.transfer_id;
  SELECT count(*) INTO entries FROM ledger_entry WHERE transfer_id = checked.transfer_id;
  IF (checked.kind = 3 AND entries <> 0) OR (checked.kind <> 3 AND entries < 2) THEN
    RAISE EXCEPTION 'ledger: transfer % has % entries', checked.transfer_id, entries USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (
    SELECT FROM ledger_entry e JOIN ledger_account a USING (account_id) WHERE e.transfer_id = checked.transfer_id
    GROUP BY a.currency HAVING sum(CASE WHEN e.is_debit THEN e.amount_cents ELSE -e.amount_cents END) <> 0
  ) THEN
    RAISE EXCEPTION 'ledger: transfer % does not balance', checked.transfer_id USING ERRCODE = 'check_violation';
  END IF;
  IF checked.pending_id IS NOT NULL THEN
    SELECT kind INTO pending_kind FROM ledger_transfer WHERE transfer_id = checked.pending_id;
    IF pending_kind <> 1 THEN
      RAISE EXCEPTION 'ledger: transfer % is not pending', checked.pending_id USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
      SELECT FROM ledger_entry posted LEFT JOIN ledger_entry reserved
        ON reserved.transfer_id = checked.pending_id AND reserved.account_id = posted.account_id
           AND reserved.is_debit = posted.is_debit
      WHERE posted.transfer_id = checked.transfer_id AND posted.amount_cents > coalesce(reserved.amount_cents, 0)
    ) THEN
      RAISE EXCEPTION 'ledger: transfer % posts more than was pending', checked.transfer_id
        USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION public.ledger_pend(id uuid, about text, debit text, credit text, in_currency text, amount bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
  debit_id bigint := ledger_account_of(debit, in_currency);
  credit_id bigint := ledger_account_of(credit, in_currency);
BEGIN
  INSERT INTO ledger_transfer (transfer_id, kind, reference) VALUES (id, 1, about) ON CONFLICT (transfer_id) DO NOTHING;
  IF FOUND THEN
    INSERT INTO ledger_entry (transfer_id, account_id, is_debit, amount_cents)
    VALUES (id, debit_id, true, amount), (id, credit_id, false, amount);
  ELSIF (SELECT count(*) FROM ledger_transfer t JOIN ledger_entry e USING (transfer_id)
         WHERE t.transfer_id = id AND t.kind = 1 AND t.reference = about AND e.amount_cents = amount
           AND e.account_id = CASE WHEN e.is_debit THEN debit_id ELSE credit_id END) <> 2 THEN
    RAISE EXCEPTION 'ledger: transfer % exists and is another', id USING ERRCODE = 'unique_violation';
  END IF;
END $$;
CREATE FUNCTION public.ledger_refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'ledger: % is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION public.ledger_resolve(id uuid, pending uuid, as_kind smallint) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
  about text;
BEGIN
  SELECT reference INTO about FROM ledger_transfer WHERE transfer_id = pending;
  IF about IS NULL THEN
    RAISE EXCEPTION 'ledger: no pending transfer %', pending USING ERRCODE = 'foreign_key_violation';
  END IF;
  INSERT INTO ledger_transfer (transfer_id, kind, pending_id, reference) VALUES (id, as_kind, pending, about)
  ON CONFLICT (pending_id) WHERE pending_id IS NOT NULL DO NOTHING;
  IF FOUND THEN
    IF as_kind = 2 THEN
      INSERT INTO ledger_entry (transfer_id, account_id, is_debit, amount_cents)
      SELECT id, account_id, is_debit, amount_cents FROM ledger_entry WHERE transfer_id = pending;
    END IF;
  ELSIF NOT EXISTS (SELECT FROM ledger_transfer WHERE pending_id = pending AND kind = as_kind) THEN
    RAISE EXCEPTION 'ledger: transfer % is resolved otherwise', pending USING ERRCODE = 'unique_violation';
  END IF;
END $$;
CREATE FUNCTION public.ledger_set_transaction() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  NEW.created_in := pg_current_xact_id();
  RETURN NEW;
END $$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.authorisation_attempt (
    attempt_id uuid NOT NULL,
    payment_id text NOT NULL,
    number integer NOT NULL,
    status smallint NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    provider text NOT NULL,
    provider_id text,
    card_brand text NOT NULL,
    card_type text NOT NULL,
    last_digits text NOT NULL,
    first_digits text NOT NULL,
    expiry_date text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    resolved_at timestamp with time zone,
    check_at timestamp with time zone NOT NULL,
    CONSTRAINT authorisation_attempt_first_digits_check CHECK ((length(first_digits) = 6)),
    CONSTRAINT authorisation_attempt_last_digits_check CHECK ((length(last_digits) = 4)),
    CONSTRAINT authorisation_attempt_number_check CHECK ((number > 0)),
    CONSTRAINT authorisation_attempt_status_check CHECK (((status >= 1) AND (status <= 6)))
);
CREATE TABLE public.event (
    event_id uuid NOT NULL,
    sequence bigint NOT NULL,
    tenant_id text NOT NULL,
    type text NOT NULL,
    source text NOT NULL,
    subject text NOT NULL,
    data json NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT event_data_check CHECK ((json_typeof(data) = 'object'::text))
);
ALTER TABLE public.event ALTER COLUMN sequence ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.event_sequence_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.idempotent_answer (
    caller text NOT NULL,
    method text NOT NULL,
    key text NOT NULL,
    answer_sealed text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT idempotent_answer_key_check CHECK (((length(key) >= 1) AND (length(key) <= 255)))
);
CREATE TABLE public.ledger_account (
    account_id bigint NOT NULL,
    name text NOT NULL,
    currency text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ledger_account_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT ledger_account_name_check CHECK ((name <> ''::text))
);
ALTER TABLE public.ledger_account ALTER COLUMN account_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.ledger_account_account_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.ledger_entry (
    transfer_id uuid NOT NULL,
    account_id bigint NOT NULL,
    is_debit boolean NOT NULL,
    amount_cents bigint NOT NULL,
    CONSTRAINT ledger_entry_amount_cents_check CHECK ((amount_cents > 0))
);
CREATE TABLE public.ledger_transfer (
    transfer_id uuid NOT NULL,
    kind smallint NOT NULL,
    pending_id uuid,
    reference text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    created_in xid8 DEFAULT pg_current_xact_id() NOT NULL,
    CONSTRAINT ledger_transfer_check CHECK (((kind = ANY (ARRAY[2, 3])) = (pending_id IS NOT NULL))),
    CONSTRAINT ledger_transfer_kind_check CHECK (((kind >= 1) AND (kind <= 4)))
);
CREATE VIEW public.ledger_account_balance AS
 SELECT a.name AS account,
    a.currency,
    (COALESCE(sum(e.amount_cents) FILTER (WHERE (e.is_debit AND (t.kind = ANY (ARRAY[2, 4])))), (0)::numeric))::bigint AS debits_posted,
    (COALESCE(sum(e.amount_cents) FILTER (WHERE ((NOT e.is_debit) AND (t.kind = ANY (ARRAY[2, 4])))), (0)::numeric))::bigint AS credits_posted,
    (COALESCE(sum(e.amount_cents) FILTER (WHERE (e.is_debit AND (t.kind = 1) AND (r.transfer_id IS NULL))), (0)::numeric))::bigint AS debits_pending,
    (COALESCE(sum(e.amount_cents) FILTER (WHERE ((NOT e.is_debit) AND (t.kind = 1) AND (r.transfer_id IS NULL))), (0)::numeric))::bigint AS credits_pending
   FROM (((public.ledger_account a
     LEFT JOIN public.ledger_entry e USING (account_id))
     LEFT JOIN public.ledger_transfer t ON ((t.transfer_id = e.transfer_id)))
     LEFT JOIN public.ledger_transfer r ON ((r.pending_id = t.transfer_id)))
  GROUP BY a.name, a.currency;
CREATE TABLE public.payment (
    payment_id text NOT NULL,
    service_id text NOT NULL,
    ministry_id text NOT NULL,
    is_live boolean NOT NULL,
    amount_cents bigint NOT NULL,
    currency text DEFAULT 'CAD'::text NOT NULL,
    reference text NOT NULL,
    description text NOT NULL,
    return_url text NOT NULL,
    language text NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    payer_sealed text,
    status smallint NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    capture_approved_at timestamp with time zone,
    captured_at timestamp with time zone,
    CONSTRAINT payment_amount_cents_check CHECK (((amount_cents >= 1) AND (amount_cents <= 10000000))),
    CONSTRAINT payment_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT payment_description_check CHECK (((length(description) >= 1) AND (length(description) <= 255))),
    CONSTRAINT payment_language_check CHECK ((language = ANY (ARRAY['en'::text, 'fr'::text]))),
    CONSTRAINT payment_metadata_check CHECK ((jsonb_typeof(metadata) = 'object'::text)),
    CONSTRAINT payment_payment_id_check CHECK ((payment_id ~ '^[0-9a-v]{26}$'::text)),
    CONSTRAINT payment_reference_check CHECK (((length(reference) >= 1) AND (length(reference) <= 255))),
    CONSTRAINT payment_return_url_check CHECK (((length(return_url) >= 1) AND (length(return_url) <= 2000))),
    CONSTRAINT payment_service_id_check CHECK ((service_id <> ''::text)),
    CONSTRAINT payment_status_check CHECK (((status >= 1) AND (status <= 12)))
);
CREATE TABLE public.payment_event (
    payment_id text NOT NULL,
    version integer NOT NULL,
    status smallint NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE TABLE public.payment_idempotency (
    service_id text NOT NULL,
    key text NOT NULL,
    request_hash text NOT NULL,
    payment_id text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT payment_idempotency_key_check CHECK (((length(key) >= 1) AND (length(key) <= 255)))
);
CREATE TABLE public.processor_job (
    attempt_id uuid NOT NULL,
    kind smallint NOT NULL,
    due_at timestamp with time zone NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    done_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT processor_job_kind_check CHECK ((kind = ANY (ARRAY[1, 2])))
);
CREATE TABLE public.schema_migration (
    version integer NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.used_link (
    nonce text NOT NULL,
    payment_id text NOT NULL,
    used_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.webhook_attempt (
    attempt_id bigint NOT NULL,
    delivery_id bigint NOT NULL,
    started_at timestamp with time zone NOT NULL,
    duration_ms integer NOT NULL,
    status smallint NOT NULL,
    error text NOT NULL
);
ALTER TABLE public.webhook_attempt ALTER COLUMN attempt_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.webhook_attempt_attempt_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.webhook_delivery (
    delivery_id bigint NOT NULL,
    event_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    subject text NOT NULL,
    state smallint DEFAULT 1 NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone,
    claim uuid,
    last_status smallint DEFAULT 0 NOT NULL,
    last_error text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    finished_at timestamp with time zone,
    CONSTRAINT webhook_delivery_check CHECK (((due_at IS NULL) OR (state = 1))),
    CONSTRAINT webhook_delivery_check1 CHECK (((finished_at IS NULL) = (state = 1))),
    CONSTRAINT webhook_delivery_state_check CHECK (((state >= 1) AND (state <= 3)))
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_cost_delay='0');
ALTER TABLE public.webhook_delivery ALTER COLUMN delivery_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.webhook_delivery_delivery_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.webhook_endpoint (
    endpoint_id uuid NOT NULL,
    tenant_id text NOT NULL,
    url text NOT NULL,
    sealed_secret text NOT NULL,
    event_types text[] NOT NULL,
    enabled boolean DEFAULT true NOT NULL,
    disabled_reason text DEFAULT ''::text NOT NULL,
    paused_until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
COPY public.authorisation_attempt (attempt_id, payment_id, number, status, reason, provider, provider_id, card_brand, card_type, last_digits, first_digits, expiry_date, created_at, resolved_at, check_at) FROM stdin;
01a22d6a-8608-7e38-8817-bd6cbd8ed98e	1aeap6e7fv2i1ggiqu3pepsvgi	1	6		sandbox	sandbox-1	visa		4242	424242	12/28	2026-11-30 17:04:45.575869+00	2026-11-30 17:04:45.587988+00	2026-11-30 17:04:53.575869+00
01a22d6a-8f5e-7c9a-ae73-b675b0096c07	ppfvjlq912tjhh2l8eg751m2fs	1	6		sandbox	sandbox-3	visa		4242	424242	12/28	2026-11-30 17:04:47.965573+00	2026-11-30 17:04:47.983026+00	2026-11-30 17:04:55.965573+00
01a22d6a-95df-7e2b-8395-4fc840db4510	jam7tghha3lsj0hjmtnrgl2djv	1	6		sandbox	sandbox-5	visa		4242	424242	12/28	2026-11-30 17:04:49.631056+00	2026-11-30 17:04:49.666369+00	2026-11-30 17:04:57.631056+00
01a22d6a-d2bc-70ee-8048-a8d518efa704	p3afopsd0dhg5nvgihmus0f18d	1	2		sandbox	sandbox-7	visa		4242	424242	12/28	2026-11-30 17:05:05.207848+00	2026-11-30 17:05:05.23647+00	2026-11-30 17:05:13.207848+00
01a22d6a-d3c2-7e9c-8235-c0287624662a	44pu3d54dfevei3ot861mpgtg2	1	6		sandbox	sandbox-8	visa		4242	424242	12/28	2026-11-30 17:05:05.47327+00	2026-11-30 17:05:05.478001+00	2026-11-30 17:05:13.47327+00
01a22d6a-d4e8-7e43-bc26-ecb284d8e6c9	mfrlul5b9q1pkrcokpq1qf4fg7	1	3	declined	sandbox	sandbox-10	visa		0002	400000	12/28	2026-11-30 17:05:05.767274+00	2026-11-30 17:05:05.780214+00	2026-11-30 17:05:13.767274+00
01a22d6a-d5e3-7ca5-90db-3b946cd124f8	h7ev9796icgjg7rjgr4p6aasa2	1	4	processing_error	sandbox	sandbox-11	visa		0119	400000	12/28	2026-11-30 17:05:06.019096+00	2026-11-30 17:05:06.030364+00	2026-11-30 17:05:14.019096+00
01a22d6a-e562-72a0-808f-9bf4e5a0243b	vcudfa7gs6srmellfegkhj6fc3	1	2		sandbox	sandbox-12	visa		4242	424242	12/28	2026-11-30 17:05:09.985764+00	2026-11-30 17:05:10.007102+00	2026-11-30 17:05:17.985764+00
\.
COPY public.event (event_id, sequence, tenant_id, type, source, subject, data, created_at) FROM stdin;
01a22d6a-8698-7512-9e2d-5a6df3217534	1	01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	ca.tamarack.payments.payment.succeeded.v1	/payments	1aeap6e7fv2i1ggiqu3pepsvgi	{"payment_id":"1aeap6e7fv2i1ggiqu3pepsvgi","reference":"3D93220070","amount":9000,"currency":"CAD","created_date":"2026-11-30T17:04:45.326Z","state":{"status":"success","finished":true}}	2026-11-30 17:04:45.719515+00
01a22d6a-86b8-7b36-8723-1bd75781253a	2	01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	ca.tamarack.payments.payment.captured.v1	/payments	1aeap6e7fv2i1ggiqu3pepsvgi	{"payment_id":"1aeap6e7fv2i1ggiqu3pepsvgi","reference":"3D93220070","amount":9000,"currency":"CAD","created_date":"2026-11-30T17:04:45.326Z","state":{"status":"success","finished":true}}	2026-11-30 17:04:45.750726+00
01a22d6a-8fb0-70b5-9d36-ca38d21b0931	3	01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	ca.tamarack.payments.payment.succeeded.v1	/payments	ppfvjlq912tjhh2l8eg751m2fs	{"payment_id":"ppfvjlq912tjhh2l8eg751m2fs","reference":"B4B4348929","amount":9000,"currency":"CAD","created_date":"2026-11-30T17:04:47.766Z","state":{"status":"success","finished":true}}	2026-11-30 17:04:48.045313+00
01a22d6a-8fcc-7793-9e8e-7f160f14a9b6	4	01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	ca.tamarack.payments.payment.captured.v1	/payments	ppfvjlq912tjhh2l8eg751m2fs	{"payment_id":"ppfvjlq912tjhh2l8eg751m2fs","reference":"B4B4348929","amount":9000,"currency":"CAD","created_date":"2026-11-30T17:04:47.766Z","state":{"status":"success","finished":true}}	2026-11-30 17:04:48.07089+00
01a22d6a-9674-75de-a1b8-0baef1c54bee	5	01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	ca.tamarack.payments.payment.succeeded.v1	/payments	jam7tghha3lsj0hjmtnrgl2djv	{"payment_id":"jam7tghha3lsj0hjmtnrgl2djv","reference":"117D965009","amount":9000,"currency":"CAD","created_date":"2026-11-30T17:04:49.442Z","state":{"status":"success","finished":true}}	2026-11-30 17:04:49.779746+00
01a22d6a-968f-7942-a428-1e8a3c47db98	6	01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	ca.tamarack.payments.payment.captured.v1	/payments	jam7tghha3lsj0hjmtnrgl2djv	{"payment_id":"jam7tghha3lsj0hjmtnrgl2djv","reference":"117D965009","amount":9000,"currency":"CAD","created_date":"2026-11-30T17:04:49.442Z","state":{"status":"success","finished":true}}	2026-11-30 17:04:49.806749+00
01a22d6a-cef4-7880-a623-81f1df73acbc	7	01a22d6a-9789-7e00-a374-b4b3042f5d6d	ca.tamarack.payments.payment.expired.v1	/payments	hfmq030qv8kdmhpjru2im0495q	{"payment_id":"hfmq030qv8kdmhpjru2im0495q","reference":"expired","amount":12345,"currency":"CAD","created_date":"2026-11-30T17:04:54.455Z","state":{"status":"failed","finished":true,"code":"P0020","message":"Payment expired"}}	2026-11-30 17:05:04.243986+00
01a22d6a-d421-72c8-944a-38bfe8a22eef	8	01a22d6a-9789-7e00-a374-b4b3042f5d6d	ca.tamarack.payments.payment.succeeded.v1	/payments	44pu3d54dfevei3ot861mpgtg2	{"payment_id":"44pu3d54dfevei3ot861mpgtg2","reference":"paid","amount":12345,"currency":"CAD","created_date":"2026-11-30T17:05:05.359Z","state":{"status":"success","finished":true}}	2026-11-30 17:05:05.567953+00
01a22d6a-d446-78f2-8db4-ebe638f72474	9	01a22d6a-9789-7e00-a374-b4b3042f5d6d	ca.tamarack.payments.payment.captured.v1	/payments	44pu3d54dfevei3ot861mpgtg2	{"payment_id":"44pu3d54dfevei3ot861mpgtg2","reference":"paid","amount":12345,"currency":"CAD","created_date":"2026-11-30T17:05:05.359Z","state":{"status":"success","finished":true}}	2026-11-30 17:05:05.603372+00
01a22d6a-d5ee-78d6-9618-999a9c1dd02c	10	01a22d6a-9789-7e00-a374-b4b3042f5d6d	ca.tamarack.payments.payment.failed.v1	/payments	h7ev9796icgjg7rjgr4p6aasa2	{"payment_id":"h7ev9796icgjg7rjgr4p6aasa2","reference":"error","amount":12345,"currency":"CAD","created_date":"2026-11-30T17:05:05.836Z","state":{"status":"error","finished":true,"code":"P0050","message":"Payment provider returned an error"}}	2026-11-30 17:05:06.030364+00
01a22d6a-d636-749d-abc8-8d2667ef5cd6	11	01a22d6a-9789-7e00-a374-b4b3042f5d6d	ca.tamarack.payments.payment.cancelled.v1	/payments	qj1fscdbtjd31lis7rvp687ufh	{"payment_id":"qj1fscdbtjd31lis7rvp687ufh","reference":"cancelled","amount":12345,"currency":"CAD","created_date":"2026-11-30T17:05:06.081Z","state":{"status":"cancelled","finished":true,"code":"P0040","message":"Payment was cancelled by the service"}}	2026-11-30 17:05:06.102279+00
01a22d6a-d688-708a-afb3-a20a58a385ff	12	01a22d6a-9789-7e00-a374-b4b3042f5d6d	ca.tamarack.payments.payment.failed.v1	/payments	0r9ineo8kgug36a3vvt65qulp9	{"payment_id":"0r9ineo8kgug36a3vvt65qulp9","reference":"abandoned","amount":12345,"currency":"CAD","created_date":"2026-11-30T17:05:06.115Z","state":{"status":"failed","finished":true,"code":"P0030","message":"Payment was cancelled by the user"}}	2026-11-30 17:05:06.183465+00
01a22d6a-e5fe-7dad-90d6-f33c2abd8bf4	13	01a22d6a-9789-7e00-a374-b4b3042f5d6d	ca.tamarack.payments.payment.succeeded.v1	/payments	vcudfa7gs6srmellfegkhj6fc3	{"payment_id":"vcudfa7gs6srmellfegkhj6fc3","reference":"capture waits","amount":12345,"currency":"CAD","created_date":"2026-11-30T17:05:09.827Z","state":{"status":"success","finished":true}}	2026-11-30 17:05:10.13737+00
\.
COPY public.idempotent_answer (caller, method, key, answer_sealed, created_at) FROM stdin;
\.
COPY public.ledger_account (account_id, name, currency, created_at) FROM stdin;
1	processor:sandbox	CAD	2026-11-30 17:04:45.587988+00
2	service:01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	CAD	2026-11-30 17:04:45.587988+00
3	service:01a22d6a-9789-7e00-a374-b4b3042f5d6d	CAD	2026-11-30 17:05:05.23647+00
\.
COPY public.ledger_entry (transfer_id, account_id, is_debit, amount_cents) FROM stdin;
01a22d6a-8608-7e38-8817-bd6cbd8ed98e	1	t	9000
01a22d6a-8608-7e38-8817-bd6cbd8ed98e	2	f	9000
01a22d6a-86b7-79ed-84f3-958f9aa428da	1	t	9000
01a22d6a-86b7-79ed-84f3-958f9aa428da	2	f	9000
01a22d6a-8f5e-7c9a-ae73-b675b0096c07	1	t	9000
01a22d6a-8f5e-7c9a-ae73-b675b0096c07	2	f	9000
01a22d6a-8fc7-78f2-89c3-5ea599617762	1	t	9000
01a22d6a-8fc7-78f2-89c3-5ea599617762	2	f	9000
01a22d6a-95df-7e2b-8395-4fc840db4510	1	t	9000
01a22d6a-95df-7e2b-8395-4fc840db4510	2	f	9000
01a22d6a-968e-72eb-8196-0732e84e55d0	1	t	9000
01a22d6a-968e-72eb-8196-0732e84e55d0	2	f	9000
01a22d6a-d2bc-70ee-8048-a8d518efa704	1	t	12345
01a22d6a-d2bc-70ee-8048-a8d518efa704	3	f	12345
01a22d6a-d3c2-7e9c-8235-c0287624662a	1	t	12345
01a22d6a-d3c2-7e9c-8235-c0287624662a	3	f	12345
01a22d6a-d443-7b77-bd2c-f8e2cd1535dc	1	t	12345
01a22d6a-d443-7b77-bd2c-f8e2cd1535dc	3	f	12345
01a22d6a-e562-72a0-808f-9bf4e5a0243b	1	t	12345
01a22d6a-e562-72a0-808f-9bf4e5a0243b	3	f	12345
\.
COPY public.ledger_transfer (transfer_id, kind, pending_id, reference, created_at, created_in) FROM stdin;
01a22d6a-8608-7e38-8817-bd6cbd8ed98e	1	\N	1aeap6e7fv2i1ggiqu3pepsvgi	2026-11-30 17:04:45.587988+00	809
01a22d6a-86b7-79ed-84f3-958f9aa428da	2	01a22d6a-8608-7e38-8817-bd6cbd8ed98e	1aeap6e7fv2i1ggiqu3pepsvgi	2026-11-30 17:04:45.750726+00	812
01a22d6a-8f5e-7c9a-ae73-b675b0096c07	1	\N	ppfvjlq912tjhh2l8eg751m2fs	2026-11-30 17:04:47.983026+00	844
01a22d6a-8fc7-78f2-89c3-5ea599617762	2	01a22d6a-8f5e-7c9a-ae73-b675b0096c07	ppfvjlq912tjhh2l8eg751m2fs	2026-11-30 17:04:48.07089+00	847
01a22d6a-95df-7e2b-8395-4fc840db4510	1	\N	jam7tghha3lsj0hjmtnrgl2djv	2026-11-30 17:04:49.666369+00	872
01a22d6a-968e-72eb-8196-0732e84e55d0	2	01a22d6a-95df-7e2b-8395-4fc840db4510	jam7tghha3lsj0hjmtnrgl2djv	2026-11-30 17:04:49.806749+00	875
01a22d6a-d2bc-70ee-8048-a8d518efa704	1	\N	p3afopsd0dhg5nvgihmus0f18d	2026-11-30 17:05:05.23647+00	975
01a22d6a-d3c2-7e9c-8235-c0287624662a	1	\N	44pu3d54dfevei3ot861mpgtg2	2026-11-30 17:05:05.478001+00	980
01a22d6a-d443-7b77-bd2c-f8e2cd1535dc	2	01a22d6a-d3c2-7e9c-8235-c0287624662a	44pu3d54dfevei3ot861mpgtg2	2026-11-30 17:05:05.603372+00	984
01a22d6a-e562-72a0-808f-9bf4e5a0243b	1	\N	vcudfa7gs6srmellfegkhj6fc3	2026-11-30 17:05:10.007102+00	1090
\.
COPY public.payment (payment_id, service_id, ministry_id, is_live, amount_cents, currency, reference, description, return_url, language, metadata, payer_sealed, status, version, created_at, updated_at, capture_approved_at, captured_at) FROM stdin;
1aeap6e7fv2i1ggiqu3pepsvgi	01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	01a22d6a-7687-7c75-b81d-e3cfa37bd2c0	f	9000	CAD	3D93220070	Driver’s licence renewal	http://localhost:8090/en/renewals/3D93220070	en	{}	1.TCEtm13kaFULnXkgM1q5R4cu7idbChZYuC8zOo1I_jXdWrp3-OyFKlwny-rhmYWyn7GPoVvTKFkQRyXARBf4NzY-Dv2XEuroVfnUBF5x16tnk9wqZXRoIBMcKhGzLKwRCXtZKep2Uu8nrxzRGHyFZDHsjc-zyl9wmGS-rswsxJjxkD3VvrC0TwWbzfXuv_-M38cQs5rGuv_gmASAN4Zt6VSuchu0J1RUngaRypbUlN4tKqvVLOjMfPiNHYL-OtyM33Gu	6	6	2026-11-30 17:04:45.326255+00	2026-11-30 17:04:45.750726+00	2026-11-30 17:04:45.719515+00	2026-11-30 17:04:45.750726+00
ppfvjlq912tjhh2l8eg751m2fs	01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	01a22d6a-7687-7c75-b81d-e3cfa37bd2c0	f	9000	CAD	B4B4348929	Renouvellement du permis de conduire	http://localhost:8090/fr/renewals/B4B4348929	fr	{}	1.k6Iay_XndNA6DlgInPWN_qRivyhT04jcOHMKkiu_aBYa9XHP8cSvnvzDig4uZEtZAptrvswZhDCImM7-sEy6nOb2qtZlJjeWk1A5_PfIJZdSUvxMgOIc6m5j3si2VosAUkEs5X-4BLtNdLBh6Q8xYttdYiy0jEputhk11Jkk6oqm7OSM6bnamQVv9FRExmvZxM8faLzKAFY4lnXNC4C0h1rXWLjxKGffra_6Qx-HAEcrZrA75TiOpapFggPaXRXXKb02	6	6	2026-11-30 17:04:47.766763+00	2026-11-30 17:04:48.07089+00	2026-11-30 17:04:48.045313+00	2026-11-30 17:04:48.07089+00
jam7tghha3lsj0hjmtnrgl2djv	01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	01a22d6a-7687-7c75-b81d-e3cfa37bd2c0	f	9000	CAD	117D965009	Driver’s licence renewal	http://localhost:8090/en/renewals/117D965009	en	{}	1.7s4VHrUYA0e79137nitbgmmFME-gCDWE-S0KuGz8xoN7KEBYwLIG11V0nzjxjbHhg0DSh-g0i_v7UzDCl30iPNJE5HCfqDZr11MoTOY4VYbVdqncABoPyXcbnmOr2-EhJOxYxvmdI7eOaXAvbN8weCRu7tF2viK35C7VpKR97bZzgwLAxyIVRWg9cpQpoxIvhBtKyE1Keq4MNtPAAe3KS7tzib2XXWgc0iXppjji9rygm5oI9CzohO-XhmIIy0Y	6	6	2026-11-30 17:04:49.44203+00	2026-11-30 17:04:49.806749+00	2026-11-30 17:04:49.779746+00	2026-11-30 17:04:49.806749+00
hfmq030qv8kdmhpjru2im0495q	01a22d6a-9789-7e00-a374-b4b3042f5d6d	01a22d6a-9784-798e-8884-5fe70c202fca	f	12345	CAD	expired	Apprenticeship fee / Frais d’apprentissage	http://localhost:8140/callback	en	{"file": 7, "urgent": true}	1.BQjUNDzmHPZr1lpKnvH_e7xg1S-PQyEsCYiz-c_pR-v73T5nVkLhE9GesshEY7H9FxTVV5mM	8	2	2026-11-30 17:04:54.455108+00	2026-11-30 17:05:04.243986+00	\N	\N
ed2mk81ngkov10oi3an8eklkf8	01a22d6a-9789-7e00-a374-b4b3042f5d6d	01a22d6a-9784-798e-8884-5fe70c202fca	f	12345	CAD	repeated	Apprenticeship fee / Frais d’apprentissage	https://apprentices.example/back	en	{"file": 7, "urgent": true}	1.2jpzr66PGs9MWLEAQdBXh0Vs4GzZI5xmHwEe10YgjLZKD1OdSoJBPi8AQxkjTNAeM3L4uAkW	1	1	2026-11-30 17:05:04.937076+00	2026-11-30 17:05:04.937076+00	\N	\N
i6kbmohi5kgiri2oo45nctq7lc	01a22d6a-9789-7e00-a374-b4b3042f5d6d	01a22d6a-9784-798e-8884-5fe70c202fca	f	12345	CAD	waiting to be paid	Apprenticeship fee / Frais d’apprentissage	http://localhost:8140/callback	en	{"file": 7, "urgent": true}	1.nH0cvlfCcQneA2PJEZOD9S-RqoxB0N2zIb0MAl_cmqX6MIQ7owmlTToSoEg6rxQE8Pc0AVNT	1	1	2026-11-30 17:05:04.966663+00	2026-11-30 17:05:04.966663+00	\N	\N
cla7825nbn2mg0ooaib0mtiit1	01a22d6a-9789-7e00-a374-b4b3042f5d6d	01a22d6a-9784-798e-8884-5fe70c202fca	f	12345	CAD	started	Apprenticeship fee / Frais d’apprentissage	http://localhost:8140/callback	en	{"file": 7, "urgent": true}	1.lP_uokQi9vPVBRagXeikFOINeaBsQ8SkiXD9uLV49FLC7lD-WpHv1CbrTyooyJBTbKkXcgeX	2	2	2026-11-30 17:05:04.98179+00	2026-11-30 17:05:05.006547+00	\N	\N
p3afopsd0dhg5nvgihmus0f18d	01a22d6a-9789-7e00-a374-b4b3042f5d6d	01a22d6a-9784-798e-8884-5fe70c202fca	f	12345	CAD	submitted	Apprenticeship fee / Frais d’apprentissage	http://localhost:8140/callback	en	{"file": 7, "urgent": true}	1.MNYO5LgFhc1K2x_MmgGbtcRwQPxOb0OaHy4lU5C6eR8nsSUItV_qJI--zzx9l0oZVy9UYj9P1DZvgGwe7v8BWmLpzcqwAP9up68enpKOuC1_P6s_vnkmlkjHBI8BXRZjGR9G0u3hZ0zqxwhM5MJzQXT0f_Ho7mvBZ1-MIdPMcfqTC_TxcsmA4-YyFeeWNvr4zV9bEzagdX4y6ZMt8m2B4fl-h2uVdRe65yCXS8nuMl8sG_nOR11BkzQ	4	4	2026-11-30 17:05:05.104984+00	2026-11-30 17:05:05.23647+00	\N	\N
44pu3d54dfevei3ot861mpgtg2	01a22d6a-9789-7e00-a374-b4b3042f5d6d	01a22d6a-9784-798e-8884-5fe70c202fca	f	12345	CAD	paid	Apprenticeship fee / Frais d’apprentissage	http://localhost:8140/callback	en	{"file": 7, "urgent": true}	1.tr_VLDFjGNs9eyTikilKfttT0RM9rg1tHt9WVRalNqltq7diCiqecngdG0ImO7lHfb95nLoKnpFtNQkdtnbpdJPhJgmUmQ6C-Cpuk_4C3EsWLybT7ARZCexOJACp9BV5GIBsXHnyxsUZh75CB4XTYjopcwvPN6kfj1nkvwxkgtwd5RPYRvlLj6pw2gb8HB9vGV7l03CUd58uyA8L_q0AQd8MFkLn3wfFFWHhUfqsiUJe8nPNvFpHJzw	6	6	2026-11-30 17:05:05.359713+00	2026-11-30 17:05:05.603372+00	2026-11-30 17:05:05.567953+00	2026-11-30 17:05:05.603372+00
mfrlul5b9q1pkrcokpq1qf4fg7	01a22d6a-9789-7e00-a374-b4b3042f5d6d	01a22d6a-9784-798e-8884-5fe70c202fca	f	12345	CAD	declined	Apprenticeship fee / Frais d’apprentissage	http://localhost:8140/callback	en	{"file": 7, "urgent": true}	1.SCO4hKgUWp5zNqFLEX0LDLvwDlpH3bKwoToK6KNkSKRIdykhZA8LE0qIiUBPiypVatyXZ4whJst5DStTA6Fs022RfgC7N8kavL5txQ-qv1X71KJrigavDoy5q1GaFcQZVUUAo3Nail0IRjevsjlyVh2MwAdcf_C6Rt2FlMN5X-K4QAdTG2mxdO1Ygw3eqrTBRCWgbsE2SNVWD-Y5htPrlRRqkESmciVfsD6BWTTCS-Tmnd1vw8fqrvE	2	4	2026-11-30 17:05:05.626905+00	2026-11-30 17:05:05.780214+00	\N	\N
qj1fscdbtjd31lis7rvp687ufh	01a22d6a-9789-7e00-a374-b4b3042f5d6d	01a22d6a-9784-798e-8884-5fe70c202fca	f	12345	CAD	cancelled	Apprenticeship fee / Frais d’apprentissage	http://localhost:8140/callback	en	{"file": 7, "urgent": true}	1.7O7bHaoM-cPeCc599fm_0JhO57__7gkQDUDcCPBEeTsHBidlxggN5Ma0L7FwIDPb1sh0Q996	10	2	2026-11-30 17:05:06.081405+00	2026-11-30 17:05:06.102279+00	\N	\N
h7ev9796icgjg7rjgr4p6aasa2	01a22d6a-9789-7e00-a374-b4b3042f5d6d	01a22d6a-9784-798e-8884-5fe70c202fca	f	12345	CAD	error	Apprenticeship fee / Frais d’apprentissage	http://localhost:8140/callback	en	{"file": 7, "urgent": true}	1.5mdaha0hcZ0fKFqkD3H9TLOhOI-jADDY2133odChwOCVUm5daus-_vHfoaxK9npRlnHkLuskioPigt6JpVsuwpH_tJAgAfvheGNj7kJkFlOeZOs-9r-3SwT_grzpwI7DkXl4dvfFsjqLnfPOfnBVrE0HSuPCG6G6_CwTcxJPDbQ8vvdfBLzCGbAocurlBHe8nFKXHJa6BQyazEmyyqGfbilsFQlQlxYEmqJL6rbBqgzGN1r8b6hsNj8	11	4	2026-11-30 17:05:05.836037+00	2026-11-30 17:05:06.030364+00	\N	\N
0r9ineo8kgug36a3vvt65qulp9	01a22d6a-9789-7e00-a374-b4b3042f5d6d	01a22d6a-9784-798e-8884-5fe70c202fca	f	12345	CAD	abandoned	Apprenticeship fee / Frais d’apprentissage	http://localhost:8140/callback	en	{"file": 7, "urgent": true}	1.pi8FBQkNsiy-Ic4bbbofuEdvkEDTgM420kBgPaFPUxjpz2YxCPUNx9nlsUl5aNvq5hdRPMLL	9	3	2026-11-30 17:05:06.115444+00	2026-11-30 17:05:06.183465+00	\N	\N
vcudfa7gs6srmellfegkhj6fc3	01a22d6a-9789-7e00-a374-b4b3042f5d6d	01a22d6a-9784-798e-8884-5fe70c202fca	f	12345	CAD	capture waits	Apprenticeship fee / Frais d’apprentissage	http://localhost:8140/callback	en	{"file": 7, "urgent": true}	1.FyfIlCKIq2cPUxFHlR8P389b7orvkBcF7Bt60OOvF4E8wN5NBaFwcZS33srd1C9vgxQfcUEp3ay73ITgV_i8M0qKU9O2cUgrzAyeM5Yc3zi8e9kWa2mHufTEBA-hyNelSVSyEDL1xArj0NZn8IcvXbleJQpf2zbw_nO8f7h0Zsvp9N1Ltkk0ZkeHe4vZpE_BRJpHyw_JR3jHxJtU9v7UjcnCT3C_LXlCpCgTkJCRaRDyLzj-n_n7GS4	5	5	2026-11-30 17:05:09.827339+00	2026-11-30 17:05:10.13737+00	2026-11-30 17:05:10.13737+00	\N
\.
COPY public.payment_event (payment_id, version, status, created_at) FROM stdin;
1aeap6e7fv2i1ggiqu3pepsvgi	1	1	2026-11-30 17:04:45.326255+00
1aeap6e7fv2i1ggiqu3pepsvgi	2	2	2026-11-30 17:04:45.399907+00
1aeap6e7fv2i1ggiqu3pepsvgi	3	3	2026-11-30 17:04:45.575869+00
1aeap6e7fv2i1ggiqu3pepsvgi	4	4	2026-11-30 17:04:45.587988+00
1aeap6e7fv2i1ggiqu3pepsvgi	5	5	2026-11-30 17:04:45.719515+00
1aeap6e7fv2i1ggiqu3pepsvgi	6	6	2026-11-30 17:04:45.750726+00
ppfvjlq912tjhh2l8eg751m2fs	1	1	2026-11-30 17:04:47.766763+00
ppfvjlq912tjhh2l8eg751m2fs	2	2	2026-11-30 17:04:47.832278+00
ppfvjlq912tjhh2l8eg751m2fs	3	3	2026-11-30 17:04:47.965573+00
ppfvjlq912tjhh2l8eg751m2fs	4	4	2026-11-30 17:04:47.983026+00
ppfvjlq912tjhh2l8eg751m2fs	5	5	2026-11-30 17:04:48.045313+00
ppfvjlq912tjhh2l8eg751m2fs	6	6	2026-11-30 17:04:48.07089+00
jam7tghha3lsj0hjmtnrgl2djv	1	1	2026-11-30 17:04:49.44203+00
jam7tghha3lsj0hjmtnrgl2djv	2	2	2026-11-30 17:04:49.500559+00
jam7tghha3lsj0hjmtnrgl2djv	3	3	2026-11-30 17:04:49.631056+00
jam7tghha3lsj0hjmtnrgl2djv	4	4	2026-11-30 17:04:49.666369+00
jam7tghha3lsj0hjmtnrgl2djv	5	5	2026-11-30 17:04:49.779746+00
jam7tghha3lsj0hjmtnrgl2djv	6	6	2026-11-30 17:04:49.806749+00
hfmq030qv8kdmhpjru2im0495q	1	1	2026-11-30 17:04:54.455108+00
hfmq030qv8kdmhpjru2im0495q	2	8	2026-11-30 17:05:04.243986+00
ed2mk81ngkov10oi3an8eklkf8	1	1	2026-11-30 17:05:04.937076+00
i6kbmohi5kgiri2oo45nctq7lc	1	1	2026-11-30 17:05:04.966663+00
cla7825nbn2mg0ooaib0mtiit1	1	1	2026-11-30 17:05:04.98179+00
cla7825nbn2mg0ooaib0mtiit1	2	2	2026-11-30 17:05:05.006547+00
p3afopsd0dhg5nvgihmus0f18d	1	1	2026-11-30 17:05:05.104984+00
p3afopsd0dhg5nvgihmus0f18d	2	2	2026-11-30 17:05:05.13996+00
p3afopsd0dhg5nvgihmus0f18d	3	3	2026-11-30 17:05:05.207848+00
p3afopsd0dhg5nvgihmus0f18d	4	4	2026-11-30 17:05:05.23647+00
44pu3d54dfevei3ot861mpgtg2	1	1	2026-11-30 17:05:05.359713+00
44pu3d54dfevei3ot861mpgtg2	2	2	2026-11-30 17:05:05.394106+00
44pu3d54dfevei3ot861mpgtg2	3	3	2026-11-30 17:05:05.47327+00
44pu3d54dfevei3ot861mpgtg2	4	4	2026-11-30 17:05:05.478001+00
44pu3d54dfevei3ot861mpgtg2	5	5	2026-11-30 17:05:05.567953+00
44pu3d54dfevei3ot861mpgtg2	6	6	2026-11-30 17:05:05.603372+00
mfrlul5b9q1pkrcokpq1qf4fg7	1	1	2026-11-30 17:05:05.626905+00
mfrlul5b9q1pkrcokpq1qf4fg7	2	2	2026-11-30 17:05:05.681944+00
mfrlul5b9q1pkrcokpq1qf4fg7	3	3	2026-11-30 17:05:05.767274+00
mfrlul5b9q1pkrcokpq1qf4fg7	4	2	2026-11-30 17:05:05.780214+00
h7ev9796icgjg7rjgr4p6aasa2	1	1	2026-11-30 17:05:05.836037+00
h7ev9796icgjg7rjgr4p6aasa2	2	2	2026-11-30 17:05:05.882664+00
h7ev9796icgjg7rjgr4p6aasa2	3	3	2026-11-30 17:05:06.019096+00
h7ev9796icgjg7rjgr4p6aasa2	4	11	2026-11-30 17:05:06.030364+00
qj1fscdbtjd31lis7rvp687ufh	1	1	2026-11-30 17:05:06.081405+00
qj1fscdbtjd31lis7rvp687ufh	2	10	2026-11-30 17:05:06.102279+00
0r9ineo8kgug36a3vvt65qulp9	1	1	2026-11-30 17:05:06.115444+00
0r9ineo8kgug36a3vvt65qulp9	2	2	2026-11-30 17:05:06.154494+00
0r9ineo8kgug36a3vvt65qulp9	3	9	2026-11-30 17:05:06.183465+00
vcudfa7gs6srmellfegkhj6fc3	1	1	2026-11-30 17:05:09.827339+00
vcudfa7gs6srmellfegkhj6fc3	2	2	2026-11-30 17:05:09.859009+00
vcudfa7gs6srmellfegkhj6fc3	3	3	2026-11-30 17:05:09.985764+00
vcudfa7gs6srmellfegkhj6fc3	4	4	2026-11-30 17:05:10.007102+00
vcudfa7gs6srmellfegkhj6fc3	5	5	2026-11-30 17:05:10.13737+00
\.
COPY public.payment_idempotency (service_id, key, request_hash, payment_id, created_at) FROM stdin;
01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	renewal-3D93220070-1	3a5c5daba384d1a6cf78c0c565851a3a157f1beb63776d20451926a70853121f	1aeap6e7fv2i1ggiqu3pepsvgi	2026-11-30 17:04:45.326255+00
01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	renewal-B4B4348929-1	b47723cb18ebef9def3b15efa947042948b94ccef874baf9adb80dc60f3152fe	ppfvjlq912tjhh2l8eg751m2fs	2026-11-30 17:04:47.766763+00
01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	renewal-117D965009-1	f969adf6594b236b5ffce1a8198b84003abb6f599d4ce24ac419ac26b35e71c7	jam7tghha3lsj0hjmtnrgl2djv	2026-11-30 17:04:49.44203+00
01a22d6a-9789-7e00-a374-b4b3042f5d6d	c3767231-985c-46a7-bd77-7d089a1eba96	cd76b451edadd4ab0a4927555ddc00bb5b75066603d45165917f5169010c05c8	ed2mk81ngkov10oi3an8eklkf8	2026-11-30 17:05:04.937076+00
\.
COPY public.processor_job (attempt_id, kind, due_at, tries, done_at, created_at) FROM stdin;
01a22d6a-8608-7e38-8817-bd6cbd8ed98e	1	2026-11-30 17:04:54.735842+00	1	2026-11-30 17:04:45.750726+00	2026-11-30 17:04:45.719515+00
01a22d6a-8f5e-7c9a-ae73-b675b0096c07	1	2026-11-30 17:04:57.063494+00	1	2026-11-30 17:04:48.07089+00	2026-11-30 17:04:48.045313+00
01a22d6a-95df-7e2b-8395-4fc840db4510	1	2026-11-30 17:04:58.791058+00	1	2026-11-30 17:04:49.806749+00	2026-11-30 17:04:49.779746+00
01a22d6a-d3c2-7e9c-8235-c0287624662a	1	2026-11-30 17:05:14.596194+00	1	2026-11-30 17:05:05.603372+00	2026-11-30 17:05:05.567953+00
01a22d6a-e562-72a0-808f-9bf4e5a0243b	1	2026-11-30 17:05:24.175763+00	2	\N	2026-11-30 17:05:10.13737+00
\.
COPY public.schema_migration (version, name, sha256, applied_at) FROM stdin;
1	0001_payment	0673d51d425d82521b68da7d6dbb5fd5f3ed7754e7475d689d26e93019f7415b	2026-11-30 17:04:39.573357+00
2	0002_ledger	8974682cbabccc2ba14adab93dfa9dcf7962336dd763b6e7a6466ac6feb59f9f	2026-11-30 17:04:39.714494+00
3	0003_webhooks	10a875841942a536a10d60ee1664c8b6147f347d3ddd5466cbf4458ed197368a	2026-11-30 17:04:39.790557+00
4	0004_ledger_entry_check	0821a9fcd03f87a27cbe5e8cac35f0360ed45b987db41d689c4f3c8338272809	2026-11-30 17:04:39.914543+00
5	0005_idempotent_answer	33e0896175830b79b0427f5d83ac8535e0758ee03f06e9895aa3ad828b170509	2026-11-30 17:04:39.918373+00
\.
COPY public.used_link (nonce, payment_id, used_at) FROM stdin;
tu9BSF_YP83rvbfM	1aeap6e7fv2i1ggiqu3pepsvgi	2026-11-30 17:04:45.383573+00
myPCskuvJXEM_T4h	ppfvjlq912tjhh2l8eg751m2fs	2026-11-30 17:04:47.809987+00
LQeK25BFgChm0Dgn	jam7tghha3lsj0hjmtnrgl2djv	2026-11-30 17:04:49.484164+00
Ypl8H7qyIVyaeM-9	cla7825nbn2mg0ooaib0mtiit1	2026-11-30 17:05:04.993476+00
dBMiIjrZaB9m2kE-	p3afopsd0dhg5nvgihmus0f18d	2026-11-30 17:05:05.130004+00
8qcZW0HND0fT13ih	44pu3d54dfevei3ot861mpgtg2	2026-11-30 17:05:05.383812+00
iof8kh2S-vxlD6S_	mfrlul5b9q1pkrcokpq1qf4fg7	2026-11-30 17:05:05.650136+00
3wTbg9dck-EZcBj8	h7ev9796icgjg7rjgr4p6aasa2	2026-11-30 17:05:05.862986+00
egbCNQGDZlbp9rSY	0r9ineo8kgug36a3vvt65qulp9	2026-11-30 17:05:06.135159+00
dPvV0PrNJQe1IGuG	vcudfa7gs6srmellfegkhj6fc3	2026-11-30 17:05:09.839115+00
\.
COPY public.webhook_attempt (attempt_id, delivery_id, started_at, duration_ms, status, error) FROM stdin;
1	1	2026-11-30 17:05:04.266567+00	2	200	
2	2	2026-11-30 17:05:05.609997+00	15	200	
3	3	2026-11-30 17:05:05.678634+00	4	200	
4	4	2026-11-30 17:05:06.056929+00	36	200	
5	5	2026-11-30 17:05:06.118524+00	3	200	
6	6	2026-11-30 17:05:06.198179+00	53	200	
7	7	2026-11-30 17:05:10.169968+00	40	503	http
8	7	2026-11-30 17:05:11.231674+00	1	503	http
\.
COPY public.webhook_delivery (delivery_id, event_id, endpoint_id, subject, state, attempts, due_at, claim, last_status, last_error, created_at, finished_at) FROM stdin;
1	01a22d6a-cef4-7880-a623-81f1df73acbc	01a22d6a-985d-73bc-ad30-6a0eeb04061d	hfmq030qv8kdmhpjru2im0495q	2	1	\N	\N	200		2026-11-30 17:05:04.243986+00	2026-11-30 17:05:04.268769+00
2	01a22d6a-d421-72c8-944a-38bfe8a22eef	01a22d6a-985d-73bc-ad30-6a0eeb04061d	44pu3d54dfevei3ot861mpgtg2	2	1	\N	\N	200		2026-11-30 17:05:05.567953+00	2026-11-30 17:05:05.630382+00
3	01a22d6a-d446-78f2-8db4-ebe638f72474	01a22d6a-985d-73bc-ad30-6a0eeb04061d	44pu3d54dfevei3ot861mpgtg2	2	1	\N	\N	200		2026-11-30 17:05:05.603372+00	2026-11-30 17:05:05.683874+00
4	01a22d6a-d5ee-78d6-9618-999a9c1dd02c	01a22d6a-985d-73bc-ad30-6a0eeb04061d	h7ev9796icgjg7rjgr4p6aasa2	2	1	\N	\N	200		2026-11-30 17:05:06.030364+00	2026-11-30 17:05:06.094645+00
5	01a22d6a-d636-749d-abc8-8d2667ef5cd6	01a22d6a-985d-73bc-ad30-6a0eeb04061d	qj1fscdbtjd31lis7rvp687ufh	2	1	\N	\N	200		2026-11-30 17:05:06.102279+00	2026-11-30 17:05:06.121785+00
6	01a22d6a-d688-708a-afb3-a20a58a385ff	01a22d6a-985d-73bc-ad30-6a0eeb04061d	0r9ineo8kgug36a3vvt65qulp9	2	1	\N	\N	200		2026-11-30 17:05:06.183465+00	2026-11-30 17:05:06.255637+00
7	01a22d6a-e5fe-7dad-90d6-f33c2abd8bf4	01a22d6a-985d-73bc-ad30-6a0eeb04061d	vcudfa7gs6srmellfegkhj6fc3	1	2	2026-11-30 17:05:25.546047+00	\N	503	http	2026-11-30 17:05:10.13737+00	\N
\.
COPY public.webhook_endpoint (endpoint_id, tenant_id, url, sealed_secret, event_types, enabled, disabled_reason, paused_until, created_at) FROM stdin;
01a22d6a-985d-73bc-ad30-6a0eeb04061d	01a22d6a-9789-7e00-a374-b4b3042f5d6d	http://localhost:8140/hook/paid	1.jdCPz_GQtU6qScw4JHR-yDI2LrXXlVK09uv2qOEI1OcnE-GMNeheC7-poOhx8qXDONz8jvlvgFuohVWh19w1ZFM0yfOjr76YKwQVuZva	{}	t		-infinity	2026-11-30 17:04:50.269169+00
\.
SELECT pg_catalog.setval('public.event_sequence_seq', 13, true);
SELECT pg_catalog.setval('public.ledger_account_account_id_seq', 3, true);
SELECT pg_catalog.setval('public.webhook_attempt_attempt_id_seq', 8, true);
SELECT pg_catalog.setval('public.webhook_delivery_delivery_id_seq', 7, true);
ALTER TABLE ONLY public.authorisation_attempt
    ADD CONSTRAINT authorisation_attempt_payment_id_number_key UNIQUE (payment_id, number);
ALTER TABLE ONLY public.authorisation_attempt
    ADD CONSTRAINT authorisation_attempt_pkey PRIMARY KEY (attempt_id);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (event_id);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_sequence_key UNIQUE (sequence);
ALTER TABLE ONLY public.idempotent_answer
    ADD CONSTRAINT idempotent_answer_pkey PRIMARY KEY (caller, method, key);
ALTER TABLE ONLY public.ledger_account
    ADD CONSTRAINT ledger_account_name_currency_key UNIQUE (name, currency);
ALTER TABLE ONLY public.ledger_account
    ADD CONSTRAINT ledger_account_pkey PRIMARY KEY (account_id);
ALTER TABLE ONLY public.ledger_entry
    ADD CONSTRAINT ledger_entry_pkey PRIMARY KEY (transfer_id, account_id, is_debit);
ALTER TABLE ONLY public.ledger_transfer
    ADD CONSTRAINT ledger_transfer_pkey PRIMARY KEY (transfer_id);
ALTER TABLE ONLY public.payment_event
    ADD CONSTRAINT payment_event_pkey PRIMARY KEY (payment_id, version);
ALTER TABLE ONLY public.payment_idempotency
    ADD CONSTRAINT payment_idempotency_pkey PRIMARY KEY (service_id, key);
ALTER TABLE ONLY public.payment
    ADD CONSTRAINT payment_pkey PRIMARY KEY (payment_id);
ALTER TABLE ONLY public.processor_job
    ADD CONSTRAINT processor_job_pkey PRIMARY KEY (attempt_id);
ALTER TABLE ONLY public.schema_migration
    ADD CONSTRAINT schema_migration_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.used_link
    ADD CONSTRAINT used_link_pkey PRIMARY KEY (nonce);
ALTER TABLE ONLY public.webhook_attempt
    ADD CONSTRAINT webhook_attempt_pkey PRIMARY KEY (attempt_id);
ALTER TABLE ONLY public.webhook_delivery
    ADD CONSTRAINT webhook_delivery_event_id_endpoint_id_key UNIQUE (event_id, endpoint_id);
ALTER TABLE ONLY public.webhook_delivery
    ADD CONSTRAINT webhook_delivery_pkey PRIMARY KEY (delivery_id);
ALTER TABLE ONLY public.webhook_endpoint
    ADD CONSTRAINT webhook_endpoint_pkey PRIMARY KEY (endpoint_id);
CREATE INDEX attempt_unresolved ON public.authorisation_attempt USING btree (check_at) WHERE (status = 1);
CREATE INDEX event_subject ON public.event USING btree (subject, sequence);
CREATE INDEX idempotent_answer_by_age ON public.idempotent_answer USING btree (created_at);
CREATE INDEX ledger_entry_by_account ON public.ledger_entry USING btree (account_id);
CREATE INDEX ledger_transfer_by_reference ON public.ledger_transfer USING btree (reference);
CREATE UNIQUE INDEX ledger_transfer_resolved_once ON public.ledger_transfer USING btree (pending_id) WHERE (pending_id IS NOT NULL);
CREATE UNIQUE INDEX one_live_attempt ON public.authorisation_attempt USING btree (payment_id) WHERE (status = ANY (ARRAY[1, 2, 6]));
CREATE INDEX payment_by_reference ON public.payment USING btree (service_id, lower(reference));
CREATE INDEX payment_by_service ON public.payment USING btree (service_id, created_at DESC, payment_id DESC);
CREATE INDEX payment_unfinished ON public.payment USING btree (created_at) WHERE (status = ANY (ARRAY[1, 2, 3, 4]));
CREATE INDEX processor_job_due ON public.processor_job USING btree (due_at) WHERE (done_at IS NULL);
CREATE INDEX webhook_attempt_delivery ON public.webhook_attempt USING btree (delivery_id, attempt_id);
CREATE INDEX webhook_delivery_due ON public.webhook_delivery USING btree (endpoint_id, due_at) WHERE (due_at IS NOT NULL);
CREATE UNIQUE INDEX webhook_delivery_head ON public.webhook_delivery USING btree (endpoint_id, subject) WHERE (due_at IS NOT NULL);
CREATE INDEX webhook_delivery_lane ON public.webhook_delivery USING btree (endpoint_id, subject, delivery_id) WHERE (state = 1);
CREATE INDEX webhook_delivery_list ON public.webhook_delivery USING btree (endpoint_id, delivery_id);
CREATE INDEX webhook_endpoint_tenant ON public.webhook_endpoint USING btree (tenant_id);
CREATE CONSTRAINT TRIGGER balances AFTER INSERT ON public.ledger_entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.ledger_check_transfer();
CREATE CONSTRAINT TRIGGER balances AFTER INSERT ON public.ledger_transfer DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.ledger_check_transfer();
CREATE TRIGGER event_is_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.event FOR EACH STATEMENT EXECUTE FUNCTION public.event_is_append_only();
CREATE TRIGGER immutable BEFORE DELETE OR UPDATE OR TRUNCATE ON public.ledger_account FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER immutable BEFORE DELETE OR UPDATE OR TRUNCATE ON public.ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER immutable BEFORE DELETE OR UPDATE OR TRUNCATE ON public.ledger_transfer FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();
CREATE TRIGGER in_this_transaction BEFORE INSERT ON public.ledger_transfer FOR EACH ROW EXECUTE FUNCTION public.ledger_set_transaction();
CREATE TRIGGER only_with_its_transfer BEFORE INSERT ON public.ledger_entry FOR EACH ROW EXECUTE FUNCTION public.ledger_check_entry();
ALTER TABLE ONLY public.authorisation_attempt
    ADD CONSTRAINT authorisation_attempt_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES public.payment(payment_id);
ALTER TABLE ONLY public.ledger_entry
    ADD CONSTRAINT ledger_entry_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.ledger_account(account_id);
ALTER TABLE ONLY public.ledger_entry
    ADD CONSTRAINT ledger_entry_transfer_id_fkey FOREIGN KEY (transfer_id) REFERENCES public.ledger_transfer(transfer_id);
ALTER TABLE ONLY public.ledger_transfer
    ADD CONSTRAINT ledger_transfer_pending_id_fkey FOREIGN KEY (pending_id) REFERENCES public.ledger_transfer(transfer_id);
ALTER TABLE ONLY public.payment_event
    ADD CONSTRAINT payment_event_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES public.payment(payment_id);
ALTER TABLE ONLY public.payment_idempotency
    ADD CONSTRAINT payment_idempotency_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES public.payment(payment_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE ONLY public.processor_job
    ADD CONSTRAINT processor_job_attempt_id_fkey FOREIGN KEY (attempt_id) REFERENCES public.authorisation_attempt(attempt_id);
ALTER TABLE ONLY public.webhook_attempt
    ADD CONSTRAINT webhook_attempt_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES public.webhook_delivery(delivery_id);
ALTER TABLE ONLY public.webhook_delivery
    ADD CONSTRAINT webhook_delivery_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.event(event_id);
REVOKE ALL ON TABLE public.ledger_account FROM payments;
GRANT SELECT,INSERT,REFERENCES,TRIGGER,UPDATE ON TABLE public.ledger_account TO payments;
REVOKE ALL ON TABLE public.ledger_entry FROM payments;
GRANT SELECT,INSERT,REFERENCES,TRIGGER ON TABLE public.ledger_entry TO payments;
REVOKE ALL ON TABLE public.ledger_transfer FROM payments;
GRANT SELECT,INSERT,REFERENCES,TRIGGER,UPDATE ON TABLE public.ledger_transfer TO payments;
