//! `/doctor`, `/doctor/echo` and `/collections/{post_type}`.

use actix_web::HttpRequest;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::answers::refusal;

const HEADERS: [&str; 4] = ["x-igny8-api-key", "webhook-id", "webhook-timestamp", "webhook-signature"];

pub fn report() -> (u16, Value) {
    let check = |name: &str, ok: bool, fix: &str| json!({"name": name, "ok": ok, "detail": format!("About {name}."), "evidence": "", "fix": fix});
    let checks = [check("php_version", true, ""), check("disk", true, ""), check("cron", true, "")];
    (200, json!({"success": true, "checks": checks}))
}

pub fn echo(request: &HttpRequest, body: &[u8]) -> (u16, Value) {
    let arrived: Vec<&str> =
        HEADERS.into_iter().filter(|name| request.headers().contains_key(*name)).collect();
    let hex = hex::encode(Sha256::digest(body));
    let members = json!({
        "success": true, "method": request.method().as_str(), "headers": arrived, "bytes": body.len(), "sha256": hex,
    });
    (200, members)
}

pub fn collection(post_type: &str) -> (u16, Value) {
    let able = match post_type {
        "post" => true,
        "locked" => false,
        _ => return (404, refusal("unknown_post_type")),
    };
    let members = json!({
        "success": true, "post_type": post_type, "label": "Posts", "readable": true, "writable": able, "count": 12,
        "supports": ["title", "editor"], "taxonomies": ["category"],
        "detail": if able { "" } else { "The author may not publish these." },
        "fix": if able { "" } else { "Choose another author." },
    });
    (200, members)
}
