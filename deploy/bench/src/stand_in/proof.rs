use actix_web::HttpRequest;
use secrets::VerifyingKey;
use secrets::signature::{SiteRequest, canonical_target, check_window};
use url::form_urlencoded;

/// What the plugin checks of a signed request, but for the first use of its id.
pub fn check(
    key: &VerifyingKey,
    request: &HttpRequest,
    site: i64,
    route: &str,
    body: &[u8],
) -> Result<(), &'static str> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let (Some(id), Some(signature)) = (header("webhook-id"), header("webhook-signature")) else {
        return Err("signature_missing");
    };
    let timestamp: i64 = header("webhook-timestamp").and_then(|text| text.parse().ok()).unwrap_or_default();
    let query: Vec<_> = form_urlencoded::parse(request.query_string().as_bytes()).collect();
    let target = canonical_target(
        &format!("/igny8/v1/{route}"),
        query.iter().map(|(name, value)| (&**name, &**value)),
    );
    let signed = SiteRequest { site_id: site, method: request.method().as_str(), target: &target, body };
    key.verify_request(signature, id, timestamp, &signed).map_err(|_| "signature_invalid")?;
    check_window(timestamp, jiff::Timestamp::now().as_second()).map_err(|_| "timestamp_out_of_window")
}
