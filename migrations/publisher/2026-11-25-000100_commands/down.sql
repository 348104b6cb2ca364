DELETE FROM jobs WHERE kind NOT IN ('publish', 'probe') OR state = 'cancelled';
DELETE FROM attempts WHERE kind NOT IN ('publish', 'receipt', 'media', 'probe');
DROP INDEX jobs_mends_open;
DROP INDEX jobs_due;
CREATE INDEX jobs_due ON jobs (site_id, run_at) WHERE finished_at IS NULL AND kind = 'publish';
ALTER TABLE attempts DROP CONSTRAINT attempts_kind;
ALTER TABLE attempts ADD CONSTRAINT attempts_kind CHECK (kind IN ('publish', 'receipt', 'media', 'probe'));
ALTER TABLE jobs DROP CONSTRAINT jobs_kind, DROP CONSTRAINT jobs_state, DROP CONSTRAINT jobs_finished, DROP CONSTRAINT jobs_mends;
ALTER TABLE jobs
    ADD CONSTRAINT jobs_kind CHECK (kind IN ('publish', 'probe')),
    ADD CONSTRAINT jobs_state CHECK (state IN ('queued', 'running', 'retrying', 'unconfirmed', 'waiting', 'done', 'failed')),
    ADD CONSTRAINT jobs_finished CHECK ((state IN ('done', 'failed')) = (finished_at IS NOT NULL)),
    DROP COLUMN mends, DROP COLUMN parts;
COMMENT ON TABLE jobs IS 'One command to a site each: an article to publish, or a probe.';
