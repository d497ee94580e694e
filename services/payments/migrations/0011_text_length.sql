-- What the API promises is a length in Normalization Form C, of which a character may be sent as up to four code points. NOT
-- VALID: rows from before are shorter, and need not be read.
ALTER TABLE payment
  DROP CONSTRAINT payment_reference_check,
  DROP CONSTRAINT payment_description_check,
  DROP CONSTRAINT payment_return_url_check,
  ADD CONSTRAINT payment_reference_check CHECK (length(reference) BETWEEN 1 AND 4 * 255) NOT VALID,
  ADD CONSTRAINT payment_description_check CHECK (length(description) BETWEEN 1 AND 4 * 255) NOT VALID,
  ADD CONSTRAINT payment_return_url_check CHECK (length(return_url) BETWEEN 1 AND 4 * 2000) NOT VALID;
