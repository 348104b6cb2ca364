ALTER TABLE conflicts ADD COLUMN ours jsonb;
COMMENT ON COLUMN conflicts.ours IS '{title, content_html, excerpt} as we had it when this was settled; null: it is open or superseded.';
COMMENT ON COLUMN conflicts.resolved_by IS 'Null: the platform, by the site''s policy.';

ALTER TABLE content ADD COLUMN edited_at timestamptz;
COMMENT ON COLUMN content.edited_at IS 'When its text was written last; null: it was not noted, and updated_at comes closest.';
