DROP TRIGGER plugin_versions_offers_changed ON plugin_versions;
DROP TRIGGER plugins_offers_changed ON plugins;
ALTER TABLE plugin_installations DROP COLUMN failed_version, DROP COLUMN locale, DROP COLUMN country, DROP COLUMN channel;
DROP TABLE plugin_refusals;
DROP INDEX plugin_downloads_downloaded_at;
ALTER TABLE plugin_downloads DROP COLUMN country, DROP COLUMN outcome, DROP COLUMN times;
DROP TABLE plugin_release_log;
DROP FUNCTION plugin_offers_changed();
ALTER TABLE plugin_versions DROP COLUMN signature, DROP COLUMN key_id, DROP COLUMN paused, DROP COLUMN rollout_percent;
