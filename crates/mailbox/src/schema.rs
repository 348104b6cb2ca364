diesel::table! {
    outbox (id) {
        id -> Int8,
        message_id -> Uuid,
        exchange -> Text,
        routing_key -> Text,
        type_name -> Text,
        subject -> Text,
        body -> Bytea,
        traceparent -> Nullable<Text>,
        tracestate -> Nullable<Text>,
        attempts -> Int4,
        last_error -> Nullable<Text>,
        not_before -> Timestamptz,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    dead_letters (id) {
        id -> Int8,
        queue -> Text,
        consumer -> Text,
        message_id -> Nullable<Uuid>,
        type_name -> Text,
        body -> Bytea,
        headers -> Jsonb,
        reason -> Text,
        failures -> Int4,
        parked_at -> Timestamptz,
    }
}
