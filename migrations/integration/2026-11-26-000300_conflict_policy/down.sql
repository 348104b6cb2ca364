ALTER TABLE content DROP COLUMN edited_at;
COMMENT ON COLUMN conflicts.resolved_by IS NULL;
ALTER TABLE conflicts DROP COLUMN ours;
