CREATE TABLE imports (
    id             uuid        NOT NULL,
    account_id     bigint      NOT NULL,
    site_id        bigint      NOT NULL,
    integration_id bigint      NOT NULL,
    kind           text        NOT NULL,
    state          text        NOT NULL DEFAULT 'running',
    post_types     jsonb       NOT NULL,
    read_id        uuid,
    created        bigint      NOT NULL DEFAULT 0,
    updated        bigint      NOT NULL DEFAULT 0,
    unchanged      bigint      NOT NULL DEFAULT 0,
    skipped        bigint      NOT NULL DEFAULT 0,
    problems       jsonb       NOT NULL DEFAULT '[]',
    error          jsonb,
    user_id        bigint,
    started_at     timestamptz NOT NULL,
    changed_at     timestamptz NOT NULL,
    finished_at    timestamptz,
    CONSTRAINT imports_pkey PRIMARY KEY (id),
    CONSTRAINT imports_kind_known CHECK (kind IN ('import', 'changes')),
    CONSTRAINT imports_state_known CHECK (state IN ('running', 'done', 'failed', 'cancelled')),
    CONSTRAINT imports_finished CHECK ((state = 'running') = (finished_at IS NULL)),
    CONSTRAINT imports_reading CHECK ((state = 'running') = (read_id IS NOT NULL))
);
CREATE UNIQUE INDEX imports_running ON imports (integration_id) WHERE state = 'running';
CREATE UNIQUE INDEX imports_read_id ON imports (read_id) WHERE read_id IS NOT NULL;
CREATE INDEX imports_by_integration ON imports (account_id, integration_id, id);
COMMENT ON TABLE imports IS 'Runs through a site''s posts: all of them, or what changed since the last run.';
COMMENT ON COLUMN imports.kind IS 'import: all posts; changes: those modified since the last run.';
COMMENT ON COLUMN imports.post_types IS '[{post_type, cursor, read, total, done}], in the order they are read.';
COMMENT ON COLUMN imports.read_id IS 'The page that is being read; an answer to another one is old news.';
COMMENT ON COLUMN imports.created IS 'Posts that became content.';
COMMENT ON COLUMN imports.updated IS 'Content that took over what somebody wrote on the site.';
COMMENT ON COLUMN imports.skipped IS 'Posts that could not become content; the first of them are in problems.';
COMMENT ON COLUMN imports.problems IS '[{post_id, title, detail}]';
COMMENT ON COLUMN imports.error IS 'Why it failed: {cause, detail, evidence, next_step}.';
COMMENT ON COLUMN imports.user_id IS 'Who ordered it; null: the platform.';

CREATE TABLE import_cursors (
    integration_id bigint      NOT NULL,
    account_id     bigint      NOT NULL,
    post_type      text        NOT NULL,
    cursor         text        NOT NULL,
    changed_at     timestamptz NOT NULL,
    CONSTRAINT import_cursors_pkey PRIMARY KEY (integration_id, post_type)
);
COMMENT ON TABLE import_cursors IS 'Up to where a site''s posts were read, by the time of their last change.';
COMMENT ON COLUMN import_cursors.cursor IS 'As the site gave it, or a time.';

CREATE TABLE post_bases (
    content_id   bigint NOT NULL,
    account_id   bigint NOT NULL,
    title        text   NOT NULL,
    content_html text   NOT NULL,
    excerpt      text   NOT NULL,
    CONSTRAINT post_bases_pkey PRIMARY KEY (content_id),
    CONSTRAINT post_bases_content FOREIGN KEY (account_id, content_id) REFERENCES content (account_id, id) ON DELETE CASCADE
);
CREATE INDEX post_bases_by_content ON post_bases (account_id, content_id);
COMMENT ON TABLE post_bases IS 'The text both sides had last, of posts whose site does not keep it for us.';

ALTER TABLE integrations ADD COLUMN looked_at timestamptz;
CREATE INDEX integrations_to_pull ON integrations (looked_at NULLS FIRST) WHERE state = 'connected' AND is_active AND sync_enabled;
COMMENT ON COLUMN integrations.looked_at IS 'When its posts were read the last time, or a run began.';

ALTER TABLE publications ADD COLUMN is_foreign boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN publications.is_foreign IS 'The post was made on the site, which does not know yet that it is this content''s.';
