use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use domain::{AccountId, SiteId};
use secrets::VerifyingKey;
use url::Url;

/// A site, as far as one that it talks to must know it.
#[derive(Clone, Debug)]
pub struct Site {
    pub id: SiteId,
    pub account: AccountId,
    pub state: State,
    /// Its home, without a trailing slash.
    pub url: String,
    pub(crate) signs: Signs,
}

/// Whether the site must sign.
#[derive(Clone, Debug)]
pub(crate) enum Signs {
    /// Its plugin never gave a public key.
    No,
    With(Box<VerifyingKey>),
    /// A public key is stored, and is none: no signature is right.
    Unreadable,
}

impl Site {
    /// Whether an address a request names is one of this site's: scheme, host and port. Says so, decides nothing else.
    pub fn has_origin_of(&self, address: &str) -> bool {
        let origin = |text: &str| Url::parse(text).ok().map(|url| url.origin()).filter(url::Origin::is_tuple);
        origin(&self.url).is_some_and(|own| origin(address).is_some_and(|other| own == other))
    }
}

impl Signs {
    pub(crate) fn with(public_key: Option<&[u8]>) -> Self {
        let Some(bytes) = public_key else { return Self::No };
        match VerifyingKey::from_base64(&BASE64_STANDARD.encode(bytes)) {
            Ok(key) => Self::With(Box::new(key)),
            Err(error) => {
                tracing::error!(%error, "a site's public key can't be used; everything it signs is refused");
                Self::Unreadable
            }
        }
    }
}

/// As in the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Made, never connected.
    Pending,
    Connected,
    /// Its origin changed and is not proven yet.
    Suspended,
    Deleted,
}

impl State {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Connected => "connected",
            Self::Suspended => "suspended",
            Self::Deleted => "deleted",
        }
    }

    /// What can't be read lets nobody in.
    pub(crate) fn of(text: &str) -> Self {
        [Self::Pending, Self::Connected, Self::Suspended]
            .into_iter()
            .find(|it| it.as_str() == text)
            .unwrap_or(Self::Deleted)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://example.com/blog/post-1/", true)]
    #[case("https://EXAMPLE.com:443", true)]
    #[case("http://example.com/blog", false)]
    #[case("https://example.com:8443", false)]
    #[case("https://example.com.evil.test/", false)]
    #[case("https://example.com@evil.test/", false)]
    #[case("example.com", false)]
    #[case("file:///etc/passwd", false)]
    #[case("", false)]
    fn an_address_is_the_sites_by_its_origin(#[case] address: &str, #[case] own: bool) {
        let site = Site {
            id: SiteId::new(1),
            account: AccountId::new(1),
            state: State::Connected,
            url: "https://example.com/blog".to_owned(),
            signs: Signs::No,
        };
        assert_eq!(site.has_origin_of(address), own);
    }

    #[test]
    fn a_site_without_a_usable_address_has_no_origin() {
        let mut site = Site {
            id: SiteId::new(1),
            account: AccountId::new(1),
            state: State::Pending,
            url: String::new(),
            signs: Signs::No,
        };
        assert!(!site.has_origin_of(""));
        site.url = "data:text/plain,x".to_owned();
        assert!(!site.has_origin_of("data:text/plain,x"));
    }

    #[test]
    fn a_public_key_that_is_none_still_asks_for_signatures() {
        assert!(matches!(Signs::with(None), Signs::No));
        assert!(matches!(Signs::with(Some(&[0; 32])), Signs::Unreadable));
        assert!(matches!(Signs::with(Some(b"short")), Signs::Unreadable));
    }

    #[test]
    fn states_are_read_back() {
        for state in [State::Pending, State::Connected, State::Suspended, State::Deleted] {
            assert_eq!(State::of(state.as_str()), state);
        }
        assert_eq!(State::of("something newer"), State::Deleted);
    }
}
