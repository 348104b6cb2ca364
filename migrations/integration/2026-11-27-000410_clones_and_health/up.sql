ALTER TABLE integrations
    ADD COLUMN clone_suspected_at timestamptz,
    ADD COLUMN clone_site_url     text;
COMMENT ON COLUMN integrations.clone_suspected_at IS 'When the site''s key came from another address; null: it did not since the last pairing.';
COMMENT ON COLUMN integrations.clone_site_url IS 'That address.';

CREATE INDEX sync_events_by_time ON sync_events (site_id, created_at);
