-- What a version needs to be offered step by step, and proven.
ALTER TABLE plugin_versions
    ADD COLUMN rollout_percent smallint NOT NULL DEFAULT 100,
    ADD COLUMN paused          boolean  NOT NULL DEFAULT false,
    ADD COLUMN key_id          text,
    ADD COLUMN signature       text,
    ADD CONSTRAINT plugin_versions_rollout_percent CHECK (rollout_percent BETWEEN 0 AND 100);
COMMENT ON COLUMN plugin_versions.rollout_percent IS 'Of all sites; the same ones first, and no one loses it as it grows.';
COMMENT ON COLUMN plugin_versions.paused IS 'Offered to nobody for now.';
COMMENT ON COLUMN plugin_versions.key_id IS 'Which key the signature is under; null: not signed.';

CREATE TABLE plugin_release_log (
    plugin_id bigint NOT NULL,
    index     bigint NOT NULL,
    action    text   NOT NULL,
    version   text   NOT NULL,
    CONSTRAINT plugin_release_log_pkey PRIMARY KEY (plugin_id, index),
    CONSTRAINT plugin_release_log_plugin_id_fkey FOREIGN KEY (plugin_id) REFERENCES plugins (id),
    CONSTRAINT plugin_release_log_action CHECK (action IN ('beta', 'release', 'withdraw'))
);
COMMENT ON TABLE plugin_release_log IS 'What was released and withdrawn, in order; it only grows.';

ALTER TABLE plugin_downloads
    ADD COLUMN times   bigint NOT NULL DEFAULT 1,
    ADD COLUMN outcome text   NOT NULL DEFAULT 'complete',
    ADD COLUMN country text   NOT NULL DEFAULT '',
    ADD CONSTRAINT plugin_downloads_outcome CHECK (outcome IN ('complete', 'broken_off'));
CREATE INDEX plugin_downloads_downloaded_at ON plugin_downloads (downloaded_at);
COMMENT ON COLUMN plugin_downloads.times IS 'Downloads that were alike within a second or so are one row.';
COMMENT ON COLUMN plugin_downloads.country IS 'Two letters; empty where it is not known.';

CREATE TABLE plugin_refusals (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    plugin_id         bigint      NOT NULL,
    plugin_version_id bigint,
    account_id        bigint,
    site_id           bigint,
    code              text        NOT NULL,
    ip_address        text        NOT NULL,
    country           text        NOT NULL DEFAULT '',
    times             bigint      NOT NULL DEFAULT 1,
    refused_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT plugin_refusals_plugin_id_fkey FOREIGN KEY (plugin_id) REFERENCES plugins (id),
    CONSTRAINT plugin_refusals_plugin_version_id_fkey FOREIGN KEY (plugin_version_id) REFERENCES plugin_versions (id)
);
CREATE INDEX plugin_refusals_plugin_id ON plugin_refusals (plugin_id, refused_at);
CREATE INDEX plugin_refusals_plugin_version_id ON plugin_refusals (plugin_version_id);
COMMENT ON TABLE plugin_refusals IS 'Downloads and grants that were refused; append-only. 0.0.0.0: so many asked that they were not told apart.';
COMMENT ON COLUMN plugin_refusals.code IS 'As the answer said it.';

ALTER TABLE plugin_installations
    ADD COLUMN channel        text NOT NULL DEFAULT 'stable',
    ADD COLUMN country        text NOT NULL DEFAULT '',
    ADD COLUMN locale         text NOT NULL DEFAULT '',
    ADD COLUMN failed_version text;
COMMENT ON COLUMN plugin_installations.failed_version IS 'An update to it was undone here, unless the site runs it by now.';

-- Whoever changes what is offered need not think of saying so.
CREATE FUNCTION plugin_offers_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('plugin_offers', '');
    RETURN NULL;
END
$$;
CREATE TRIGGER plugins_offers_changed AFTER INSERT OR UPDATE OR DELETE ON plugins
    FOR EACH STATEMENT EXECUTE FUNCTION plugin_offers_changed();
CREATE TRIGGER plugin_versions_offers_changed AFTER INSERT OR UPDATE OR DELETE ON plugin_versions
    FOR EACH STATEMENT EXECUTE FUNCTION plugin_offers_changed();
CREATE TRIGGER plugin_release_log_offers_changed AFTER INSERT ON plugin_release_log
    FOR EACH STATEMENT EXECUTE FUNCTION plugin_offers_changed();
