ALTER TABLE jobs ADD COLUMN mends uuid, ADD COLUMN parts text[];
ALTER TABLE jobs DROP CONSTRAINT jobs_kind, DROP CONSTRAINT jobs_state, DROP CONSTRAINT jobs_finished;
ALTER TABLE jobs
    ADD CONSTRAINT jobs_kind CHECK (kind IN ('publish', 'update', 'unpublish', 'trash', 'restore', 'delete', 'mend', 'probe')),
    ADD CONSTRAINT jobs_state CHECK (state IN ('queued', 'running', 'retrying', 'unconfirmed', 'waiting', 'done', 'failed', 'cancelled')),
    ADD CONSTRAINT jobs_finished CHECK ((state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
    ADD CONSTRAINT jobs_mends CHECK ((kind = 'mend') = (mends IS NOT NULL AND parts IS NOT NULL));
ALTER TABLE attempts DROP CONSTRAINT attempts_kind;
ALTER TABLE attempts ADD CONSTRAINT attempts_kind
    CHECK (kind IN ('publish', 'update', 'unpublish', 'trash', 'restore', 'delete', 'mend', 'receipt', 'media', 'probe'));

DROP INDEX jobs_due;
CREATE INDEX jobs_due ON jobs (site_id, run_at) WHERE finished_at IS NULL AND kind <> 'probe';
CREATE INDEX jobs_mends_open ON jobs (content_id) WHERE finished_at IS NULL AND kind = 'mend';

COMMENT ON TABLE jobs IS 'One command to a site each, parts of a post to be tried again, or a probe.';
COMMENT ON COLUMN jobs.mends IS 'The operation some parts of which failed, and are tried again alone.';
COMMENT ON COLUMN jobs.parts IS 'Those parts: images, terms, seo, fields.';
