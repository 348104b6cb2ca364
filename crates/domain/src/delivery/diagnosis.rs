use super::cause::Cause;

/// What is needed of an answer to tell what stood in the way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Response<'a> {
    pub status: u16,
    /// The `code` in the JSON body, the plugin's or WordPress' own; empty if there was none.
    pub code: &'a str,
    pub content_type: &'a str,
    /// The first few kilobytes of the body.
    pub body: &'a str,
}

/// Names the likeliest cause of an answer that is not a post. What was said in so many words goes before the status.
pub fn diagnose(response: &Response<'_>) -> Cause {
    by_code(response.code).or_else(|| by_page(response)).unwrap_or_else(|| by_status(response))
}

fn by_code(code: &str) -> Option<Cause> {
    Some(match code {
        "not_paired" => Cause::NotPaired,
        "signature_missing" => Cause::HeaderStripped,
        "signature_invalid" | "key_invalid" | "request_replayed" => Cause::WrongKey,
        "timestamp_out_of_window" => Cause::ClockSkew,
        "invalid_payload" | "rest_invalid_json" | "rest_invalid_param" | "rest_missing_callback_param" => {
            Cause::InvalidPayload
        }
        "operation_reused" | "already_exists" => Cause::Conflict,
        "in_progress" => Cause::InProgress,
        "gone" => Cause::Gone,
        "unknown_post" => Cause::UnknownPost,
        "insert_failed" | "db_insert_error" => Cause::InsertFailed,
        "too_large" => Cause::TooLarge,
        "rest_no_route" => Cause::PluginMissing,
        "rest_disabled"
        | "rest_cannot_access"
        | "rest_login_required"
        | "rest_not_logged_in"
        | "rest_api_disabled"
        | "rest_authentication_error" => Cause::RestDisabled,
        "rest_cannot_create" | "rest_cannot_publish" | "rest_forbidden" | "missing_capability" => {
            Cause::MissingCapability
        }
        "internal_server_error" | "wp_die" => Cause::PhpFatal,
        _ => return None,
    })
}

fn by_page(response: &Response<'_>) -> Option<Cause> {
    const SIGNS: &[(&str, Cause)] = &[
        ("there has been a critical error on", Cause::PhpFatal),
        ("fatal error</b>:", Cause::PhpFatal),
        ("php fatal error", Cause::PhpFatal),
        ("uncaught error:", Cause::PhpFatal),
        ("allowed memory size of", Cause::PhpFatal),
        ("maximum execution time of", Cause::PhpFatal),
        ("briefly unavailable for scheduled maintenance", Cause::Maintenance),
        ("maintenance mode", Cause::Maintenance),
        ("account has been suspended", Cause::SiteSuspended),
        ("account suspended", Cause::SiteSuspended),
        ("disk quota exceeded", Cause::Quota),
        ("no space left on device", Cause::Quota),
        ("bandwidth limit exceeded", Cause::Quota),
        ("wordfence", Cause::Blocked),
        ("cf-chl", Cause::Blocked),
        ("attention required! | cloudflare", Cause::Blocked),
        ("checking your browser", Cause::Blocked),
        ("sucuri website firewall", Cause::Blocked),
        ("mod_security", Cause::Blocked),
        ("modsecurity", Cause::Blocked),
        ("imunify360", Cause::Blocked),
        ("ithemes security", Cause::Blocked),
        ("request forbidden by administrative rules", Cause::Blocked),
    ];
    // Words inside a readable answer are somebody's text, not signs.
    if response.content_type.contains("json") && response.body.trim_start().starts_with('{') {
        return None;
    }
    let page = response.body.to_ascii_lowercase();
    SIGNS.iter().find(|(sign, _)| page.contains(sign)).map(|(_, cause)| *cause)
}

fn by_status(response: &Response<'_>) -> Cause {
    match response.status {
        200..=299 if is_html(response) => Cause::HtmlInsteadOfJson,
        200..=299 => Cause::BrokenAnswer,
        300..=399 => Cause::Redirected,
        401 if response.code.is_empty() => Cause::Blocked,
        401 => Cause::WrongKey,
        402 => Cause::SiteSuspended,
        403 | 405 | 406 | 418 | 444 | 451 => Cause::Blocked,
        404 => Cause::PluginMissing,
        408 | 504 | 522 | 524 => Cause::Timeout,
        413 => Cause::TooLarge,
        425 | 429 => Cause::RateLimited,
        507 | 509 => Cause::Quota,
        503 => Cause::Maintenance,
        521 | 523 => Cause::Unreachable,
        525 | 526 => Cause::Tls,
        500.. => Cause::ServerError,
        _ => Cause::Refused,
    }
}

