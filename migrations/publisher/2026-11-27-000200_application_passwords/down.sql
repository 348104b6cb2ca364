DELETE FROM attempts WHERE kind = 'reserve';
ALTER TABLE attempts DROP CONSTRAINT attempts_kind;
ALTER TABLE attempts ADD CONSTRAINT attempts_kind
    CHECK (kind IN ('publish', 'update', 'unpublish', 'trash', 'restore', 'delete', 'mend', 'read', 'receipt', 'media', 'probe'));
DROP INDEX jobs_posts;
ALTER TABLE jobs DROP COLUMN post;
ALTER TABLE sites DROP COLUMN username, DROP COLUMN sealed_password;
