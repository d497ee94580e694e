-- The call that made the event, when its trace is recorded: for ourselves, never for subscribers.
ALTER TABLE event ADD COLUMN traceparent text;
