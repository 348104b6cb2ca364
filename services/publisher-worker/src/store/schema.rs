// @generated automatically by Diesel CLI.

diesel::table! {
    /// Every call to a site.
    attempts (id) {
        id -> Int8,
        job_id -> Uuid,
        account_id -> Int8,
        /// The try it belongs to; the first is 1.
        number -> Int4,
        kind -> Text,
        started_at -> Timestamptz,
        duration_ms -> Int4,
        http_status -> Nullable<Int4>,
        outcome -> Text,
        cause -> Nullable<Text>,
        /// The first bytes of the answer, or the transport's error.
        evidence -> Text,
        /// The webhook-id the request carried.
        request_id -> Text,
    }
}

diesel::table! {
    /// One command to a site each, parts of a post to be tried again, posts to be read, or a probe.
    jobs (id) {
        id -> Uuid,
        /// Names the effect on the site; for a probe, the probe's id.
        operation_id -> Uuid,
        kind -> Text,
        account_id -> Int8,
        site_id -> Int8,
        /// 0 for a probe and for what is read.
        content_id -> Int8,
        /// The command as it came, protobuf; empty once the job is over.
        payload -> Bytea,
        state -> Text,
        /// When to look at it next; while it runs, the end of its lease.
        run_at -> Timestamptz,
        /// Real tries begun.
        attempts -> Int4,
        /// Of the last report sent.
        sequence -> Int8,
        /// Rises with each claim; a runner whose fence is old changes nothing.
        fence -> Int8,
        lease_owner -> Nullable<Uuid>,
        started_at -> Nullable<Timestamptz>,
        /// Since when the site may have the post, until its receipt says.
        doubt_since -> Nullable<Timestamptz>,
        /// Looks at the receipt in vain.
        doubt_looks -> Int4,
        /// Why the last try did not succeed.
        failure -> Nullable<Jsonb>,
        created_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
        traceparent -> Nullable<Text>,
        tracestate -> Nullable<Text>,
        /// The operation some parts of which failed, and are tried again alone.
        mends -> Nullable<Uuid>,
        /// Those parts: images, terms, seo, fields.
        parts -> Nullable<Array<Nullable<Text>>>,
        /// On a site that keeps no receipts: the post that was made for it, noted before anything is written into that.
        post -> Nullable<Text>,
    }
}

diesel::table! {
    /// How to reach each site, as integration-api last said it, and whether it is up, as seen from here.
    sites (site_id) {
        site_id -> Int8,
        account_id -> Int8,
        integration_id -> Int8,
        /// Of the last credential event applied; a lower one changes nothing.
        version -> Int8,
        state -> Text,
        site_url -> Text,
        /// Where the REST API answers: ".../wp-json/" or ".../?rest_route=/".
        rest_url -> Text,
        /// The plugin checks our signature; else the key is sent to it.
        signed -> Bool,
        /// Only for unsigned sites: the key, sealed for "site.outbound_key|<site_id>".
        sealed_key -> Nullable<Bytea>,
        plugin_version -> Text,
        /// Jobs that may run on this site at a time; unset: the setting says.
        concurrency -> Nullable<Int4>,
        circuit -> Text,
        /// Failures in a row that were the site's, not one article's.
        circuit_failures -> Int4,
        /// Open: no call before. Half open: when the probe that is out counts as lost.
        circuit_until -> Nullable<Timestamptz>,
        circuit_pause_ms -> Nullable<Int8>,
        /// What the failure that opened it was.
        circuit_cause -> Nullable<Text>,
        changed_at -> Timestamptz,
        /// Whose application password it is.
        username -> Text,
        /// Only for sites without the plugin: the application password, sealed for "site.application_password|<site_id>".
        sealed_password -> Nullable<Bytea>,
    }
}

diesel::joinable!(attempts -> jobs (job_id));

diesel::allow_tables_to_appear_in_same_query!(attempts, jobs, sites,);
