use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::HeaderMap;
use actix_web::{FromRequest, HttpRequest};
use bytes::Bytes;
use futures::future::LocalBoxFuture;
use jiff::Timestamp;
use secrets::signature::{SignatureError, check_id, check_window};
use web::{Problem, RawBody};

use crate::presented::{key, only};
use crate::site::Signs;
use crate::{Directory, Refusal, Site};

/// A request with a body that is a site's own: by its key, and by its signature if the site can sign.
#[derive(Clone, Debug)]
pub struct SignedRequest {
    pub site: Arc<Site>,
    /// As it came; this is what was signed.
    pub body: Bytes,
    /// Proven by a signature. False: the site's plugin can't sign.
    pub signed: bool,
    /// `webhook-id`: the same request again has the same one.
    pub id: Option<String>,
    /// When it says it was sent; only a signed one says so credibly.
    pub sent_at: Option<Timestamp>,
}

/// A request without a body that is a site's own, by its key.
#[derive(Clone, Debug)]
pub struct SiteKey(pub Arc<Site>);

impl FromRequest for SignedRequest {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = RawBody::from_request(request, payload);
        let (key, request) = (SiteKey::from_request(request, payload), request.clone());
        Box::pin(async move {
            // A stranger's body is not waited for.
            let SiteKey(site) = key.await?;
            Self::check(site, &request, body.await?.into_inner())
        })
    }
}

impl SignedRequest {
    /// The request of a site whose key it came with.
    pub fn check(site: Arc<Site>, request: &HttpRequest, body: Bytes) -> Result<Self, Problem> {
        Ok(check(site, request.headers(), body, directory(request).now())?)
    }
}

impl FromRequest for SiteKey {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (directory, key) = (directory(request), key(request.headers()));
        Box::pin(async move { Ok(Self(directory.identify(&key?).await?)) })
    }
}

fn directory(request: &HttpRequest) -> Directory {
    request.app_data::<Directory>().expect("invariant: the application carries a directory").clone()
}

fn check(
    site: Arc<Site>,
    headers: &HeaderMap,
    body: Bytes,
    now: Timestamp,
) -> Result<SignedRequest, Refusal> {
    let header = |name| only(headers, name).map_err(|_| Refusal::Signature(SignatureError::Invalid));
    let id = header("webhook-id")?;
    let Some(signing) = signing_key(&site)? else {
        let id = id.filter(|id| check_id(id).is_ok()).map(str::to_owned);
        return Ok(SignedRequest { site, body, signed: false, id, sent_at: None });
    };
    let missing = || Refusal::Signature(SignatureError::Missing);
    let id = id.ok_or_else(missing)?;
    let timestamp = header("webhook-timestamp")?.ok_or_else(missing)?;
    let signature = header("webhook-signature")?.ok_or_else(missing)?;
    let timestamp = seconds(timestamp).ok_or(SignatureError::Invalid)?;
    check_window(timestamp, now.as_second())?;
    signing.verify_webhook(signature, id, timestamp, &body)?;
    let (id, sent_at) = (Some(id.to_owned()), Timestamp::from_second(timestamp).ok());
    Ok(SignedRequest { site, body, signed: true, id, sent_at })
}

fn signing_key(site: &Site) -> Result<Option<secrets::VerifyingKey>, Refusal> {
    match &site.signs {
        Signs::No => Ok(None),
        Signs::With(key) => Ok(Some(**key)),
        Signs::Unreadable => Err(SignatureError::Invalid.into()),
    }
}

