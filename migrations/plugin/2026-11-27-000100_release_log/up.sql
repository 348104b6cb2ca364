-- No entry was made before there was what it takes to sign one.
ALTER TABLE plugin_release_log
    ADD COLUMN previous  text        NOT NULL,
    ADD COLUMN sha256    text        NOT NULL,
    ADD COLUMN size      bigint      NOT NULL,
    ADD COLUMN at        timestamptz NOT NULL,
    ADD COLUMN key_id    text        NOT NULL,
    ADD COLUMN signature text        NOT NULL,
    ADD CONSTRAINT plugin_release_log_plugin_id_previous_key UNIQUE (plugin_id, previous),
    ADD CONSTRAINT plugin_release_log_index CHECK (index >= 0);
COMMENT ON COLUMN plugin_release_log.previous IS 'The hash of the entry before, 64 zeros for the first: no entry has two successors.';
COMMENT ON COLUMN plugin_release_log.sha256 IS 'Of the package, as is the size in bytes.';
COMMENT ON COLUMN plugin_release_log.at IS 'Whole seconds, as it was signed.';

CREATE FUNCTION plugin_release_log_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'plugin_release_log only grows: sites remember what they have seen of it'
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER plugin_release_log_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON plugin_release_log
    FOR EACH STATEMENT EXECUTE FUNCTION plugin_release_log_only_grows();
