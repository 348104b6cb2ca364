//! What the plugin's settings page shows after a successful pairing: what works, and what could be better.

use actix_web::http::header::{self, HeaderMap};
use jiff::{SignedDuration, Timestamp};

use crate::flows::connect_site::{Claim, Connected};
use crate::store::probes::Check;

/// Requests further apart than 300 s are refused; from here on it is worth a word.
const CLOCK_WARNING: SignedDuration = SignedDuration::from_secs(120);

/// How the request came.
pub struct Seen<'a> {
    pub headers: &'a HeaderMap,
    /// By the site's clock.
    pub time: Option<Timestamp>,
    pub now: Timestamp,
}

pub fn of(connected: &Connected, claim: &Claim<'_>, seen: &Seen<'_>) -> Vec<Check> {
    let mut checks = vec![
        Check {
            evidence: carried(seen.headers),
            ..check("api_key", true, "The API key is this site's.", "")
        },
        body(seen.headers),
        address(connected, claim),
        if connected.signed {
            check("signature", true, "Requests are signed, both ways.", "")
        } else {
            let detail = "The plugin gave no public key, so requests carry the API key itself.";
            check("signature", false, detail, "Update the plugin to its newest version.")
        },
        https(connected, claim),
    ];
    checks.extend(seen.time.map(|time| clock(time, seen.now)));
    checks.extend(at_least("wordpress", "WordPress", &claim.wp_version, (5, 6)));
    checks.extend(at_least("php", "PHP", &claim.php_version, (7, 4)));
    checks
}

fn check(name: &str, ok: bool, detail: &str, fix: &str) -> Check {
    Check {
        name: name.to_owned(),
        ok,
        detail: detail.to_owned(),
        evidence: String::new(),
        fix: if ok { String::new() } else { fix.to_owned() },
    }
}

/// Which header brought the key: hosts drop one or the other.
fn carried(headers: &HeaderMap) -> String {
    let names = [("X-IGNY8-API-KEY", "x-igny8-api-key"), ("Authorization", header::AUTHORIZATION.as_str())];
    let arrived: Vec<&str> =
        names.into_iter().filter(|(_, name)| headers.contains_key(*name)).map(|(shown, _)| shown).collect();
    if arrived.is_empty() {
        "It came in the body.".to_owned()
    } else {
        format!("It came as {}.", arrived.join(" and "))
    }
}

/// A body that is cut is no JSON, and does not get this far.
fn body(headers: &HeaderMap) -> Check {
    let bytes = headers.get(header::CONTENT_LENGTH).and_then(|it| it.to_str().ok());
    let evidence = bytes.map(|it| format!("{it} bytes, as announced")).unwrap_or_default();
    Check { evidence, ..check("body", true, "What the site sends arrives whole.", "") }
}

fn address(connected: &Connected, claim: &Claim<'_>) -> Check {
    let evidence = match &claim.site_url {
        Some(url) => format!("The plugin says {}.", url.as_str()),
        None => "The plugin did not say where it is.".to_owned(),
    };
    Check { evidence, ..check("site_address", true, &format!("The site is at {}.", connected.site_url), "") }
}

/// Both the site's address and where it is called.
fn https(connected: &Connected, claim: &Claim<'_>) -> Check {
    let rest_url = claim.rest_url.as_ref().map_or(connected.site_url.as_str(), |(_, text)| text);
    let urls = [connected.site_url.as_str(), rest_url];
    // Only where loopback is allowed at all can a site get this far with such an address.
    let on_this_machine =
        |url: &str| ["http://127.", "http://localhost", "http://[::1]"].iter().any(|it| url.starts_with(it));
    let plain = urls.into_iter().find(|it| !it.starts_with("https://"));
    let fix = "Get a certificate from your host and switch WordPress to https://.";
    match plain {
        None => check("https", true, "The connection is encrypted.", ""),
        Some(url) if on_this_machine(url) => {
            check("https", true, "The connection does not leave this machine.", "")
        }
        Some(url) => {
            Check { evidence: url.to_owned(), ..check("https", false, "The site has no HTTPS address.", fix) }
        }
    }
}

fn clock(time: Timestamp, now: Timestamp) -> Check {
    let off = time.duration_since(now).abs();
    let ok = off <= CLOCK_WARNING;
    let detail = format!("The site's clock is {} s off.", off.as_secs());
    let fix = "Ask your host to set the server's clock; beyond 300 s signed requests are refused.";
    Check { evidence: format!("The site says {time}, it is {now}."), ..check("clock", ok, &detail, fix) }
}

/// Nothing is said about a version that was not told.
fn at_least(name: &str, what: &str, version: &str, least: (u32, u32)) -> Option<Check> {
    let mut numbers = version.split(['.', '-', '+']).map(str::parse::<u32>);
    let found = (numbers.next()?.ok()?, numbers.next().and_then(Result::ok).unwrap_or(0));
    let fix = format!("Update {what} to {}.{} or newer.", least.0, least.1);
    Some(check(name, found >= least, &format!("{what} {version}"), &fix))
}
