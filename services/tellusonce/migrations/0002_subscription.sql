-- Which ministry is told of which changes. Its address and secret are the webhook endpoint whose tenant is the subscription.
CREATE TABLE subscription (
  subscription_id uuid PRIMARY KEY,
  ministry_id text NOT NULL CHECK (ministry_id <> ''),
  change_type text NOT NULL CHECK (change_type IN ('address')),
  name_en text NOT NULL,
  name_fr text NOT NULL,
  purpose_en text NOT NULL,
  purpose_fr text NOT NULL,
  url text NOT NULL,
  return_origins text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now()
);