/// Digits only: what was signed has one spelling.
fn seconds(text: &str) -> Option<i64> {
    let plain = !text.is_empty()
        && text.bytes().all(|it| it.is_ascii_digit())
        && (text == "0" || !text.starts_with('0'));
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};
    use domain::{AccountId, SiteId};
    use secrets::SigningKey;

    use super::*;
    use crate::State;

    const NOW: i64 = 1_732_254_000;
    const ID: &str = "0193511c-7a00-7000-8000-000000000001";
    const BODY: &[u8] = br#"[{"id":"1"}]"#;

    fn site(signs: Signs) -> Arc<Site> {
        let url = "https://example.com".to_owned();
        Arc::new(Site { id: SiteId::new(1), account: AccountId::new(1), state: State::Connected, url, signs })
    }

    fn outcome(
        key: &SigningKey,
        id: &str,
        at: &str,
        signature: &str,
        body: &[u8],
    ) -> Result<SignedRequest, String> {
        let mut headers = HeaderMap::new();
        for (name, value) in [("webhook-id", id), ("webhook-timestamp", at), ("webhook-signature", signature)]
        {
            if !value.is_empty() {
                headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
            }
        }
        let now = Timestamp::from_second(NOW).unwrap();
        let site = site(Signs::With(Box::new(key.verifying_key())));
        check(site, &headers, Bytes::copy_from_slice(body), now)
            .map_err(|it| Problem::from(it).code().to_owned())
    }

    #[test]
    fn what_the_site_signed_is_taken() {
        let key = SigningKey::generate();
        let signature = key.sign_webhook(ID, NOW - 300, BODY);
        let request = outcome(&key, ID, &(NOW - 300).to_string(), &signature, BODY).unwrap();
        assert!(request.signed);
        assert_eq!(request.id.as_deref(), Some(ID));
        assert_eq!(request.sent_at.unwrap().as_second(), NOW - 300);
        // While keys change hands there are two, and order does not matter.
        let both = format!("{} {signature}", SigningKey::generate().sign_webhook(ID, NOW - 300, BODY));
        assert!(outcome(&key, ID, &(NOW - 300).to_string(), &both, BODY).is_ok());
    }

    #[test]
    fn every_flipped_bit_shows() {
        let key = SigningKey::generate();
        let signature = key.sign_webhook(ID, NOW, BODY);
        let now = NOW.to_string();
        for bit in 0..BODY.len() * 8 {
            let mut body = BODY.to_vec();
            body[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(outcome(&key, ID, &now, &signature, &body).unwrap_err(), "signature_invalid");
        }
        for at in 4..signature.len() {
            let mut other = signature.clone().into_bytes();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            let other = String::from_utf8(other).unwrap();
            if other != signature {
                assert_eq!(
                    outcome(&key, ID, &now, &other, BODY).unwrap_err(),
                    "signature_invalid",
                    "at {at}"
                );
            }
        }
        assert_eq!(
            outcome(&key, ID, &(NOW + 1).to_string(), &signature, BODY).unwrap_err(),
            "signature_invalid"
        );
        assert_eq!(
            outcome(&key, &ID.replace('1', "2"), &now, &signature, BODY).unwrap_err(),
            "signature_invalid"
        );
        assert_eq!(
            outcome(&SigningKey::generate(), ID, &now, &signature, BODY).unwrap_err(),
            "signature_invalid"
        );
    }

    #[test]
    fn late_early_absent_and_ill_formed() {
        let key = SigningKey::generate();
        let signed = |at: i64| (at.to_string(), key.sign_webhook(ID, at, BODY));
        for at in [NOW - 301, NOW + 301, 0] {
            let (at, signature) = signed(at);
            assert_eq!(outcome(&key, ID, &at, &signature, BODY).unwrap_err(), "timestamp_out_of_window");
        }
        let (at, signature) = signed(NOW);
        assert_eq!(outcome(&key, "", &at, &signature, BODY).unwrap_err(), "signature_missing");
        assert_eq!(outcome(&key, ID, "", &signature, BODY).unwrap_err(), "signature_missing");
        assert_eq!(outcome(&key, ID, &at, "", BODY).unwrap_err(), "signature_missing");
        for odd in ["+1732254000", "1732254000.0", "01732254000", "-5", "99999999999999999999", "now"] {
            assert_eq!(outcome(&key, ID, odd, &signature, BODY).unwrap_err(), "signature_invalid", "{odd}");
        }
        let eleven = format!("{}{signature}", "v1a,AAAA ".repeat(10));
        assert_eq!(outcome(&key, ID, &at, &eleven, BODY).unwrap_err(), "signature_invalid");
        assert_eq!(outcome(&key, "a.b.c.d.e", &at, &signature, BODY).unwrap_err(), "signature_invalid");
    }

    #[test]
    fn an_unsigned_site_is_taken_by_its_key_and_an_unreadable_key_by_nothing() {
        let now = Timestamp::from_second(NOW).unwrap();
        let request = check(site(Signs::No), &HeaderMap::new(), Bytes::from_static(BODY), now).unwrap();
        assert!(!request.signed && request.id.is_none());
        assert!(check(site(Signs::Unreadable), &HeaderMap::new(), Bytes::from_static(BODY), now).is_err());
    }
}
