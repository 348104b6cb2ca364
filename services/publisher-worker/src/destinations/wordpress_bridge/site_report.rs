//! What a site says of itself: `/doctor`, and where there is none, what `/status` tells.

use serde_json::{Map, Value};

use super::answers;
use super::probe::passed;
use crate::destinations::{Finding, Site};

/// The plugin has about twenty.
const MOST_CHECKS: usize = 60;
const LONGEST_NAME: usize = 40;
/// Below this, pictures of usual cameras are too large to be taken in.
const LEAST_UPLOAD: i64 = 4 * 1024 * 1024;

/// The site's own checks, and of what was seen from here that which they leave out.
pub fn told(told: &Map<String, Value>, seen_here: Vec<Finding>) -> Vec<Finding> {
    let checks = told.get("checks").and_then(Value::as_array).into_iter().flatten();
    let mut findings: Vec<Finding> =
        checks.filter_map(Value::as_object).filter_map(finding).take(MOST_CHECKS).collect();
    let missing: Vec<Finding> =
        seen_here.into_iter().filter(|seen| !findings.iter().any(|told| told.name == seen.name)).collect();
    findings.extend(missing);
    findings
}

fn finding(check: &Map<String, Value>) -> Option<Finding> {
    let name = check.get("name").and_then(Value::as_str)?;
    let is_sign = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_';
    if !(1..=LONGEST_NAME).contains(&name.len()) || !name.chars().all(is_sign) {
        return None;
    }
    let text = |name: &str| answers::evidence(check.get(name).and_then(Value::as_str).unwrap_or_default());
    Some(Finding {
        name: name.to_owned().into(),
        ok: check.get("ok").and_then(Value::as_bool)?,
        detail: text("detail"),
        evidence: text("evidence"),
        fix: text("fix"),
    })
}

/// By the names that the plugin gives to the same checks.
pub fn of_status(site: &Site, status: &Map<String, Value>) -> Vec<Finding> {
    let text = |name: &str| answers::evidence(status.get(name).and_then(Value::as_str).unwrap_or_default());
    let plain = site.rest_url.query_pairs().any(|(name, _)| name == "rest_route");
    let detail = if plain { "Plain permalinks; they work, too." } else { "Pretty permalinks." };
    let permalinks = Finding { evidence: text("permalinks"), ..passed("permalinks", detail.to_owned()) };
    let mut findings = vec![permalinks, https(site)];
    findings.extend(at_least("wp_version", "WordPress", &text("wp_version"), (5, 6)));
    findings.extend(at_least("php_version", "PHP", &text("php_version"), (7, 4)));
    findings.extend(status.get("max_upload_bytes").and_then(Value::as_i64).map(upload));
    findings
}

fn https(site: &Site) -> Finding {
    if site.rest_url.scheme() == "https" {
        return passed("https", "The connection is encrypted.".to_owned());
    }
    // Only where loopback is allowed at all does a call get this far with such an address.
    let here = match site.rest_url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    };
    if here {
        return passed("https", "The connection does not leave this machine.".to_owned());
    }
    Finding {
        ok: false,
        evidence: site.rest_url.origin().ascii_serialization(),
        fix: "Get a certificate from your host and switch WordPress to https://.".to_owned(),
        ..passed("https", "The site has no HTTPS address.".to_owned())
    }
}

/// Nothing is said about a version that was not told.
fn at_least(name: &'static str, what: &str, version: &str, least: (u32, u32)) -> Option<Finding> {
    let mut numbers = version.split(['.', '-', '+']).map(str::parse::<u32>);
    let found = (numbers.next()?.ok()?, numbers.next().and_then(Result::ok).unwrap_or(0));
    let finding = passed(name, format!("{what} {version}"));
    if found >= least {
        return Some(finding);
    }
    let fix = format!("Update {what} to {}.{} or newer.", least.0, least.1);
    Some(Finding { ok: false, fix, ..finding })
}

fn upload(bytes: i64) -> Finding {
    let detail = format!("Files of {} MB can be uploaded.", bytes / (1024 * 1024));
    if bytes >= LEAST_UPLOAD {
        return passed("upload", detail);
    }
    Finding {
        ok: false,
        evidence: format!("max_upload_bytes: {bytes}"),
        fix: "Ask your host to raise PHP's upload_max_filesize and post_max_size to 8M or more.".to_owned(),
        ..passed("upload", detail)
    }
}

#[cfg(test)]
mod tests {
    use domain::SiteId;
    use serde_json::json;

    use super::*;
    use crate::destinations::Access;

    fn seen(rest_url: &str, status: &Value) -> Vec<(String, bool)> {
        let site = Site { id: SiteId::new(1), rest_url: rest_url.parse().unwrap(), access: Access::Signed };
        let findings = of_status(&site, status.as_object().unwrap());
        findings.into_iter().map(|it| (it.name.into_owned(), it.ok)).collect()
    }

    #[test]
    fn an_older_plugins_status_tells_something() {
        let status = json!({"wp_version": "5.5.1", "php_version": "8.2-dev", "max_upload_bytes": 2_097_152});
        let expected = [
            ("permalinks", true),
            ("https", false),
            ("wp_version", false),
            ("php_version", true),
            ("upload", false),
        ];
        assert_eq!(
            seen("http://a.test/?rest_route=/", &status),
            expected.map(|(name, ok)| (name.to_owned(), ok))
        );
        let expected = [("permalinks", true), ("https", true)].map(|(name, ok)| (name.to_owned(), ok));
        assert_eq!(seen("https://a.test/wp-json/", &json!({"wp_version": "none"})), expected);
    }

    #[test]
    fn what_a_site_says_of_itself_is_bounded() {
        let check = |name: &str| json!({"name": name, "ok": true, "detail": "d".repeat(9_000), "fix": 5});
        let mut checks: Vec<Value> = (0..99).map(|it| check(&format!("check_{it}"))).collect();
        checks.insert(0, check("<b>"));
        checks.insert(0, json!("none"));
        checks.insert(0, json!({"name": "not_told"}));
        let body = json!({ "checks": checks });
        let findings = told(
            body.as_object().unwrap(),
            vec![passed("check_3", String::new()), passed("own", String::new())],
        );
        assert_eq!(findings.len(), MOST_CHECKS + 1);
        assert!(findings.iter().all(|it| it.detail.len() <= 500 && it.fix.is_empty()));
        assert_eq!(findings.last().unwrap().name, "own");
    }
}
