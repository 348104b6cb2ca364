CREATE TABLE structures (
    integration_id            bigint      NOT NULL PRIMARY KEY,
    account_id                bigint      NOT NULL,
    digest                    bytea,
    told_at                   timestamptz,
    fetched_at                timestamptz,
    capabilities              jsonb       NOT NULL DEFAULT '{}',
    authors                   jsonb       NOT NULL DEFAULT '[]',
    plugin_connection_enabled boolean,
    two_way_sync_enabled      boolean,
    CONSTRAINT structures_integration FOREIGN KEY (account_id, integration_id) REFERENCES integrations (account_id, id)
);
CREATE INDEX structures_by_integration ON structures (account_id, integration_id);
COMMENT ON TABLE structures IS 'What a site says of itself as a whole. Who takes in a structure locks this row first.';
COMMENT ON COLUMN structures.digest IS 'SHA-256 of what was told last, without what changes by itself; null: nothing was told yet.';
COMMENT ON COLUMN structures.told_at IS 'When the site wrote it, by its own clock, but never in the future: an older one that comes later changes nothing.';
COMMENT ON COLUMN structures.fetched_at IS 'When the last one came here.';
COMMENT ON COLUMN structures.capabilities IS '{seo_plugin, builder, block_editor, …} as the site says it.';
COMMENT ON COLUMN structures.authors IS '[{id, login, name}]';
COMMENT ON COLUMN structures.plugin_connection_enabled IS 'A switch in the plugin; null: it did not say.';
COMMENT ON COLUMN structures.two_way_sync_enabled IS 'A switch in the plugin; null: it did not say.';

CREATE TABLE content_types (
    account_id     bigint  NOT NULL,
    integration_id bigint  NOT NULL,
    kind           text    NOT NULL,
    slug           text    NOT NULL,
    label          text    NOT NULL,
    count          bigint  NOT NULL,
    hierarchical   boolean NOT NULL,
    supports       jsonb   NOT NULL,
    related        jsonb   NOT NULL,
    truncated      boolean NOT NULL,
    vanished_at    timestamptz,
    CONSTRAINT content_types_pkey PRIMARY KEY (integration_id, kind, slug),
    CONSTRAINT content_types_integration FOREIGN KEY (account_id, integration_id) REFERENCES integrations (account_id, id),
    CONSTRAINT content_types_kind_known CHECK (kind IN ('post_type', 'taxonomy'))
);
CREATE INDEX content_types_by_integration ON content_types (account_id, integration_id);
COMMENT ON TABLE content_types IS 'Facts: what the site has. What people choose of it is in content_type_choices.';
COMMENT ON COLUMN content_types.count IS 'Posts or terms of it on the site, as the site counts.';
COMMENT ON COLUMN content_types.supports IS 'Of a post type: ["title", "editor", …].';
COMMENT ON COLUMN content_types.related IS 'The taxonomies of a post type, or the post types of a taxonomy.';
COMMENT ON COLUMN content_types.truncated IS 'The site has more terms of it than it told.';
COMMENT ON COLUMN content_types.vanished_at IS 'Since when the site does not have it any more; the newest 200 of these are kept, with what was chosen.';

CREATE TABLE content_type_choices (
    account_id     bigint  NOT NULL,
    integration_id bigint  NOT NULL,
    kind           text    NOT NULL,
    slug           text    NOT NULL,
    enabled        boolean NOT NULL,
    fetch_limit    integer NOT NULL,
    CONSTRAINT content_type_choices_pkey PRIMARY KEY (integration_id, kind, slug),
    CONSTRAINT content_type_choices_type FOREIGN KEY (integration_id, kind, slug) REFERENCES content_types ON DELETE CASCADE,
    CONSTRAINT content_type_choices_limit CHECK (fetch_limit BETWEEN 1 AND 10000)
);
COMMENT ON TABLE content_type_choices IS 'What people chose. A push of the site makes the rows with their defaults and never changes one.';
COMMENT ON COLUMN content_type_choices.enabled IS 'Whether it is synchronised.';
COMMENT ON COLUMN content_type_choices.fetch_limit IS 'How many of it are read at most.';

CREATE TABLE site_terms (
    account_id     bigint NOT NULL,
    integration_id bigint NOT NULL,
    taxonomy       text   NOT NULL,
    wordpress_id   bigint NOT NULL,
    parent         bigint NOT NULL,
    name           text   NOT NULL,
    slug           text   NOT NULL,
    path           text,
    name_key       text   NOT NULL,
    path_key       text,
    count          bigint NOT NULL,
    vanished_at    timestamptz,
    CONSTRAINT site_terms_pkey PRIMARY KEY (integration_id, taxonomy, wordpress_id),
    CONSTRAINT site_terms_integration FOREIGN KEY (account_id, integration_id) REFERENCES integrations (account_id, id)
);
CREATE INDEX site_terms_by_integration ON site_terms (account_id, integration_id);
CREATE INDEX site_terms_by_name ON site_terms (integration_id, name_key);
CREATE INDEX site_terms_by_path ON site_terms (integration_id, path_key);
COMMENT ON TABLE site_terms IS 'Categories, tags and other terms that a site has.';
COMMENT ON COLUMN site_terms.parent IS 'The term above, by its id on the site; 0: none.';
COMMENT ON COLUMN site_terms.path IS 'Such as Guides > Beginners; null: a term above is not known.';
COMMENT ON COLUMN site_terms.name_key IS 'The name as content may write it: lower case, plain signs.';
COMMENT ON COLUMN site_terms.path_key IS 'The path likewise.';
COMMENT ON COLUMN site_terms.vanished_at IS 'Since when the site does not have it any more; kept only where content or settings still name it.';
