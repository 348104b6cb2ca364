CREATE TABLE publishing_settings (
    site_id          bigint      NOT NULL PRIMARY KEY,
    account_id       bigint      NOT NULL,
    settings         jsonb       NOT NULL DEFAULT '{}',
    last_released_at timestamptz,
    changed_at       timestamptz NOT NULL,
    CONSTRAINT publishing_settings_site FOREIGN KEY (account_id, site_id) REFERENCES sites (account_id, id),
    CONSTRAINT publishing_settings_is_object CHECK (jsonb_typeof(settings) = 'object')
);
CREATE INDEX publishing_settings_by_site ON publishing_settings (account_id, site_id);
CREATE INDEX publishing_settings_approving ON publishing_settings (site_id) WHERE settings ->> 'auto_approval_enabled' = 'true';
CREATE INDEX publishing_settings_publishing ON publishing_settings (site_id) WHERE settings ->> 'auto_publish_enabled' = 'true';
COMMENT ON TABLE publishing_settings IS 'How and when a site''s content goes out. A site without a row has the defaults. Who gives times to content locks this row first.';
COMMENT ON COLUMN publishing_settings.settings IS 'What was set; what is absent has its default.';
COMMENT ON COLUMN publishing_settings.last_released_at IS 'When the calendar let something go the last time.';

CREATE TABLE calendar_entries (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id     bigint      NOT NULL,
    site_id        bigint      NOT NULL,
    content_id     bigint      NOT NULL,
    at             timestamptz NOT NULL,
    kind           text        NOT NULL,
    asked_at       timestamptz NOT NULL,
    user_id        bigint,
    integration_id bigint,
    hold           text,
    look_again_at  timestamptz,
    released_at    timestamptz,
    CONSTRAINT calendar_entries_content FOREIGN KEY (account_id, content_id) REFERENCES content (account_id, id) ON DELETE CASCADE,
    CONSTRAINT calendar_entries_kind_known CHECK (kind IN ('exact', 'slot', 'now')),
    CONSTRAINT calendar_entries_held_waits CHECK (hold IS NULL OR released_at IS NULL)
);
CREATE UNIQUE INDEX calendar_entries_one_waiting ON calendar_entries (content_id) WHERE released_at IS NULL;
CREATE UNIQUE INDEX calendar_entries_one_per_slot ON calendar_entries (site_id, at) WHERE kind = 'slot';
CREATE INDEX calendar_entries_by_site ON calendar_entries (site_id, at);
CREATE INDEX calendar_entries_by_content ON calendar_entries (account_id, content_id);
CREATE INDEX calendar_entries_due ON calendar_entries (coalesce(look_again_at, at)) WHERE released_at IS NULL;
COMMENT ON TABLE calendar_entries IS 'When content goes out, or went out. Waiting entries change only under the lock of their publication.';
COMMENT ON COLUMN calendar_entries.at IS 'Of what went out: the time it counts for.';
COMMENT ON COLUMN calendar_entries.kind IS 'exact: a person chose the time; slot: the next free one; now: it was published at once.';
COMMENT ON COLUMN calendar_entries.asked_at IS 'From when on a slot was looked for.';
COMMENT ON COLUMN calendar_entries.user_id IS 'Who gave it its time; null: the platform.';
COMMENT ON COLUMN calendar_entries.hold IS 'Why it did not go out although its time has come: a code.';

ALTER TABLE content ADD COLUMN kept_back boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN content.kept_back IS 'A person took it out of the calendar: the platform by itself does not put it in again.';

CREATE INDEX content_waiting ON content (site_id, status, id) WHERE status IN ('review', 'approved');
CREATE INDEX publications_never_sent ON publications (content_id) WHERE state = 'none';
