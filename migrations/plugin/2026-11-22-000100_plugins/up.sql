CREATE TABLE plugins (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slug        text        NOT NULL,
    name        text        NOT NULL,
    platform    text        NOT NULL DEFAULT 'wordpress',
    description text        NOT NULL DEFAULT '',
    author      text        NOT NULL DEFAULT '',
    author_url  text        NOT NULL DEFAULT '',
    plugin_url  text        NOT NULL DEFAULT '',
    icon_url    text        NOT NULL DEFAULT '',
    banner_url  text        NOT NULL DEFAULT '',
    is_active   boolean     NOT NULL DEFAULT true,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT plugins_slug_key UNIQUE (slug),
    CONSTRAINT plugins_slug_form CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$')
);

CREATE TABLE plugin_versions (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    plugin_id        bigint      NOT NULL,
    version          text        NOT NULL,
    status           text        NOT NULL,
    release_notes    text        NOT NULL DEFAULT '',
    sections         jsonb       NOT NULL DEFAULT '{}',
    file_path        text        NOT NULL,
    file_size        bigint      NOT NULL,
    checksum_md5     text        NOT NULL,
    checksum_sha256  text        NOT NULL,
    requires_version text        NOT NULL,
    tested_version   text        NOT NULL,
    requires_php     text        NOT NULL,
    is_latest        boolean     NOT NULL DEFAULT false,
    released_at      timestamptz,
    created_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT plugin_versions_plugin_id_fkey FOREIGN KEY (plugin_id) REFERENCES plugins (id),
    CONSTRAINT plugin_versions_plugin_id_version_key UNIQUE (plugin_id, version),
    CONSTRAINT plugin_versions_status CHECK (status IN ('development', 'beta', 'released', 'deprecated')),
    CONSTRAINT plugin_versions_latest_is_released CHECK (NOT is_latest OR status = 'released')
);
CREATE UNIQUE INDEX plugin_versions_one_latest ON plugin_versions (plugin_id) WHERE is_latest;
COMMENT ON COLUMN plugin_versions.file_path IS 'Below the artifacts directory.';
COMMENT ON COLUMN plugin_versions.sections IS 'The readme''s sections as HTML: description, installation, faq, changelog.';
COMMENT ON COLUMN plugin_versions.is_latest IS 'The stable version that sites are offered; at most one per plugin.';

CREATE TABLE plugin_installations (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id     bigint      NOT NULL,
    site_id        bigint      NOT NULL,
    plugin_id      bigint      NOT NULL,
    version        text        NOT NULL,
    status         text        NOT NULL,
    wp_version     text        NOT NULL DEFAULT '',
    php_version    text        NOT NULL DEFAULT '',
    metadata       jsonb       NOT NULL DEFAULT '{}',
    installed_at   timestamptz NOT NULL DEFAULT now(),
    last_seen      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT plugin_installations_plugin_id_fkey FOREIGN KEY (plugin_id) REFERENCES plugins (id),
    CONSTRAINT plugin_installations_site_id_plugin_id_key UNIQUE (site_id, plugin_id),
    CONSTRAINT plugin_installations_status CHECK (status IN ('active', 'inactive', 'error'))
);
CREATE INDEX plugin_installations_plugin_id ON plugin_installations (plugin_id);
COMMENT ON COLUMN plugin_installations.version IS 'As the site reports it; it need not be one of ours.';

CREATE TABLE plugin_downloads (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id        bigint,
    site_id           bigint,
    plugin_version_id bigint      NOT NULL,
    ip_address        text        NOT NULL,
    user_agent        text        NOT NULL,
    downloaded_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT plugin_downloads_plugin_version_id_fkey FOREIGN KEY (plugin_version_id) REFERENCES plugin_versions (id)
);
CREATE INDEX plugin_downloads_plugin_version_id ON plugin_downloads (plugin_version_id, downloaded_at);
COMMENT ON TABLE plugin_downloads IS 'Append-only; account and site where the download was authenticated.';
