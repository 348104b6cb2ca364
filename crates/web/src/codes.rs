//! The codes any service may answer with. Those of one endpoint are named where the endpoint is.

pub const BODY_TIMEOUT: &str = "body_timeout";
pub const BODY_TOO_LARGE: &str = "body_too_large";
pub const CONFLICT: &str = "conflict";
pub const FORBIDDEN: &str = "forbidden";
pub const IDEMPOTENCY_KEY_MISSING: &str = "idempotency_key_missing";
pub const INTERNAL: &str = "internal";
pub const INVALID_CURSOR: &str = "invalid_cursor";
pub const INVALID_FIELD: &str = "invalid_field";
pub const INVALID_IDEMPOTENCY_KEY: &str = "invalid_idempotency_key";
pub const INVALID_QUERY: &str = "invalid_query";
pub const INVALID_REQUEST: &str = "invalid_request";
pub const INVALID_TEXT: &str = "invalid_text";
pub const MALFORMED_JSON: &str = "malformed_json";
pub const METHOD_NOT_ALLOWED: &str = "method_not_allowed";
pub const NOT_FOUND: &str = "not_found";
pub const RATE_LIMITED: &str = "rate_limited";
pub const UNAUTHENTICATED: &str = "unauthenticated";
pub const UNAVAILABLE: &str = "unavailable";
pub const UNSUPPORTED_MEDIA_TYPE: &str = "unsupported_media_type";

/// All of them.
pub const ALL: &[&str] = &[
    BODY_TIMEOUT,
    BODY_TOO_LARGE,
    CONFLICT,
    FORBIDDEN,
    IDEMPOTENCY_KEY_MISSING,
    INTERNAL,
    INVALID_CURSOR,
    INVALID_FIELD,
    INVALID_IDEMPOTENCY_KEY,
    INVALID_QUERY,
    INVALID_REQUEST,
    INVALID_TEXT,
    MALFORMED_JSON,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    RATE_LIMITED,
    UNAUTHENTICATED,
    UNAVAILABLE,
    UNSUPPORTED_MEDIA_TYPE,
];
