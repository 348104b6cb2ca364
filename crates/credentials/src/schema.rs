diesel::table! {
    credentials (site_id) {
        site_id -> Int8,
        account_id -> Int8,
        version -> Int8,
        state -> Text,
        site_url -> Text,
        site_public_key -> Nullable<Bytea>,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    credential_keys (digest) {
        digest -> Bytea,
        site_id -> Int8,
        account_id -> Int8,
        valid_until -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::joinable!(credential_keys -> credentials (site_id));
diesel::allow_tables_to_appear_in_same_query!(credential_keys, credentials);
