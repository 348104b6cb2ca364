CREATE TABLE operator_tokens (
    token_id   bigint      NOT NULL,
    digest     bytea       NOT NULL,
    user_id    bigint      NOT NULL,
    email      text        NOT NULL,
    version    bigint      NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    updated_at timestamptz NOT NULL,
    CONSTRAINT operator_tokens_pkey PRIMARY KEY (token_id),
    CONSTRAINT operator_tokens_digest_key UNIQUE (digest),
    CONSTRAINT operator_tokens_digest_length CHECK (octet_length(digest) = 32)
);
COMMENT ON TABLE operator_tokens IS 'What this service knows of operators'' access tokens, as integration-api last said it.';
COMMENT ON COLUMN operator_tokens.digest IS 'HMAC-SHA256 under the pepper; the token itself is nowhere.';
COMMENT ON COLUMN operator_tokens.email IS 'Whose it is, for what is written about them.';
COMMENT ON COLUMN operator_tokens.version IS 'Of the message it comes from; a lower one changes nothing.';
COMMENT ON COLUMN operator_tokens.expires_at IS 'Null: until it is revoked.';
COMMENT ON COLUMN operator_tokens.revoked_at IS 'Kept, so that an older message does not bring the token back.';
