DROP TRIGGER plugin_release_log_only_grows ON plugin_release_log;
DROP FUNCTION plugin_release_log_only_grows();
ALTER TABLE plugin_release_log
    DROP CONSTRAINT plugin_release_log_index,
    DROP COLUMN previous, DROP COLUMN sha256, DROP COLUMN size, DROP COLUMN at, DROP COLUMN key_id, DROP COLUMN signature;
