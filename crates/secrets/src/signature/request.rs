use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::{SignatureError, SigningKey, VerifyingKey};

impl SigningKey {
    /// The `webhook-signature` header of a request to a site.
    pub fn sign_request(&self, id: &str, timestamp: i64, request: &SiteRequest<'_>) -> String {
        self.sign_webhook(id, timestamp, request.text().as_bytes())
    }
}

impl VerifyingKey {
    /// What the plugin does with such a request, but for the window and the id's first use.
    pub fn verify_request(
        &self,
        header: &str,
        id: &str,
        timestamp: i64,
        request: &SiteRequest<'_>,
    ) -> Result<(), SignatureError> {
        self.verify_webhook(header, id, timestamp, request.text().as_bytes())
    }
}

/// What is signed of a request to a site. All sites check the same key, so the site's id is part of it: a request to one site is worth
/// nothing at another.
#[derive(Clone, Copy, Debug)]
pub struct SiteRequest<'a> {
    pub site_id: i64,
    pub method: &'a str,
    /// As [`canonical_target`] gives it.
    pub target: &'a str,
    pub body: &'a [u8],
}

impl SiteRequest<'_> {
    /// What stands for the request in the signed text, after `{id}.{timestamp}.`.
    pub fn text(&self) -> String {
        let Self { site_id, target, .. } = self;
        let method = self.method.to_ascii_uppercase();
        format!("{site_id}\n{method}\n{target}\n{}", hex::encode(Sha256::digest(self.body)))
    }
}

/// The REST route and, sorted by name, the query parameters (decoded) other than `rest_route`: the same for pretty and
/// plain permalinks and in a sub-folder.
pub fn canonical_target<'a>(route: &str, query: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query: Vec<_> = query.into_iter().filter(|(name, _)| *name != "rest_route").collect();
    query.sort_unstable();
    let mut target = route.to_owned();
    for (nth, (name, value)) in query.into_iter().enumerate() {
        target.push(if nth == 0 { '?' } else { '&' });
        percent_encode(name, &mut target);
        target.push('=');
        percent_encode(value, &mut target);
    }
    target
}

/// RFC 3986's unreserved characters stay; PHP's `rawurlencode` does the same.
fn percent_encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("invariant: a String can be written to");
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(&[], "/igny8/v1/media")]
    #[case(&[("rest_route", "/igny8/v1/media")], "/igny8/v1/media")]
    #[case(&[("sha256", "ab"), ("alt", "x")], "/igny8/v1/media?alt=x&sha256=ab")]
    #[case(&[("alt", "Brot & Käse/Öl+1~"), ("b", "")], "/igny8/v1/media?alt=Brot%20%26%20K%C3%A4se%2F%C3%96l%2B1~&b=")]
    #[case(&[("b", "1"), ("a", "2"), ("B", "3")], "/igny8/v1/media?B=3&a=2&b=1")]
    #[case(&[("a[]", "1"), ("a b", "2")], "/igny8/v1/media?a%20b=2&a%5B%5D=1")]
    fn targets(#[case] query: &[(&str, &str)], #[case] expected: &str) {
        assert_eq!(canonical_target("/igny8/v1/media", query.iter().copied()), expected);
    }

    fn request<'a>(site_id: i64, method: &'a str, target: &'a str, body: &'a [u8]) -> SiteRequest<'a> {
        SiteRequest { site_id, method, target, body }
    }

    #[test]
    fn the_text_names_site_method_target_and_body() {
        assert_eq!(
            request(7, "post", "/igny8/v1/publish", b"").text(),
            "7\nPOST\n/igny8/v1/publish\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn a_signature_holds_for_one_request_at_one_site_only() {
        let key = SigningKey::generate();
        let header = key.sign_request("12345678", 7, &request(1, "POST", "/igny8/v1/publish", b"{}"));
        let verify = |request| key.verifying_key().verify_request(&header, "12345678", 7, &request).is_ok();
        assert!(verify(request(1, "POST", "/igny8/v1/publish", b"{}")));
        assert!(!verify(request(2, "POST", "/igny8/v1/publish", b"{}")));
        assert!(!verify(request(1, "PUT", "/igny8/v1/publish", b"{}")));
        assert!(!verify(request(1, "POST", "/igny8/v1/media", b"{}")));
        assert!(!verify(request(1, "POST", "/igny8/v1/publish", b"{ }")));
        assert!(key.verifying_key().verify_webhook(&header, "12345678", 7, b"{}").is_err());
    }
}
