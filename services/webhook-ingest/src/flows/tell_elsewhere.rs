//! A WordPress at another address has a site's key: most often a copy of the site for tests, with a plugin too old to notice it.

use contracts::webhook::WordpressElsewhere;
use credentials::Site;
use database::{Database, DatabaseError};
use jiff::{SignedDuration, Timestamp};
use url::Url;

use crate::store::elsewhere;

/// Whoever has the key may name any address, and as often as the limits let him.
const PAUSE: SignedDuration = SignedDuration::from_hours(1);

const LONGEST_ADDRESS: usize = 500;

/// Has the platform told, once in a while. The request is refused whatever becomes of this.
pub async fn tell_elsewhere(database: &Database, site: &Site, address: &str, now: Timestamp) {
    let Some(site_url) = another_place(&site.url, address) else { return };
    if let Err(error) = tell(database, site, site_url, now).await {
        tracing::warn!(%error, site.id = site.id.get(), "nobody could be told of a copy of the site");
    }
}

async fn tell(
    database: &Database,
    site: &Site,
    site_url: String,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let mut tx = database.begin().await?;
    if !elsewhere::note(&mut tx, site.id, &site_url, PAUSE, now).await? {
        tx.roll_back().await;
        return Ok(());
    }
    tracing::warn!(site.id = site.id.get(), site_url, "a WordPress at another address uses the site's key");
    let message = WordpressElsewhere {
        account_id: site.account.get(),
        site_id: site.id.get(),
        site_url,
        noticed_at_ms: now.as_millisecond(),
    };
    mailbox::post(&mut tx, &message).await?;
    tx.commit().await
}

/// Another host or port. Another scheme alone is the same site behind a proxy, and a strange spelling proves nothing.
fn another_place(own: &str, address: &str) -> Option<String> {
    let (own, mut other) = (Url::parse(own).ok()?, Url::parse(address).ok()?);
    let is_web = matches!(other.scheme(), "http" | "https");
    if !is_web || (own.host_str(), own.port()) == (other.host_str(), other.port()) {
        return None;
    }
    other.set_username("").and_then(|()| other.set_password(None)).ok()?;
    other.set_query(None);
    other.set_fragment(None);
    let site_url = other.as_str().trim_end_matches('/');
    (site_url.len() <= LONGEST_ADDRESS).then(|| site_url.to_owned())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://staging.example.com", Some("https://staging.example.com"))]
    #[case("HTTPS://Staging.example.com/", Some("https://staging.example.com"))]
    #[case("http://example.com:8080/blog/", Some("http://example.com:8080/blog"))]
    #[case("https://ann:secret@staging.example.com/?key=1#top", Some("https://staging.example.com"))]
    #[case("https://example.com/other", None)]
    #[case("http://example.com", None)]
    #[case("https://example.com:443", None)]
    #[case("ftp://staging.example.com", None)]
    #[case("javascript:alert(1)", None)]
    #[case("staging.example.com", None)]
    #[case("", None)]
    fn another_place_is_another_host_or_port(#[case] address: &str, #[case] told: Option<&str>) {
        assert_eq!(another_place("https://example.com", address).as_deref(), told);
    }

    #[test]
    fn an_address_without_end_is_nobodys() {
        let address = format!("https://staging.example.com/{}", "x".repeat(500));
        assert_eq!(another_place("https://example.com", &address), None);
    }
}
