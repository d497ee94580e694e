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
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.api_key (
    api_key_id uuid NOT NULL,
    service_id uuid NOT NULL,
    kind text NOT NULL,
    key_type text NOT NULL,
    name text NOT NULL,
    secret_sha256 text,
    secret_sealed text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    scopes text[] DEFAULT '{}'::text[] NOT NULL,
    expires_at timestamp with time zone,
    previous_secret_sha256 text,
    previous_secret_sealed text,
    previous_expires_at timestamp with time zone,
    CONSTRAINT api_key_check CHECK (((kind = 'pay'::text) = (secret_sha256 IS NOT NULL))),
    CONSTRAINT api_key_check1 CHECK (((kind = 'notify'::text) = (secret_sealed IS NOT NULL))),
    CONSTRAINT api_key_check2 CHECK ((num_nonnulls(previous_secret_sha256, previous_secret_sealed) = num_nonnulls(previous_expires_at))),
    CONSTRAINT api_key_key_type_check CHECK ((key_type = ANY (ARRAY['live'::text, 'team'::text, 'test'::text]))),
    CONSTRAINT api_key_kind_check CHECK ((kind = ANY (ARRAY['pay'::text, 'notify'::text])))
);
CREATE TABLE public.consent (
    consent_id uuid NOT NULL,
    person_id uuid NOT NULL,
    client_id text NOT NULL,
    subject text NOT NULL,
    scopes text[] NOT NULL,
    claims text[] NOT NULL,
    purpose_en text NOT NULL,
    purpose_fr text NOT NULL,
    client_revision integer NOT NULL,
    granted_at timestamp with time zone DEFAULT now() NOT NULL,
    withdrawn_at timestamp with time zone
);
CREATE TABLE public.consent_read (
    consent_read_id uuid NOT NULL,
    consent_id uuid NOT NULL,
    person_id uuid NOT NULL,
    claims text[] NOT NULL,
    read_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.email_outbox (
    email_id uuid NOT NULL,
    request_sealed text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone DEFAULT now() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.idempotent_answer (
    caller text NOT NULL,
    method text NOT NULL,
    key text NOT NULL,
    answer_sealed text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT idempotent_answer_key_check CHECK (((length(key) >= 1) AND (length(key) <= 255)))
);
CREATE TABLE public.ministry (
    ministry_id uuid NOT NULL,
    name_en text NOT NULL,
    name_fr text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ministry_name_en_check CHECK ((name_en <> ''::text)),
    CONSTRAINT ministry_name_fr_check CHECK ((name_fr <> ''::text))
);
CREATE TABLE public.oauth_client (
    client_id text NOT NULL,
    service_id uuid NOT NULL,
    secret_sha256 text NOT NULL,
    redirect_uris text[] NOT NULL,
    scopes text[] NOT NULL,
    purpose_en text NOT NULL,
    purpose_fr text NOT NULL,
    id_token_alg text NOT NULL,
    mode text NOT NULL,
    revision integer DEFAULT 1 NOT NULL,
    is_enabled boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    is_dpop_bound boolean DEFAULT false NOT NULL,
    is_certificate_bound boolean DEFAULT false NOT NULL,
    CONSTRAINT oauth_client_id_token_alg_check CHECK ((id_token_alg = ANY (ARRAY['RS256'::text, 'ES256'::text]))),
    CONSTRAINT oauth_client_mode_check CHECK ((mode = ANY (ARRAY['live'::text, 'sandbox'::text])))
);
CREATE TABLE public.person (
    person_id uuid NOT NULL,
    subject text NOT NULL,
    email_index text,
    key_sealed text,
    profile_sealed text NOT NULL,
    password_hash text NOT NULL,
    language text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    erased_at timestamp with time zone,
    CONSTRAINT person_check CHECK (((erased_at IS NULL) = (key_sealed IS NOT NULL))),
    CONSTRAINT person_language_check CHECK ((language = ANY (ARRAY['en'::text, 'fr'::text])))
);
CREATE TABLE public.platform_read (
    read_id uuid NOT NULL,
    person_id uuid NOT NULL,
    ministry_id uuid NOT NULL,
    claims text[] NOT NULL,
    purpose_en text NOT NULL,
    purpose_fr text NOT NULL,
    read_at timestamp with time zone NOT NULL
);
CREATE TABLE public.registration (
    registration_id uuid NOT NULL,
    token_sha256 text NOT NULL,
    details_sealed text NOT NULL,
    language text NOT NULL,
    code_mac text NOT NULL,
    code_expires_at timestamp with time zone NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    sends integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT registration_language_check CHECK ((language = ANY (ARRAY['en'::text, 'fr'::text])))
);
CREATE TABLE public.schema_migration (
    version integer NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.service (
    service_id uuid NOT NULL,
    ministry_id uuid NOT NULL,
    name_en text NOT NULL,
    name_fr text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT service_name_en_check CHECK ((name_en <> ''::text)),
    CONSTRAINT service_name_fr_check CHECK ((name_fr <> ''::text))
);
CREATE TABLE public.signing_key (
    kid text NOT NULL,
    algorithm text NOT NULL,
    private_key_sealed text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    retired_at timestamp with time zone,
    CONSTRAINT signing_key_algorithm_check CHECK ((algorithm = ANY (ARRAY['ES256'::text, 'RS256'::text])))
);
COPY public.api_key (api_key_id, service_id, kind, key_type, name, secret_sha256, secret_sealed, created_at, last_used_at, revoked_at, scopes, expires_at, previous_secret_sha256, previous_secret_sealed, previous_expires_at) FROM stdin;
01a22d6a-772c-76bf-85ba-72d8586ec5a2	01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	notify	test	transportation-notify-test	\N	1.zv1OteLzs6pcvmTVakK5rkYCs0PIDyyZCpZJ4wIEnGqyP1YBXQF8gjEy_sP45J4aL5KX_JGAiSmJLzKSRhCREw	2026-11-30 17:04:41.772659+00	\N	\N	{}	\N	\N	\N	\N
01a22d6a-7782-7ff2-929c-8b9c163283b5	01a22d6a-7756-7adc-afd0-16efd04e8f36	notify	test	health-notify-test	\N	1.7sDCmI00_1r4ETXFuI9Lb9FEbwivrOaNoHws254QNxNE19nGZfv66aTc8wmSsarwJ1ynNxmqnQUEq_pTTlJVxw	2026-11-30 17:04:41.859074+00	\N	\N	{}	\N	\N	\N	\N
01a22d6a-7790-70a3-835d-9ab592a6ebfb	01a22d6a-7756-7adc-afd0-16efd04e8f36	notify	live	health-notify-live	\N	1.WlzoxPmUBKlhrvvRA1k2w41q5PQaLgNYykhMuP38vm_WGXpJ9E-vx0vXeh_0SleR4WdbkU3oWhyGarxAEbqSrw	2026-11-30 17:04:41.87265+00	\N	\N	{}	\N	\N	\N	\N
01a22d6a-7797-7bdf-864e-b2323cce5777	01a22d6a-7756-7adc-afd0-16efd04e8f36	pay	test	health-pay-test	4ec712bf9dfdbc98183379153fd5954b468d4ba05a4b27a2cba1922c1cb85247	\N	2026-11-30 17:04:41.879383+00	\N	\N	{}	\N	\N	\N	\N
01a22d6a-7741-7a00-815f-1de7cbefe51a	01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	pay	test	transportation-pay-test	1f1c51ce91c5b2a2a128a04111fb701f6d27df9b471f4f360e5840599d40f22a	\N	2026-11-30 17:04:41.793665+00	2026-11-30 17:04:45.273826+00	\N	{}	\N	\N	\N	\N
01a22d6a-7737-724b-b0b6-bd92b79e22bf	01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	notify	live	transportation-notify-live	\N	1.6_DLu-2tUzT4ln_3FFXQKKWKjmFZvfy22lc--PxkhxVxY7eoXUu-y5OvIwKdYbk6XOhKnOqEbznMXGPeBcAxdg	2026-11-30 17:04:41.783793+00	2026-11-30 17:04:45.821159+00	\N	{}	\N	\N	\N	\N
01a22d6a-9832-7dc0-bf13-87d5c44b75f3	01a22d6a-9789-7e00-a374-b4b3042f5d6d	pay	test	pay_revoked	ee99038a7bc4bd0f0e87956014d44b05144592925b50c3d0bfc4c866a7ab796e	\N	2026-11-30 17:04:50.226173+00	\N	2026-11-30 17:04:50.247966+00	{}	\N	\N	\N	\N
01a22d6a-98fd-7878-a846-94827d797800	01a22d6a-9789-7e00-a374-b4b3042f5d6d	pay	test	repeated	8d08688a77bab2a6d2cae421b81a64431df34a96d77d81002d0a2a7644927147	\N	2026-11-30 17:04:50.429355+00	\N	\N	{}	\N	\N	\N	\N
01a22d6a-97f7-7c95-84ce-6d0373d06a78	01a22d6a-9789-7e00-a374-b4b3042f5d6d	notify	live	notify_live	\N	1.27SFF78PFg0drj5R_6CD5UTtN2o3mgRpMNuueRQrbkGVHWsyIDVHJUUwbGieQ-Kr91W5vP_JyMA5y9jHEwsDFQ	2026-11-30 17:04:50.167638+00	2026-11-30 17:04:53.50593+00	\N	{}	\N	\N	\N	\N
01a22d6a-9800-7f4c-ae6a-bb59c74ca5cd	01a22d6a-9789-7e00-a374-b4b3042f5d6d	notify	test	notify_test	\N	1.qrUZML8jabymg0EYCwXxJTeySOwBBIff1yoPklF9JjwLcAHdJ1R145i6gAQBbKagGFYaWEgOdQ7IaBLavUMjsQ	2026-11-30 17:04:50.176643+00	2026-11-30 17:04:53.562959+00	\N	{}	\N	\N	\N	\N
01a22d6a-97e6-7479-8df5-708950cdf36a	01a22d6a-9789-7e00-a374-b4b3042f5d6d	pay	test	pay_test	ada3b8022c177bf2d54cc04af52ddf74f78841535fe452b141b56c7a2030e489	\N	2026-11-30 17:04:50.150527+00	2026-11-30 17:04:54.21656+00	\N	{}	\N	\N	\N	\N
01a22d6a-97ef-7778-8733-8ee2ede4b7f5	01a22d6a-9789-7e00-a374-b4b3042f5d6d	pay	live	pay_live	e899071287640a09fdcc4b1ab5054562f5fab5fdf2296db6dbe46eb74fdc5bde	\N	2026-11-30 17:04:50.159799+00	2026-11-30 17:05:08.431682+00	\N	{}	\N	\N	\N	\N
01a22d6a-97f4-7540-9cd0-0c03c8505b80	01a22d6a-9789-7e00-a374-b4b3042f5d6d	pay	test	pay_scoped	4345930437fba9f5fb51faf0956470c71928753478f224de9e0dcec782336290	\N	2026-11-30 17:04:50.164621+00	2026-11-30 17:05:08.4586+00	\N	{payments.read}	2199-01-01 00:00:00+00	\N	\N	\N
01a22d6a-97fb-7d07-ba97-ebb5d5fb0e36	01a22d6a-9789-7e00-a374-b4b3042f5d6d	notify	team	notify_team	\N	1.u8IHhvMfov8gms02b_2uKcsHjiNQhMsMhtogvSx-D9ZrZU6UiCyTmqNDqWtcvnY4caefzESE7PfjCgCXbqUecw	2026-11-30 17:04:50.171253+00	2026-11-30 17:05:08.512133+00	\N	{}	\N	\N	\N	\N
01a22d6a-980a-7216-a69a-a9602d315641	01a22d6a-9789-7e00-a374-b4b3042f5d6d	pay	test	pay_before	60d52821bf962723f90779eb1dc0c2b927dfc67172009b0b0332b681065ed43a	\N	2026-11-30 17:04:50.186492+00	2026-11-30 17:05:08.558487+00	\N	{}	\N	826f685486ecb3a0588d272138e222ba62b50481d4648d299b4fe4624ac110f9	\N	2199-01-01 00:00:00+00
01a22d6a-981a-7eec-9ed3-4cbe193388d9	01a22d6a-9789-7e00-a374-b4b3042f5d6d	notify	test	notify_before	\N	1.tI1sxQ8p2C4I4eXeWAc-CuIXhnJYL3T-q7CIA-QQiN0_9KCS4QDY9LOCrqNv-A2qCXybJsDR7As8dvVR5QPxPA	2026-11-30 17:04:50.202275+00	2026-11-30 17:05:08.619131+00	\N	{}	\N	\N	1.GbrOeRBtoTKc1IWMQ81U0shIUvkYdPqCw189PmezsuylRHqoksyR4IWdaoT2_gailIBXrn-_wa_aRkC--RT9Fg	2199-01-01 00:00:00+00
\.
COPY public.consent (consent_id, person_id, client_id, subject, scopes, claims, purpose_en, purpose_fr, client_revision, granted_at, withdrawn_at) FROM stdin;
01a22d6a-7fdc-7c12-8b08-13c33cbd282b	01a22d6a-7f4e-7666-ae3c-f1e6e83e1ee1	01a22d6a-76a1-7c8a-99cf-5dbda97ec7ad	YcFBQJD6vfSyOgVaf-AnQ_zq-0o5X0ZEyaIVF5Szdns	{address,email,openid,profile}	{name,email,address}	To find your driver’s licence, to send it to your address, and to confirm your renewal by email.	Pour trouver votre permis de conduire, vous l’envoyer à votre adresse et confirmer le renouvellement par courriel.	1	2026-11-30 17:04:43.997854+00	\N
01a22d6a-8a3e-7d36-a765-aae4715a4b43	01a22d6a-8988-71d9-a923-242d3287a432	01a22d6a-76a1-7c8a-99cf-5dbda97ec7ad	-QpZ3pyA8HdTnZUxMzd4__xqOsbKAv3C6kRTSPkNo08	{address,email,openid,profile}	{name,email,address}	To find your driver’s licence, to send it to your address, and to confirm your renewal by email.	Pour trouver votre permis de conduire, vous l’envoyer à votre adresse et confirmer le renouvellement par courriel.	1	2026-11-30 17:04:46.654877+00	\N
01a22d6a-9196-7529-b53f-cf0326aecaca	01a22d6a-77d7-7598-a97a-f5002798b2aa	01a22d6a-76a1-7c8a-99cf-5dbda97ec7ad	1DodemGeFZwmlUjwgXGCn0SqTVD93xT4rbRz17xFx3U	{address,email,openid,profile}	{name,email,address}	To find your driver’s licence, to send it to your address, and to confirm your renewal by email.	Pour trouver votre permis de conduire, vous l’envoyer à votre adresse et confirmer le renouvellement par courriel.	1	2026-11-30 17:04:48.534946+00	\N
01a22d6a-9a60-7546-8962-40b9cf48ba57	01a22d6a-781d-7a96-8040-1a165af7320f	01a22d6a-9790-7351-998a-f2af4915c595	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	{address,email,openid,profile}	{name,email,address}	To try “live”.	Pour essayer « live ».	1	2026-11-30 17:04:50.784938+00	\N
01a22d6a-9b2a-7113-bdb7-1f4006763420	01a22d6a-781d-7a96-8040-1a165af7320f	01a22d6a-97a5-7c5e-9604-1b4b60cad252	ERZaafWHFS4DuHiaw_cEFHXf8j2csp-QwyCbeKBhDkQ	{address,email,openid,profile}	{name,email,address}	To try “sandbox”.	Pour essayer « sandbox ».	1	2026-11-30 17:04:50.986442+00	\N
01a22d6a-9bd6-7c41-9191-d4273cc554f0	01a22d6a-781d-7a96-8040-1a165af7320f	01a22d6a-97b6-7ad8-9122-3ed67d2e6497	Quttx6P89QM2wIgnArbWFzKgJli9Yfo5jvlxANIWfbo	{address,email,openid,profile}	{name,email,address}	To try “first”.	Pour essayer « first ».	1	2026-11-30 17:04:51.159502+00	\N
01a22d6a-9d3e-741f-8503-aed5270f1b91	01a22d6a-781d-7a96-8040-1a165af7320f	01a22d6a-97ce-7444-a63b-35f8260ccec8	lhNS1Mtv7IPSa9bYYmKa-xIqa7LfPLRkbR3Q58_Nysc	{address,email,openid,profile}	{name,email,address}	To try “second”.	Pour essayer « second ».	1	2026-11-30 17:04:51.518622+00	\N
01a22d6a-9fa1-7362-8d66-724fe89191cf	01a22d6a-9f44-72ce-9ad5-36fa88615316	01a22d6a-9790-7351-998a-f2af4915c595	3a3b5sAMRc3T1e3rOW2wGPaYDMCg8xXZXSYNx7BEn7o	{address,email,openid,profile}	{name,email,address}	To try “live”.	Pour essayer « live ».	1	2026-11-30 17:04:52.135082+00	2026-11-30 17:04:52.29127+00
01a22d6a-a0a8-7773-b9e3-7b66cdb73270	01a22d6a-9f44-72ce-9ad5-36fa88615316	01a22d6a-97a5-7c5e-9604-1b4b60cad252	3a3b5sAMRc3T1e3rOW2wGPaYDMCg8xXZXSYNx7BEn7o	{address,email,openid,profile}	{name,email,address}	To try “sandbox”.	Pour essayer « sandbox ».	1	2026-11-30 17:04:52.392216+00	\N
01a22d6a-a184-7c72-9218-d307585fa7f9	01a22d6a-77d7-7598-a97a-f5002798b2aa	01a22d6a-97b6-7ad8-9122-3ed67d2e6497	1DodemGeFZwmlUjwgXGCn0SqTVD93xT4rbRz17xFx3U	{address,email,openid,profile}	{name,email,address}	To try “first”.	Pour essayer « first ».	1	2026-11-30 17:04:52.612732+00	\N
01a22d6a-a271-7e9e-acdc-ca99f258b0f0	01a22d6a-9960-7fb5-9721-de47a67aa046	01a22d6a-97ce-7444-a63b-35f8260ccec8	LJF-CGcuk3pojC1vPY6vO5dpp-9IdCOZItWaV5qQlD0	{address,email,openid,profile}	{name,email,address}	To try “second”.	Pour essayer « second ».	1	2026-11-30 17:04:52.850972+00	\N
\.
COPY public.consent_read (consent_read_id, consent_id, person_id, claims, read_at) FROM stdin;
01a22d6a-8031-7634-bd95-03999a17bf0d	01a22d6a-7fdc-7c12-8b08-13c33cbd282b	01a22d6a-7f4e-7666-ae3c-f1e6e83e1ee1	{name,email,address}	2026-11-30 17:04:44.0811+00
01a22d6a-8a64-7580-8015-bec6bd640ae9	01a22d6a-8a3e-7d36-a765-aae4715a4b43	01a22d6a-8988-71d9-a923-242d3287a432	{name,email,address}	2026-11-30 17:04:46.698407+00
01a22d6a-91c0-7fc4-85a1-41ddfa599228	01a22d6a-9196-7529-b53f-cf0326aecaca	01a22d6a-77d7-7598-a97a-f5002798b2aa	{name,email,address}	2026-11-30 17:04:48.576891+00
01a22d6a-9ac2-7e04-9644-529036455656	01a22d6a-9a60-7546-8962-40b9cf48ba57	01a22d6a-781d-7a96-8040-1a165af7320f	{name,email,address}	2026-11-30 17:04:50.884503+00
01a22d6a-9b57-7753-9899-fe48f871d018	01a22d6a-9b2a-7113-bdb7-1f4006763420	01a22d6a-781d-7a96-8040-1a165af7320f	{name,email,address}	2026-11-30 17:04:51.031708+00
01a22d6a-9cb2-7402-bac7-f61d3bd02614	01a22d6a-9bd6-7c41-9191-d4273cc554f0	01a22d6a-781d-7a96-8040-1a165af7320f	{name,email,address}	2026-11-30 17:04:51.380444+00
01a22d6a-9d69-7311-b725-86eae5a53ac2	01a22d6a-9d3e-741f-8503-aed5270f1b91	01a22d6a-781d-7a96-8040-1a165af7320f	{name,email,address}	2026-11-30 17:04:51.561227+00
01a22d6a-a004-72b8-aebb-a884851a9277	01a22d6a-9fa1-7362-8d66-724fe89191cf	01a22d6a-9f44-72ce-9ad5-36fa88615316	{name,email,address}	2026-11-30 17:04:52.230769+00
01a22d6a-a0d4-72a4-8d54-f6e3256b51f5	01a22d6a-a0a8-7773-b9e3-7b66cdb73270	01a22d6a-9f44-72ce-9ad5-36fa88615316	{name,email,address}	2026-11-30 17:04:52.43838+00
01a22d6a-a1b0-79fe-a914-93dbd6764d0e	01a22d6a-a184-7c72-9218-d307585fa7f9	01a22d6a-77d7-7598-a97a-f5002798b2aa	{name,email,address}	2026-11-30 17:04:52.656164+00
01a22d6a-a2a2-71ea-8b01-dc79c4381099	01a22d6a-a271-7e9e-acdc-ca99f258b0f0	01a22d6a-9960-7fb5-9721-de47a67aa046	{name,email,address}	2026-11-30 17:04:52.898572+00
01a22d6a-f5d9-75b6-b05b-964ed86829e2	01a22d6a-9a60-7546-8962-40b9cf48ba57	01a22d6a-781d-7a96-8040-1a165af7320f	{name,email,address}	2026-11-30 17:05:14.201998+00
01a22d6a-f680-7024-b795-645f729ce72b	01a22d6a-9b2a-7113-bdb7-1f4006763420	01a22d6a-781d-7a96-8040-1a165af7320f	{name,email,address}	2026-11-30 17:05:14.368471+00
01a22d6a-f722-7540-b685-0d8c53cd1e04	01a22d6a-9bd6-7c41-9191-d4273cc554f0	01a22d6a-781d-7a96-8040-1a165af7320f	{name,email,address}	2026-11-30 17:05:14.532178+00
01a22d6a-f7b7-7c28-9e86-33a121610ca8	01a22d6a-9d3e-741f-8503-aed5270f1b91	01a22d6a-781d-7a96-8040-1a165af7320f	{name,email,address}	2026-11-30 17:05:14.67952+00
01a22d6a-f8c9-717e-8fa8-1d491788a025	01a22d6a-a0a8-7773-b9e3-7b66cdb73270	01a22d6a-9f44-72ce-9ad5-36fa88615316	{name,email,address}	2026-11-30 17:05:14.95402+00
01a22d6a-f947-795a-bfe7-5ccb4ea3da30	01a22d6a-a184-7c72-9218-d307585fa7f9	01a22d6a-77d7-7598-a97a-f5002798b2aa	{name,email,address}	2026-11-30 17:05:15.079627+00
01a22d6a-fa0d-708d-8e80-ed144885df1c	01a22d6a-a271-7e9e-acdc-ca99f258b0f0	01a22d6a-9960-7fb5-9721-de47a67aa046	{name,email,address}	2026-11-30 17:05:15.278087+00
\.
COPY public.email_outbox (email_id, request_sealed, attempts, due_at, created_at) FROM stdin;
01a22d6a-e875-7f36-9840-957dac2385c2	1.FAy9luJ2gRYeu3_3tS_QD1OikYfvRQgB1RQ7L2mkjZ1tXE4E5kWR_kaeNLq4sA8U8T8yvkeDSf2XVtOHkhgu9s1asAmEPfsDt_BphLESNzEmFFsYIeneseZYsmgUrIEz	2	2026-11-30 17:05:16.812466+00	2026-11-30 17:05:10.773781+00
\.
COPY public.idempotent_answer (caller, method, key, answer_sealed, created_at) FROM stdin;
00000000-0000-7000-8000-000000000002	tamarack.identity.v1.CreateMinistryRequest	f635897d-9fb2-41d5-9aed-2f6bb3b349fa	1.T_nPvNAHrnDazOWl-lrP9JQX6rfVY323lsUg_L3E18a45mrQNNrPBd-ko7mdeb6zWa5ML7XjuNm2jsqRT5Pyl3VfxbuXv1Hv4-3oIftpdVqgvso21N8MHNLBct-W_MkAfEHiVmrLO4pay7kwOMfME6bbPJZ9g5Twqtp-bkRz16GJofweEwJmC3J6LxmQdxwBcFaH2467SQUDOv3R7qErFzt5YCmjmuPNdUW5FD312Xm3z2VyJw	2026-11-30 17:04:50.394177+00
00000000-0000-7000-8000-000000000002	tamarack.identity.v1.CreateApiKeyRequest	244d2321-ab90-4f13-bc4b-6e99b843b18e	1.sfNSBkpFlYwdKVoeh-WDGaPjjPzu1d46FDiN3olxd7WK6Dcmmz99lWe7W-kMXmBk8cgHRIKk6v_Qp3cMzcSbrxba2bBUxLSIHKIHIJ5KNY0azc3g10FG_UsukkI05QJa5tsn8B4AcUKxZZzSoQIvOWgkqqkABHtOoNnHX9Svk-GlPbid_HD99QpNoLM07iMeOl0r5UyUrvYW0iqyJqyETlPLQZ_YuptkozWNzX9ufDt1qGTJPN9NfLVszgUH9EDh4QkdnzViUkAUW_G2Nc7ef8nhXrfZc8IaeZ69ODatNjEa-8L690d8lUoIn-iXMeJyWXVO1Oo64_n0Z7-I1yNR4Dk-5KvDh1qqfmk8D3WNEnESjnMU0IOeokneOeeh9R00zXi87fOBHGPEruel1SGsw2_uFdc_poo19_d_d9dNWvSAqjsgzkkK	2026-11-30 17:04:50.429355+00
\.
COPY public.ministry (ministry_id, name_en, name_fr, created_at) FROM stdin;
00000000-0000-7000-8000-000000000001	Tamarack	Tamarack	2026-11-30 17:04:38.290878+00
01a22d6a-7687-7c75-b81d-e3cfa37bd2c0	Ministry of Transportation	Ministère des Transports	2026-11-30 17:04:41.607943+00
01a22d6a-7747-7e31-93e8-3961f06a1874	Ministry of Health	Ministère de la Santé	2026-11-30 17:04:41.799987+00
01a22d6a-9784-798e-8884-5fe70c202fca	Ministry of Labour	Ministère du Travail	2026-11-30 17:04:50.052928+00
01a22d6a-98da-70a1-872e-27fbdfda9137	Ministry of Repeats	Ministère des Répétitions	2026-11-30 17:04:50.394177+00
\.
COPY public.oauth_client (client_id, service_id, secret_sha256, redirect_uris, scopes, purpose_en, purpose_fr, id_token_alg, mode, revision, is_enabled, created_at, is_dpop_bound, is_certificate_bound) FROM stdin;
01a22d6a-76a1-7c8a-99cf-5dbda97ec7ad	01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	e901959068926637fbc61116be8d82be7e14dd5ff27ae5bb9d5d32aedc26853e	{http://localhost:8090/callback}	{address,email,openid,profile,tellusonce.subscriber}	To find your driver’s licence, to send it to your address, and to confirm your renewal by email.	Pour trouver votre permis de conduire, vous l’envoyer à votre adresse et confirmer le renouvellement par courriel.	RS256	live	1	t	2026-11-30 17:04:41.633703+00	f	f
01a22d6a-7763-7f32-b204-4740ea8b4f72	01a22d6a-7756-7adc-afd0-16efd04e8f36	e92aa272ff763504f2c082c3a9c35259b30041b3e7b8486d59133c5413f0d108	{}	{openid,tellusonce.subscriber}	To find your health card.	Pour trouver votre carte Santé.	RS256	live	1	t	2026-11-30 17:04:41.827363+00	f	f
01a22d6a-9790-7351-998a-f2af4915c595	01a22d6a-9789-7e00-a374-b4b3042f5d6d	0360bc4a98cdeaac8c7641fe1b189f7472bb258cbe8a52c6b5d0316989acf555	{http://localhost:8140/callback}	{address,email,openid,profile,tellusonce.subscriber}	To try “live”.	Pour essayer « live ».	RS256	live	1	t	2026-11-30 17:04:50.064932+00	f	f
01a22d6a-97a5-7c5e-9604-1b4b60cad252	01a22d6a-9789-7e00-a374-b4b3042f5d6d	7c41cfe60f95ef24a9643c2c147142f0c21bf5edbf61195356cba62a7bc0c061	{http://localhost:8140/callback}	{address,email,openid,profile,tellusonce.subscriber}	To try “sandbox”.	Pour essayer « sandbox ».	ES256	sandbox	1	t	2026-11-30 17:04:50.085469+00	f	f
01a22d6a-97b6-7ad8-9122-3ed67d2e6497	01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	e635436e2f95c018464e985e145577bd2d2201fef2661351fdb6c0dd96318094	{http://localhost:8140/callback}	{address,email,openid,profile,tellusonce.subscriber}	To try “first”.	Pour essayer « first ».	RS256	live	1	t	2026-11-30 17:04:50.102691+00	f	f
01a22d6a-97ce-7444-a63b-35f8260ccec8	01a22d6a-7756-7adc-afd0-16efd04e8f36	a7f2db1d77dc0e60155b0bfab79dd6b010e43b8d027625e2b9b8ee6f9b40eca7	{http://localhost:8140/callback}	{address,email,openid,profile,tellusonce.subscriber}	To try “second”.	Pour essayer « second ».	RS256	live	1	t	2026-11-30 17:04:50.12642+00	f	f
01a22d6a-97d9-704c-b9e6-b9284d07dc92	01a22d6a-9789-7e00-a374-b4b3042f5d6d	062d69a01e0c65dc88a40f67321934898ac508715085ae5a4b439b22ad523edd	{http://localhost:8140/callback}	{address,email,openid,profile,tellusonce.subscriber}	To try “bound”.	Pour essayer « bound ».	RS256	live	1	t	2026-11-30 17:04:50.137837+00	t	f
01a22d6a-97dc-71ed-9553-af361735057c	01a22d6a-9789-7e00-a374-b4b3042f5d6d	d0e31cf2822377217e3a40738300743223c824c4888369aa601f8c9073f50c27	{http://localhost:8140/callback}	{address,email,openid,profile,tellusonce.subscriber}	To try “disabled”.	Pour essayer « disabled ».	RS256	live	1	f	2026-11-30 17:04:50.140525+00	f	f
\.
COPY public.person (person_id, subject, email_index, key_sealed, profile_sealed, password_hash, language, created_at, updated_at, erased_at) FROM stdin;
01a22d6a-7f4e-7666-ae3c-f1e6e83e1ee1	JQRFEOSBOSxr3xPoNd9v0yg7zcoTMByjzKzu2lUQM50	y3YarRor09eD3AUvusPy_QOUfkIGmHLuSd-BVniZUy4	1.xtZR07r-KSX-a5sGC5zhVTFc12ersVSSejgj0YQMnqj7CErNBg5SwF1Xm8XQpJRrLYNkWVdCLpsO79rl	p1.3rZsGgAvOa9zQmHwKnt7UzHy-IHmw6dQ6TLiZ3qYySfPeBdcPld3eQnEKoKV8LS7FzCijqBLV8s34PYZ6QK7o5xDValdcxAPmlsUNl2ccHe_tIFVXRR0GTwKphrx-A0SY7Nw0FJYHH-_Z_5HEzM7byQ-x44sH9xTiMT8_C8jKxQtBK-MtIC07vIsBoDxq5p5A94lwC9vXJLFhS6F-uDcbg05kBdzeQGpSPlmgwfecemdL0ZdaJjXoVM9_T8CCvODAkaryak3jBmG348mhXdawHjseMI_s3dhsVGB	$argon2id$v=19$m=19456,t=2,p=1$DwYc6+AstRpqpDlU+zeTNA$MvjBYAQs+t6vARXAhFO4bVIJEEO/PMH9/iAElU8i7CQ	en	2026-11-30 17:04:43.856594+00	2026-11-30 17:04:45.074609+00	\N
01a22d6a-8988-71d9-a923-242d3287a432	CcqCJMimiAnCpaUR013DB9ScOfLtvK6NG6p5JCs5Kig	sT89e9yQ3OZUnBzb-jFozCYnOPKGXVEvQF9uRVwQ1Wg	1._Oj9Fjcmg4zk2QxLj9JVN4RyD7XtYhaOjIU1EEQMiLRWsxUcp4vYmlhVXUYf_sYPIWNvLat2neRS5bIQ	p1.CoZN_3u_Q7Q3ied7eM5RO6tV4NVyR2omi15CEFa9-zYQF736_PPaDDUQkAUOFczxnWK0_eDzBHg8PxaClcw6p2P5Tia5MU8QylF8wdxt6aayDE5lBQs_WMGNZjwQ2WQZmu7hNiJu9oWhPUrTDLuzu2vhNqvUNxlrQSwOmP-pXlAC3uDQwg7vJTvocjKpDm-Ic2dJ7TiB8mCvExblk71E-KXGYYMX7Sb5U3GSDe3VSgLAkv9jXYhksm-zHWOAjx8chi_sy1ArHhxMWi6fiukg84aY0QZGbtxKtkhq	$argon2id$v=19$m=19456,t=2,p=1$7LC2+O5pzBqM0cno5BJE3Q$swlDdaKBNhWp1JgcK/Yp1/rY0BWcxECm+5xqc/9MeQo	fr	2026-11-30 17:04:46.472348+00	2026-11-30 17:04:47.146096+00	\N
01a22d6a-77d7-7598-a97a-f5002798b2aa	9TQ6dZPp18pvO4h1AIBCgQvfx6S95swBw8rrHla5iy0	3mxfzqLPYhyf5hQlYd-aqqZSSfYMmqbUYtB1sz8gvf0	1.bCRt-qiDtC6hTSIYVI4PvOKq597j9iBzFuJeVcIkUeIUTx7-8Tg_6GUWpQbVVD_uhXFulVI2gpnWXZNZ	p1.zPayq5YjECQjq0FkT-JiBTgRescN78rwGcEmrVBjf_J4m8zkT6v7Ykg-V57SwokAYRypyinSDRahYSDury_EHU_EzeVcD--LnCJz3MvuVY6hGJnl7n8jsJJ9Rn5SQrfp6BzgvcbJJDVFT7F7hJsQ_rcRZgz9vEvW8VInOS9ns39yHXyf6afu9VLoEv9xhfYnFHuufzBivlORsqPvxnBT1sWBBGBPCzZd_p08IAHF__pJ6aVsyTqA06IeT6dxNo4oNYQfMW14_-DU5e6evnDTdC3N7iG7EQU	$argon2id$v=19$m=19456,t=2,p=1$9W+OTcmyr/S5ofBRk/puLQ$i+9wwGKYFCYhoGsxkw852bbaeceNyH//dtHks0tdpUI	en	2026-11-30 17:04:41.943565+00	2026-11-30 17:04:49.226423+00	\N
01a22d6a-9960-7fb5-9721-de47a67aa046	BSLyXplk5MHtS5IiMammN7-SN7rPky7D5rDCW0dZeYg	FLmeozdvQm2_jGV9rc5SkkPOHFFBfQ2fmBcO7_wEZo4	1.vygc9dKHrz3b9sBHjBjeKaPZTGIkzM5EF4KH16I-q3BFAlyVtrOjORakkZyH4gYOR4llrCf3kQsZh1GN	p1.Pace9FMsf1m3QNooEujgwdu2M6rOOooFuzQ5GjR5cwPa7kJe7mtBeExchQK-3GU7jLeOh-ny1Bcl2U2fBSptJHq2OCGmFcn0fnGOS1rVO6DOsqu7ZYcqRHUhMpXgd8K8bQquzgs8	$argon2id$v=19$m=19456,t=2,p=1$ZBi2AEAUViZudvmc1Xsr3A$SRIObXUaPhnSnggK4MulTvGpeVcK1864GviiwKZIa1g	fr	2026-11-30 17:04:50.528658+00	2026-11-30 17:04:50.528658+00	\N
01a22d6a-9f44-72ce-9ad5-36fa88615316	UIQmv88MV45qzHchgR01FoListQ6ocpzAd-5uxGEHNw	XVghZtDxrKqD-zwGz9ekWPaSD1fUeBvUiktZpa_q4b4	1.aT-Bdh4N4-tHaeqSqzoxjumePwgfGbxs8Zrta6EtQrTKblkpPceh2dODhO5MSi3fProES8LvqVKMwqxZ	p1.26uB9K8b6nt-05zQxp--uvhL74bNcwDtN4EnsGxMcPBGex-Pw32olpOsWsQu5EeNhpwCZv38gY4_NJOCaO6nykrOLOxwBbQGlXIkoEVX8SabMa7aOZBfLvmWbYHbrUB3Bz4H	$argon2id$v=19$m=19456,t=2,p=1$aAOt+YRls6L7YJFIoeA59A$DAv7rmKA/EH8hPsW5/YuWS26ApPQUabzbevWyA6XJ5g	en	2026-11-30 17:04:52.036765+00	2026-11-30 17:04:52.036765+00	\N
01a22d6a-a421-7859-a49b-6794a046deb3	A8BDSQ1YOggII5xA3wLzLlrLGn9doVeXnFthDdX5ZR8	eE6aUebBW_FQvpBKsbYnVWG-8mkGW0QdahFFXesMTKY	1.Ni6R8Jupf-hq-_PcAPEsQTD5U0NO00OtXrAUlI75xeMtFULRFo3dHGgD1ZjPbmg6_UBsbel2MB738YOO	p1.GVYO6yDh4fvBSAzIxUBJxuDU3sVtG4gQM-zZaf4IhQmlAFZnwufTzF4kRbpxIqy8eDay3ilm1KWWMWGlZft8CyG5Espo8t7xcaaI4-LcrzzSNZRhQ5JRGCXeiMyJd9RGTmXcsg	$argon2id$v=19$m=19456,t=2,p=1$s12RR7WudAdZ4akyZJM1rQ$4M8WqfbWeDA6sAt88/ROaNzp5UDzjg+Z3gdC2wQuNYw	fr	2026-11-30 17:04:53.281364+00	2026-11-30 17:04:53.281364+00	\N
01a22d6a-781d-7a96-8040-1a165af7320f	5AGoZhHVUsoz9ukU8kSG_xSIe2RNM0qjZudSP4dR7qo	qQjhq8untYvSs8HYNGDYfUNYX-5r1Js7FfkUQuCYWdc	1.cq7fRLRZtM778rWV8zwWw6F2ArkioQwlTFarqj6lxRRm6lh9eRWQqZcm3awC2o52q9vpvNAMG0pO7CwR	p1.Rpfw2ygn8j6JAllrK81BpXtYKoEafEGejdhGDKAe0XsXzNrhtWAg3f6uJHxUSzrn6sedyTIAvQM6Rx1rKz6byLWGyDBQq7zHU46iJ-4jumVqZ4Hz7rw8tWT1nfflsb0nftNItR5i7c1QIo6NN_C4eRlvaPwgFsEe218EtZPcWokfv3gzjAwL9x769FhLXb1z2eCRxrdY9Y8yyHSXuSSofGLwcIxK9K7Idg8N9B_WHan4kFyW7Q433pcKwfp8yjJk6NYW77EPNiA2aAIUv4fGekrO59C-IR3ZafUrpTcV	$argon2id$v=19$m=19456,t=2,p=1$uLMBba56ntesZuyOxdkZZw$v3jjazJ8WN/iiMgsV8vJ7FpTKeGlnBHmiYgsfhwffDQ	fr	2026-11-30 17:04:42.013986+00	2026-11-30 17:05:10.665587+00	\N
\.
COPY public.platform_read (read_id, person_id, ministry_id, claims, purpose_en, purpose_fr, read_at) FROM stdin;
05d8ceaa-45ee-4c3a-b45a-66a5b324fada	01a22d6a-7f4e-7666-ae3c-f1e6e83e1ee1	01a22d6a-7687-7c75-b81d-e3cfa37bd2c0	{address}	To keep the address on your licence up to date.	Pour tenir à jour l’adresse de votre permis.	2026-11-30 17:04:44.86528+00
91e1c183-d66d-4e51-912d-50f2e023ce2b	01a22d6a-7f4e-7666-ae3c-f1e6e83e1ee1	01a22d6a-7747-7e31-93e8-3961f06a1874	{address}	To send your health card to the right address.	Pour envoyer votre carte Santé à la bonne adresse.	2026-11-30 17:04:44.882023+00
72c66e97-4208-451e-a38a-df53d3f50f8b	01a22d6a-8988-71d9-a923-242d3287a432	01a22d6a-7747-7e31-93e8-3961f06a1874	{address}	To send your health card to the right address.	Pour envoyer votre carte Santé à la bonne adresse.	2026-11-30 17:04:46.963159+00
e249867b-08eb-4c78-bb67-51e352bbbf45	01a22d6a-8988-71d9-a923-242d3287a432	01a22d6a-7687-7c75-b81d-e3cfa37bd2c0	{address}	To keep the address on your licence up to date.	Pour tenir à jour l’adresse de votre permis.	2026-11-30 17:04:47.454734+00
10fce2ac-d81a-4c43-8ba8-52f7194df1e5	01a22d6a-77d7-7598-a97a-f5002798b2aa	01a22d6a-7747-7e31-93e8-3961f06a1874	{address}	To send your health card to the right address.	Pour envoyer votre carte Santé à la bonne adresse.	2026-11-30 17:04:49.009438+00
28866601-5db6-46fc-acd8-31c3cc782119	01a22d6a-77d7-7598-a97a-f5002798b2aa	01a22d6a-7687-7c75-b81d-e3cfa37bd2c0	{address}	To keep the address on your licence up to date.	Pour tenir à jour l’adresse de votre permis.	2026-11-30 17:04:49.027415+00
f1a6ca2a-4cb7-4a95-8536-03edea54b473	01a22d6a-781d-7a96-8040-1a165af7320f	01a22d6a-7687-7c75-b81d-e3cfa37bd2c0	{address}	To keep the address on your licence up to date.	Pour tenir à jour l’adresse de votre permis.	2026-11-30 17:05:06.619814+00
0ebf9624-030f-49c0-af83-19a133446b38	01a22d6a-781d-7a96-8040-1a165af7320f	01a22d6a-7747-7e31-93e8-3961f06a1874	{address}	To send your health card to the right address.	Pour envoyer votre carte Santé à la bonne adresse.	2026-11-30 17:05:06.63546+00
b29c3a6c-c823-49da-b5b2-377355f5908a	01a22d6a-781d-7a96-8040-1a165af7320f	01a22d6a-7687-7c75-b81d-e3cfa37bd2c0	{address}	To keep the address on your licence up to date.	Pour tenir à jour l’adresse de votre permis.	2026-11-30 17:05:07.699105+00
5ad81730-11d6-4c45-b3f5-ddbea96f45eb	01a22d6a-781d-7a96-8040-1a165af7320f	01a22d6a-7747-7e31-93e8-3961f06a1874	{address}	To send your health card to the right address.	Pour envoyer votre carte Santé à la bonne adresse.	2026-11-30 17:05:07.700933+00
ec37860a-86f6-4a5e-8a20-97c236bf4df8	01a22d6a-781d-7a96-8040-1a165af7320f	01a22d6a-7687-7c75-b81d-e3cfa37bd2c0	{address}	To keep the address on your licence up to date.	Pour tenir à jour l’adresse de votre permis.	2026-11-30 17:05:08.226458+00
41b2c7b9-a6dd-4d7f-9e8c-e8961d57d56e	01a22d6a-781d-7a96-8040-1a165af7320f	01a22d6a-7747-7e31-93e8-3961f06a1874	{address}	To send your health card to the right address.	Pour envoyer votre carte Santé à la bonne adresse.	2026-11-30 17:05:08.256553+00
e1c4d4e6-827e-4c43-bf6a-6ce5b68ecd48	01a22d6a-781d-7a96-8040-1a165af7320f	01a22d6a-7687-7c75-b81d-e3cfa37bd2c0	{address}	To keep the address on your licence up to date.	Pour tenir à jour l’adresse de votre permis.	2026-11-30 17:05:08.28532+00
250e8171-f3da-46a7-b8c9-f453db92fc19	01a22d6a-781d-7a96-8040-1a165af7320f	01a22d6a-7747-7e31-93e8-3961f06a1874	{address}	To send your health card to the right address.	Pour envoyer votre carte Santé à la bonne adresse.	2026-11-30 17:05:08.314372+00
83f03f7e-d819-4946-950b-ee62376987e8	01a22d6a-781d-7a96-8040-1a165af7320f	01a22d6a-9784-798e-8884-5fe70c202fca	{address}	To write to you.	Pour vous écrire.	2026-11-30 17:05:08.88904+00
c413f01b-88f7-4f78-a2f6-22d1c3c87fd3	01a22d6a-781d-7a96-8040-1a165af7320f	01a22d6a-9784-798e-8884-5fe70c202fca	{address}	To write to you.	Pour vous écrire.	2026-11-30 17:05:08.929146+00
c872ed1b-10f5-497b-9b55-3ff29c982b31	01a22d6a-781d-7a96-8040-1a165af7320f	01a22d6a-9784-798e-8884-5fe70c202fca	{address}	To write to you.	Pour vous écrire.	2026-11-30 17:05:08.942099+00
59328721-c905-452a-a94e-fa3481771d62	01a22d6a-781d-7a96-8040-1a165af7320f	01a22d6a-9784-798e-8884-5fe70c202fca	{address}	To write to you.	Pour vous écrire.	2026-11-30 17:05:08.970434+00
252dae0c-0361-4ea8-81cb-ddcfa61179ce	01a22d6a-781d-7a96-8040-1a165af7320f	01a22d6a-7687-7c75-b81d-e3cfa37bd2c0	{address}	To keep the address on your licence up to date.	Pour tenir à jour l’adresse de votre permis.	2026-11-30 17:05:10.837538+00
c827666b-b739-4110-8327-79347530eb3f	01a22d6a-781d-7a96-8040-1a165af7320f	01a22d6a-7747-7e31-93e8-3961f06a1874	{address}	To send your health card to the right address.	Pour envoyer votre carte Santé à la bonne adresse.	2026-11-30 17:05:10.878922+00
\.
COPY public.registration (registration_id, token_sha256, details_sealed, language, code_mac, code_expires_at, tries, sends, created_at) FROM stdin;
01a22d6a-e875-7c94-89ab-e792ce0fe6f6	bdac03d6de46e70dda5805e848b14431b49ed17ab4380c60ab8e68cb4fe08bec	1.Ag_87lHoYiSgQIi9lVtAN7ihxDbl13sU5KrO4A2APmOqdldTOg-esomednUGWTpXvRI3MdakH0k6vTGWzlowycKiQzwLxo9PMflKI3atUfMOvlZJucu0aP55mH0OB25VnMMIk0rEYZDJbewULxbA-I7zJC5jaQBvPC6Sw66jJNWJevT6XBaVa9Ik2lRFI0DIDEo5578Ta7VUe1ZUqpElGPdEG7yEpdIq1m4uphA4Zl_Mu37tEg23GBC5C1JLyxO83jnn5D1hWS2OOqQfU0Xk0GV1yzHpAhi3FoidlE8y	en	_iu_szrCeqfvEcjg3Otvfa0mqUskb4JftphG1vtYSuo	2026-11-30 17:20:10.773781+00	0	1	2026-11-30 17:05:10.773781+00
\.
COPY public.schema_migration (version, name, sha256, applied_at) FROM stdin;
1	0001_identity	fb39e0996d63a5f752c497beed5ee0d2ed0ed63fa6b443fe1db2bcf580699807	2026-11-30 17:04:38.290878+00
2	0002_platform_read	72c92e9e4a2a6b6cb4d3e1656ad3494820a06afd834385515742d8e4f8dc51d8	2026-11-30 17:04:38.542493+00
3	0003_api_key_terms	7779a32496fd9eaa93a1b63a27eef98ab0863c210a3cff7e63fd58f85cadf91c	2026-11-30 17:04:38.558817+00
4	0004_client_binding	1f1e624b7e0ce0d0093b80c6d189de0ab1352343af319c4ba3ea53ac228dcc68	2026-11-30 17:04:38.563772+00
5	0005_idempotent_answer	33e0896175830b79b0427f5d83ac8535e0758ee03f06e9895aa3ad828b170509	2026-11-30 17:04:38.565381+00
\.
COPY public.service (service_id, ministry_id, name_en, name_fr, created_at) FROM stdin;
00000000-0000-7000-8000-000000000002	00000000-0000-7000-8000-000000000001	My account	Mon compte	2026-11-30 17:04:38.290878+00
01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	01a22d6a-7687-7c75-b81d-e3cfa37bd2c0	Driver’s licence renewal	Renouvellement du permis de conduire	2026-11-30 17:04:41.622368+00
01a22d6a-7756-7adc-afd0-16efd04e8f36	01a22d6a-7747-7e31-93e8-3961f06a1874	Health card registry	Registre des cartes Santé	2026-11-30 17:04:41.814279+00
01a22d6a-9789-7e00-a374-b4b3042f5d6d	01a22d6a-9784-798e-8884-5fe70c202fca	Apprenticeships	Apprentissages	2026-11-30 17:04:50.057456+00
\.
COPY public.signing_key (kid, algorithm, private_key_sealed, created_at, retired_at) FROM stdin;
if8GKLWvKRNwmIigNcGyJ2FshlDRuLUbgAV00G9SZmA	ES256	1.3Qd_8OYr3usX-yw9FHpWAQM409yLTKtFZsX4lE2N0SWkZHU59U2qz7QhlnKfBrN9Mrj2BDy7mtzOIgSRto-NajHFbfuRroGNVFptm_EXborVvtBk1jrfoOEX5T_kQbUaHk8tHlV06nTCTBv-ysgLQz0wnzW0vc27b2PLPw_OxPiVbIFLZtpZZj_wx1fOHueJMq771aqsCJM3lJCRRo3f9FTEVeYhvS8UQQ2RR6QCKaEHcda0LTXCTaEUj7IRargWVpcnHPnR_evQ8IrDv9by6zS05pC9v_cKEptEC45DFjlTFvvdgTiAFO5lyqX1AP03WofzLQtIwt8DtjMjvPeo1kalSlRbukNA1jR1sYw	2026-11-30 17:04:38.870385+00	\N
JYK8dwPws995k0wa9neaaiDiKIOEKgumzgEnJROb6gk	RS256	1.58TqqFaDwLLQaSnVFNf6pgNNdu7fcghFq5GrdRtRMo1BnSNk-bd0W5rHG5JjXNxCx54iX9HntF8Ed_FjN5oRVfpujw-9g4KFm79ub3fr0IpRKd_fZ-uPN96YFamM7GML2RdWUgscfRc0gl9LJYEwDH_zCW3zScdLt7nqzc470yp-SYP3UzKe5Ueokn6QxVHuKUs1nKqY6iVFJLrX3oUnvNuUZMeQkGSHh6-md5CFmGbgFo6qdckgFlBDuyvmNW8nFxOAfV6JZe-lml-HUiiJZM4QWGtkuZE8fzU6bS4kbHvpVsWezNzQlrNO1s44L2RxCdybLZInOt9HXeCaeoVlKqo7WXvd8JXlogPwSgu6rLrJJMHucIYiPoD2DyW3fzg8N3HRMQ8P-DR2PTe_qauJ-URIyoZn9taNY2I2qwMVsgMQ_JcR7uNUZVysW6-BrBXlu5fpvZfpKFzi_ZQ9cEzihLgsPMjJJuF8YVdpWEHSBOU6ohzcEgfSfEZzICp7dXgHvvcJSFoT0ztUlDIHD05wNKnNBXn7lJMFYNzkDJblSHDkLvxf4sQ9xnfyEuD73hqN_VEbTymS7ko-kKh1AI45fFw7N991OhIW3fRdCYgvmtRIl-2kuqwAzMgvDtd_5PmQ8Joj6_0-NB0L9BM42GOyqowZ6ppWLRvZaKxGg8EQq9nHialzoIv5Ab5IMvALjZNb9abUOzt-hXrwuhHM9hBLj9TC4HfmDkFV53zAdDVNbfo8NzGlco2q5VtmpV1ovkdms0NPEJjQW3kuGD8PznnzLvSewXkVkifjMaB0zHGY8VaVk6ip_GOayIEcNVG3_lueyJYyn8LMnJAeqVXRd3nOEcMpM5MW2K96_Xkr5V2MAERBdufKeA71ljpdrdwhOR1LwBgOyQwQhrKg2dWBMcLq5aO242IstDBNqFMBHGzfWg1Z_JyWl3HpEmQjEiwp2qXsWCPeiR_ymzuLgIantIM6hTCPTohM5pd8o_7k4J0rKJcPsEecVPc7a2yVnIDJQSf6jw1TUIusLEuAZsXvDqZJG7tIN2juLsc7s5YDGWulvNsv6mEaG_TIR2ajEjfJwEG4TWJ1_ObjJnju0OYJo9O-CkKbVmVhBhQTPorA80LHdMRWWAZhWVZjML7sKOguvfXN9gV2v0bOkLSkUmXg0GoSc9qyW2ZKTmfgvF_1uhszhrmlBOqik8nTpMxvmMbUcTAAtJMJsvP6tNn9aF1ujk86ZGCVZVPXDcQUNeUrPS6yG5PBbNRq0q7Sc7Myl0deqiUAYF1l3S4hDMl0rD52DpDPr5Qg-SPMj63anES1Oamr9WeJn-iWvuRJp0iatCJJkTcyjeButLOxqe-d-_YjRr3zzAeXez3YOTfouPvMJfUsq2jBsqJXSPIOu1RKNxJhmzSGhfcmbfuY0pKSwPhiWITaS64LT993IEPrfzrbj_b6lHp1nXVp4vjenP6Rdh2rGgHqjDQq8DwyYSfGEVNSz_ofUuTSiDv2UFt_19K-o8ST9Gge_whvSKDsN7NWgdyOvwhFR0L_5MR_OtofR-Uf6GLoGCI3VE1ctpiNVFs_rkLfwZRpqT_4F7FBAAxDhpAH0oG0gH3jawHqEXGR-qXDveHnRTQLUhh0OPl6i-eVzIgEBjmVjhId5Au5ctRWQHXNEDAmQc1Gqy7dzifBrQkSnZYxWdGqyEewCjZkYHWqGVAdmWDukxvJO0zQI2bh4bQy8suWpQk9IhTBDlCff9Gk86_GjmgDFvDLjgeC7jhs7HcBVc4eI81IY4-LMah3oTXG3CV1z33uL0ge4416EHAXSd3xWvoxEC6H9HWOjgIafBKbeFdA4M0ZZhInZht3AztxDI0MH7h8SnBoa4rK6eFxkGcdUOB-at1MZ14GhxBk0sm-41EgUNE5sRSde6zU0lQj1k8h5_B-i63O_-8X6oigRQxPe9GS0vMOEbrTw5LlIvRGchNIjh6uuH-9BEIHmIR_cdLnJN-uXqw3Na4ZWpjGaFfOQ6FHWP2FGYqPtsJOcc-bu4mjIiMH4dBKg81cygYG2YFl_UPHNGVzkAbBSmJ3btMGt8ybH6pO3v-5r80oIjlogsKQTQnoTSUShskM4fZoTw_afrP_elVwDuoESSJKgejIofZwOcJ_3mMxP0Mu2uUv2M0oKyFX7AGaG7RMA9zg1UBs63iNyi350RMRXLzZCZNm9kqmgDFM-mjL4pilRrghF5aizWQdwaEsDr0A4lsGE4E_oB5ExwwCX5tqu0P9ZO2xOx0tLOmPpKuZRrrxAz_CldQp6uiM9tiYn2jnLXlnJS8ckk_qSw	2026-11-30 17:04:39.43068+00	\N
\.
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_pkey PRIMARY KEY (api_key_id);
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_previous_secret_sha256_key UNIQUE (previous_secret_sha256);
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_secret_sha256_key UNIQUE (secret_sha256);
ALTER TABLE ONLY public.consent
    ADD CONSTRAINT consent_pkey PRIMARY KEY (consent_id);
ALTER TABLE ONLY public.consent_read
    ADD CONSTRAINT consent_read_pkey PRIMARY KEY (consent_read_id);
ALTER TABLE ONLY public.email_outbox
    ADD CONSTRAINT email_outbox_pkey PRIMARY KEY (email_id);
ALTER TABLE ONLY public.idempotent_answer
    ADD CONSTRAINT idempotent_answer_pkey PRIMARY KEY (caller, method, key);
ALTER TABLE ONLY public.ministry
    ADD CONSTRAINT ministry_pkey PRIMARY KEY (ministry_id);
ALTER TABLE ONLY public.oauth_client
    ADD CONSTRAINT oauth_client_pkey PRIMARY KEY (client_id);
ALTER TABLE ONLY public.person
    ADD CONSTRAINT person_email_index_key UNIQUE (email_index);
ALTER TABLE ONLY public.person
    ADD CONSTRAINT person_pkey PRIMARY KEY (person_id);
ALTER TABLE ONLY public.person
    ADD CONSTRAINT person_subject_key UNIQUE (subject);
ALTER TABLE ONLY public.platform_read
    ADD CONSTRAINT platform_read_pkey PRIMARY KEY (read_id);
ALTER TABLE ONLY public.registration
    ADD CONSTRAINT registration_pkey PRIMARY KEY (registration_id);
ALTER TABLE ONLY public.registration
    ADD CONSTRAINT registration_token_sha256_key UNIQUE (token_sha256);
ALTER TABLE ONLY public.schema_migration
    ADD CONSTRAINT schema_migration_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.service
    ADD CONSTRAINT service_pkey PRIMARY KEY (service_id);
ALTER TABLE ONLY public.signing_key
    ADD CONSTRAINT signing_key_pkey PRIMARY KEY (kid);
CREATE INDEX api_key_by_service ON public.api_key USING btree (service_id, kind);
CREATE UNIQUE INDEX consent_active ON public.consent USING btree (client_id, subject) WHERE (withdrawn_at IS NULL);
CREATE INDEX consent_by_person ON public.consent USING btree (person_id, granted_at);
CREATE INDEX consent_read_by_person ON public.consent_read USING btree (person_id, read_at DESC);
CREATE INDEX email_outbox_due ON public.email_outbox USING btree (due_at);
CREATE INDEX idempotent_answer_by_age ON public.idempotent_answer USING btree (created_at);
CREATE INDEX platform_read_by_person ON public.platform_read USING btree (person_id, read_at DESC);
CREATE INDEX registration_by_age ON public.registration USING btree (created_at);
CREATE INDEX service_by_ministry ON public.service USING btree (ministry_id);
CREATE UNIQUE INDEX signing_key_current ON public.signing_key USING btree (algorithm) WHERE (retired_at IS NULL);
ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_service_id_fkey FOREIGN KEY (service_id) REFERENCES public.service(service_id);
ALTER TABLE ONLY public.consent
    ADD CONSTRAINT consent_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.oauth_client(client_id);
ALTER TABLE ONLY public.consent
    ADD CONSTRAINT consent_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(person_id);
ALTER TABLE ONLY public.consent_read
    ADD CONSTRAINT consent_read_consent_id_fkey FOREIGN KEY (consent_id) REFERENCES public.consent(consent_id);
ALTER TABLE ONLY public.consent_read
    ADD CONSTRAINT consent_read_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(person_id);
ALTER TABLE ONLY public.oauth_client
    ADD CONSTRAINT oauth_client_service_id_fkey FOREIGN KEY (service_id) REFERENCES public.service(service_id);
ALTER TABLE ONLY public.platform_read
    ADD CONSTRAINT platform_read_ministry_id_fkey FOREIGN KEY (ministry_id) REFERENCES public.ministry(ministry_id);
ALTER TABLE ONLY public.platform_read
    ADD CONSTRAINT platform_read_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(person_id);
ALTER TABLE ONLY public.service
    ADD CONSTRAINT service_ministry_id_fkey FOREIGN KEY (ministry_id) REFERENCES public.ministry(ministry_id);
