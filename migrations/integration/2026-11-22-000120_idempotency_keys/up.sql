CREATE TABLE idempotency_keys (
    account_id  bigint      NOT NULL CONSTRAINT idempotency_keys_account REFERENCES accounts,
    key         text        NOT NULL,
    fingerprint bytea       NOT NULL,
    status      smallint    NOT NULL DEFAULT 0,
    location    text,
    body        bytea       NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (account_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
COMMENT ON COLUMN idempotency_keys.fingerprint IS 'SHA-256 of method, path and body: the same key with another request is refused.';
COMMENT ON COLUMN idempotency_keys.body IS 'The answer, sealed: it may hold a key that is shown once.';
