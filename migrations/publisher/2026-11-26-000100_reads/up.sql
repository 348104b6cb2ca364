ALTER TABLE jobs DROP CONSTRAINT jobs_kind;
ALTER TABLE jobs ADD CONSTRAINT jobs_kind
    CHECK (kind IN ('publish', 'update', 'unpublish', 'trash', 'restore', 'delete', 'mend', 'read', 'probe'));
ALTER TABLE attempts DROP CONSTRAINT attempts_kind;
ALTER TABLE attempts ADD CONSTRAINT attempts_kind
    CHECK (kind IN ('publish', 'update', 'unpublish', 'trash', 'restore', 'delete', 'mend', 'read', 'receipt', 'media', 'probe'));
COMMENT ON TABLE jobs IS 'One command to a site each, parts of a post to be tried again, posts to be read, or a probe.';
COMMENT ON COLUMN jobs.content_id IS '0 for a probe and for what is read.';
