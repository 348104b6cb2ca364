//! What the plugin's settings page shows after a successful pairing: what works, and what could be better.

use crate::flows::connect_site::{Claim, Connected};
use crate::store::probes::Check;

pub fn of(connected: &Connected, claim: &Claim<'_>) -> Vec<Check> {
    let check = |name: &str, ok: bool, detail: String, fix: &str| Check {
        name: name.to_owned(),
        ok,
        detail,
        fix: if ok { String::new() } else { fix.to_owned() },
    };
    let mut checks = vec![
        check("api_key", true, "The API key is this site's.".to_owned(), ""),
        check("site_address", true, format!("The site is at {}.", connected.site_url), ""),
        if connected.signed {
            check("signature", true, "Requests are signed, both ways.".to_owned(), "")
        } else {
            let detail = "The plugin gave no public key, so requests carry the API key itself.";
            check("signature", false, detail.to_owned(), "Update the plugin to its newest version.")
        },
    ];
    let encrypted = connected.site_url.starts_with("https://");
    // Only where loopback is allowed at all can a site get this far with such an address.
    let on_this_machine = ["http://127.", "http://localhost", "http://[::1]"]
        .iter()
        .any(|it| connected.site_url.starts_with(it));
    let detail = match (encrypted, on_this_machine) {
        (true, _) => "The connection is encrypted.",
        (false, true) => "The connection does not leave this machine.",
        (false, false) => "The site has no HTTPS address.",
    };
    let fix = "Get a certificate from your host and switch WordPress to https://.";
    checks.push(check("https", encrypted || on_this_machine, detail.to_owned(), fix));
    checks.extend(at_least("wordpress", "WordPress", &claim.wp_version, (5, 6)));
    checks.extend(at_least("php", "PHP", &claim.php_version, (7, 4)));
    checks
}

/// Nothing is said about a version that was not told.
fn at_least(name: &str, what: &str, version: &str, least: (u32, u32)) -> Option<Check> {
    let mut numbers = version.split(['.', '-', '+']).map(str::parse::<u32>);
    let found = (numbers.next()?.ok()?, numbers.next().and_then(Result::ok).unwrap_or(0));
    let ok = found >= least;
    let fix = if ok { String::new() } else { format!("Update {what} to {}.{} or newer.", least.0, least.1) };
    Some(Check { name: name.to_owned(), ok, detail: format!("{what} {version}"), fix })
}
