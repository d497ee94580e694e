-- Clients of the sandbox meet people of the sandbox, live ones live people. Whoever is there already is live.
ALTER TABLE person ADD COLUMN mode text NOT NULL DEFAULT 'live' CHECK (mode IN ('live', 'sandbox'));
-- Those who had agreed to a sandbox client stay with it.
ALTER TABLE consent ADD COLUMN is_across_modes boolean NOT NULL DEFAULT false;
UPDATE consent c SET is_across_modes = true FROM oauth_client o
WHERE o.client_id = c.client_id AND o.mode = 'sandbox' AND c.withdrawn_at IS NULL;
