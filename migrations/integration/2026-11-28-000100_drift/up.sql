ALTER TABLE imports DROP CONSTRAINT imports_kind_known;
ALTER TABLE imports ADD CONSTRAINT imports_kind_known CHECK (kind IN ('import', 'changes', 'compare'));
COMMENT ON COLUMN imports.kind IS 'import: all posts; changes: those modified since the last run; compare: checksums of all, and what differs.';
COMMENT ON COLUMN imports.post_types IS '[{post_type, cursor, read, total, done, ranges}], in the order they are read; ranges: those whose checksums differ and that are looked at next.';

CREATE TABLE drift (
    integration_id    bigint      NOT NULL,
    post_id           bigint      NOT NULL,
    account_id        bigint      NOT NULL,
    site_id           bigint      NOT NULL,
    post_type         text        NOT NULL,
    content_id        bigint,
    kind              text        NOT NULL,
    ours              jsonb,
    theirs            jsonb,
    found_at          timestamptz NOT NULL,
    repair_ordered_at timestamptz,
    CONSTRAINT drift_pkey PRIMARY KEY (integration_id, post_id),
    CONSTRAINT drift_kind_known CHECK (kind IN ('differs', 'missing_there', 'missing_here'))
);
COMMENT ON TABLE drift IS 'Where a site and the platform do not say the same of a post, as the last comparison found it.';
COMMENT ON COLUMN drift.content_id IS 'Null: the post is no content.';
COMMENT ON COLUMN drift.ours IS '{status, revision}: what we believe the post to be.';
COMMENT ON COLUMN drift.theirs IS '{status, revision}: what it is.';
COMMENT ON COLUMN drift.repair_ordered_at IS 'When the post was asked for by name, which settles it.';

ALTER TABLE integrations ADD COLUMN compared_at timestamptz;
COMMENT ON COLUMN integrations.compared_at IS 'When the last comparison of its posts began.';

COMMENT ON COLUMN content_type_choices.fetch_limit IS 'How many of it are asked for with one request, at most.';
