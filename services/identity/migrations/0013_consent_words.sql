-- What was shown beside the purpose when a person agreed: names, and the words for what is shared, in the order of
-- `claims`; and in which language it was read. Of earlier consents the names and words are those of now, and the language
-- is not known.
ALTER TABLE consent
  ADD COLUMN language text CHECK (language IN ('en', 'fr')),
  ADD COLUMN ministry_name_en text,
  ADD COLUMN ministry_name_fr text,
  ADD COLUMN service_name_en text,
  ADD COLUMN service_name_fr text,
  ADD COLUMN claim_words_en text[],
  ADD COLUMN claim_words_fr text[];
UPDATE consent c SET
  ministry_name_en = m.name_en, ministry_name_fr = m.name_fr, service_name_en = s.name_en, service_name_fr = s.name_fr,
  claim_words_en = ARRAY (
    SELECT CASE claim WHEN 'name' THEN 'Name' WHEN 'email' THEN 'Email address' WHEN 'address' THEN 'Address' ELSE claim END
    FROM unnest(c.claims) WITH ORDINALITY AS t (claim, n) ORDER BY n),
  claim_words_fr = ARRAY (
    SELECT CASE claim WHEN 'name' THEN 'Nom' WHEN 'email' THEN 'Adresse courriel' WHEN 'address' THEN 'Adresse' ELSE claim END
    FROM unnest(c.claims) WITH ORDINALITY AS t (claim, n) ORDER BY n)
FROM oauth_client o JOIN service s USING (service_id) JOIN ministry m USING (ministry_id)
WHERE o.client_id = c.client_id;
ALTER TABLE consent
  ALTER COLUMN ministry_name_en SET NOT NULL,
  ALTER COLUMN ministry_name_fr SET NOT NULL,
  ALTER COLUMN service_name_en SET NOT NULL,
  ALTER COLUMN service_name_fr SET NOT NULL,
  ALTER COLUMN claim_words_en SET NOT NULL,
  ALTER COLUMN claim_words_fr SET NOT NULL,
  ADD CHECK (cardinality(claim_words_en) = cardinality(claims) AND cardinality(claim_words_fr) = cardinality(claims));
