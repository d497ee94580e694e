-- Events are never changed, and kept for a week at least: what is older is forgotten with its deliveries.
DROP TRIGGER event_is_append_only ON event;
CREATE TRIGGER event_is_append_only BEFORE UPDATE OR TRUNCATE ON event
  FOR EACH STATEMENT EXECUTE FUNCTION event_is_append_only();
CREATE TRIGGER event_is_kept BEFORE DELETE ON event
  FOR EACH ROW WHEN (OLD.created_at > now() - interval '7 days') EXECUTE FUNCTION event_is_append_only();
