// @generated automatically by Diesel CLI.

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
        /// The stable version that sites are offered; at most one per plugin.
        is_latest -> Bool,
        released_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
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
diesel::joinable!(plugin_versions -> plugins (plugin_id));

diesel::allow_tables_to_appear_in_same_query!(
    plugin_downloads,
    plugin_installations,
    plugin_versions,
    plugins,
);
