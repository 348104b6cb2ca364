-- Each channel has its own latest version; a version can be taken back, and stops by itself where too many sites undo it.
ALTER TABLE plugin_versions
    ADD COLUMN channel text NOT NULL GENERATED ALWAYS AS (CASE status WHEN 'beta' THEN 'beta' ELSE 'stable' END) STORED,
    ADD COLUMN trusted_keys        jsonb       NOT NULL DEFAULT '[]',
    ADD COLUMN paused_reason       text        NOT NULL DEFAULT '',
    ADD COLUMN halted_at           timestamptz,
    ADD COLUMN failures_count_from timestamptz,
    DROP CONSTRAINT plugin_versions_status,
    DROP CONSTRAINT plugin_versions_latest_is_released,
    ADD CONSTRAINT plugin_versions_status CHECK (status IN ('development', 'beta', 'released', 'deprecated', 'withdrawn')),
    ADD CONSTRAINT plugin_versions_latest_is_offered CHECK (NOT is_latest OR status IN ('beta', 'released')),
    ADD CONSTRAINT plugin_versions_halted_is_paused CHECK (halted_at IS NULL OR paused);
DROP INDEX plugin_versions_one_latest;
CREATE UNIQUE INDEX plugin_versions_one_latest_per_channel ON plugin_versions (plugin_id, channel) WHERE is_latest;
COMMENT ON COLUMN plugin_versions.channel IS 'Who is offered it: beta only those that ask for early versions.';
COMMENT ON COLUMN plugin_versions.is_latest IS 'The highest version that its channel offers; at most one per plugin and channel.';
COMMENT ON COLUMN plugin_versions.trusted_keys IS 'The ids of the keys in its package: what sites that run it let its successors be signed with.';
COMMENT ON COLUMN plugin_versions.paused_reason IS 'In an operator''s words, or the halt''s.';
COMMENT ON COLUMN plugin_versions.halted_at IS 'When it was paused because too many sites undid it.';
COMMENT ON COLUMN plugin_versions.failures_count_from IS 'Updates undone before do not count towards a halt; null: all count.';

-- Which more keys an older package carries only the package knows.
UPDATE plugin_versions SET trusted_keys = jsonb_build_array(key_id) WHERE key_id IS NOT NULL;
UPDATE plugin_versions SET is_latest = true WHERE id IN (
    SELECT DISTINCT ON (plugin_id) id FROM plugin_versions
    WHERE status = 'beta' ORDER BY plugin_id, released_at DESC, id DESC
);

ALTER TABLE plugin_installations ADD COLUMN failed_at timestamptz;
UPDATE plugin_installations SET failed_at = last_seen WHERE failed_version IS NOT NULL;
CREATE INDEX plugin_installations_failed_version ON plugin_installations (plugin_id, failed_version)
    WHERE failed_version IS NOT NULL;
CREATE INDEX plugin_installations_version ON plugin_installations (plugin_id, version);
COMMENT ON COLUMN plugin_installations.failed_at IS 'When the site said so.';
