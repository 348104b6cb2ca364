CREATE TABLE sequences (
    site_id    bigint         NOT NULL,
    account_id bigint         NOT NULL,
    seen       int8multirange NOT NULL,
    CONSTRAINT sequences_pkey PRIMARY KEY (site_id)
) WITH (fillfactor = 70);
COMMENT ON TABLE sequences IS 'Which of its events'' numbers each site has sent, as far as deliveries were looked through.';
COMMENT ON COLUMN sequences.seen IS 'What came, and what was announced as missing: one range while nothing is.';

CREATE TABLE sequences_seen_until (
    singleton  boolean     NOT NULL DEFAULT true,
    seen_until timestamptz NOT NULL,
    CONSTRAINT sequences_seen_until_pkey PRIMARY KEY (singleton),
    CONSTRAINT sequences_seen_until_one CHECK (singleton)
);
INSERT INTO sequences_seen_until (seen_until) VALUES (now());
COMMENT ON TABLE sequences_seen_until IS 'One row: how far deliveries were looked through for their numbers.';
COMMENT ON COLUMN sequences_seen_until.seen_until IS 'Deliveries with ids made before then stand in sequences.';

CREATE TABLE gaps (
    id           bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    account_id   bigint      NOT NULL,
    site_id      bigint      NOT NULL,
    from_seq     bigint      NOT NULL,
    to_seq       bigint      NOT NULL,
    noticed_at   timestamptz NOT NULL,
    announced_at timestamptz,
    CONSTRAINT gaps_pkey PRIMARY KEY (id),
    CONSTRAINT gaps_order CHECK (from_seq <= to_seq)
);
CREATE INDEX gaps_site_id ON gaps (site_id, id);
CREATE INDEX gaps_open ON gaps (noticed_at) WHERE announced_at IS NULL;
COMMENT ON TABLE gaps IS 'Numbers that should have come before ones that did. One that came late is forgotten.';
COMMENT ON COLUMN gaps.from_seq IS 'The first that is missing.';
COMMENT ON COLUMN gaps.to_seq IS 'The last that is missing; some between may have come.';
COMMENT ON COLUMN gaps.announced_at IS 'The platform was told, once; null: it may still come.';
