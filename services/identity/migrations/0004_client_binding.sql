-- Clients that want only access tokens that are bound to a key of theirs (RFC 9449 section 5.2, RFC 8705 section 3.4).
ALTER TABLE oauth_client
  ADD COLUMN is_dpop_bound boolean NOT NULL DEFAULT false,
  ADD COLUMN is_certificate_bound boolean NOT NULL DEFAULT false;
