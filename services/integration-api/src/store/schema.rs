// @generated automatically by Diesel CLI.

diesel::table! {
    accounts (id) {
        /// An old installation's accounts keep their ids.
        id -> Int8,
        name -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Int8,
        account_id -> Int8,
        site_id -> Int8,
        /// HMAC-SHA256(pepper, key); the key itself is shown once and not kept here.
        digest -> Bytea,
        /// Enough to recognise the key, and nothing to use it with.
        hint -> Text,
        /// active; grace: replaced, accepted until valid_until; revoked: never again.
        state -> Text,
        valid_until -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// When content goes out, or went out. Waiting entries change only under the lock of their publication.
    calendar_entries (id) {
        id -> Int8,
        account_id -> Int8,
        site_id -> Int8,
        content_id -> Int8,
        /// Of what went out: the time it counts for.
        at -> Timestamptz,
        /// exact: a person chose the time; slot: the next free one; now: it was published at once.
        kind -> Text,
        /// From when on a slot was looked for.
        asked_at -> Timestamptz,
        /// Who gave it its time; null: the platform.
        user_id -> Nullable<Int8>,
        integration_id -> Nullable<Int8>,
        /// Why it did not go out although its time has come: a code.
        hold -> Nullable<Text>,
        look_again_at -> Nullable<Timestamptz>,
        released_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Edits on both sides since the last sync. Ours is the content itself.
    conflicts (id) {
        id -> Int8,
        account_id -> Int8,
        content_id -> Int8,
        /// The update that was not made.
        operation_id -> Uuid,
        /// {title, content_html, excerpt} as our last command left it; null: the site does not know any more.
        base -> Nullable<Jsonb>,
        /// {title, content_html, excerpt} as it stands on the site.
        theirs -> Jsonb,
        /// The site's hash of theirs: what a resolution is written for.
        their_revision -> Text,
        theirs_modified_at -> Nullable<Timestamptz>,
        found_at -> Timestamptz,
        /// superseded: a newer conflict took its place.
        resolution -> Nullable<Text>,
        resolved_at -> Nullable<Timestamptz>,
        /// Null: the platform, by the site's policy.
        resolved_by -> Nullable<Int8>,
        /// {title, content_html, excerpt} as we had it when this was settled; null: it is open or superseded.
        ours -> Nullable<Jsonb>,
    }
}

diesel::table! {
    /// What people write. How it stands on its site is in publications.
    content (id) {
        /// An old installation's content keeps its ids; WordPress posts carry them.
        id -> Int8,
        account_id -> Int8,
        site_id -> Int8,
        title -> Text,
        content_html -> Text,
        /// Null: made from the text when it is published.
        excerpt -> Nullable<Text>,
        /// Empty: WordPress makes one from the title.
        slug -> Text,
        post_type -> Text,
        /// What the post is to be on the site, in WordPress' words.
        post_status -> Text,
        status -> Text,
        seo_title -> Text,
        seo_description -> Text,
        primary_keyword -> Text,
        secondary_keywords -> Array<Nullable<Text>>,
        author -> Text,
        /// The post's date; null: the site's clock decides.
        publish_date -> Nullable<Timestamptz>,
        /// {url, alt, caption}
        featured_image -> Nullable<Jsonb>,
        /// [{url, alt, caption}]
        gallery_images -> Jsonb,
        /// The category of content that has none.
        cluster_name -> Text,
        /// Handed to the site as it is.
        meta -> Jsonb,
        /// Rises with every change people make or see: text and status. The ETag.
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        sticky -> Bool,
        /// The post above this one, by its id on the site.
        parent -> Nullable<Int8>,
        /// Of the site's theme; empty: the theme's default.
        template -> Text,
        /// A person took it out of the calendar: the platform by itself does not put it in again.
        kept_back -> Bool,
        /// When its text was written last; null: it was not noted, and updated_at comes closest.
        edited_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    content_terms (content_id, kind, place) {
        account_id -> Int8,
        content_id -> Int8,
        kind -> Text,
        /// Order within the kind, from 0.
        place -> Int2,
        /// A name, or a path such as Guides > Beginners.
        name -> Text,
    }
}

diesel::table! {
    /// What people chose. A push of the site makes the rows with their defaults and never changes one.
    content_type_choices (integration_id, kind, slug) {
        account_id -> Int8,
        integration_id -> Int8,
        kind -> Text,
        slug -> Text,
        /// Whether it is synchronised.
        enabled -> Bool,
        /// How many of it are asked for with one request, at most.
        fetch_limit -> Int4,
    }
}

diesel::table! {
    /// Facts: what the site has. What people choose of it is in content_type_choices.
    content_types (integration_id, kind, slug) {
        account_id -> Int8,
        integration_id -> Int8,
        kind -> Text,
        slug -> Text,
        label -> Text,
        /// Posts or terms of it on the site, as the site counts.
        count -> Int8,
        hierarchical -> Bool,
        /// Of a post type: ["title", "editor", …].
        supports -> Jsonb,
        /// The taxonomies of a post type, or the post types of a taxonomy.
        related -> Jsonb,
        /// The site has more terms of it than it told.
        truncated -> Bool,
        /// Since when the site does not have it any more; the newest 200 of these are kept, with what was chosen.
        vanished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// Where a site and the platform do not say the same of a post, as the last comparison found it.
    drift (integration_id, post_id) {
        integration_id -> Int8,
        post_id -> Int8,
        account_id -> Int8,
        site_id -> Int8,
        post_type -> Text,
        /// Null: the post is no content.
        content_id -> Nullable<Int8>,
        kind -> Text,
        /// {status, revision}: what we believe the post to be.
        ours -> Nullable<Jsonb>,
        /// {status, revision}: what it is.
        theirs -> Nullable<Jsonb>,
        found_at -> Timestamptz,
        /// When the post was asked for by name, which settles it.
        repair_ordered_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    idempotency_keys (account_id, key) {
        account_id -> Int8,
        key -> Text,
        /// SHA-256 of method, path and body: the same key with another request is refused.
        fingerprint -> Bytea,
        status -> Int2,
        location -> Nullable<Text>,
        /// The answer, sealed: it may hold a key that is shown once.
        body -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// Up to where a site's posts were read, by the time of their last change.
    import_cursors (integration_id, post_type) {
        integration_id -> Int8,
        account_id -> Int8,
        post_type -> Text,
        /// As the site gave it, or a time.
        cursor -> Text,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    /// Runs through a site's posts: all of them, or what changed since the last run.
    imports (id) {
        id -> Uuid,
        account_id -> Int8,
        site_id -> Int8,
        integration_id -> Int8,
        /// import: all posts; changes: those modified since the last run; compare: checksums of all, and what differs.
        kind -> Text,
        state -> Text,
        /// [{post_type, cursor, read, total, done, ranges}], in the order they are read; ranges: those whose checksums differ and that are looked at next.
        post_types -> Jsonb,
        /// The page that is being read; an answer to another one is old news.
        read_id -> Nullable<Uuid>,
        /// Posts that became content.
        created -> Int8,
        /// Content that took over what somebody wrote on the site.
        updated -> Int8,
        unchanged -> Int8,
        /// Posts that could not become content; the first of them are in problems.
        skipped -> Int8,
        /// [{post_id, title, detail}]
        problems -> Jsonb,
        /// Why it failed: {cause, detail, evidence, next_step}.
        error -> Nullable<Jsonb>,
        /// Who ordered it; null: the platform.
        user_id -> Nullable<Int8>,
        started_at -> Timestamptz,
        changed_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    integrations (id) {
        id -> Int8,
        account_id -> Int8,
        site_id -> Int8,
        platform -> Text,
        /// WordPress' home as the site itself says it; until it has, the site's url.
        site_url -> Text,
        /// Where the site's REST API answers; of the same origin as site_url.
        rest_url -> Text,
        /// pending: never connected; suspended: the address changed and is not proven; revoked: no key; deleted: nobody sees it, a new key revives it.
        state -> Text,
        is_active -> Bool,
        sync_enabled -> Bool,
        sync_status -> Text,
        sync_error -> Text,
        last_sync_at -> Nullable<Timestamptz>,
        /// Ed25519; null: the site's plugin can't sign.
        site_public_key -> Nullable<Bytea>,
        /// The API key, sealed for site.outbound_key|<site_id>; only for sites that can't sign.
        sealed_key -> Nullable<Bytea>,
        plugin_version -> Text,
        wp_version -> Text,
        php_version -> Text,
        debug_enabled -> Bool,
        connected_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        /// When its posts were read the last time, or a run began.
        looked_at -> Nullable<Timestamptz>,
        /// plugin; application_password: the site has none, and WordPress' own REST API is used.
        connection -> Text,
        /// Whose application password it is.
        username -> Text,
        /// Sealed for site.application_password|<site_id>; null once it was forgotten.
        sealed_application_password -> Nullable<Bytea>,
        /// When the site's key came from another address; null: it did not since the last pairing.
        clone_suspected_at -> Nullable<Timestamptz>,
        /// That address.
        clone_site_url -> Nullable<Text>,
        /// When the last comparison of its posts began.
        compared_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// The text both sides had last, of posts whose site does not keep it for us.
    post_bases (content_id) {
        content_id -> Int8,
        account_id -> Int8,
        title -> Text,
        content_html -> Text,
        excerpt -> Text,
    }
}

diesel::table! {
    /// Calls of our side to a site, to see what works.
    probes (id) {
        id -> Uuid,
        account_id -> Int8,
        integration_id -> Int8,
        asked_at -> Timestamptz,
        answered_at -> Nullable<Timestamptz>,
        ok -> Nullable<Bool>,
        checks -> Jsonb,
        /// sites.credential_version when it was asked for: what it proves is about no other.
        credential_version -> Int8,
    }
}

diesel::table! {
    /// How each piece of content stands on its site. Who writes both locks this row before the content's.
    publications (content_id) {
        content_id -> Int8,
        account_id -> Int8,
        site_id -> Int8,
        state -> Text,
        /// Where the content's status goes back to if the last try fails.
        status_before_publish -> Nullable<Text>,
        /// What it went through the last time.
        integration_id -> Nullable<Int8>,
        /// The command under way, or the last one.
        operation_id -> Nullable<Uuid>,
        /// The worker's name for it, once it has begun.
        job_id -> Nullable<Uuid>,
        /// Of the last report applied of this operation.
        sequence -> Int8,
        attempt -> Int4,
        next_attempt_at -> Nullable<Timestamptz>,
        /// {cause, detail, evidence, next_step, http_status}
        error -> Nullable<Jsonb>,
        /// [{code, subject, detail}]
        warnings -> Jsonb,
        /// Hash of the article as it was sent.
        revision -> Nullable<Text>,
        /// Hash of the post as the site stored it.
        remote_revision -> Nullable<Text>,
        /// The post's id on the site.
        external_id -> Nullable<Text>,
        external_url -> Nullable<Text>,
        /// As WordPress says it, whatever we make of it.
        wordpress_status -> Nullable<Text>,
        wp_metadata -> Nullable<Jsonb>,
        last_wp_sync -> Nullable<Timestamptz>,
        /// Where the last webhook applied stands among the site's; with the next two columns.
        position_sequence -> Nullable<Int8>,
        position_modified_at -> Nullable<Timestamptz>,
        position_arrival -> Nullable<Int8>,
        published_at -> Nullable<Timestamptz>,
        changed_at -> Timestamptz,
        /// What the operation is; of an older row, publish.
        command -> Nullable<Text>,
        /// Where the state goes back to if the command is cancelled, or fails and there is a post.
        state_before -> Nullable<Text>,
        /// The command to be sent when the one under way is over.
        follow_up -> Nullable<Text>,
        /// The post was made on the site, which does not know yet that it is this content's.
        is_foreign -> Bool,
    }
}

diesel::table! {
    /// How and when a site's content goes out. A site without a row has the defaults. Who gives times to content locks this row first.
    publishing_settings (site_id) {
        site_id -> Int8,
        account_id -> Int8,
        /// What was set; what is absent has its default.
        settings -> Jsonb,
        /// When the calendar let something go the last time.
        last_released_at -> Nullable<Timestamptz>,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    sessions (digest) {
        /// Keyed digest of the session token; the token itself is not kept.
        digest -> Bytea,
        account_id -> Int8,
        user_id -> Int8,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    /// Categories, tags and other terms that a site has.
    site_terms (integration_id, taxonomy, wordpress_id) {
        account_id -> Int8,
        integration_id -> Int8,
        taxonomy -> Text,
        wordpress_id -> Int8,
        /// The term above, by its id on the site; 0: none.
        parent -> Int8,
        name -> Text,
        slug -> Text,
        /// Such as Guides > Beginners; null: a term above is not known.
        path -> Nullable<Text>,
        /// The name as content may write it: lower case, plain signs.
        name_key -> Text,
        /// The path likewise.
        path_key -> Nullable<Text>,
        count -> Int8,
        /// Since when the site does not have it any more; kept only where content or settings still name it.
        vanished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    sites (id) {
        /// An old installation's sites keep their ids.
        id -> Int8,
        account_id -> Int8,
        name -> Text,
        /// In one spelling, without a trailing slash.
        url -> Text,
        hosting_type -> Text,
        /// Rises with every change of keys, address or state, and outlives integrations and the site itself.
        credential_version -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        /// Deleted sites stay for the history of their content; nobody sees them.
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    /// What a site says of itself as a whole. Who takes in a structure locks this row first.
    structures (integration_id) {
        integration_id -> Int8,
        account_id -> Int8,
        /// SHA-256 of what was told last, without what changes by itself; null: nothing was told yet.
        digest -> Nullable<Bytea>,
        /// When the site wrote it, by its own clock, but never in the future: an older one that comes later changes nothing.
        told_at -> Nullable<Timestamptz>,
        /// When the last one came here.
        fetched_at -> Nullable<Timestamptz>,
        /// {seo_plugin, builder, block_editor, …} as the site says it.
        capabilities -> Jsonb,
        /// [{id, login, name}]
        authors -> Jsonb,
        /// A switch in the plugin; null: it did not say.
        plugin_connection_enabled -> Nullable<Bool>,
        /// A switch in the plugin; null: it did not say.
        two_way_sync_enabled -> Nullable<Bool>,
    }
}

diesel::table! {
    /// What happened between us and the sites: written once, never changed. It outlives what it tells of, so it refers without foreign keys.
    sync_events (id) {
        /// Given before the commit: a higher one may be visible earlier.
        id -> Int8,
        event_id -> Uuid,
        account_id -> Int8,
        site_id -> Int8,
        integration_id -> Nullable<Int8>,
        content_id -> Nullable<Int8>,
        /// content: what people decided here, for the timeline.
        event_type -> Text,
        action -> Text,
        direction -> Text,
        description -> Text,
        success -> Bool,
        external_id -> Nullable<Text>,
        error_message -> Text,
        details -> Jsonb,
        duration_ms -> Nullable<Int8>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    /// Personal access tokens.
    tokens (id) {
        id -> Int8,
        account_id -> Int8,
        user_id -> Int8,
        name -> Text,
        digest -> Bytea,
        /// Enough to recognise the token in a list, and nothing to use it with.
        hint -> Text,
        scopes -> Array<Nullable<Text>>,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        /// To the minute or so.
        last_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    users (id) {
        id -> Int8,
        account_id -> Int8,
        email -> Text,
        /// argon2id, in PHC format.
        password_hash -> Text,
        role -> Text,
        /// May run the installation, beside what the role allows in the account.
        is_operator -> Bool,
        created_at -> Timestamptz,
        /// Rises with every change of what the person's access tokens open to operators.
        operator_version -> Int8,
    }
}

diesel::joinable!(idempotency_keys -> accounts (account_id));
diesel::joinable!(sites -> accounts (account_id));
diesel::joinable!(users -> accounts (account_id));

diesel::allow_tables_to_appear_in_same_query!(
    accounts,
    api_keys,
    calendar_entries,
    conflicts,
    content,
    content_terms,
    content_type_choices,
    content_types,
    drift,
    idempotency_keys,
    import_cursors,
    imports,
    integrations,
    post_bases,
    probes,
    publications,
    publishing_settings,
    sessions,
    site_terms,
    sites,
    structures,
    sync_events,
    tokens,
    users,
);
