ALTER TABLE sites ADD COLUMN username text NOT NULL DEFAULT '', ADD COLUMN sealed_password bytea;
COMMENT ON COLUMN sites.username IS 'Whose application password it is.';
COMMENT ON COLUMN sites.sealed_password IS 'Only for sites without the plugin: the application password, sealed for "site.application_password|<site_id>".';

ALTER TABLE jobs ADD COLUMN post text;
CREATE INDEX jobs_posts ON jobs (content_id, created_at) WHERE post IS NOT NULL;
COMMENT ON COLUMN jobs.post IS 'On a site that keeps no receipts: the post that was made for it, noted before anything is written into that.';

ALTER TABLE attempts DROP CONSTRAINT attempts_kind;
ALTER TABLE attempts ADD CONSTRAINT attempts_kind CHECK (kind IN
    ('publish', 'update', 'unpublish', 'trash', 'restore', 'delete', 'mend', 'read', 'reserve', 'receipt', 'media', 'probe'));
