-- no transaction
-- What is forgotten, oldest first.
DROP INDEX CONCURRENTLY IF EXISTS known_device_by_age;
CREATE INDEX CONCURRENTLY known_device_by_age ON known_device (used_at);
