CREATE TABLE outbox (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id  uuid        NOT NULL,
    exchange    text        NOT NULL,
    routing_key text        NOT NULL,
    type_name   text        NOT NULL,
    subject     text        NOT NULL,
    body        bytea       NOT NULL,
    traceparent text,
    tracestate  text,
    attempts    integer     NOT NULL DEFAULT 0,
    last_error  text,
    not_before  timestamptz NOT NULL DEFAULT now(),
    created_at  timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
COMMENT ON TABLE outbox IS 'Messages not yet confirmed by the broker; a confirmed one is deleted.';
COMMENT ON COLUMN outbox.subject IS 'What the message is about; messages of one subject go out in order.';
COMMENT ON COLUMN outbox.not_before IS 'Put off until then after the broker refused it.';

CREATE TABLE inbox (
    consumer    text        NOT NULL,
    message_id  uuid        NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT inbox_pkey PRIMARY KEY (consumer, message_id)
);
CREATE INDEX inbox_received_at ON inbox (received_at);
COMMENT ON TABLE inbox IS 'Messages already applied, so that a second arrival changes nothing.';

CREATE TABLE dead_letters (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    queue      text        NOT NULL,
    consumer   text        NOT NULL,
    message_id uuid,
    type_name  text        NOT NULL,
    body       bytea       NOT NULL,
    headers    jsonb       NOT NULL,
    reason     text        NOT NULL,
    failures   integer     NOT NULL,
    parked_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE dead_letters IS 'Messages put aside, with the handler that could not apply them and why.';
