//! The problem codes of this service beside `web::codes`, and what each means. The description of the API lists them all.

macro_rules! codes {
    ($($name:ident = $code:literal: $meaning:literal;)+) => {
        $(#[doc = $meaning] pub const $name: &str = $code;)+

        /// Code and meaning.
        pub const ALL: &[(&str, &str)] = &[$(($code, $meaning)),+];
    };
}

codes! {
    ALREADY_CONNECTED = "already_connected": "The site has an integration already.";
    ALREADY_PUBLISHED = "already_published": "The content has its post on the site already.";
    CONFLICT_NOT_FOUND = "conflict_not_found": "The content has no such conflict.";
    CONFLICT_RESOLVED = "conflict_resolved": "The conflict is settled already.";
    CONTENT_APPROVED = "content_approved": "The content is approved already.";
    CONTENT_IN_REVIEW = "content_in_review": "The content is in review already.";
    CONTENT_IS_DRAFT = "content_is_draft": "The content is a draft: it has to be submitted first.";
    CONTENT_NOT_FOUND = "content_not_found": "There is no such content, or it is another account's.";
    CONTENT_ON_SITE = "content_on_site": "The content was published, or is about to be, and can't be deleted.";
    CONTENT_PUBLISHED = "content_published": "The content is published, which this step does not fit.";
    CROSS_SITE_REQUEST = "cross_site_request": "A request with the session cookie came from another site.";
    DRIFT_UNSUPPORTED = "drift_unsupported": "The site has no plugin that makes checksums of its posts.";
    EMAIL_OR_PASSWORD_WRONG = "email_or_password_wrong": "Nobody has this e-mail address and password.";
    HTTPS_REQUIRED = "https_required": "The site has no HTTPS address, so no password is sent to it.";
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused": "The Idempotency-Key was used for another request.";
    IMPORT_NOT_FOUND = "import_not_found": "The integration has no such run through its site's posts.";
    INTEGRATION_DISABLED = "integration_disabled": "The site's integration is switched off.";
    INTEGRATION_NOT_FOUND = "integration_not_found": "There is no such integration, or it is another account's.";
    INTEGRATION_PENDING = "integration_pending": "The plugin on the site has not connected yet, or its application password is not known to work.";
    INTEGRATION_SUSPENDED = "integration_suspended": "The site's address changed and is not proven yet.";
    INVALID_LAST_EVENT_ID = "invalid_last_event_id": "The Last-Event-ID is none that the stream gave.";
    INVALID_SITE_URL = "invalid_site_url": "The address can't be a site's.";
    KEY_EXISTS = "key_exists": "The site has a key already; rotate or revoke it.";
    KEY_IN_GRACE = "key_in_grace": "The API key was replaced: another public key takes the site's present one.";
    KEY_INVALID = "key_invalid": "The API key is mistyped or unknown, or the two headers carry different ones.";
    KEY_MISSING = "key_missing": "The request carries no API key.";
    KEY_REVOKED = "key_revoked": "The API key was revoked, or replaced longer ago than its grace period.";
    LIMIT_IS_ZERO = "limit_is_zero": "A publishing limit of the site is 0, so it never has a free slot.";
    NO_ACTIVE_KEY = "no_active_key": "The site has no key that could be rotated or revoked.";
    NOTHING_TO_CANCEL = "nothing_to_cancel": "Nothing is scheduled or under way for the content.";
    NOT_MERGEABLE = "not_mergeable": "The edits on both sides touch, so that a person has to write the merged text.";
    NOT_ON_SITE = "not_on_site": "The content has no post on its site.";
    NOT_SCHEDULED = "not_scheduled": "The content has no time in the calendar.";
    NO_FREE_SLOT = "no_free_slot": "The site's calendar has no free slot within a year.";
    NO_INTEGRATION = "no_integration": "The content's site has no integration with a key.";
    NO_PUBLISHING_DAY = "no_publishing_day": "No day of the week is a publishing day of the site.";
    NO_PUBLISHING_WINDOW = "no_publishing_window": "The site's settings open no time of the day for publishing.";
    NO_TYPE_CHOSEN = "no_type_chosen": "No post type of the site is switched on to be read.";
    PLUGIN_CONNECTED = "plugin_connected": "The plugin connects the site, which is better than an application password.";
    POST_GONE = "post_gone": "A person deleted the post on the site for good.";
    PROBE_NOT_FOUND = "probe_not_found": "There is no such connection test, or it is forgotten already.";
    PUBLISHING_PAUSED = "publishing_paused": "Publishing is paused for the site.";
    PUBLISHING_SETTINGS_UNREADABLE = "publishing_settings_unreadable": "The site's publishing settings can't be read.";
    PUBLISH_IN_PROGRESS = "publish_in_progress": "The content is being published already.";
    REQUEST_IN_PROGRESS = "request_in_progress": "The first request with this Idempotency-Key is still being answered.";
    ROLE_TOO_LOW = "role_too_low": "Your role in the account does not allow it.";
    SCOPE_MISSING = "scope_missing": "The access token lacks the scope for it.";
    SIGNATURE_EXPECTED = "signature_expected": "The site has paired with a public key before, so it can't go on without one.";
    SITE_EXISTS = "site_exists": "The account has a site with this address already.";
    SITE_NOT_FOUND = "site_not_found": "There is no such site, or it is another's.";
    SITE_URL_MISMATCH = "site_url_mismatch": "The request comes from another address than the site's.";
    SYNC_DISABLED = "sync_disabled": "Two-way sync is switched off for the integration.";
    TAXONOMY_NOT_FOUND = "taxonomy_not_found": "The site never told of such a taxonomy.";
    TOKEN_INVALID = "token_invalid": "The access token or session is unknown or has expired.";
    TOO_MANY_STREAMS = "too_many_streams": "As many event streams are open as the server carries.";
    TOO_LATE_TO_CANCEL = "too_late_to_cancel": "It is being sent to the site at this moment.";
    VERSION_MISMATCH = "version_mismatch": "Someone else changed it since the version named by If-Match.";
}
