ALTER TABLE publications
    ADD COLUMN command      text,
    ADD COLUMN state_before text,
    ADD COLUMN follow_up    text,
    ADD CONSTRAINT publications_command_known CHECK (command IN ('publish', 'update', 'unpublish', 'trash', 'restore', 'delete')),
    ADD CONSTRAINT publications_follow_up_known CHECK (follow_up IN ('update', 'unpublish', 'trash', 'restore', 'delete')),
    ADD CONSTRAINT publications_state_before_known CHECK (state_before IN ('none', 'live', 'live_with_warnings', 'failed', 'unpublished'));
COMMENT ON COLUMN publications.command IS 'What the operation is; of an older row, publish.';
COMMENT ON COLUMN publications.state_before IS 'Where the state goes back to if the command is cancelled, or fails and there is a post.';
COMMENT ON COLUMN publications.follow_up IS 'The command to be sent when the one under way is over.';

ALTER TABLE content
    ADD COLUMN sticky   boolean NOT NULL DEFAULT false,
    ADD COLUMN parent   bigint,
    ADD COLUMN template text    NOT NULL DEFAULT '';
COMMENT ON COLUMN content.parent IS 'The post above this one, by its id on the site.';
COMMENT ON COLUMN content.template IS 'Of the site''s theme; empty: the theme''s default.';

CREATE TABLE conflicts (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id         bigint      NOT NULL,
    content_id         bigint      NOT NULL,
    operation_id       uuid        NOT NULL,
    base               jsonb,
    theirs             jsonb       NOT NULL,
    their_revision     text        NOT NULL,
    theirs_modified_at timestamptz,
    found_at           timestamptz NOT NULL,
    resolution         text,
    resolved_at        timestamptz,
    resolved_by        bigint,
    CONSTRAINT conflicts_content FOREIGN KEY (account_id, content_id) REFERENCES content (account_id, id) ON DELETE CASCADE,
    CONSTRAINT conflicts_resolution_known CHECK (resolution IN ('keep_ours', 'keep_theirs', 'merged', 'superseded')),
    CONSTRAINT conflicts_resolved CHECK ((resolution IS NULL) = (resolved_at IS NULL))
);
CREATE UNIQUE INDEX conflicts_one_open ON conflicts (content_id) WHERE resolution IS NULL;
CREATE INDEX conflicts_by_content ON conflicts (account_id, content_id, id);
COMMENT ON TABLE conflicts IS 'Edits on both sides since the last sync. Ours is the content itself.';
COMMENT ON COLUMN conflicts.operation_id IS 'The update that was not made.';
COMMENT ON COLUMN conflicts.base IS '{title, content_html, excerpt} as our last command left it; null: the site does not know any more.';
COMMENT ON COLUMN conflicts.theirs IS '{title, content_html, excerpt} as it stands on the site.';
COMMENT ON COLUMN conflicts.their_revision IS 'The site''s hash of theirs: what a resolution is written for.';
COMMENT ON COLUMN conflicts.resolution IS 'superseded: a newer conflict took its place.';
