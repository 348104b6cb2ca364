//! Who sends, and what.

use std::fmt::Write as _;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use contracts::site::{AcceptedKey, SiteCredentialChanged, SiteState};
use domain::ApiKey;
use jiff::Timestamp;
use secrets::{Pepper, SigningKey};
use serde_json::{Value, json};
use uuid::Uuid;

pub struct Site {
    id: i64,
    key: ApiKey,
    signing: SigningKey,
    seq: i64,
}

/// A request as it goes over the wire.
pub struct Request {
    pub bytes: Vec<u8>,
    pub events: usize,
}

const EVENTS: &str = "/api/v1/integration/webhooks/wordpress/events/";

pub fn make(count: i64) -> super::Sites {
    let seq = Timestamp::now().as_millisecond();
    (1..=count).map(|id| Site { id, key: ApiKey::generate(), signing: SigningKey::generate(), seq }).collect()
}

/// So many events, every site in its turn, so many to a request; made and signed beforehand.
pub fn requests(sites: &mut [Site], events: usize, per_request: usize) -> Vec<Request> {
    let count = sites.len();
    (0..events.div_ceil(per_request)).map(|nth| sites[nth % count].request(per_request)).collect()
}

impl Site {
    /// What integration-api would say of it.
    pub fn announced(&self, pepper: &Pepper) -> SiteCredentialChanged {
        let public = self.signing.verifying_key().to_base64();
        let digest = pepper.digest(self.key.expose()).to_vec();
        SiteCredentialChanged {
            account_id: 1,
            site_id: self.id,
            integration_id: self.id,
            version: Timestamp::now().as_millisecond(),
            state: SiteState::Connected.into(),
            site_url: self.url(),
            accepted_keys: vec![AcceptedKey { digest, valid_until_ms: None }],
            site_public_key: BASE64_STANDARD.decode(public).unwrap_or_default(),
            ..SiteCredentialChanged::default()
        }
    }

    fn url(&self) -> String {
        format!("https://site-{}.example", self.id)
    }

    /// As the plugin signs it, by way of a load balancer that says where it came from.
    fn request(&mut self, events: usize) -> Request {
        let body = Value::from((0..events).map(|_| self.event()).collect::<Vec<_>>()).to_string();
        let (id, now) = (Uuid::now_v7().to_string(), Timestamp::now().as_second());
        let signature = self.signing.sign_webhook(&id, now, body.as_bytes());
        let address = format!("10.{}.{}.7", self.id / 250, self.id % 250);
        let key = self.key.expose();
        let mut text =
            format!("POST {EVENTS} HTTP/1.1\r\nhost: hooks\r\nuser-agent: igny8-wp-bridge/2.0.0\r\n");
        // Writing to a text can't fail.
        let _ = write!(
            text,
            "content-type: application/json\r\nx-igny8-api-key: {key}\r\nauthorization: Bearer {key}\r\n\
             webhook-id: {id}\r\nwebhook-timestamp: {now}\r\nwebhook-signature: {signature}\r\n\
             x-forwarded-for: {address}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        Request { bytes: text.into_bytes(), events }
    }

    /// Every other one is more than a change of status.
    fn event(&mut self) -> Value {
        self.seq += 1;
        let (seq, url) = (self.seq, self.url());
        let mut event = json!({
            "id": Uuid::now_v7().to_string(), "seq": seq, "type": "post.status_changed", "occurred_at": "2026-11-22T10:00:00Z",
            "data": {
                "post_id": seq % 500 + 1, "content_id": seq % 500 + 1_000, "post_status": "publish", "previous_status": "draft",
                "post_url": format!("{url}/bread-and-butter-{seq}/"), "post_title": "Bread and butter", "post_type": "post",
                "modified_gmt": "2026-11-22T09:59:58Z", "operation_id": "", "site_url": url
            }
        });
        if seq % 2 == 0 {
            event["type"] = json!("post.updated");
            event["data"]["changed"] = json!(["text", "terms"]);
            event["data"]["revision"] = json!(format!("{seq:064x}"));
            event["data"]["metadata"] = json!({
                "slug": "bread-and-butter", "author": {"id": 1, "login": "ann", "name": "Ann"}, "date_gmt": "2026-11-22T09:00:00Z",
                "categories": [{"id": 12, "name": "Baking", "path": "Guides > Baking"}], "tags": [{"id": 5, "name": "bread"}],
                "terms": {}, "featured_image": null
            });
        }
        event
    }
}
