-- When identity was told that the ministry has read the address, so that the person sees it among all readings.
ALTER TABLE delivery ADD COLUMN reading_reported_at timestamptz;
CREATE INDEX delivery_reading_to_report ON delivery (first_read_at)
  WHERE first_read_at IS NOT NULL AND reading_reported_at IS NULL;
