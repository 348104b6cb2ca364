//! `vectors.json` was made with PHP's sodium, the library that the plugin signs and verifies with.

#![expect(clippy::unwrap_used, reason = "a test's helpers may take what the file has")]

use secrets::signature::{self, SiteRequest};
use secrets::{SigningKey, VerifyingKey};
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("vectors.json")).unwrap()
}

fn text<'a>(vector: &'a Value, field: &str) -> &'a str {
    vector[field].as_str().unwrap_or_else(|| panic!("{field} of {vector}"))
}

fn body(vector: &Value) -> Vec<u8> {
    use base64::{Engine, prelude::BASE64_STANDARD};
    BASE64_STANDARD.decode(text(vector, "body_base64")).unwrap()
}

fn keys(vectors: &Value) -> (SigningKey, VerifyingKey) {
    let signing = SigningKey::from_base64(&text(vectors, "seed").into()).unwrap();
    (signing, VerifyingKey::from_base64(text(vectors, "public_key")).unwrap())
}

#[test]
fn the_public_key_follows_from_the_seed() {
    let (signing, verifying) = keys(&vectors());
    assert_eq!(signing.verifying_key(), verifying);
}

#[test]
fn requests_towards_a_site() {
    let vectors = vectors();
    let (signing, verifying) = keys(&vectors);
    let requests = vectors["requests"].as_array().unwrap();
    assert!(!requests.is_empty());
    for request in requests {
        let query = request["query"].as_array().unwrap();
        let query = query.iter().map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()));
        let target = signature::canonical_target(text(request, "route"), query);
        assert_eq!(target, text(request, "target"));

        let (id, timestamp) = (text(request, "id"), request["timestamp"].as_i64().unwrap());
        let (method, body) = (text(request, "method"), body(request));
        let site_id = request["site_id"].as_i64().unwrap();
        let signed = SiteRequest { site_id, method, target: &target, body: &body };
        assert_eq!(signed.text(), text(request, "request_text"));
        let header = signing.sign_request(id, timestamp, &signed);
        assert_eq!(header, text(request, "signature"));
        assert_eq!(verifying.verify_request(&header, id, timestamp, &signed), Ok(()));
    }
}

#[test]
fn webhooks_from_a_site() {
    let vectors = vectors();
    let (signing, verifying) = keys(&vectors);
    let webhooks = vectors["webhooks"].as_array().unwrap();
    assert!(!webhooks.is_empty());
    for webhook in webhooks {
        let (id, timestamp, body) =
            (text(webhook, "id"), webhook["timestamp"].as_i64().unwrap(), body(webhook));
        assert_eq!(signing.sign_webhook(id, timestamp, &body), text(webhook, "signature"));
        assert_eq!(verifying.verify_webhook(text(webhook, "signature"), id, timestamp, &body), Ok(()));
    }
}
