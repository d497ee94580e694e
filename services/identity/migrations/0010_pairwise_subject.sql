-- How a person is known in a sector, stored when it is first needed: neither another key nor a reorganisation of
-- ministries changes it. That of the platform's own services is person.subject.
CREATE TABLE pairwise_subject (
  person_id uuid NOT NULL REFERENCES person,
  sector text NOT NULL,
  subject text NOT NULL,
  PRIMARY KEY (person_id, sector),
  UNIQUE (sector, subject)
);

-- Ministries of one sector know a person by the same subject. Null: one of its own, named like the ministry.
ALTER TABLE ministry ADD COLUMN sector text;

-- By what ministries have known people so far stays.
INSERT INTO pairwise_subject (person_id, sector, subject)
SELECT DISTINCT c.person_id, s.ministry_id::text, c.subject
FROM consent c JOIN oauth_client USING (client_id) JOIN service s USING (service_id);
