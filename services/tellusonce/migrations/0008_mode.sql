-- People of the sandbox are told of to sandbox subscriptions, live ones to live ones. So far all were live.
ALTER TABLE subscription ADD COLUMN mode text NOT NULL DEFAULT 'live' CHECK (mode IN ('live', 'sandbox'));
CREATE INDEX subscription_by_owner ON subscription (ministry_id, mode);
