COMMENT ON COLUMN content_type_choices.fetch_limit IS 'How many of it are read at most.';
ALTER TABLE integrations DROP COLUMN compared_at;
DROP TABLE drift;
DELETE FROM imports WHERE kind = 'compare';
ALTER TABLE imports DROP CONSTRAINT imports_kind_known;
ALTER TABLE imports ADD CONSTRAINT imports_kind_known CHECK (kind IN ('import', 'changes'));
COMMENT ON COLUMN imports.kind IS 'import: all posts; changes: those modified since the last run.';
COMMENT ON COLUMN imports.post_types IS '[{post_type, cursor, read, total, done}], in the order they are read.';
