CREATE TABLE sync_events (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id       uuid        NOT NULL,
    account_id     bigint      NOT NULL,
    site_id        bigint      NOT NULL,
    integration_id bigint,
    content_id     bigint,
    event_type     text        NOT NULL,
    action         text        NOT NULL,
    direction      text        NOT NULL,
    description    text        NOT NULL,
    success        boolean     NOT NULL,
    external_id    text,
    error_message  text        NOT NULL DEFAULT '',
    details        jsonb       NOT NULL DEFAULT '{}',
    duration_ms    bigint,
    created_at     timestamptz NOT NULL,
    CONSTRAINT sync_events_type_known CHECK (event_type IN ('content', 'publish', 'sync', 'error', 'webhook', 'metadata_sync')),
    CONSTRAINT sync_events_direction_known CHECK (direction IN ('igny8_to_wp', 'wp_to_igny8', 'local'))
);
CREATE INDEX sync_events_by_account ON sync_events (account_id, id);
CREATE INDEX sync_events_by_site ON sync_events (account_id, site_id, id);
CREATE INDEX sync_events_by_content ON sync_events (account_id, content_id, id) WHERE content_id IS NOT NULL;
CREATE INDEX sync_events_failures ON sync_events (account_id, id) WHERE NOT success;
COMMENT ON TABLE sync_events IS 'What happened between us and the sites: written once, never changed. It outlives what it tells of, so it refers without foreign keys.';
COMMENT ON COLUMN sync_events.event_type IS 'content: what people decided here, for the timeline.';
COMMENT ON COLUMN sync_events.id IS 'Given before the commit: a higher one may be visible earlier.';