fn is_html(response: &Response<'_>) -> bool {
    let start = response.body.trim_start_matches('\u{feff}').trim_start();
    response.content_type.contains("html") || start.starts_with('<')
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const PAGE: &str = "text/html; charset=UTF-8";

    #[rstest]
    #[case(401, "not_paired", Cause::NotPaired)]
    #[case(401, "signature_missing", Cause::HeaderStripped)]
    #[case(401, "signature_invalid", Cause::WrongKey)]
    #[case(401, "key_invalid", Cause::WrongKey)]
    #[case(401, "timestamp_out_of_window", Cause::ClockSkew)]
    #[case(401, "rest_not_logged_in", Cause::RestDisabled)]
    #[case(401, "somebodys_own_code", Cause::WrongKey)]
    #[case(403, "rest_forbidden", Cause::MissingCapability)]
    #[case(403, "somebodys_own_code", Cause::Blocked)]
    #[case(404, "rest_no_route", Cause::PluginMissing)]
    #[case(400, "rest_invalid_json", Cause::InvalidPayload)]
    #[case(400, "somebodys_own_code", Cause::Refused)]
    #[case(422, "operation_reused", Cause::Conflict)]
    #[case(500, "insert_failed", Cause::InsertFailed)]
    #[case(500, "internal_server_error", Cause::PhpFatal)]
    fn by_what_is_said(#[case] status: u16, #[case] code: &str, #[case] expected: Cause) {
        let body = format!("{{\"code\":\"{code}\",\"message\":\"wordfence\"}}");
        let response = Response { status, code, content_type: "application/json", body: &body };
        assert_eq!(diagnose(&response), expected);
    }

    #[rstest]
    #[case(200, PAGE, "<!DOCTYPE html><title>Coming soon</title>", Cause::HtmlInsteadOfJson)]
    #[case(200, "", "\u{feff} <html>", Cause::HtmlInsteadOfJson)]
    #[case(200, "application/json", "{\"igny8_frame\":\"a\",\"succ", Cause::BrokenAnswer)]
    #[case(201, "application/json", "", Cause::BrokenAnswer)]
    #[case(
        200,
        PAGE,
        "Briefly unavailable for scheduled maintenance. Check back in a minute.",
        Cause::Maintenance
    )]
    #[case(200, "application/json", "<b>Fatal error</b>: Uncaught Error: x in y.php", Cause::PhpFatal)]
    #[case(500, PAGE, "<p>There has been a critical error on this website.</p>", Cause::PhpFatal)]
    #[case(500, PAGE, "<h1>Internal Server Error</h1>", Cause::ServerError)]
    #[case(503, PAGE, "", Cause::Maintenance)]
    #[case(403, PAGE, "Generated by Wordfence at", Cause::Blocked)]
    #[case(403, PAGE, "<h1>Forbidden</h1>", Cause::Blocked)]
    #[case(503, PAGE, "Attention Required! | Cloudflare", Cause::Blocked)]
    #[case(401, PAGE, "<h1>Authorization Required</h1>", Cause::Blocked)]
    #[case(404, PAGE, "<h1>Not Found</h1>", Cause::PluginMissing)]
    #[case(301, "", "", Cause::Redirected)]
    #[case(402, "", "", Cause::SiteSuspended)]
    #[case(200, PAGE, "This Account has been suspended.", Cause::SiteSuspended)]
    #[case(413, "", "", Cause::TooLarge)]
    #[case(429, "", "", Cause::RateLimited)]
    #[case(500, PAGE, "write failed: Disk quota exceeded", Cause::Quota)]
    #[case(502, "", "", Cause::ServerError)]
    #[case(504, "", "", Cause::Timeout)]
    #[case(521, "", "", Cause::Unreachable)]
    #[case(526, "", "", Cause::Tls)]
    #[case(499, "", "", Cause::Refused)]
    fn by_what_is_shown(
        #[case] status: u16,
        #[case] content_type: &str,
        #[case] body: &str,
        #[case] expected: Cause,
    ) {
        assert_eq!(diagnose(&Response { status, code: "", content_type, body }), expected);
    }
}
