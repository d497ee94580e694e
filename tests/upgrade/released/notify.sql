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
CREATE TABLE public.idempotency_key (
    service_id text NOT NULL,
    key text NOT NULL,
    request_sha256 text NOT NULL,
    notification_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT idempotency_key_key_check CHECK (((length(key) >= 1) AND (length(key) <= 255)))
);
CREATE TABLE public.idempotent_answer (
    caller text NOT NULL,
    method text NOT NULL,
    key text NOT NULL,
    answer_sealed text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT idempotent_answer_key_check CHECK (((length(key) >= 1) AND (length(key) <= 255)))
);
CREATE TABLE public.notification (
    notification_id uuid NOT NULL,
    service_id text NOT NULL,
    key_type text NOT NULL,
    template_id uuid NOT NULL,
    template_version integer NOT NULL,
    reference text,
    sealed text,
    status smallint DEFAULT 1 NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone DEFAULT now(),
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    sent_at timestamp with time zone,
    completed_at timestamp with time zone,
    CONSTRAINT final_is_not_due CHECK (((due_at IS NULL) = (status >= 3))),
    CONSTRAINT notification_key_type_check CHECK ((key_type = ANY (ARRAY['live'::text, 'team'::text, 'test'::text]))),
    CONSTRAINT notification_service_id_check CHECK ((service_id <> ''::text)),
    CONSTRAINT notification_status_check CHECK (((status >= 1) AND (status <= 6)))
);
CREATE TABLE public.schema_migration (
    version integer NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.template (
    template_id uuid NOT NULL,
    service_id text NOT NULL,
    type text NOT NULL,
    name text NOT NULL,
    current_version integer NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone,
    CONSTRAINT template_current_version_check CHECK ((current_version > 0)),
    CONSTRAINT template_name_check CHECK (((length(name) >= 1) AND (length(name) <= 255))),
    CONSTRAINT template_service_id_check CHECK ((service_id <> ''::text)),
    CONSTRAINT template_type_check CHECK ((type = 'email'::text))
);
CREATE TABLE public.template_version (
    template_id uuid NOT NULL,
    version integer NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    created_by text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT template_version_version_check CHECK ((version > 0))
);
COPY public.idempotency_key (service_id, key, request_sha256, notification_id, created_at) FROM stdin;
00000000-0000-7000-8000-000000000002	01a22d6a-7db1-7582-8b6b-f3676e4cc129	45ba8447a62471d9336336d84850abdd1ec045844d620226a4aa4b2f0638faec	01a22d6a-7df2-7046-9b0c-43eb933e30d3	2026-11-30 17:04:43.514571+00
01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	renewal-3D93220070	d9bf6a513917e11a0a2c69ecdfc48b6a90442a8c247c7d3dadfd032b5b24eb18	01a22d6a-870a-782a-a2db-375456977150	2026-11-30 17:04:45.838378+00
00000000-0000-7000-8000-000000000002	01a22d6a-88cd-7363-a5f9-53fb240a53f1	3cc8771d402fec6f3edad5c84abacb946595dac0f4d8c4d4bdc8d59fed8cac09	01a22d6a-8921-7073-a7fc-8a4b8281c112	2026-11-30 17:04:46.369268+00
01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	renewal-B4B4348929	280f4bf3ed0c847f3a7fcc453a995e134da507f4c732dbf4bcdd029f28aac5e5	01a22d6a-8ffa-759c-ae57-b770714dc975	2026-11-30 17:04:48.124816+00
01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	renewal-117D965009	f92d6a2fed85a24032e82c4608ba7c95c3931b73d5706de24e197e153ee97930	01a22d6a-96a3-7a22-a8ce-628b0962240d	2026-11-30 17:04:49.82769+00
00000000-0000-7000-8000-000000000002	01a22d6a-9e5e-76c0-b9a9-d98505286ffe	d0f2cd8ff082531403165542d7a7b45706e5946ccfa03ed2962e81469e1a20e9	01a22d6a-9e77-7f26-b58e-4be066c225a0	2026-11-30 17:04:51.831433+00
00000000-0000-7000-8000-000000000002	01a22d6a-a334-700d-8123-cc2a50d78845	baba8783cdb988126cb5e203b6e1b4f08b41e492651619e205eda89264e101cf	01a22d6a-a362-7637-9fce-dc5b77c2b5d9	2026-11-30 17:04:53.090804+00
01a22d6a-9789-7e00-a374-b4b3042f5d6d	f8cfb69b-a2cc-4996-97dc-1662564d45a7	527fa136d8334145435ae6b44f80a541a83ea2b48ee2ba4bd877e541f0d5197d	01a22d6a-a50a-7322-b017-ba08276cb8e1	2026-11-30 17:04:53.514517+00
01a22d6a-9789-7e00-a374-b4b3042f5d6d	111bfab5-a0da-4ddf-a222-f5d64248002d	0762cbbf83a09ca55a87ecff453c8c695ec1e5d59f9efc8146a71de313928708	01a22d6a-a54a-7fbf-b9f3-8decaa953bca	2026-11-30 17:04:53.578523+00
\.
COPY public.idempotent_answer (caller, method, key, answer_sealed, created_at) FROM stdin;
00000000-0000-7000-8000-000000000002	tamarack.notify.v1.PutTemplateRequest	e67db48d-78b8-4c86-bcaa-79f861a69a9d	1.a3vymmf8ZEqU4g4wHcjSVDerCdd5zn9KtfW8b4-d0R_QdAl7s3_y9y4S4ARScX7vbz--SYNX8ItZw5X5InnxhD8xWWOI1i7_-paR8oDGWf32Ahxi8iju5XCzUeCjQf0jPn2i9g7cqONTmacf1jKz7KRvfRKcuaiE8dHZfL4vLwcM-pFwGtr2RB_TKiH-yZfgnGThuPusXymuK2pqhmgp1hXsUEgk043uhLlS7wqCVlYloJne1UGUA71fXezKmuEPMy99QdAu2HN1feDxOKOZP58jd0rxMLZTQSZ4mEnfgBn4eDdUx8_6IvtHgcrW5HVlZQKJ	2026-11-30 17:04:50.445201+00
\.
COPY public.notification (notification_id, service_id, key_type, template_id, template_version, reference, sealed, status, attempts, due_at, created_at, sent_at, completed_at) FROM stdin;
01a22d6a-7df2-7046-9b0c-43eb933e30d3	00000000-0000-7000-8000-000000000002	live	00000000-0000-7000-8000-0000000000e1	1	01a22d6a-7db1-7582-8b6b-f3676e4cc129	1.TMSYTojXLcLM8SMaZiEEziJf_iKrwwZ0H7fyaUP4sCDZirWCcrbcxkKVWDYnpn8djDHsORF4WH_BFOIWCOG6gMts-XXGFSXCZlGhEUSt5ZVuV7xKXvjirAZyRxoJco-fC69tNZvEUEZWxgv3Vl56U4vj1W-VooHYwUnl3zXkToArxySHx1WOnlvedPMGLuwMOUjlVYRIP3EZ-1deYAcot5tcLQo3ffLVLe6zcZ7OnYxB_HDiGIj3J2dQVc2XanRWB15PhG4mLUqEZ3lGKXilL2iYzsMOn6Gup3N-tInguAYCLdmMxtvAY-K9WBW_TtIqIDRa_oadeavKPIqTMQSnRVhJ6opt3Iiva57E0uOFdU2HIi7kPZ8cZFgmtCLZTOuIwCHLMt8gJI1Cn9nLs6GLHw-5hiXKhBAewbR8r_sFBCjiUugb8Q5239gRRP_TooH3WpP8HNxmLmkk_lJP5BRU00EaM4v4pEF_6b8GbBYKbDXOAXvaQEAlPpWzX1RwMFgbU2yQ-lL4ZLfwKtOvecFDFuKyeyurzmLcii5gNRhbv42fXJKb0bUjkZD-wvnsVicO2WETMcPrv7vOghr_EfX2Rfyj5jJyFtPpSJLtT8ZJ-TEpNw-irAMFbXVuIbSoZKuIIEdrILl_BxWMaktep-llxPpQ1O9mlZZuWUxiVOwFuuE4Yfnvxn1R44EIO_0TTQir80HToK232QKyrvIFz0E	3	1	\N	2026-11-30 17:04:43.514571+00	2026-11-30 17:04:43.523071+00	2026-11-30 17:04:43.743287+00
01a22d6a-a59f-799b-bfe4-465130ef8863	01a22d6a-9789-7e00-a374-b4b3042f5d6d	live	01a22d6a-a4ea-7ff6-b707-92d46ef6874d	2	zoe@example.ca	1._ntCEpsDGAHsmmRaOobuFYB3LFXRmEsjg2kM8KlOMr5Gkg4vsHm00A8qSkBQ769BinXVlfiBRWrtdRR4KtxXETaJihVmT4pAQu6R1CFR-bZkUERGUybO_bUdzGuHPDqka9Ha566FWIaqVEkf4wJ2VXQ9i_sBuXKYBjlK1jB6Uk6aivlu393djZPcxnBuq5pQlRSo7TBgTEzquhSJc7GpiHh-UoffB8pLlF5p2u6CafLcoCwtMYHxDTjhslphxotgPk51qQFCaodi3XuX7-wYi6s	3	1	\N	2026-11-30 17:04:53.666766+00	2026-11-30 17:04:53.677241+00	2026-11-30 17:04:53.702365+00
01a22d6a-e7c7-7f5a-8f61-5a3c38a77f0a	01a22d6a-9789-7e00-a374-b4b3042f5d6d	live	01a22d6a-a4ea-7ff6-b707-92d46ef6874d	2	waits	1.bow_4uVIw_uQDkAlB7hGq6WDI8_--8zFURHXWplbtqTEkeyBwMqpe8dZSxO_eeF08PAQ_k32iLHd-fNywtxuHmkrfX9ihIqO-l4ZIqUZnOKrNic_j5MmxQVlXmki8di0SPyAkAEJFnM3909HJ7j-EVImCow4dwkAQwU5N7yy7fI8pPb_PNlZSZTMXyaRK7a-W--hvxDODbN53lCNlMhREGW70IUE7T-r2TG5ZeylFOpBcJsoH7z0JfmUu-5PDs0TZq-b_3gcf5INGKDWbDrI2xwP4ffW	2	1	2026-11-30 17:05:20.601003+00	2026-11-30 17:05:10.599292+00	2026-11-30 17:05:10.601003+00	\N
01a22d6a-870a-782a-a2db-375456977150	01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	live	01a22d6a-7709-74ac-b6f7-2a1bccd2939f	1	3D93220070	1.UCX-qkXq3C4aplZQFMSnIHP_sKfqCCyRfCXGIklmopwY1zOQvo-2ebWUrOlrtzw5qDOMzth8aIFUSvSLG-XetbGvHSM-zTL0XTn-az6fot3DUh03VX8SUFrDR9jZPo6rk70xKFghf6TT1bntitKbJnvoN5Ya_XF1XiAqe9vVqsUu3Hu_tn_Ufm8Wptk7HazKy1-BJqTvlR2L2acVkvq6REGGj4MS3riDImITyb1k9fLFB-kP2ZHMJGzDxKBBqe4rz3sgLKKEkeyV-4Za1RmFwxoby47zgT53Y65FshZVIlMXGpHeEA3c1TcGtXE2NLm5cIYyTq0fc1vq7AwDdIekCj1_R_kriCz1agNK1AMKAe4Zab0BkyeLeK-aMGseB9JOlaKgz19iMtSkh0hvCIWyjiVnWW8vyM2Oy1Ja7-lPAvtTtGSNWoGY9pxtbpmr_xs63rS8Dl3eQt6M-1ZKgFnJHs--NnupFa3rDUMmUk0VWxUyMHezuT_F5RNdu4oYzHPFCq62NU_w5pZNCThJWCuhY723Zy8sKXxhn5HIDhPcMMWOPgTLeqRv-AzfounwlYPKmutEI0yKVfzvJJUAd3lWk0_kJKMT4V25SG9ptW5t42cQXFG1XlqYva42Y1_tm_hQKjXrqp-UDJ01Ss9-Btw5Fa7hkvySg50EQY5fDYMj6A7MRmKRFyanYbHGCX0nC4xOLg_APk0qC-jo6OkH0StANZ2p-gaQfnP8t6lub0C8N8iSh6kzxNsgh1xtcPsuFZWzMvuHdaMbH56HG45YjMK0E0ldLfqXI2ZTc0J685aHrCfJ7z8K1aFLHsEYvxyPTDRaLF5ayHa9xaQCja01LJD8rPwd0oh396aLsaRxw_XywKPRv7odSVzjCFGnfLlLRbdU0YdO0KOaH7SOFTY4VYm52Rgp9T821Ivct3dgBQrsNOM6hk1EDSqESovIvqQD1glvzw6PXBylT23wPegXUiAwYXpqr7quFuQIdu1iS6G0XIpb9KDmZYrt4FV34OqEJVa1AJkALR8ifwF3o45RsaMkq9LBPIJlmfS5RbzzgVjVJtrUqHKl_dUZZOWMG3unNpmyRm8FAdb18Q3SJ9Jnsi0Eboqw6kJg8y0jpzID2RllFsirAzwXY2Vup4Yk7b9iQCUA34oy7ammidqwta5ClLaPR2KzNGvgytjiBJbZhO0_TDFsCtGNmWRFMvV4JnqDNxKQEacCKBawBqaC28-VvPmoToZbJ9Qizuoe1XqB0kPBRWCK37bmUpaPuTNyqkdyWOqVKvAy2Vxmls-49kkpkYeJMYPvrmIsa8KsSkYUJx7NZtWS9L4NlMqfh_PUINvuyB8WPJry8jbWkepL52AY3iSjaWBSHQYmz4NSXAfbFKEgF_awLOyPTzP0yamHQ6uymKFGVoI0EUavpDz5MQcuF8_zhKXeHitrp_HgAshBJEMxaT4jFWpcpizVrXsynK8psSTbHWv002YVRxhKmofFxyo0EzwuSIsDyY3kSVbwfAdUZeJnoDSkVuulaCmVqo5-vmEuTUs0VXfh3su95iakN77OEYYdLIlRqvqX66sjqXTT5v-fVgLd61IPeScOw_G9-_GRiy28q3XaCA3tkpxOY43yB-CzFQQs1dpZP6yzorjUDOrcECrUzBjgueZ2w9OYZ_Jr3ZQZDHpMnYReQT0EQOCSYfOFj48x7KOrPJTtyWnZK2oUfopPO621jQpQE-l7HNvcm1lQJdSKeSAiPQ	3	1	\N	2026-11-30 17:04:45.838378+00	2026-11-30 17:04:45.84687+00	2026-11-30 17:04:45.910525+00
01a22d6a-8921-7073-a7fc-8a4b8281c112	00000000-0000-7000-8000-000000000002	live	00000000-0000-7000-8000-0000000000f1	1	01a22d6a-88cd-7363-a5f9-53fb240a53f1	1.9_eOskeQ1Vb_CCBNsRF6N18DRnEHlWqHb815guPVVd7qRWVtuxKdBybmN--xzgfLNC2A3rjA0uONZEg7qf_2j-Tal28wjY0ASeutC7D-29yhF_qGp16WwHomRLjnt-HEsW6JTWUv9JKq9_IitteiGvZT-rOi4yqGUIjc3Lsjj7DfdQNfw4KCTHZEEoiMTZX0PWRL5EpB30tNgj1ZECM5hmKiJCSkAHAvnzqJ56jL5jB6ppNh2_ybC7jviYGW_dsepi3Bzp01MkBxr7oSriuZsTJ5w6T-pCRHc-RuOsus1RBjvnUHYPTkes83uesbAln60yhuILcYhHJn88lanp-FFSyceNolS7WF4pStmv2qNv5Ya266iDfyyTZFJq3XRqgyx-mbqcVVySkosylUN0dbvXXNeaT0LSZq399TE2rNNKkCNQFkSnCazLGYIHImR3RbMKviOLKk44bB7nE0AyiYLP-YCV1HoM9wFq78bHKSF86jvJxe4sQ5D8CGrUqvZER6A3Y0le5L89wZFvS6_xBK9ki6XLnUGHJZsH--mG7ekqMMBRQ4fzz2u4VKK7c7t31MJnV9MpkONOgQd11VfXqYUSrLKV-j0_zDIv_nWJZRQaC5tn4HsmYwM2GRKuKJzCjEfCue1RYutTqj6gzXODFMs8yapdwidjLoyjKDVXalvrUfswMsUvqA4JCZRYpOu2cVNROm6MZmFcxYQWD2RvDKoU-Z-7CS1VHzvsZxf585F8aqqof8U29y4SqmkXpXh5SwHNhX_XuULb1EYqLhH_h2HJXx7llGPcHyL_0ZUKgPGtYTCcile-fi3LM9zw	3	1	\N	2026-11-30 17:04:46.369268+00	2026-11-30 17:04:46.379495+00	2026-11-30 17:04:46.410552+00
01a22d6a-8ffa-759c-ae57-b770714dc975	01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	live	01a22d6a-771a-7065-aad8-b7cd9b2fa796	1	B4B4348929	1.DrZBw7ow3JmK8E0bbL0Z01kpwknicpILq36HysBAAUL19KvmQS04Uj6CN98FhMUFWoF8HWr6sRvG3JVv9nL0f4cDEdJkovZvaVQ4FH-L0PFmmXBjt4Tv-L2SoDTdqaRb3WWpq-4qPRLWAE1JwcdFohzQJ4h5GzHWbEU3-7HSkIMSamnGdsezybvl_yf9fyZ5-2H3l4K-MKh-Eedwj7SCnEwn83iBXA68yC8UNS7s8zn49zK_KoFaJMGp6y6rfVSzFxxCyX5pkZXAJ43A_ehRN2NvVlzK0Iyv_ohn7adIcHOP5QK-6E68qd9VETQmYj43dHklzy2vs__KQMfHY3Gn2gK_ohoZ6Iio8C7iGYCy61YZIRsZf939bXPXJpOUYyudjkzGfqw80_Fb1_r9Yr92epu8jZnygoRwz1xZF69OvnC-1UU5HPsXPqRG7tqu_Y0akIlungj3Zbm9GgtkSVcdcdyhBLXBNr_HwGpCZTQkHL5fVbG45bgj9lI_uQnMdmfT-X59sUVPddEPNGI6C-gtS0oD5afs5dSLJqq-n4CTWbkG8Rkmq5x5ltuo0vOv8CU3XQuFPWM_majFtRH9b9e4lfJvt-V6Ko34uq3pAJNcjGlDnQwzEWtMgAyHzfhNdawZ6Jr_pw2Wu0pJv-DpjOxeguonm5bT-Bmz0oyTv_XIHvtLcWa8s7sa0_KQlzaZ34tKzbJQQsGnNmk4DKaIX5PSqF3ZZ9cqsm4-E_Cor_h-21I1r3o8UFiD2Y-5R37ENOrXgarlP0jBL_8tB8QCWu-L7YN_PRxwqJAOFpibBPC-GG6pVmmUqfrXXOu0rV5S2oQrmRDUljJV0kiB6XuZo385bPXkxva7HP5SBmJPZpzMAIR9hUah9XOpLp0i54A_-GYaW4hPf8zpu9-V82lM-K8dB2RLnFfSE0ofoZRkOfC7H8R1xuRMJqz27LVSvXy_83FLamuJm91p7OGIErFe-Zk9EkAwviNvwKysoo-jLr9nrOljtL6BE1ZcHz7Y8v7wcJOFgdmFsr6fU8tu5UvBvMtlx1On2-FK4PndEpZimf0FOn1cPnN0JTn0XX6aB6HTAVVtDNkdVJz0UjQTm3AHd9B-CuEU4mcQvWaoT6f7yax7vo2X_NmGy6myxdDNBJ5ICrD_d1oTC1f4raeESwsShuNCBGZx-3TbgK9E3tK2RFm9TB9iNLFPMhPgo8E-cg82WkLqSFzCzz0noFhK8ZYeTgfol1h_3C_H7bApAH2nc-40Qtai_vlX_G_SYEIUyQmaxgNs59grUHpBe9ealJ0x7E6V5pbDeAE0s3njsBhSvReY6FE1SBGlvY6JQRExiQyPw411RyyUjc7hntegEx-ZiHGc26ShGuSMeWma_vo4Vt0Zr5S12UZgy6WRX2ZTMFX4Dbyz5Q6V2mwncLwZV37jxF_KUzvIc991XwFhBKoyMMEIBHB01qIDWK-T1Q-A9lfiEG6McvV85MZX_hI8L4Az9H26RZ_v2XYzmSKdbBrS2YtFo9LGRL83S8Uc5252lry7POOFZrqghowoNcWa5J52kfS1YASskTWPH1aL_UN_o2dP7d0wRbsqZkEnuOOs8uKMIwjzgJ1gZY_lcq_EVhMP06ylxwfYvvA6DYZEr-RrRU5uD2MtKcA3U4wzePtuP5bY5BALYCUwy2Gz-k6pgO9-QjkRsa-RAQpVe7uzUJkGVsKjdoXYeBfnLrebOalXaLG-1o5vhBWALkX8	3	1	\N	2026-11-30 17:04:48.124816+00	2026-11-30 17:04:48.139583+00	2026-11-30 17:04:48.163087+00
01a22d6a-96a3-7a22-a8ce-628b0962240d	01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	live	01a22d6a-7709-74ac-b6f7-2a1bccd2939f	1	117D965009	1.SH3v7yBRArh4eqOsqe8kQVVxFd70kkT-wClqtIoMT20f5vprlvfebFF5uD74ggqYoNpmUA09rWAf_efnSZV0WvTNl5cSIxO2PSl-GPLePslpkZE62O5BJZg6LRkvqhiXIOo3NqjEX6kJfl4_YJCDEm2OwaMJaocGvIPU6YQK6JgSdc34oBQyeWhzFBh_ZGTb81rXXL1T6RSUyXKIXM7A0g7chWXETe9qaAybv73WzBSNzqgjLMhj9GoAkN8iWRAKshwZSdNxgdHF2c8KyBW4m5_Y7iwrma4YydYLlh4V4qGjAOg6H3iKG1NQ8WRS6HJXZuseC7srbaCPAedBsWd-YnVhGLeycDGqYJpxSseaUdLK4An4Gc9P8RBLMAiQbNdRVBcbFzidQfLRyjm062FYuC-gaNsk8pZ2VxXi7eB8jGrHcqOtuAv01okFQsk3eHo9XnHjZiwDSVr0mQ1RYvSgBzF9CEzlcvNU1cQ3bYvJ1WU66E2asp3_CLU8rtI1xmRUK9cDng0yEri_fI22cqz8puKAPK_4Q6bXk6FuIf1Mv1Rmg4egmSJcjqvS8Y2SuIC37DGFk6mG5nxew0zV97SBddRxbWdJOwMGrcOSSAQeeteswYypfpaJRqbGa-QUD4LBZcABn2c9JlkQ7hPkfbUwV3bdQMRGEBq3nh6_g-znxD88vliZerz6HkwyugnFwdkwSOyIg4ukolSURVEh870i9_frFCOC2YEb8DFHmmsI3d97jdGlObtOpZdZPB3jogYsp1Fwcq3-BR8zVuebq0VcTYCmtYKg0Y35Vv3GfvUAkSLxT6Wm2HHtBiN6nDPiCS1O0xKK5tmg08X6v4xEM1E773kbl8yrDBXMFk3BwvnFmrB5WYqw0PYVkFSygNVc8_LhX0gqsxrTjK1nBRK2OgIciR6TKmzxkNelqFj0agne1xSmhmNX-22UlutIla_mblxv_B1KO0Qc-bS7PlUXQogW71WcLdizXux424wgdvab2tNEZrqabC0ugR66MT-dE7-tduL8JPnE1CPQ7T_R4xsOKgUQgipIfoUu_7ii8v3gFYwXpeAiYFXtxJvKOpM07W6QGwTNe7EqaOKZ2dlm_rFktxDpHjEMVuxebLW9TizukSZL9JxbUYt6hwLhIFzNmoP5fb7os1FPdjpEaAYWWuu7FCdkMqYXO1XuSFowht_CXAaTeK3aAh6xi067c9NF1lBag43PHKEe0N1pxRsp5LLW5QPFjHECFk3qoSr-l1zITKaVbU6b5hzMXFyz1ZVvicjaJO3kW7ZxhHLmJ47ndsd4aMEP53lxjNDE4wiQVyM7dTbbJpN6zUQYZvOZQ9iotMTrbi_QIVD3ETh1nFvP8vvidZ1bAL0ib3CDlWzk8IArpyH50qm0WpcUL_Km4xdBxmm86dUyksyRzUT5knkBaSIp-d91ZN3sr3t8_Ch3YLg0cwexrmL744anFjYdD7F7IDEAhHpghc1YExbnCnmW5pWLz2Js1FRhqDkm8ATt1lAi8sNEHWz2ZT0J0wSS4jILcsKotUMzg4FAcP5ILysr0TNb6dXNtIp5xKtxTjqxDcBtI_bKTMzYj2InimWCy8AWsNGLADrHfUfUv_sZy2ixsV4FboyzY5Y6XswhEW6ajB96ehG4swd00yBF_6kqCiXSHqKVdVWunDthp_D1Y6tUey8tjrajz-j8mVguS_DE6aUuGMfqqWd84pGCC9kobmC5EYn61waGmtJ6	3	1	\N	2026-11-30 17:04:49.82769+00	2026-11-30 17:04:49.835158+00	2026-11-30 17:04:49.880226+00
01a22d6a-9e77-7f26-b58e-4be066c225a0	00000000-0000-7000-8000-000000000002	live	00000000-0000-7000-8000-0000000000e1	1	01a22d6a-9e5e-76c0-b9a9-d98505286ffe	1.z-3_ssBFd_VX55VUBGCtlDd7fhVuSj1tuQ63CVSCoaJKyBqSi3SK4v4Vn7ricettUZwa9Ur2Sfj-dSvoVGJFucDmbYAkYiq-CUbVz4jd_5Z4o3hkgOnHXigCFc0gQVPdPbz78j3dBoSXCSu3a1Sk9Vdv1hv1KGJwggo5owGGJcw57ruEsy3xKAIk4E3pjKAoKyPiXo6rlH56xU1Y3a1evPUkzWKu8U0Jv0q72MHsmRs10_aqs6rEPun2oc_NdHO-tqMyJCRKbfCXBC6akxv3wfaPys-mRx0ML0c5O7ZCMp8lN7bVja_qqRieYmN1r66Cylil2E0bO3w1pFBeQs455U6XN2xa94A9ZgPZBXQFhRPuygFesu5i80_gZnD7L0JLLxGZQkOn5bjJv6Y2FL5EJhIteGwKt2tqXbZqy314FbeOweat6VGanM3OXwJ6W3aJtT9ROeUjiBK1iZt2YPIXuyoPgwxgBYCe5ecPvB3wVr3T7qXADu7CiyByoliOiZxBUYJElIrzcg8Uvwf1cc7MmTBxzleep85cnQVrsnpJhBQHLMlyFTNYdyy3uj5n3gRKlVDtFObjpujDB5emwAkRAWYOzxEPSfdM5kIuby-Xu1m7z6bes4FQBGDJ8J3rP7NLaIBvqcNQg7KxNnrnIHtFAa_fT7lgBsjasIo40ytuO8_dIPysXunXS3M6-3cXLZcyCsb1	3	1	\N	2026-11-30 17:04:51.831433+00	2026-11-30 17:04:51.839011+00	2026-11-30 17:04:51.895551+00
01a22d6a-a362-7637-9fce-dc5b77c2b5d9	00000000-0000-7000-8000-000000000002	live	00000000-0000-7000-8000-0000000000f1	1	01a22d6a-a334-700d-8123-cc2a50d78845	1.TjFZzKjjRzuOCMf_HjyuiXzBoE1KfdT4hahY4XdNjBOSyn0zb1goHuziaRfVbHiu-S_9KSc7rP2bQyLL89CR4I5CIbg0wUKtOqVU4DDnq92W8InSMkVa9aeKdiWR3101pSDAXMX1MP4cPaRML0bPCjgbCqkHgtHI45TvDf0WyTbJOPav1hqtdRjAgJnbPddx9AORY25XnY-Wnq3MCfK94urZ8SdxwkDXFXV82fO2qISIpVk6pBbbK4DwYQVNh5fT9B3rhgg2R64jkgPZYHfA5LDYoq8k6o-d5sv-enShRS1t9_WWnrpUJOmPDZ5QFSOAHXiS91bVT6vFTNoIC_olO27m1bhk_Aan0baQLQ_LrcxIeSTTNndsVJij29ymV56yUDHEUw_K1NAbf53NdQnbUIo62cNy4fm5jzlmQGPdVmYxBJb2ZdFfCF_wriLG_vjAuyEtR4yOSLBTMa5Q2gjdDETpYH3HZT28UM0RNMCalZqtxyuBhpAoirfvfzW3DEakeLWoPpgluj2M-tYnUUfYVlajtWh8Fl7Y7_lTmmzi60rgeSzQvmKlCV7Zlt4wCwCrkOk6ePuODBla9rG4v5VsgI4uxuilj6aLF-O6migHK2ws9lZBGA35ZWR3PVznu9_5u1byWbdceSQ6B301utg6Bk0VeDpfD2qe3uzaJyVfyFyfUlec1KeetV4lEQAznYNCLbIMA79NMRL9A2ATCyQ7-qKc4NO6fHjyN5KblWzM0-mf1AFPx22DU00xIZdnHbqk1s7C__1sEKYs97t6Kf5c22SVGd84swt3vP8rE-uQ5Tiu	3	1	\N	2026-11-30 17:04:53.090804+00	2026-11-30 17:04:53.103104+00	2026-11-30 17:04:53.135426+00
01a22d6a-a50a-7322-b017-ba08276cb8e1	01a22d6a-9789-7e00-a374-b4b3042f5d6d	live	01a22d6a-a4ea-7ff6-b707-92d46ef6874d	2	live	1.6UzuLXNx81gDb_xIR7bMAyBkQUDtwmOh3w4aF7fEFKAx-cOCekyEf_QbBg-Uq1rAePrEqtRRAutUye89zIaMzAP1WJI9B9sUMP84fBv4Yr6bDVcNxyg76_D7NJBGQkkSY5P-q6E7X2ou-wEJYvqsi3TILHLvQ14JPUondQf_XXO6cGE4F6iWuWYa_dwxDMCv8jRzbPdBU8hK4u_JTF9KzO0HH7dUjS80DtO9dgob2NajVMMa8X27p1rok7UZR5jB5AQmhLUSyn54BnaVG5CfKTFGskRLx6U	3	1	\N	2026-11-30 17:04:53.514517+00	2026-11-30 17:04:53.519009+00	2026-11-30 17:04:53.548748+00
01a22d6a-a54a-7fbf-b9f3-8decaa953bca	01a22d6a-9789-7e00-a374-b4b3042f5d6d	test	01a22d6a-a4ea-7ff6-b707-92d46ef6874d	2	test	1.c6dtwRbeU68feveDxfzdaYQNfG5X2PzvAE92-FPaUYyUutloyH2TmE-MqX8HBuPhrOOKmiGl9UbEOCrPFWQQx67o5JPrIfMqI2reag3RPl9OrP7h3aeW0sZTsyIw5ZtstSl2QiTCGPRX-KNtvuD4dmB_sfHEIE6PVoET9uc2UloUe3qrEikmGhBD-dkbX_LxL0cS36yUcFDroXdBzxzQGTh3sbq24LRCMTOdvq04d12H_gQ_zZ5FdxCPG0Jdnm4fqV9soHmaugaLOQwcdMlpRwQSCtD2awM	3	1	\N	2026-11-30 17:04:53.578523+00	2026-11-30 17:04:53.590877+00	2026-11-30 17:04:53.596731+00
01a22d6a-a576-7161-8a50-a8fa0b47f3de	01a22d6a-9789-7e00-a374-b4b3042f5d6d	test	01a22d6a-a4ea-7ff6-b707-92d46ef6874d	2	temp-fail@simulator.notify	1.F0gRsTQlnTIoXedpzkcVUEsAgzv__a-mCiHqoMNqKjd_mFNV1A4CHI2NbHeyQJmQjEvVX5tWRlA6iBbxYv6yQpcYiNDaSrYk_3JPmfiqMTeWB4xze_UcktsQ9BsBiFg5a4xoIgLyO_o2fuVCMDA9MmwlkMXDWFh4aFpFJh2u3rY7Tyq2NO-ZEwbHzDIW8YD_VVig-kFSCszuv9xR6p2fQk1g9bXl6SNGTMUK_Ud1FkCaAtOEiPFqBqdbRef-OCmtZvSINX13VvB5TC3Z366wV6IvzLaqltViaYI9tmw	5	1	\N	2026-11-30 17:04:53.623028+00	2026-11-30 17:04:53.632797+00	2026-11-30 17:04:53.635599+00
01a22d6a-a587-7bed-80c0-7a4da0eb9cb9	01a22d6a-9789-7e00-a374-b4b3042f5d6d	test	01a22d6a-a4ea-7ff6-b707-92d46ef6874d	2	perm-fail@simulator.notify	1.WJd30z1GM-ZazABrYQ5q2hQA-sUHR4lX-eDiNBJr2v4Y7-wup0Ob8D-Vuazg75CPktN_H_BVEbjn06FS6qlaWnDrb9fYaWugFrO3EgaMBnHZu-SFNp-D3g7n_zc1V_wd3_D-7n-aKfKy5v8G84-8peG-DRoNTZLbb0RWnXssy181HtP4xZ-5XKmz0qKxVltVOg7WuEF8fMrXC0FTZ9tY4TVrCeth6_mc2yWc2oyIFG2k--Vwo3XgX3m3kvYsiEzUIR2aMQ5lytKD2K4Igg9fybL9SMo_oNx-ydmJpyo	4	1	\N	2026-11-30 17:04:53.63995+00	2026-11-30 17:04:53.654401+00	2026-11-30 17:04:53.66637+00
\.
COPY public.schema_migration (version, name, sha256, applied_at) FROM stdin;
1	0001_template	a754ed5621316e46f361f627cbb1cbb2d52d84117584ff4ee270e4cfd7e5c072	2026-11-30 17:04:40.165868+00
2	0002_notification	351a0a6cb415faa77c376176a250c99c967f9b8b2cf91e694ad05fcd2b8f0337	2026-11-30 17:04:40.193462+00
3	0003_forget	603666393969e0e3902c3a5f6baf65a153c695382303b4ac06c0246c354fa329	2026-11-30 17:04:40.225732+00
4	0004_idempotent_answer	33e0896175830b79b0427f5d83ac8535e0758ee03f06e9895aa3ad828b170509	2026-11-30 17:04:40.244324+00
\.
COPY public.template (template_id, service_id, type, name, current_version, created_at, updated_at) FROM stdin;
01a22d6a-7709-74ac-b6f7-2a1bccd2939f	01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	email	licence-renewed-en	1	2026-11-30 17:04:41.737661+00	\N
01a22d6a-771a-7065-aad8-b7cd9b2fa796	01a22d6a-7694-7dc6-a6df-1bf2c7316ae4	email	licence-renewed-fr	1	2026-11-30 17:04:41.754963+00	\N
00000000-0000-7000-8000-0000000000e1	00000000-0000-7000-8000-000000000002	email	Email confirmation code	1	2026-11-30 17:04:43.476154+00	\N
00000000-0000-7000-8000-0000000000f1	00000000-0000-7000-8000-000000000002	email	Email confirmation code	1	2026-11-30 17:04:46.34176+00	\N
01a22d6a-990d-7524-b868-712fd14729bc	01a22d6a-9789-7e00-a374-b4b3042f5d6d	email	Repeated	1	2026-11-30 17:04:50.445201+00	\N
01a22d6a-a4ea-7ff6-b707-92d46ef6874d	01a22d6a-9789-7e00-a374-b4b3042f5d6d	email	Colour	2	2026-11-30 17:04:53.483032+00	2026-11-30 17:04:53.494666+00
\.
COPY public.template_version (template_id, version, subject, body, created_by, created_at) FROM stdin;
01a22d6a-7709-74ac-b6f7-2a1bccd2939f	1	Your driver’s licence is renewed | Votre permis de conduire est renouvelé	Le français suit.\n\n# Your driver’s licence is renewed\n\nHello ((name)),\n\n* Licence number: ((licence))\n* Valid until: ((expires_en))\n* Paid: ((amount_en))\n* Reference number: ((reference))\n\nYour new card arrives by mail within six weeks.\n\n---\n\n# Votre permis de conduire est renouvelé\n\nBonjour ((name)),\n\n* Numéro de permis : ((licence))\n* Valide jusqu’au : ((expires_fr))\n* Payé : ((amount_fr))\n* Numéro de référence : ((reference))\n\nVotre nouvelle carte arrivera par la poste d’ici six semaines.	bootstrap	2026-11-30 17:04:41.737661+00
01a22d6a-771a-7065-aad8-b7cd9b2fa796	1	Votre permis de conduire est renouvelé | Your driver’s licence is renewed	English follows.\n\n# Votre permis de conduire est renouvelé\n\nBonjour ((name)),\n\n* Numéro de permis : ((licence))\n* Valide jusqu’au : ((expires_fr))\n* Payé : ((amount_fr))\n* Numéro de référence : ((reference))\n\nVotre nouvelle carte arrivera par la poste d’ici six semaines.\n\n---\n\n# Your driver’s licence is renewed\n\nHello ((name)),\n\n* Licence number: ((licence))\n* Valid until: ((expires_en))\n* Paid: ((amount_en))\n* Reference number: ((reference))\n\nYour new card arrives by mail within six weeks.	bootstrap	2026-11-30 17:04:41.754963+00
00000000-0000-7000-8000-0000000000e1	1	((code)) is your confirmation code	Your confirmation code is:\n\n# ((code))\n\nIt is valid for 15 minutes. Enter it on the page where you are creating your account.\n\nIf you did not ask for it, you can ignore this email.	identity	2026-11-30 17:04:43.476154+00
00000000-0000-7000-8000-0000000000f1	1	((code)) est votre code de confirmation	Votre code de confirmation est :\n\n# ((code))\n\nIl est valide pendant 15 minutes. Inscrivez-le dans la page où vous créez votre compte.\n\nSi vous n’avez rien demandé, vous pouvez ne pas tenir compte de ce courriel.	identity	2026-11-30 17:04:46.34176+00
01a22d6a-990d-7524-b868-712fd14729bc	1	Again	Again, ((name))	bootstrap	2026-11-30 17:04:50.445201+00
01a22d6a-a4ea-7ff6-b707-92d46ef6874d	1	About ((colour))	# Hello ((name))\n\n((colour??You chose a colour.))\n\n* one\n* two	bootstrap	2026-11-30 17:04:53.483032+00
01a22d6a-a4ea-7ff6-b707-92d46ef6874d	2	Au sujet du ((colour))	# Bonjour ((name))\n\nVoici : ((colour))	bootstrap	2026-11-30 17:04:53.494666+00
\.
ALTER TABLE ONLY public.idempotency_key
    ADD CONSTRAINT idempotency_key_pkey PRIMARY KEY (service_id, key);
ALTER TABLE ONLY public.idempotent_answer
    ADD CONSTRAINT idempotent_answer_pkey PRIMARY KEY (caller, method, key);
ALTER TABLE ONLY public.notification
    ADD CONSTRAINT notification_pkey PRIMARY KEY (notification_id);
ALTER TABLE ONLY public.schema_migration
    ADD CONSTRAINT schema_migration_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.template
    ADD CONSTRAINT template_pkey PRIMARY KEY (template_id);
ALTER TABLE ONLY public.template_version
    ADD CONSTRAINT template_version_pkey PRIMARY KEY (template_id, version);
CREATE INDEX idempotency_key_by_age ON public.idempotency_key USING btree (created_at);
CREATE INDEX idempotent_answer_by_age ON public.idempotent_answer USING btree (created_at);
CREATE INDEX notification_by_reference ON public.notification USING btree (service_id, reference) WHERE (reference IS NOT NULL);
CREATE INDEX notification_by_service ON public.notification USING btree (service_id, key_type, created_at DESC, notification_id);
CREATE INDEX notification_due ON public.notification USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX notification_to_forget ON public.notification USING btree (created_at) WHERE (sealed IS NOT NULL);
CREATE INDEX template_by_service ON public.template USING btree (service_id, name);
ALTER TABLE ONLY public.idempotency_key
    ADD CONSTRAINT idempotency_key_notification_id_fkey FOREIGN KEY (notification_id) REFERENCES public.notification(notification_id);
ALTER TABLE ONLY public.template_version
    ADD CONSTRAINT template_version_template_id_fkey FOREIGN KEY (template_id) REFERENCES public.template(template_id);
