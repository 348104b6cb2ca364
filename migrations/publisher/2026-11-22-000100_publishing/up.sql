CREATE TABLE sites (
    site_id          bigint      NOT NULL,
    account_id       bigint      NOT NULL,
    integration_id   bigint      NOT NULL,
    version          bigint      NOT NULL,
    state            text        NOT NULL,
    site_url         text        NOT NULL,
    rest_url         text        NOT NULL,
    signed           boolean     NOT NULL,
    sealed_key       bytea,
    plugin_version   text        NOT NULL,
    concurrency      integer,
    circuit          text        NOT NULL DEFAULT 'closed',
    circuit_failures integer     NOT NULL DEFAULT 0,
    circuit_until    timestamptz,
    circuit_pause_ms bigint,
    circuit_cause    text,
    changed_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT sites_pkey PRIMARY KEY (site_id),
    CONSTRAINT sites_state CHECK (state IN ('pending', 'connected', 'suspended', 'deleted')),
    CONSTRAINT sites_circuit CHECK (circuit IN ('closed', 'open', 'half_open')),
    CONSTRAINT sites_circuit_until CHECK (circuit = 'closed' OR (circuit_until IS NOT NULL AND circuit_pause_ms IS NOT NULL)),
    CONSTRAINT sites_concurrency CHECK (concurrency > 0)
);
CREATE INDEX sites_account_id ON sites (account_id);
CREATE INDEX sites_circuit_not_closed ON sites (site_id) WHERE circuit <> 'closed';
COMMENT ON TABLE sites IS 'How to reach each site, as integration-api last said it, and whether it is up, as seen from here.';
COMMENT ON COLUMN sites.version IS 'Of the last credential event applied; a lower one changes nothing.';
COMMENT ON COLUMN sites.rest_url IS 'Where the REST API answers: ".../wp-json/" or ".../?rest_route=/".';
COMMENT ON COLUMN sites.signed IS 'The plugin checks our signature; else the key is sent to it.';
COMMENT ON COLUMN sites.sealed_key IS 'Only for unsigned sites: the key, sealed for "site.outbound_key|<site_id>".';
COMMENT ON COLUMN sites.concurrency IS 'Jobs that may run on this site at a time; unset: the setting says.';
COMMENT ON COLUMN sites.circuit_failures IS 'Failures in a row that were the site''s, not one article''s.';
COMMENT ON COLUMN sites.circuit_until IS 'Open: no call before. Half open: when the probe that is out counts as lost.';
COMMENT ON COLUMN sites.circuit_cause IS 'What the failure that opened it was.';

CREATE TABLE jobs (
    id             uuid        NOT NULL,
    operation_id   uuid        NOT NULL,
    kind           text        NOT NULL,
    account_id     bigint      NOT NULL,
    site_id        bigint      NOT NULL,
    content_id     bigint      NOT NULL,
    payload        bytea       NOT NULL,
    state          text        NOT NULL DEFAULT 'queued',
    run_at         timestamptz NOT NULL,
    attempts       integer     NOT NULL DEFAULT 0,
    sequence       bigint      NOT NULL DEFAULT 0,
    fence          bigint      NOT NULL DEFAULT 0,
    lease_owner    uuid,
    started_at     timestamptz,
    doubt_since    timestamptz,
    doubt_looks    integer     NOT NULL DEFAULT 0,
    failure        jsonb,
    created_at     timestamptz NOT NULL,
    finished_at    timestamptz,
    traceparent    text,
    tracestate     text,
    CONSTRAINT jobs_pkey PRIMARY KEY (id),
    CONSTRAINT jobs_operation_id_key UNIQUE (operation_id),
    CONSTRAINT jobs_kind CHECK (kind IN ('publish', 'probe')),
    CONSTRAINT jobs_state CHECK (state IN ('queued', 'running', 'retrying', 'unconfirmed', 'waiting', 'done', 'failed')),
    CONSTRAINT jobs_finished CHECK ((state IN ('done', 'failed')) = (finished_at IS NOT NULL))
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
CREATE INDEX jobs_due ON jobs (site_id, run_at) WHERE finished_at IS NULL AND kind = 'publish';
CREATE INDEX jobs_running ON jobs (site_id) WHERE state = 'running';
CREATE INDEX jobs_probes_due ON jobs (run_at) WHERE finished_at IS NULL AND kind = 'probe';
CREATE INDEX jobs_finished_at ON jobs (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX jobs_account_id ON jobs (account_id, id);
CREATE INDEX jobs_content_id ON jobs (content_id);
COMMENT ON TABLE jobs IS 'One command to a site each: an article to publish, or a probe.';
COMMENT ON COLUMN jobs.operation_id IS 'Names the effect on the site; for a probe, the probe''s id.';
COMMENT ON COLUMN jobs.content_id IS '0 for a probe.';
COMMENT ON COLUMN jobs.payload IS 'The command as it came, protobuf; empty once the job is over.';
COMMENT ON COLUMN jobs.run_at IS 'When to look at it next; while it runs, the end of its lease.';
COMMENT ON COLUMN jobs.attempts IS 'Real tries begun.';
COMMENT ON COLUMN jobs.sequence IS 'Of the last report sent.';
COMMENT ON COLUMN jobs.fence IS 'Rises with each claim; a runner whose fence is old changes nothing.';
COMMENT ON COLUMN jobs.doubt_since IS 'Since when the site may have the post, until its receipt says.';
COMMENT ON COLUMN jobs.doubt_looks IS 'Looks at the receipt in vain.';
COMMENT ON COLUMN jobs.failure IS 'Why the last try did not succeed.';

CREATE TABLE attempts (
    id          bigint      GENERATED ALWAYS AS IDENTITY,
    job_id      uuid        NOT NULL,
    account_id  bigint      NOT NULL,
    number      integer     NOT NULL,
    kind        text        NOT NULL,
    started_at  timestamptz NOT NULL,
    duration_ms integer     NOT NULL,
    http_status integer,
    outcome     text        NOT NULL,
    cause       text,
    evidence    text        NOT NULL,
    request_id  text        NOT NULL,
    CONSTRAINT attempts_pkey PRIMARY KEY (id),
    CONSTRAINT attempts_job_id_fkey FOREIGN KEY (job_id) REFERENCES jobs (id) ON DELETE CASCADE,
    CONSTRAINT attempts_kind CHECK (kind IN ('publish', 'receipt', 'media', 'probe'))
);
CREATE INDEX attempts_job_id ON attempts (job_id);
COMMENT ON TABLE attempts IS 'Every call to a site.';
COMMENT ON COLUMN attempts.number IS 'The try it belongs to; the first is 1.';
COMMENT ON COLUMN attempts.evidence IS 'The first bytes of the answer, or the transport''s error.';
COMMENT ON COLUMN attempts.request_id IS 'The webhook-id the request carried.';
