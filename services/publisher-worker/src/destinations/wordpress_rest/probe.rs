//! What works for the person whose application password it is.

use domain::delivery::{Cause, Failure};
use serde_json::Value;

use crate::destinations::{Finding, Findings};

/// The steps towards a working site, in order: when one is in the way, those before it are passed and those after it unknown.
const STEPS: [(&str, &str); 3] = [
    ("reachable", "The site answers."),
    ("rest_api", "WordPress' REST API answers."),
    ("password", "The application password is accepted."),
];

/// What a person may be allowed: check, capability, what it is for, whether it can't be done without.
const RIGHTS: [(&str, &str, &str, bool); 5] = [
    ("may_publish", "publish_posts", "publish posts", true),
    ("may_edit_published", "edit_published_posts", "change posts that are published", true),
    ("may_upload", "upload_files", "upload images", true),
    ("may_edit_others", "edit_others_posts", "publish in another author's name", false),
    (
        "may_write_any_html",
        "unfiltered_html",
        "write any HTML; WordPress takes embedded frames and scripts out of the text",
        false,
    ),
];

pub fn of_person(person: &Value) -> Findings {
    let mut checks: Vec<_> = STEPS.iter().map(|(name, detail)| passed(name, (*detail).to_owned())).collect();
    let name = person["username"].as_str().or_else(|| person["name"].as_str()).unwrap_or("This person");
    let roles: Vec<&str> =
        person["roles"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    checks.push(passed(
        "account",
        format!("{name}, as {}.", if roles.is_empty() { "no role".to_owned() } else { roles.join(", ") }),
    ));
    for (check, capability, what, needed) in RIGHTS {
        let may = person["capabilities"][capability] == Value::Bool(true);
        checks.push(match (may, needed) {
            (true, _) => passed(check, format!("{name} may {}.", what.split(';').next().unwrap_or(what))),
            (false, true) => Finding {
                name: check.into(),
                ok: false,
                detail: format!("{name} may not {what}."),
                evidence: String::new(),
                fix: "Give this person the role of an author at least, or use an editor's application password.".to_owned(),
            },
            // Works without.
            (false, false) => passed(check, format!("{name} may not {what}.")),
        });
    }
    let cause = checks.iter().any(|check| !check.ok).then_some(Cause::MissingCapability);
    Findings { checks, cause, ..Findings::default() }
}

pub fn of_failure(failure: &Failure) -> Findings {
    let stuck = step(failure.cause);
    let mut checks: Vec<_> =
        STEPS[..stuck].iter().map(|(name, detail)| passed(name, (*detail).to_owned())).collect();
    let detail = match failure.http_status {
        Some(status) => format!("{} (HTTP {status})", failure.detail),
        None if failure.evidence.is_empty() => failure.detail.clone(),
        None => format!("{} ({})", failure.detail, failure.evidence),
    };
    checks.push(Finding {
        name: STEPS[stuck].0.into(),
        ok: false,
        detail,
        evidence: failure.evidence.clone(),
        fix: failure.next_step.clone(),
    });
    Findings { checks, cause: Some(failure.cause), ..Findings::default() }
}

fn step(cause: Cause) -> usize {
    match cause {
        Cause::Dns
        | Cause::Tls
        | Cause::Unencrypted
        | Cause::Unreachable
        | Cause::ForbiddenAddress
        | Cause::Timeout
        | Cause::Interrupted
        | Cause::Expired => 0,
        Cause::WrongPassword
        | Cause::PasswordsDisabled
        | Cause::HeaderStripped
        | Cause::MissingCapability => 2,
        _ => 1,
    }
}

fn passed(name: &'static str, detail: String) -> Finding {
    Finding { name: name.into(), ok: true, detail, evidence: String::new(), fix: String::new() }
}

/// Only the plugin knows what may be done with a post type.
pub fn no_plugin_to_ask() -> Finding {
    let detail = "Without the plugin the site can't be asked about a post type.".to_owned();
    let fix = "Install the IGNY8 plugin and connect it.".to_owned();
    Finding { ok: false, fix, ..passed("post_type", detail) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_author_is_enough_and_a_contributor_is_not() {
        let author = json!({"username": "ann", "roles": ["author"], "capabilities": {
            "publish_posts": true, "edit_published_posts": true, "upload_files": true,
        }});
        assert!(of_person(&author).ok());
        let mut contributor = author;
        contributor["capabilities"] = json!({"edit_posts": true});
        let findings = of_person(&contributor);
        let failed: Vec<_> = findings.checks.iter().filter(|it| !it.ok).map(|it| it.name.as_ref()).collect();
        assert_eq!(failed, ["may_publish", "may_edit_published", "may_upload"]);
        assert_eq!(findings.cause, Some(Cause::MissingCapability));
    }

    #[test]
    fn what_is_in_the_way_stands_after_what_works() {
        let findings = of_failure(&Failure::new(Cause::WrongPassword, "", Some(401)));
        let checks: Vec<_> = findings.checks.iter().map(|it| (it.name.as_ref(), it.ok)).collect();
        assert_eq!(checks, [("reachable", true), ("rest_api", true), ("password", false)]);
    }
}
