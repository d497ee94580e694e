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
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.change (
    change_id uuid NOT NULL,
    subject text NOT NULL,
    request_id text NOT NULL,
    sequence bigint NOT NULL,
    change_type text NOT NULL,
    sealed_value text NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    directory_synced_at timestamp with time zone,
    CONSTRAINT change_change_type_check CHECK ((change_type = 'address'::text))
);
ALTER TABLE public.change ALTER COLUMN sequence ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.change_sequence_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.delivery (
    delivery_id uuid NOT NULL,
    change_id uuid NOT NULL,
    subscription_id uuid NOT NULL,
    ministry_subject text NOT NULL,
    event_id uuid NOT NULL,
    purpose text NOT NULL,
    outcome text,
    reason_code text DEFAULT ''::text NOT NULL,
    case_reference text DEFAULT ''::text NOT NULL,
    acknowledged_at timestamp with time zone,
    first_read_at timestamp with time zone,
    reading_reported_at timestamp with time zone,
    CONSTRAINT delivery_check CHECK (((outcome IS NULL) = (acknowledged_at IS NULL))),
    CONSTRAINT delivery_outcome_check CHECK ((outcome = ANY (ARRAY['accepted'::text, 'applied'::text, 'rejected'::text])))
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
CREATE TABLE public.person_key (
    subject text NOT NULL,
    sealed_key text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.schema_migration (
    version integer NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.subscription (
    subscription_id uuid NOT NULL,
    ministry_id text NOT NULL,
    change_type text NOT NULL,
    name_en text NOT NULL,
    name_fr text NOT NULL,
    purpose_en text NOT NULL,
    purpose_fr text NOT NULL,
    url text NOT NULL,
    return_origins text[] DEFAULT '{}'::text[] NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT subscription_change_type_check CHECK ((change_type = 'address'::text)),
    CONSTRAINT subscription_ministry_id_check CHECK ((ministry_id <> ''::text))
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
COPY public.change (change_id, subject, request_id, sequence, change_type, sealed_value, recorded_at, directory_synced_at) FROM stdin;
01a22d6a-8225-7665-ad08-8b78d5caa924	JQRFEOSBOSxr3xPoNd9v0yg7zcoTMByjzKzu2lUQM50	01a22d6a-8177-7bd1-8194-4b1a7a8c8349	1	address	1.z97Nsx7t_5pXx4Miwk74Wba8CSFNs9uexLx3TQUIzzEALNBGFi8IfCVr3YKQDbq_E3e2Fknxp-oZCfJBI69UWkCshqc	2026-11-30 17:04:44.579162+00	2026-11-30 17:04:45.073269+00
01a22d6a-8b53-7f4a-9146-3a21d8ce2a14	CcqCJMimiAnCpaUR013DB9ScOfLtvK6NG6p5JCs5Kig	01a22d6a-8b1e-781a-bd17-49e51e38b78b	2	address	1.EuOJhgYuEaFsarfqvR54s1fTC4BtwjgCcpmhrq3IQrT6QHdu66_gtbXZP94_7V4rH1oNH3NswQTzaYLmxCVAwHzB9Z0	2026-11-30 17:04:46.931353+00	2026-11-30 17:04:47.144679+00
01a22d6a-9321-7d2b-bd33-4c3f75060077	9TQ6dZPp18pvO4h1AIBCgQvfx6S95swBw8rrHla5iy0	01a22d6a-92a6-77c3-8d91-99c096797991	3	address	1.uOkCtluZrAJ4nDJZXMH64X5bpKtzhGi6H8Mk3JPOE6BVncvu1KlR8xxv-f9500eaGb3OL3e4zLiiqZ3y14RAU-c_D94	2026-11-30 17:04:48.929246+00	2026-11-30 17:04:49.221036+00
01a22d6a-d817-75f2-81e0-5094e003234f	5AGoZhHVUsoz9ukU8kSG_xSIe2RNM0qjZudSP4dR7qo	01a22d6a-d7cb-7fe1-8ee8-42a41182b1bd	4	address	1.2CXqLJ7UePONt6kv_8FgPqSHTj-wvqmwCreIVKInf9Ss208LH5Af-ceKfytWRe1xEXIYnm9e8n_6PuBh3d5FTIuS	2026-11-30 17:05:06.58301+00	2026-11-30 17:05:07.343607+00
01a22d6a-daf5-7eff-8d2b-5c368e7cae40	5AGoZhHVUsoz9ukU8kSG_xSIe2RNM0qjZudSP4dR7qo	01a22d6a-da60-7d19-9b33-3904ef3cf442	5	address	1.N49uCeeVe9SaG-nh9_URITEy_4x-zHXxdKQkaB3ycNdpGJPFEvg_fQytfX8tIxSB17HOf5I3Y73fuzKZV8Flr1hT	2026-11-30 17:05:07.31639+00	2026-11-30 17:05:07.343607+00
01a22d6a-dc93-744e-b124-9ba80aa1e3e6	5AGoZhHVUsoz9ukU8kSG_xSIe2RNM0qjZudSP4dR7qo	01a22d6a-dc56-739f-bbbb-b248fba1cb50	6	address	1.3Eu3WTehLltEX9YY690-_q2ekwvIsOexp9WI0U_CCE6-fiXPe1g7mMk9Pv-3NkEDiV1EiXAUbVWke_xhMvMsNco9	2026-11-30 17:05:07.72667+00	2026-11-30 17:05:08.43153+00
01a22d6a-de38-774b-af59-17c238c2968a	5AGoZhHVUsoz9ukU8kSG_xSIe2RNM0qjZudSP4dR7qo	01a22d6a-de0e-768a-b541-bea150663bfd	7	address	1.Mogm_14wROU3dm9BacXRcKSC_1HPY9upO4pGO2iYWUsunGlkAr2_21RDpZi5d-xJ8kVSPFXGlKCWLdMP9omwaliR	2026-11-30 17:05:08.15244+00	2026-11-30 17:05:08.43153+00
01a22d6a-e71d-7253-9f52-a693bdb1a558	5AGoZhHVUsoz9ukU8kSG_xSIe2RNM0qjZudSP4dR7qo	01a22d6a-e6d3-7eba-868b-2a0f22cdc855	8	address	1.i-0NWFT0OYk49Sq2tiM4XK3gEr-SP0cbCzVx2hp_Ei7qmmfXtzAX2Qi1JxqjNWB6IsOux-iBLOuo4QQoCrtiUyKSY3g	2026-11-30 17:05:10.429115+00	2026-11-30 17:05:10.664496+00
\.
COPY public.delivery (delivery_id, change_id, subscription_id, ministry_subject, event_id, purpose, outcome, reason_code, case_reference, acknowledged_at, first_read_at, reading_reported_at) FROM stdin;
f1a6ca2a-4cb7-4a95-8536-03edea54b473	01a22d6a-d817-75f2-81e0-5094e003234f	01a22d6a-76dd-776e-826e-faeb6faab150	Quttx6P89QM2wIgnArbWFzKgJli9Yfo5jvlxANIWfbo	a47d4b5b-3249-461c-9c49-de38d3160f5c	Pour tenir à jour l’adresse de votre permis.	rejected	person_unknown		2026-11-30 17:05:06.658433+00	2026-11-30 17:05:06.619814+00	2026-11-30 17:05:07.401854+00
0ebf9624-030f-49c0-af83-19a133446b38	01a22d6a-d817-75f2-81e0-5094e003234f	01a22d6a-776f-73f7-abca-50b4b34d1fc6	lhNS1Mtv7IPSa9bYYmKa-xIqa7LfPLRkbR3Q58_Nysc	4ed7cb9c-f612-460a-8afa-41a5df7e9b8d	Pour envoyer votre carte Santé à la bonne adresse.	applied			2026-11-30 17:05:06.679306+00	2026-11-30 17:05:06.63546+00	2026-11-30 17:05:07.430104+00
05d8ceaa-45ee-4c3a-b45a-66a5b324fada	01a22d6a-8225-7665-ad08-8b78d5caa924	01a22d6a-76dd-776e-826e-faeb6faab150	YcFBQJD6vfSyOgVaf-AnQ_zq-0o5X0ZEyaIVF5Szdns	bd293815-517a-4dc8-a44c-109e42caf535	To keep the address on your licence up to date.	applied			2026-11-30 17:04:44.894687+00	2026-11-30 17:04:44.86528+00	2026-11-30 17:04:45.1119+00
91e1c183-d66d-4e51-912d-50f2e023ce2b	01a22d6a-8225-7665-ad08-8b78d5caa924	01a22d6a-776f-73f7-abca-50b4b34d1fc6	SymHfjIupYu129_rmIdTpbL6FQlAAEB_KTQL8TVdEzg	9173ae77-5701-4b26-80d0-ddbb363976d9	To send your health card to the right address.	applied			2026-11-30 17:04:44.923407+00	2026-11-30 17:04:44.882023+00	2026-11-30 17:04:45.138202+00
72c66e97-4208-451e-a38a-df53d3f50f8b	01a22d6a-8b53-7f4a-9146-3a21d8ce2a14	01a22d6a-776f-73f7-abca-50b4b34d1fc6	gHiWoecEN91NxloZpbSpKCCzeqhluRxvaS51Ey4Q1u4	9302f922-14b1-4cb1-9115-774ac3d8d866	Pour envoyer votre carte Santé à la bonne adresse.	applied			2026-11-30 17:04:46.985995+00	2026-11-30 17:04:46.963159+00	2026-11-30 17:04:47.192366+00
e249867b-08eb-4c78-bb67-51e352bbbf45	01a22d6a-8b53-7f4a-9146-3a21d8ce2a14	01a22d6a-76dd-776e-826e-faeb6faab150	-QpZ3pyA8HdTnZUxMzd4__xqOsbKAv3C6kRTSPkNo08	39169c3d-b4ea-4acf-b221-d51f14ba1422	Pour tenir à jour l’adresse de votre permis.	applied			2026-11-30 17:04:47.475031+00	2026-11-30 17:04:47.454734+00	2026-11-30 17:04:48.202933+00
10fce2ac-d81a-4c43-8ba8-52f7194df1e5	01a22d6a-9321-7d2b-bd33-4c3f75060077	01a22d6a-776f-73f7-abca-50b4b34d1fc6	4chYK2XCtphjxKC9GJsS0yQA001iXubikYBBLvkUa4c	1d9f35e2-6981-4b34-a68b-3d6a861e193b	To send your health card to the right address.	applied			2026-11-30 17:04:49.042901+00	2026-11-30 17:04:49.009438+00	2026-11-30 17:04:49.258782+00
28866601-5db6-46fc-acd8-31c3cc782119	01a22d6a-9321-7d2b-bd33-4c3f75060077	01a22d6a-76dd-776e-826e-faeb6faab150	1DodemGeFZwmlUjwgXGCn0SqTVD93xT4rbRz17xFx3U	26eeaf86-456e-4f86-b44a-89048f0c4d4e	To keep the address on your licence up to date.	applied			2026-11-30 17:04:49.048815+00	2026-11-30 17:04:49.027415+00	2026-11-30 17:04:49.27865+00
dc2e5ae8-48e2-46f5-b711-855b1f5fc84d	01a22d6a-d817-75f2-81e0-5094e003234f	01a22d6a-98d5-7594-9c20-726fb5303e65	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	67015477-457c-4d3c-855b-4df6dde3930e	Pour vous écrire.	\N			\N	\N	\N
83f03f7e-d819-4946-950b-ee62376987e8	01a22d6a-d817-75f2-81e0-5094e003234f	01a22d6a-98c2-712b-b99b-0a2fa2989a26	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	87e80dc9-fca3-4141-b2f1-623f55d3314e	Pour vous écrire.	\N			\N	2026-11-30 17:05:08.88904+00	2026-11-30 17:05:09.602435+00
b8692777-bd6d-474c-b82c-652b7ba77a35	01a22d6a-daf5-7eff-8d2b-5c368e7cae40	01a22d6a-98d5-7594-9c20-726fb5303e65	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	45677c21-0868-49f7-9674-57664aaf5f32	Pour vous écrire.	\N			\N	\N	\N
c413f01b-88f7-4f78-a2f6-22d1c3c87fd3	01a22d6a-daf5-7eff-8d2b-5c368e7cae40	01a22d6a-98c2-712b-b99b-0a2fa2989a26	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	47ba794c-c996-4162-b4c6-47eaa159ff51	Pour vous écrire.	accepted		C-1	2026-11-30 17:05:07.45277+00	2026-11-30 17:05:08.929146+00	2026-11-30 17:05:09.613893+00
296bbfc2-b0bd-4086-ad1d-e7507f24d289	01a22d6a-dc93-744e-b124-9ba80aa1e3e6	01a22d6a-98d5-7594-9c20-726fb5303e65	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	c8c1e762-bd70-4207-b3bc-8adb438a3355	Pour vous écrire.	\N			\N	\N	\N
a8e149ec-ccb6-41e2-804f-30a540a11e8a	01a22d6a-de38-774b-af59-17c238c2968a	01a22d6a-98d5-7594-9c20-726fb5303e65	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	1abcde76-9de6-41a8-b86d-e1722c07712e	Pour vous écrire.	\N			\N	\N	\N
c872ed1b-10f5-497b-9b55-3ff29c982b31	01a22d6a-dc93-744e-b124-9ba80aa1e3e6	01a22d6a-98c2-712b-b99b-0a2fa2989a26	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	e3b0d155-e141-467d-9c15-2b81c3ac0a1c	Pour vous écrire.	applied		C-2	2026-11-30 17:05:07.899128+00	2026-11-30 17:05:08.942099+00	2026-11-30 17:05:09.623227+00
252dae0c-0361-4ea8-81cb-ddcfa61179ce	01a22d6a-e71d-7253-9f52-a693bdb1a558	01a22d6a-76dd-776e-826e-faeb6faab150	Quttx6P89QM2wIgnArbWFzKgJli9Yfo5jvlxANIWfbo	0dbc080f-de0d-4093-bf6f-f3659c15674d	Pour tenir à jour l’adresse de votre permis.	rejected	person_unknown		2026-11-30 17:05:10.842067+00	2026-11-30 17:05:10.837538+00	2026-11-30 17:05:11.697841+00
59328721-c905-452a-a94e-fa3481771d62	01a22d6a-de38-774b-af59-17c238c2968a	01a22d6a-98c2-712b-b99b-0a2fa2989a26	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	6ab597a4-9e9d-4c4f-98fb-f7185a7f31ab	Pour vous écrire.	rejected	record_locked	C-3	2026-11-30 17:05:08.274628+00	2026-11-30 17:05:08.970434+00	2026-11-30 17:05:09.652844+00
b29c3a6c-c823-49da-b5b2-377355f5908a	01a22d6a-daf5-7eff-8d2b-5c368e7cae40	01a22d6a-76dd-776e-826e-faeb6faab150	Quttx6P89QM2wIgnArbWFzKgJli9Yfo5jvlxANIWfbo	62ff7876-5f48-47d5-a827-ec6ffb630452	Pour tenir à jour l’adresse de votre permis.	rejected	person_unknown		2026-11-30 17:05:07.705735+00	2026-11-30 17:05:07.699105+00	2026-11-30 17:05:08.470404+00
5ad81730-11d6-4c45-b3f5-ddbea96f45eb	01a22d6a-daf5-7eff-8d2b-5c368e7cae40	01a22d6a-776f-73f7-abca-50b4b34d1fc6	lhNS1Mtv7IPSa9bYYmKa-xIqa7LfPLRkbR3Q58_Nysc	cd98e88c-b0d6-4c6f-9a2c-291af1f2e549	Pour envoyer votre carte Santé à la bonne adresse.	applied			2026-11-30 17:05:07.718827+00	2026-11-30 17:05:07.700933+00	2026-11-30 17:05:08.478388+00
ec37860a-86f6-4a5e-8a20-97c236bf4df8	01a22d6a-dc93-744e-b124-9ba80aa1e3e6	01a22d6a-76dd-776e-826e-faeb6faab150	Quttx6P89QM2wIgnArbWFzKgJli9Yfo5jvlxANIWfbo	03378be5-a8e5-46ed-83d1-8008081dc644	Pour tenir à jour l’adresse de votre permis.	rejected	person_unknown		2026-11-30 17:05:08.257181+00	2026-11-30 17:05:08.226458+00	2026-11-30 17:05:08.502458+00
41b2c7b9-a6dd-4d7f-9e8c-e8961d57d56e	01a22d6a-dc93-744e-b124-9ba80aa1e3e6	01a22d6a-776f-73f7-abca-50b4b34d1fc6	lhNS1Mtv7IPSa9bYYmKa-xIqa7LfPLRkbR3Q58_Nysc	f5b9c2b5-ecce-4418-9ba1-03569490f5f0	Pour envoyer votre carte Santé à la bonne adresse.	applied			2026-11-30 17:05:08.285045+00	2026-11-30 17:05:08.256553+00	2026-11-30 17:05:08.526397+00
e1c4d4e6-827e-4c43-bf6a-6ce5b68ecd48	01a22d6a-de38-774b-af59-17c238c2968a	01a22d6a-76dd-776e-826e-faeb6faab150	Quttx6P89QM2wIgnArbWFzKgJli9Yfo5jvlxANIWfbo	592d6ecc-542d-436b-920a-05d5b1aaed11	Pour tenir à jour l’adresse de votre permis.	rejected	person_unknown		2026-11-30 17:05:08.30537+00	2026-11-30 17:05:08.28532+00	2026-11-30 17:05:08.552309+00
250e8171-f3da-46a7-b8c9-f453db92fc19	01a22d6a-de38-774b-af59-17c238c2968a	01a22d6a-776f-73f7-abca-50b4b34d1fc6	lhNS1Mtv7IPSa9bYYmKa-xIqa7LfPLRkbR3Q58_Nysc	c8bb38a4-a94b-491f-8c01-5e8cb1d30cad	Pour envoyer votre carte Santé à la bonne adresse.	applied			2026-11-30 17:05:08.34241+00	2026-11-30 17:05:08.314372+00	2026-11-30 17:05:08.569883+00
48e61c7c-04f1-4b3e-b564-d52468412110	01a22d6a-e71d-7253-9f52-a693bdb1a558	01a22d6a-98c2-712b-b99b-0a2fa2989a26	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	db89cfc8-ac1a-4829-b3d2-2ab519e1c2a6	Pour vous écrire.	\N			\N	\N	\N
1261588e-d690-44e5-a3c0-2998612c4faa	01a22d6a-e71d-7253-9f52-a693bdb1a558	01a22d6a-98d5-7594-9c20-726fb5303e65	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	23567425-26ae-4a62-88b5-8f1f12509fca	Pour vous écrire.	\N			\N	\N	\N
c827666b-b739-4110-8327-79347530eb3f	01a22d6a-e71d-7253-9f52-a693bdb1a558	01a22d6a-776f-73f7-abca-50b4b34d1fc6	lhNS1Mtv7IPSa9bYYmKa-xIqa7LfPLRkbR3Q58_Nysc	dc5b312a-c203-4763-8707-d90d3ce2b021	Pour envoyer votre carte Santé à la bonne adresse.	applied			2026-11-30 17:05:10.909649+00	2026-11-30 17:05:10.878922+00	2026-11-30 17:05:11.718488+00
\.
COPY public.event (event_id, sequence, tenant_id, type, source, subject, data, created_at) FROM stdin;
bd293815-517a-4dc8-a44c-109e42caf535	1	01a22d6a-76dd-776e-826e-faeb6faab150	ca.tamarack.tellusonce.address.changed.v1	/tellusonce	YcFBQJD6vfSyOgVaf-AnQ_zq-0o5X0ZEyaIVF5Szdns	{"delivery_id":"05d8ceaa-45ee-4c3a-b45a-66a5b324fada","subject":"YcFBQJD6vfSyOgVaf-AnQ_zq-0o5X0ZEyaIVF5Szdns","change_type":"address"}	2026-11-30 17:04:44.579162+00
9173ae77-5701-4b26-80d0-ddbb363976d9	2	01a22d6a-776f-73f7-abca-50b4b34d1fc6	ca.tamarack.tellusonce.address.changed.v1	/tellusonce	SymHfjIupYu129_rmIdTpbL6FQlAAEB_KTQL8TVdEzg	{"delivery_id":"91e1c183-d66d-4e51-912d-50f2e023ce2b","subject":"SymHfjIupYu129_rmIdTpbL6FQlAAEB_KTQL8TVdEzg","change_type":"address"}	2026-11-30 17:04:44.579162+00
39169c3d-b4ea-4acf-b221-d51f14ba1422	3	01a22d6a-76dd-776e-826e-faeb6faab150	ca.tamarack.tellusonce.address.changed.v1	/tellusonce	-QpZ3pyA8HdTnZUxMzd4__xqOsbKAv3C6kRTSPkNo08	{"delivery_id":"e249867b-08eb-4c78-bb67-51e352bbbf45","subject":"-QpZ3pyA8HdTnZUxMzd4__xqOsbKAv3C6kRTSPkNo08","change_type":"address"}	2026-11-30 17:04:46.931353+00
9302f922-14b1-4cb1-9115-774ac3d8d866	4	01a22d6a-776f-73f7-abca-50b4b34d1fc6	ca.tamarack.tellusonce.address.changed.v1	/tellusonce	gHiWoecEN91NxloZpbSpKCCzeqhluRxvaS51Ey4Q1u4	{"delivery_id":"72c66e97-4208-451e-a38a-df53d3f50f8b","subject":"gHiWoecEN91NxloZpbSpKCCzeqhluRxvaS51Ey4Q1u4","change_type":"address"}	2026-11-30 17:04:46.931353+00
26eeaf86-456e-4f86-b44a-89048f0c4d4e	5	01a22d6a-76dd-776e-826e-faeb6faab150	ca.tamarack.tellusonce.address.changed.v1	/tellusonce	1DodemGeFZwmlUjwgXGCn0SqTVD93xT4rbRz17xFx3U	{"delivery_id":"28866601-5db6-46fc-acd8-31c3cc782119","subject":"1DodemGeFZwmlUjwgXGCn0SqTVD93xT4rbRz17xFx3U","change_type":"address"}	2026-11-30 17:04:48.929246+00
1d9f35e2-6981-4b34-a68b-3d6a861e193b	6	01a22d6a-776f-73f7-abca-50b4b34d1fc6	ca.tamarack.tellusonce.address.changed.v1	/tellusonce	4chYK2XCtphjxKC9GJsS0yQA001iXubikYBBLvkUa4c	{"delivery_id":"10fce2ac-d81a-4c43-8ba8-52f7194df1e5","subject":"4chYK2XCtphjxKC9GJsS0yQA001iXubikYBBLvkUa4c","change_type":"address"}	2026-11-30 17:04:48.929246+00
a47d4b5b-3249-461c-9c49-de38d3160f5c	7	01a22d6a-76dd-776e-826e-faeb6faab150	ca.tamarack.tellusonce.address.changed.v1	/tellusonce	Quttx6P89QM2wIgnArbWFzKgJli9Yfo5jvlxANIWfbo	{"delivery_id":"f1a6ca2a-4cb7-4a95-8536-03edea54b473","subject":"Quttx6P89QM2wIgnArbWFzKgJli9Yfo5jvlxANIWfbo","change_type":"address"}	2026-11-30 17:05:06.58301+00
4ed7cb9c-f612-460a-8afa-41a5df7e9b8d	8	01a22d6a-776f-73f7-abca-50b4b34d1fc6	ca.tamarack.tellusonce.address.changed.v1	/tellusonce	lhNS1Mtv7IPSa9bYYmKa-xIqa7LfPLRkbR3Q58_Nysc	{"delivery_id":"0ebf9624-030f-49c0-af83-19a133446b38","subject":"lhNS1Mtv7IPSa9bYYmKa-xIqa7LfPLRkbR3Q58_Nysc","change_type":"address"}	2026-11-30 17:05:06.58301+00
87e80dc9-fca3-4141-b2f1-623f55d3314e	9	01a22d6a-98c2-712b-b99b-0a2fa2989a26	ca.tamarack.tellusonce.address.changed.v1	/tellusonce	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	{"delivery_id":"83f03f7e-d819-4946-950b-ee62376987e8","subject":"ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ","change_type":"address"}	2026-11-30 17:05:06.58301+00
67015477-457c-4d3c-855b-4df6dde3930e	10	01a22d6a-98d5-7594-9c20-726fb5303e65	ca.tamarack.tellusonce.address.changed.v1	/tellusonce	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	{"delivery_id":"dc2e5ae8-48e2-46f5-b711-855b1f5fc84d","subject":"ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ","change_type":"address"}	2026-11-30 17:05:06.58301+00
62ff7876-5f48-47d5-a827-ec6ffb630452	11	01a22d6a-76dd-776e-826e-faeb6faab150	ca.tamarack.tellusonce.address.changed.v1	/tellusonce	Quttx6P89QM2wIgnArbWFzKgJli9Yfo5jvlxANIWfbo	{"delivery_id":"b29c3a6c-c823-49da-b5b2-377355f5908a","subject":"Quttx6P89QM2wIgnArbWFzKgJli9Yfo5jvlxANIWfbo","change_type":"address"}	2026-11-30 17:05:07.31639+00
cd98e88c-b0d6-4c6f-9a2c-291af1f2e549	12	01a22d6a-776f-73f7-abca-50b4b34d1fc6	ca.tamarack.tellusonce.address.changed.v1	/tellusonce	lhNS1Mtv7IPSa9bYYmKa-xIqa7LfPLRkbR3Q58_Nysc	{"delivery_id":"5ad81730-11d6-4c45-b3f5-ddbea96f45eb","subject":"lhNS1Mtv7IPSa9bYYmKa-xIqa7LfPLRkbR3Q58_Nysc","change_type":"address"}	2026-11-30 17:05:07.31639+00
47ba794c-c996-4162-b4c6-47eaa159ff51	13	01a22d6a-98c2-712b-b99b-0a2fa2989a26	ca.tamarack.tellusonce.address.changed.v1	/tellusonce	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	{"delivery_id":"c413f01b-88f7-4f78-a2f6-22d1c3c87fd3","subject":"ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ","change_type":"address"}	2026-11-30 17:05:07.31639+00
45677c21-0868-49f7-9674-57664aaf5f32	14	01a22d6a-98d5-7594-9c20-726fb5303e65	ca.tamarack.tellusonce.address.changed.v1	/tellusonce	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	{"delivery_id":"b8692777-bd6d-474c-b82c-652b7ba77a35","subject":"ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ","change_type":"address"}	2026-11-30 17:05:07.31639+00
03378be5-a8e5-46ed-83d1-8008081dc644	15	01a22d6a-76dd-776e-826e-faeb6faab150	ca.tamarack.tellusonce.address.changed.v1	/tellusonce	Quttx6P89QM2wIgnArbWFzKgJli9Yfo5jvlxANIWfbo	{"delivery_id":"ec37860a-86f6-4a5e-8a20-97c236bf4df8","subject":"Quttx6P89QM2wIgnArbWFzKgJli9Yfo5jvlxANIWfbo","change_type":"address"}	2026-11-30 17:05:07.72667+00
f5b9c2b5-ecce-4418-9ba1-03569490f5f0	16	01a22d6a-776f-73f7-abca-50b4b34d1fc6	ca.tamarack.tellusonce.address.changed.v1	/tellusonce	lhNS1Mtv7IPSa9bYYmKa-xIqa7LfPLRkbR3Q58_Nysc	{"delivery_id":"41b2c7b9-a6dd-4d7f-9e8c-e8961d57d56e","subject":"lhNS1Mtv7IPSa9bYYmKa-xIqa7LfPLRkbR3Q58_Nysc","change_type":"address"}	2026-11-30 17:05:07.72667+00
e3b0d155-e141-467d-9c15-2b81c3ac0a1c	17	01a22d6a-98c2-712b-b99b-0a2fa2989a26	ca.tamarack.tellusonce.address.changed.v1	/tellusonce	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	{"delivery_id":"c872ed1b-10f5-497b-9b55-3ff29c982b31","subject":"ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ","change_type":"address"}	2026-11-30 17:05:07.72667+00
c8c1e762-bd70-4207-b3bc-8adb438a3355	18	01a22d6a-98d5-7594-9c20-726fb5303e65	ca.tamarack.tellusonce.address.changed.v1	/tellusonce	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	{"delivery_id":"296bbfc2-b0bd-4086-ad1d-e7507f24d289","subject":"ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ","change_type":"address"}	2026-11-30 17:05:07.72667+00
592d6ecc-542d-436b-920a-05d5b1aaed11	19	01a22d6a-76dd-776e-826e-faeb6faab150	ca.tamarack.tellusonce.address.changed.v1	/tellusonce	Quttx6P89QM2wIgnArbWFzKgJli9Yfo5jvlxANIWfbo	{"delivery_id":"e1c4d4e6-827e-4c43-bf6a-6ce5b68ecd48","subject":"Quttx6P89QM2wIgnArbWFzKgJli9Yfo5jvlxANIWfbo","change_type":"address"}	2026-11-30 17:05:08.15244+00
c8bb38a4-a94b-491f-8c01-5e8cb1d30cad	20	01a22d6a-776f-73f7-abca-50b4b34d1fc6	ca.tamarack.tellusonce.address.changed.v1	/tellusonce	lhNS1Mtv7IPSa9bYYmKa-xIqa7LfPLRkbR3Q58_Nysc	{"delivery_id":"250e8171-f3da-46a7-b8c9-f453db92fc19","subject":"lhNS1Mtv7IPSa9bYYmKa-xIqa7LfPLRkbR3Q58_Nysc","change_type":"address"}	2026-11-30 17:05:08.15244+00
6ab597a4-9e9d-4c4f-98fb-f7185a7f31ab	21	01a22d6a-98c2-712b-b99b-0a2fa2989a26	ca.tamarack.tellusonce.address.changed.v1	/tellusonce	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	{"delivery_id":"59328721-c905-452a-a94e-fa3481771d62","subject":"ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ","change_type":"address"}	2026-11-30 17:05:08.15244+00
1abcde76-9de6-41a8-b86d-e1722c07712e	22	01a22d6a-98d5-7594-9c20-726fb5303e65	ca.tamarack.tellusonce.address.changed.v1	/tellusonce	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	{"delivery_id":"a8e149ec-ccb6-41e2-804f-30a540a11e8a","subject":"ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ","change_type":"address"}	2026-11-30 17:05:08.15244+00
0dbc080f-de0d-4093-bf6f-f3659c15674d	23	01a22d6a-76dd-776e-826e-faeb6faab150	ca.tamarack.tellusonce.address.changed.v1	/tellusonce	Quttx6P89QM2wIgnArbWFzKgJli9Yfo5jvlxANIWfbo	{"delivery_id":"252dae0c-0361-4ea8-81cb-ddcfa61179ce","subject":"Quttx6P89QM2wIgnArbWFzKgJli9Yfo5jvlxANIWfbo","change_type":"address"}	2026-11-30 17:05:10.429115+00
dc5b312a-c203-4763-8707-d90d3ce2b021	24	01a22d6a-776f-73f7-abca-50b4b34d1fc6	ca.tamarack.tellusonce.address.changed.v1	/tellusonce	lhNS1Mtv7IPSa9bYYmKa-xIqa7LfPLRkbR3Q58_Nysc	{"delivery_id":"c827666b-b739-4110-8327-79347530eb3f","subject":"lhNS1Mtv7IPSa9bYYmKa-xIqa7LfPLRkbR3Q58_Nysc","change_type":"address"}	2026-11-30 17:05:10.429115+00
db89cfc8-ac1a-4829-b3d2-2ab519e1c2a6	25	01a22d6a-98c2-712b-b99b-0a2fa2989a26	ca.tamarack.tellusonce.address.changed.v1	/tellusonce	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	{"delivery_id":"48e61c7c-04f1-4b3e-b564-d52468412110","subject":"ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ","change_type":"address"}	2026-11-30 17:05:10.429115+00
23567425-26ae-4a62-88b5-8f1f12509fca	26	01a22d6a-98d5-7594-9c20-726fb5303e65	ca.tamarack.tellusonce.address.changed.v1	/tellusonce	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	{"delivery_id":"1261588e-d690-44e5-a3c0-2998612c4faa","subject":"ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ","change_type":"address"}	2026-11-30 17:05:10.429115+00
\.
COPY public.idempotent_answer (caller, method, key, answer_sealed, created_at) FROM stdin;
\.
COPY public.person_key (subject, sealed_key, created_at) FROM stdin;
JQRFEOSBOSxr3xPoNd9v0yg7zcoTMByjzKzu2lUQM50	1.mNrlt3F0N2nMPxOEfao4KaLy5GQbMFI96Fp2tBksJFJd9CrjWDbpZL3jmXbDON2QCROZ-aZWUTtEf-26	2026-11-30 17:04:44.579162+00
CcqCJMimiAnCpaUR013DB9ScOfLtvK6NG6p5JCs5Kig	1.tN-xUDtyGchpEfrSYpMEWcHvEoeLlyT6_dJVd-zfPumNqu5aLVDhWDbsZ1U5_cyBWo01oNUmwE8bLX8e	2026-11-30 17:04:46.931353+00
9TQ6dZPp18pvO4h1AIBCgQvfx6S95swBw8rrHla5iy0	1.9vZxGelnrDhis2wNN5Ee2fosvlXMeqOTQ5V4dksSZjzF8418A6x_OFI97aFeSw0fSQ8S9KbkkpoOZ0Lt	2026-11-30 17:04:48.929246+00
5AGoZhHVUsoz9ukU8kSG_xSIe2RNM0qjZudSP4dR7qo	1.j2v_hLBcpYa0cvCDwqO1la6EapvMZOWYhiRTR9tlJ5S4iEC_8GNkarEAWGlRw7CyFa397qZyPC9fbWWr	2026-11-30 17:05:06.58301+00
\.
COPY public.schema_migration (version, name, sha256, applied_at) FROM stdin;
1	0001_webhooks	10a875841942a536a10d60ee1664c8b6147f347d3ddd5466cbf4458ed197368a	2026-11-30 17:04:40.515579+00
2	0002_subscription	2072e54a6be7b18ca8873fc0db35365cddcf21c9163c17ba69d98bdeb771e084	2026-11-30 17:04:40.646784+00
3	0003_change	4de33506e4e00f234b4c1455618fc108b6c072aa709219aa6905c284ed7ae96e	2026-11-30 17:04:40.672145+00
4	0004_reading	7ab87667400862527e0c5d30fb84a3fff7dfef872f78997b4ae0c245830b7e45	2026-11-30 17:04:40.762957+00
5	0005_idempotent_answer	33e0896175830b79b0427f5d83ac8535e0758ee03f06e9895aa3ad828b170509	2026-11-30 17:04:40.773167+00
\.
COPY public.subscription (subscription_id, ministry_id, change_type, name_en, name_fr, purpose_en, purpose_fr, url, return_origins, created_at) FROM stdin;
01a22d6a-76dd-776e-826e-faeb6faab150	01a22d6a-7687-7c75-b81d-e3cfa37bd2c0	address	Driver’s licence	Permis de conduire	To keep the address on your licence up to date.	Pour tenir à jour l’adresse de votre permis.	http://localhost:8090/webhooks/tellusonce	{http://localhost:8090}	2026-11-30 17:04:41.693262+00
01a22d6a-776f-73f7-abca-50b4b34d1fc6	01a22d6a-7747-7e31-93e8-3961f06a1874	address	Health card	Carte Santé	To send your health card to the right address.	Pour envoyer votre carte Santé à la bonne adresse.	http://localhost:8092/webhooks/tellusonce	{http://localhost:8092}	2026-11-30 17:04:41.840036+00
01a22d6a-98c2-712b-b99b-0a2fa2989a26	01a22d6a-9784-798e-8884-5fe70c202fca	address	Apprentices, told	Apprentices, told	To write to you.	Pour vous écrire.	http://localhost:8140/hook/told	{http://localhost:8140}	2026-11-30 17:04:50.371042+00
01a22d6a-98d5-7594-9c20-726fb5303e65	01a22d6a-9784-798e-8884-5fe70c202fca	address	Apprentices, gone	Apprentices, gone	To write to you.	Pour vous écrire.	http://localhost:8140/hook/gone	{http://localhost:8140}	2026-11-30 17:04:50.389175+00
\.
COPY public.webhook_attempt (attempt_id, delivery_id, started_at, duration_ms, status, error) FROM stdin;
1	2	2026-11-30 17:04:44.635329+00	7	204	
2	1	2026-11-30 17:04:44.635065+00	28	204	
3	3	2026-11-30 17:04:46.93526+00	2	204	
4	4	2026-11-30 17:04:46.935396+00	2	204	
5	6	2026-11-30 17:04:48.963954+00	9	204	
6	5	2026-11-30 17:04:48.963824+00	10	204	
7	8	2026-11-30 17:05:06.586914+00	6	204	
8	7	2026-11-30 17:05:06.586773+00	12	204	
9	9	2026-11-30 17:05:06.586943+00	202	200	
10	10	2026-11-30 17:05:06.58697+00	208	410	gone
11	13	2026-11-30 17:05:07.338376+00	2	200	
12	12	2026-11-30 17:05:07.338343+00	6	204	
13	11	2026-11-30 17:05:07.338147+00	6	204	
14	14	2026-11-30 17:05:07.746939+00	10	204	
15	15	2026-11-30 17:05:07.747095+00	10	204	
16	16	2026-11-30 17:05:07.747126+00	33	200	
17	19	2026-11-30 17:05:08.170772+00	3	200	
18	18	2026-11-30 17:05:08.170692+00	5	204	
19	17	2026-11-30 17:05:08.170515+00	5	204	
20	22	2026-11-30 17:05:10.444727+00	4	503	http
21	21	2026-11-30 17:05:10.444694+00	5	204	
22	20	2026-11-30 17:05:10.444532+00	6	204	
23	22	2026-11-30 17:05:11.474492+00	1	503	http
\.
COPY public.webhook_delivery (delivery_id, event_id, endpoint_id, subject, state, attempts, due_at, claim, last_status, last_error, created_at, finished_at) FROM stdin;
2	9173ae77-5701-4b26-80d0-ddbb363976d9	01a22d6a-776f-71f0-8429-d40f84ec51e3	SymHfjIupYu129_rmIdTpbL6FQlAAEB_KTQL8TVdEzg	2	1	\N	\N	204		2026-11-30 17:04:44.579162+00	2026-11-30 17:04:44.643105+00
1	bd293815-517a-4dc8-a44c-109e42caf535	01a22d6a-76dd-7bc0-873a-f882194ea21a	YcFBQJD6vfSyOgVaf-AnQ_zq-0o5X0ZEyaIVF5Szdns	2	1	\N	\N	204		2026-11-30 17:04:44.579162+00	2026-11-30 17:04:44.678494+00
3	39169c3d-b4ea-4acf-b221-d51f14ba1422	01a22d6a-76dd-7bc0-873a-f882194ea21a	-QpZ3pyA8HdTnZUxMzd4__xqOsbKAv3C6kRTSPkNo08	2	1	\N	\N	204		2026-11-30 17:04:46.931353+00	2026-11-30 17:04:46.937709+00
4	9302f922-14b1-4cb1-9115-774ac3d8d866	01a22d6a-776f-71f0-8429-d40f84ec51e3	gHiWoecEN91NxloZpbSpKCCzeqhluRxvaS51Ey4Q1u4	2	1	\N	\N	204		2026-11-30 17:04:46.931353+00	2026-11-30 17:04:46.946898+00
6	1d9f35e2-6981-4b34-a68b-3d6a861e193b	01a22d6a-776f-71f0-8429-d40f84ec51e3	4chYK2XCtphjxKC9GJsS0yQA001iXubikYBBLvkUa4c	2	1	\N	\N	204		2026-11-30 17:04:48.929246+00	2026-11-30 17:04:48.976973+00
5	26eeaf86-456e-4f86-b44a-89048f0c4d4e	01a22d6a-76dd-7bc0-873a-f882194ea21a	1DodemGeFZwmlUjwgXGCn0SqTVD93xT4rbRz17xFx3U	2	1	\N	\N	204		2026-11-30 17:04:48.929246+00	2026-11-30 17:04:48.976973+00
8	4ed7cb9c-f612-460a-8afa-41a5df7e9b8d	01a22d6a-776f-71f0-8429-d40f84ec51e3	lhNS1Mtv7IPSa9bYYmKa-xIqa7LfPLRkbR3Q58_Nysc	2	1	\N	\N	204		2026-11-30 17:05:06.58301+00	2026-11-30 17:05:06.594368+00
7	a47d4b5b-3249-461c-9c49-de38d3160f5c	01a22d6a-76dd-7bc0-873a-f882194ea21a	Quttx6P89QM2wIgnArbWFzKgJli9Yfo5jvlxANIWfbo	2	1	\N	\N	204		2026-11-30 17:05:06.58301+00	2026-11-30 17:05:06.605683+00
9	87e80dc9-fca3-4141-b2f1-623f55d3314e	01a22d6a-98c2-73c2-8e14-3da55c5b5b43	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	2	1	\N	\N	200		2026-11-30 17:05:06.58301+00	2026-11-30 17:05:06.789489+00
10	67015477-457c-4d3c-855b-4df6dde3930e	01a22d6a-98d5-7883-ba71-03f5430ed426	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	3	1	\N	\N	410	gone	2026-11-30 17:05:06.58301+00	2026-11-30 17:05:06.801139+00
13	47ba794c-c996-4162-b4c6-47eaa159ff51	01a22d6a-98c2-73c2-8e14-3da55c5b5b43	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	2	1	\N	\N	200		2026-11-30 17:05:07.31639+00	2026-11-30 17:05:07.342383+00
12	cd98e88c-b0d6-4c6f-9a2c-291af1f2e549	01a22d6a-776f-71f0-8429-d40f84ec51e3	lhNS1Mtv7IPSa9bYYmKa-xIqa7LfPLRkbR3Q58_Nysc	2	1	\N	\N	204		2026-11-30 17:05:07.31639+00	2026-11-30 17:05:07.345539+00
11	62ff7876-5f48-47d5-a827-ec6ffb630452	01a22d6a-76dd-7bc0-873a-f882194ea21a	Quttx6P89QM2wIgnArbWFzKgJli9Yfo5jvlxANIWfbo	2	1	\N	\N	204		2026-11-30 17:05:07.31639+00	2026-11-30 17:05:07.345539+00
14	03378be5-a8e5-46ed-83d1-8008081dc644	01a22d6a-76dd-7bc0-873a-f882194ea21a	Quttx6P89QM2wIgnArbWFzKgJli9Yfo5jvlxANIWfbo	2	1	\N	\N	204		2026-11-30 17:05:07.72667+00	2026-11-30 17:05:07.757832+00
15	f5b9c2b5-ecce-4418-9ba1-03569490f5f0	01a22d6a-776f-71f0-8429-d40f84ec51e3	lhNS1Mtv7IPSa9bYYmKa-xIqa7LfPLRkbR3Q58_Nysc	2	1	\N	\N	204		2026-11-30 17:05:07.72667+00	2026-11-30 17:05:07.774366+00
16	e3b0d155-e141-467d-9c15-2b81c3ac0a1c	01a22d6a-98c2-73c2-8e14-3da55c5b5b43	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	2	1	\N	\N	200		2026-11-30 17:05:07.72667+00	2026-11-30 17:05:07.786511+00
19	6ab597a4-9e9d-4c4f-98fb-f7185a7f31ab	01a22d6a-98c2-73c2-8e14-3da55c5b5b43	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	2	1	\N	\N	200		2026-11-30 17:05:08.15244+00	2026-11-30 17:05:08.174522+00
18	c8bb38a4-a94b-491f-8c01-5e8cb1d30cad	01a22d6a-776f-71f0-8429-d40f84ec51e3	lhNS1Mtv7IPSa9bYYmKa-xIqa7LfPLRkbR3Q58_Nysc	2	1	\N	\N	204		2026-11-30 17:05:08.15244+00	2026-11-30 17:05:08.179093+00
17	592d6ecc-542d-436b-920a-05d5b1aaed11	01a22d6a-76dd-7bc0-873a-f882194ea21a	Quttx6P89QM2wIgnArbWFzKgJli9Yfo5jvlxANIWfbo	2	1	\N	\N	204		2026-11-30 17:05:08.15244+00	2026-11-30 17:05:08.179093+00
21	dc5b312a-c203-4763-8707-d90d3ce2b021	01a22d6a-776f-71f0-8429-d40f84ec51e3	lhNS1Mtv7IPSa9bYYmKa-xIqa7LfPLRkbR3Q58_Nysc	2	1	\N	\N	204		2026-11-30 17:05:10.429115+00	2026-11-30 17:05:10.451356+00
20	0dbc080f-de0d-4093-bf6f-f3659c15674d	01a22d6a-76dd-7bc0-873a-f882194ea21a	Quttx6P89QM2wIgnArbWFzKgJli9Yfo5jvlxANIWfbo	2	1	\N	\N	204		2026-11-30 17:05:10.429115+00	2026-11-30 17:05:10.451356+00
22	db89cfc8-ac1a-4829-b3d2-2ab519e1c2a6	01a22d6a-98c2-73c2-8e14-3da55c5b5b43	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	1	2	2026-11-30 17:05:26.844633+00	\N	503	http	2026-11-30 17:05:10.429115+00	\N
\.
COPY public.webhook_endpoint (endpoint_id, tenant_id, url, sealed_secret, event_types, enabled, disabled_reason, paused_until, created_at) FROM stdin;
01a22d6a-76dd-7bc0-873a-f882194ea21a	01a22d6a-76dd-776e-826e-faeb6faab150	http://localhost:8090/webhooks/tellusonce	1.qX-i75quJpAE6WMDBtpfNm3Xfetoh0MZ8KniAccAu8bLTk_vJoyYc0bvn9hCrno9a2Z9tJO9CdvQQ3umVGog6EGUYsfSVHKc6L0jAEk1	{}	t		-infinity	2026-11-30 17:04:41.693262+00
01a22d6a-776f-71f0-8429-d40f84ec51e3	01a22d6a-776f-73f7-abca-50b4b34d1fc6	http://localhost:8092/webhooks/tellusonce	1.g8oo__pFG0Vr-ruLy8eC0s3KJb6fiXylZUtxNylI3eUILYw6YXbY5DVX4HVgIx74Ss5IErI8wjElWwwoT-VtIjtLPfis2k2imWmnejd9	{}	t		-infinity	2026-11-30 17:04:41.840036+00
01a22d6a-98c2-73c2-8e14-3da55c5b5b43	01a22d6a-98c2-712b-b99b-0a2fa2989a26	http://localhost:8140/hook/told	1.6cJPbwMkaB4KWdbD2Zo7vWBZKzaVi7YTu_uMkQlsMsDZNPwfdxK754kpg70gPJinFHv7NsaZGqjB2jLtIrPeE0KxBPsHbXKDxMZa5TuT	{}	t		-infinity	2026-11-30 17:04:50.371042+00
01a22d6a-98d5-7883-ba71-03f5430ed426	01a22d6a-98d5-7594-9c20-726fb5303e65	http://localhost:8140/hook/gone	1.9EAf7c66PkInTrMSkdCtX2EUTVT-btM7AyUcaEtOlNrniTU8NldNK4O8N0ME5M08Z-aKtY73SUW8eRbnd8_a8QJot2YsKakML2Cq_Qlo	{}	f	gone	-infinity	2026-11-30 17:04:50.389175+00
\.
SELECT pg_catalog.setval('public.change_sequence_seq', 8, true);
SELECT pg_catalog.setval('public.event_sequence_seq', 26, true);
SELECT pg_catalog.setval('public.webhook_attempt_attempt_id_seq', 23, true);
SELECT pg_catalog.setval('public.webhook_delivery_delivery_id_seq', 22, true);
ALTER TABLE ONLY public.change
    ADD CONSTRAINT change_pkey PRIMARY KEY (change_id);
ALTER TABLE ONLY public.change
    ADD CONSTRAINT change_sequence_key UNIQUE (sequence);
ALTER TABLE ONLY public.change
    ADD CONSTRAINT change_subject_request_id_key UNIQUE (subject, request_id);
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT delivery_change_id_subscription_id_key UNIQUE (change_id, subscription_id);
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT delivery_event_id_key UNIQUE (event_id);
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT delivery_pkey PRIMARY KEY (delivery_id);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (event_id);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_sequence_key UNIQUE (sequence);
ALTER TABLE ONLY public.idempotent_answer
    ADD CONSTRAINT idempotent_answer_pkey PRIMARY KEY (caller, method, key);
ALTER TABLE ONLY public.person_key
    ADD CONSTRAINT person_key_pkey PRIMARY KEY (subject);
ALTER TABLE ONLY public.schema_migration
    ADD CONSTRAINT schema_migration_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.subscription
    ADD CONSTRAINT subscription_pkey PRIMARY KEY (subscription_id);
ALTER TABLE ONLY public.webhook_attempt
    ADD CONSTRAINT webhook_attempt_pkey PRIMARY KEY (attempt_id);
ALTER TABLE ONLY public.webhook_delivery
    ADD CONSTRAINT webhook_delivery_event_id_endpoint_id_key UNIQUE (event_id, endpoint_id);
ALTER TABLE ONLY public.webhook_delivery
    ADD CONSTRAINT webhook_delivery_pkey PRIMARY KEY (delivery_id);
ALTER TABLE ONLY public.webhook_endpoint
    ADD CONSTRAINT webhook_endpoint_pkey PRIMARY KEY (endpoint_id);
CREATE INDEX change_by_subject ON public.change USING btree (subject, sequence DESC);
CREATE INDEX change_to_sync ON public.change USING btree (sequence) WHERE (directory_synced_at IS NULL);
CREATE INDEX delivery_reading_to_report ON public.delivery USING btree (first_read_at) WHERE ((first_read_at IS NOT NULL) AND (reading_reported_at IS NULL));
CREATE INDEX event_subject ON public.event USING btree (subject, sequence);
CREATE INDEX idempotent_answer_by_age ON public.idempotent_answer USING btree (created_at);
CREATE INDEX webhook_attempt_delivery ON public.webhook_attempt USING btree (delivery_id, attempt_id);
CREATE INDEX webhook_delivery_due ON public.webhook_delivery USING btree (endpoint_id, due_at) WHERE (due_at IS NOT NULL);
CREATE UNIQUE INDEX webhook_delivery_head ON public.webhook_delivery USING btree (endpoint_id, subject) WHERE (due_at IS NOT NULL);
CREATE INDEX webhook_delivery_lane ON public.webhook_delivery USING btree (endpoint_id, subject, delivery_id) WHERE (state = 1);
CREATE INDEX webhook_delivery_list ON public.webhook_delivery USING btree (endpoint_id, delivery_id);
CREATE INDEX webhook_endpoint_tenant ON public.webhook_endpoint USING btree (tenant_id);
CREATE TRIGGER event_is_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.event FOR EACH STATEMENT EXECUTE FUNCTION public.event_is_append_only();
ALTER TABLE ONLY public.change
    ADD CONSTRAINT change_subject_fkey FOREIGN KEY (subject) REFERENCES public.person_key(subject);
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT delivery_change_id_fkey FOREIGN KEY (change_id) REFERENCES public.change(change_id);
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT delivery_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES public.subscription(subscription_id);
ALTER TABLE ONLY public.webhook_attempt
    ADD CONSTRAINT webhook_attempt_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES public.webhook_delivery(delivery_id);
ALTER TABLE ONLY public.webhook_delivery
    ADD CONSTRAINT webhook_delivery_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.event(event_id);
