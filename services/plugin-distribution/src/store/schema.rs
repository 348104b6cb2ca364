// @generated automatically by Diesel CLI.

diesel::table! {
    /// What this service knows of operators' access tokens, as integration-api last said it.
    operator_tokens (token_id) {
        token_id -> Int8,
        /// HMAC-SHA256 under the pepper; the token itself is nowhere.
        digest -> Bytea,
        user_id -> Int8,
        /// Whose it is, for what is written about them.
        email -> Text,
        /// Of the message it comes from; a lower one changes nothing.
        version -> Int8,
        /// Null: until it is revoked.
        expires_at -> Nullable<Timestamptz>,
        /// Kept, so that an older message does not bring the token back.
        revoked_at -> Nullable<Timestamptz>,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    /// Append-only; account and site where the download was authenticated.
    plugin_downloads (id) {
        id -> Int8,
        account_id -> Nullable<Int8>,
        site_id -> Nullable<Int8>,
        plugin_version_id -> Int8,
        ip_address -> Text,
        user_agent -> Text,
        downloaded_at -> Timestamptz,
        /// Downloads that were alike within a second or so are one row.
        times -> Int8,
        outcome -> Text,
        /// Two letters; empty where it is not known.
        country -> Text,
    }
}

diesel::table! {
    plugin_installations (id) {
        id -> Int8,
        account_id -> Int8,
        site_id -> Int8,
        plugin_id -> Int8,
        /// As the site reports it; it need not be one of ours.
        version -> Text,
        status -> Text,
        wp_version -> Text,
        php_version -> Text,
        metadata -> Jsonb,
        installed_at -> Timestamptz,
        last_seen -> Timestamptz,
        channel -> Text,
        country -> Text,
        locale -> Text,
        /// An update to it was undone here, unless the site runs it by now.
        failed_version -> Nullable<Text>,
        /// When the site said so.
        failed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Downloads and grants that were refused; append-only. 0.0.0.0: so many asked that they were not told apart.
    plugin_refusals (id) {
        id -> Int8,
        plugin_id -> Int8,
        plugin_version_id -> Nullable<Int8>,
        account_id -> Nullable<Int8>,
        site_id -> Nullable<Int8>,
        /// As the answer said it.
        code -> Text,
        ip_address -> Text,
        country -> Text,
        times -> Int8,
        refused_at -> Timestamptz,
    }
}

diesel::table! {
    /// What was released and withdrawn, in order; it only grows.
    plugin_release_log (plugin_id, index) {
        plugin_id -> Int8,
        index -> Int8,
        action -> Text,
        version -> Text,
        /// The hash of the entry before, 64 zeros for the first: no entry has two successors.
        previous -> Text,
        /// Of the package, as is the size in bytes.
        sha256 -> Text,
        size -> Int8,
        /// Whole seconds, as it was signed.
        at -> Timestamptz,
        key_id -> Text,
        signature -> Text,
    }
}

diesel::table! {
    plugin_versions (id) {
        id -> Int8,
        plugin_id -> Int8,
        version -> Text,
        status -> Text,
        release_notes -> Text,
        /// The readme's sections as HTML: description, installation, faq, changelog.
        sections -> Jsonb,
        /// Below the artifacts directory.
        file_path -> Text,
        file_size -> Int8,
        checksum_md5 -> Text,
        checksum_sha256 -> Text,
        requires_version -> Text,
        tested_version -> Text,
        requires_php -> Text,
        /// The highest version that its channel offers; at most one per plugin and channel.
        is_latest -> Bool,
        released_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        /// Of all sites; the same ones first, and no one loses it as it grows.
        rollout_percent -> Int2,
        /// Offered to nobody for now.
        paused -> Bool,
        /// Which key the signature is under; null: not signed.
        key_id -> Nullable<Text>,
        signature -> Nullable<Text>,
        /// Who is offered it: beta only those that ask for early versions.
        channel -> Text,
        /// The ids of the keys in its package: what sites that run it let its successors be signed with.
        trusted_keys -> Jsonb,
        /// In an operator's words, or the halt's.
        paused_reason -> Text,
        /// When it was paused because too many sites undid it.
        halted_at -> Nullable<Timestamptz>,
        /// Updates undone before do not count towards a halt; null: all count.
        failures_count_from -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    plugins (id) {
        id -> Int8,
        slug -> Text,
        name -> Text,
        platform -> Text,
        description -> Text,
        author -> Text,
        author_url -> Text,
        plugin_url -> Text,
        icon_url -> Text,
        banner_url -> Text,
        is_active -> Bool,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::joinable!(plugin_downloads -> plugin_versions (plugin_version_id));
diesel::joinable!(plugin_installations -> plugins (plugin_id));
diesel::joinable!(plugin_refusals -> plugin_versions (plugin_version_id));
diesel::joinable!(plugin_refusals -> plugins (plugin_id));
diesel::joinable!(plugin_release_log -> plugins (plugin_id));
diesel::joinable!(plugin_versions -> plugins (plugin_id));

diesel::allow_tables_to_appear_in_same_query!(
    operator_tokens,
    plugin_downloads,
    plugin_installations,
    plugin_refusals,
    plugin_release_log,
    plugin_versions,
    plugins,
);
