-- With what the pairwise subjects of the first releases' people were made, person.subject too, by which these are told: ministries
-- were told some that are stored nowhere, and these have to come out the same. Sealed by identity when it first runs with this
-- table, so that no version of its keyring has to stay for it. Subjects of everybody else are random. NULL: nobody came before.
CREATE TABLE subject_key (
  name text PRIMARY KEY CHECK (name = 'first'),
  key_sealed text,
  made_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO subject_key (name) SELECT 'first' WHERE NOT EXISTS (SELECT FROM person);
