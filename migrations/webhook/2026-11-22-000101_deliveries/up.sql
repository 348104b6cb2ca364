CREATE TABLE deliveries (
    id          uuid        NOT NULL,
    arrival     bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    account_id  bigint      NOT NULL,
    site_id     bigint      NOT NULL,
    webhook_id  text,
    type        text        NOT NULL,
    seq         bigint,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    signed      boolean     NOT NULL,
    body        jsonb       NOT NULL,
    state       text        NOT NULL DEFAULT 'accepted',
    detail      text        NOT NULL DEFAULT '',
    applied_at  timestamptz,
    CONSTRAINT deliveries_pkey PRIMARY KEY (id),
    CONSTRAINT deliveries_once UNIQUE (site_id, webhook_id),
    CONSTRAINT deliveries_state CHECK (
        state IN ('accepted', 'applied', 'echo', 'stale', 'unknown_content', 'unknown_status', 'refused')
    )
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02);
COMMENT ON TABLE deliveries IS 'What WordPress told us: one row per event, written before the answer.';
COMMENT ON COLUMN deliveries.id IS 'UUIDv7 of the arrival, so the key is also the order of age.';
COMMENT ON COLUMN deliveries.arrival IS 'Order of arrival.';
COMMENT ON COLUMN deliveries.webhook_id IS 'The event''s id at its site; null: an older plugin gave none, and every arrival counts.';
COMMENT ON COLUMN deliveries.seq IS 'The site''s own counter, if its plugin has one.';
COMMENT ON COLUMN deliveries.signed IS 'Proven by the site''s signature, not by its key alone.';
COMMENT ON COLUMN deliveries.body IS 'As it came, unknown fields included.';
COMMENT ON COLUMN deliveries.state IS 'What became of it; accepted until integration-api has said more.';
