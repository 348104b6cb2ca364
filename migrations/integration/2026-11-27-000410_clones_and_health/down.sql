DROP INDEX sync_events_by_time;
ALTER TABLE integrations DROP COLUMN clone_suspected_at, DROP COLUMN clone_site_url;
