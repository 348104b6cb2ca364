CREATE TABLE elsewhere (
    site_id  bigint      NOT NULL,
    site_url text        NOT NULL,
    told_at  timestamptz NOT NULL,
    CONSTRAINT elsewhere_pkey PRIMARY KEY (site_id)
);
COMMENT ON TABLE elsewhere IS 'Sites whose key came from a WordPress at another address.';
COMMENT ON COLUMN elsewhere.site_url IS 'The address, as it was told last.';
COMMENT ON COLUMN elsewhere.told_at IS 'When the platform was told last.';
