DROP INDEX plugin_installations_version;
DROP INDEX plugin_installations_failed_version;
ALTER TABLE plugin_installations DROP COLUMN failed_at;
DROP INDEX plugin_versions_one_latest_per_channel;
UPDATE plugin_versions SET is_latest = false WHERE status <> 'released';
-- What was taken back must not be given out again.
UPDATE plugin_versions SET status = 'development' WHERE status = 'withdrawn';
ALTER TABLE plugin_versions
    DROP CONSTRAINT plugin_versions_halted_is_paused,
    DROP CONSTRAINT plugin_versions_latest_is_offered,
    DROP CONSTRAINT plugin_versions_status,
    ADD CONSTRAINT plugin_versions_status CHECK (status IN ('development', 'beta', 'released', 'deprecated')),
    ADD CONSTRAINT plugin_versions_latest_is_released CHECK (NOT is_latest OR status = 'released'),
    DROP COLUMN failures_count_from, DROP COLUMN halted_at, DROP COLUMN paused_reason, DROP COLUMN trusted_keys, DROP COLUMN channel;
CREATE UNIQUE INDEX plugin_versions_one_latest ON plugin_versions (plugin_id) WHERE is_latest;
COMMENT ON COLUMN plugin_versions.is_latest IS 'The stable version that sites are offered; at most one per plugin.';
