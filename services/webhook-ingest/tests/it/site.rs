use contracts::site::{AcceptedKey, SiteCredentialChanged, SiteState};
use domain::ApiKey;
use jiff::Timestamp;
use secrets::{Pepper, Secret, SigningKey};
use serde_json::{Value, json};
use uuid::Uuid;

pub const PEPPER: &str = "c2V2ZW50ZWVuIHBlcHBlcmNvcm5zIGFuZCBvbmUgcGU=";

/// A WordPress site: what it knows, and what integration-api says of it.
#[derive(Clone)]
pub struct Site {
    pub id: i64,
    pub url: String,
    pub key: ApiKey,
    pub signing: Option<SigningKey>,
    pub version: i64,
}

impl Site {
    /// One whose plugin signs.
    pub fn signing(id: i64) -> Self {
        Self { signing: Some(SigningKey::generate()), ..Self::unsigned(id) }
    }

    /// One whose plugin is older.
    pub fn unsigned(id: i64) -> Self {
        Self {
            id,
            url: format!("https://site-{id}.example"),
            key: ApiKey::generate(),
            signing: None,
            version: 1,
        }
    }

    /// What integration-api announces.
    pub fn announced(&self) -> SiteCredentialChanged {
        let public_key = self.signing.as_ref().map(|it| base64_bytes(&it.verifying_key().to_base64()));
        SiteCredentialChanged {
            account_id: self.id + 1000,
            site_id: self.id,
            integration_id: self.id,
            version: self.version,
            state: SiteState::Connected.into(),
            site_url: self.url.clone(),
            rest_url: format!("{}/wp-json/", self.url),
            accepted_keys: vec![accepted(&self.key, None)],
            site_public_key: public_key.unwrap_or_default(),
            ..SiteCredentialChanged::default()
        }
    }

    /// The headers of a request with this body, signed if the site can.
    pub fn headers(&self, body: &str) -> Vec<(String, String)> {
        self.headers_at(body, &Uuid::now_v7().to_string(), Timestamp::now().as_second())
    }

    pub fn headers_at(&self, body: &str, id: &str, at: i64) -> Vec<(String, String)> {
        let mut headers = vec![("X-IGNY8-API-KEY".to_owned(), self.key.expose().to_owned())];
        if let Some(signing) = &self.signing {
            headers.push(("webhook-id".to_owned(), id.to_owned()));
            headers.push(("webhook-timestamp".to_owned(), at.to_string()));
            headers.push(("webhook-signature".to_owned(), signing.sign_webhook(id, at, body.as_bytes())));
        }
        headers
    }

    /// An event as the plugin has it.
    pub fn event(&self, seq: i64, post: i64, status: &str) -> Value {
        json!({
            "id": Uuid::now_v7().to_string(), "seq": seq, "type": "post.status_changed", "occurred_at": "2026-11-22T10:00:00Z",
            "data": {
                "post_id": post, "content_id": 123, "post_status": status, "previous_status": "publish",
                "post_url": format!("{}/post-{post}/", self.url), "post_title": "Post", "post_type": "post",
                "modified_gmt": "2026-11-22T09:59:58Z", "operation_id": "", "site_url": self.url
            }
        })
    }
}

pub fn accepted(key: &ApiKey, valid_until: Option<Timestamp>) -> AcceptedKey {
    let pepper = Pepper::from_base64(&Secret::from(PEPPER)).unwrap();
    AcceptedKey {
        digest: pepper.digest(key.expose()).to_vec(),
        valid_until_ms: valid_until.map(Timestamp::as_millisecond),
    }
}

fn base64_bytes(text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::prelude::BASE64_STANDARD.decode(text).unwrap()
}
