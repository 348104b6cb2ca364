CREATE TABLE credentials (
    site_id         bigint      NOT NULL,
    account_id      bigint      NOT NULL,
    version         bigint      NOT NULL,
    state           text        NOT NULL,
    site_url        text        NOT NULL,
    site_public_key bytea,
    updated_at      timestamptz NOT NULL,
    CONSTRAINT credentials_pkey PRIMARY KEY (site_id),
    CONSTRAINT credentials_state CHECK (state IN ('pending', 'connected', 'suspended', 'deleted'))
);
COMMENT ON TABLE credentials IS 'What this service knows of each site, as integration-api last said it.';
COMMENT ON COLUMN credentials.version IS 'Of the message it comes from; a lower one changes nothing.';
COMMENT ON COLUMN credentials.site_public_key IS 'Ed25519, 32 bytes; null: the site''s plugin can''t sign.';

CREATE TABLE credential_keys (
    digest      bytea       NOT NULL,
    site_id     bigint      NOT NULL,
    account_id  bigint      NOT NULL,
    valid_until timestamptz,
    revoked_at  timestamptz,
    CONSTRAINT credential_keys_pkey PRIMARY KEY (digest),
    CONSTRAINT credential_keys_site FOREIGN KEY (site_id) REFERENCES credentials (site_id) ON DELETE CASCADE,
    CONSTRAINT credential_keys_digest_length CHECK (octet_length(digest) = 32)
);
CREATE INDEX credential_keys_site_id ON credential_keys (site_id);
COMMENT ON TABLE credential_keys IS 'The keys a site may present, and those it no longer may.';
COMMENT ON COLUMN credential_keys.digest IS 'HMAC-SHA256 under the pepper; the key itself is nowhere.';
COMMENT ON COLUMN credential_keys.valid_until IS 'End of the grace period of a rotated key; null: until revoked.';
COMMENT ON COLUMN credential_keys.revoked_at IS 'Kept to tell a revoked key from one that never was.';
