use database::Tx;
use diesel::QueryResult;
use domain::{AddressPolicy, SiteId, SiteUrl};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::sync_log::{Entry, WP_TO_IGNY8};
use crate::store::integrations::{self, Integration};
use crate::store::sync_events;

/// Who has the key may name any address: the next other one counts only after so long.
const PAUSE: SignedDuration = SignedDuration::from_hours(24);

/// Whether an address a WordPress gives as its own has another origin than the site's. Only where both can be read: a strange spelling is no proof
/// of a copy.
pub fn is_elsewhere(given: &str, integration: &Integration) -> bool {
    let origin =
        |text: &str| SiteUrl::parse(text, &AddressPolicy::with_loopback()).ok().map(|it| it.origin());
    match (origin(given), origin(&integration.site_url)) {
        (Some(given), Some(known)) => given != known,
        _ => false,
    }
}

/// Somebody at another address than the site's has its key: most often a copy for tests. Noted, and logged once, until the site pairs again.
pub async fn suspect_clone(tx: &mut Tx, site: SiteId, site_url: &str, now: Timestamp) -> QueryResult<()> {
    let noted = integrations::note_clone(tx.conn(), site, site_url, PAUSE, now).await?;
    let Some(integration) = noted else { return Ok(()) };
    let entry = Entry {
        error: Some(
            "If this is a copy of the site, give it a site and key of its own. If the site has moved, change its address in IGNY8."
                .to_owned(),
        ),
        details: json!({ "site_url": site_url, "expected": integration.site_url }),
        ..Entry::of_site(
            &integration,
            "clone_suspected",
            WP_TO_IGNY8,
            format!("A WordPress at {site_url} uses the key of {}", integration.site_url),
        )
    };
    sync_events::record(tx, vec![entry.at(now)]).await
}
