// @generated automatically by Diesel CLI.

diesel::table! {
    /// What WordPress told us: one row per event, written before the answer.
    deliveries (id) {
        /// UUIDv7 of the arrival, so the key is also the order of age.
        id -> Uuid,
        /// Order of arrival.
        arrival -> Int8,
        account_id -> Int8,
        site_id -> Int8,
        /// The event's id at its site; null: an older plugin gave none, and every arrival counts.
        webhook_id -> Nullable<Text>,
        #[sql_name = "type"]
        type_ -> Text,
        /// The site's own counter, if its plugin has one.
        seq -> Nullable<Int8>,
        occurred_at -> Timestamptz,
        received_at -> Timestamptz,
        /// Proven by the site's signature, not by its key alone.
        signed -> Bool,
        /// As it came, unknown fields included.
        body -> Jsonb,
        /// What became of it; accepted until integration-api has said more.
        state -> Text,
        detail -> Text,
        applied_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Sites whose key came from a WordPress at another address.
    elsewhere (site_id) {
        site_id -> Int8,
        /// The address, as it was told last.
        site_url -> Text,
        /// When the platform was told last.
        told_at -> Timestamptz,
    }
}

diesel::table! {
    /// Numbers that should have come before ones that did. One that came late is forgotten.
    gaps (id) {
        id -> Int8,
        account_id -> Int8,
        site_id -> Int8,
        /// The first that is missing.
        from_seq -> Int8,
        /// The last that is missing; some between may have come.
        to_seq -> Int8,
        noticed_at -> Timestamptz,
        /// The platform was told, once; null: it may still come.
        announced_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// One row: how far deliveries were looked through for their numbers.
    sequences_seen_until (singleton) {
        singleton -> Bool,
        /// Deliveries with ids made before then stand in sequences.
        seen_until -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(deliveries, elsewhere, gaps, sequences_seen_until,);
