-- BCP 47 tag of the message, which mail programs and screen readers are told.
ALTER TABLE template_version ADD COLUMN language text NOT NULL DEFAULT 'en';
-- identity's confirmation code in French, where it has its default id.
UPDATE template_version SET language = 'fr' WHERE template_id = '00000000-0000-7000-8000-0000000000f1';
