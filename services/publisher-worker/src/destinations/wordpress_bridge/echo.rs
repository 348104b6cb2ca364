//! `/doctor/echo`: what of a request arrives, where hosts and firewalls drop some of it.

use domain::delivery::{Answer, Failure};
use reqwest::Method;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::answers::Reading;
use super::members;
use super::probe::{failed, passed};
use crate::destinations::{Access, Finding, Site};
use crate::egress::CallError;

const LET_IT_THROUGH: &str =
    "Ask your host to let IGNY8's requests through its firewall, or allow them in your security plugin.";
const RAISE_LIMITS: &str = "Ask your host to allow requests of 8 MB (PHP's post_max_size, the web server's body limit) and to let IGNY8's \
    requests through its firewall.";
const ALLOW_METHODS: &str = "Ask your host to allow the methods PUT and DELETE for /wp-json/igny8/.";

/// What arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Echo {
    method: String,
    headers: Vec<String>,
    bytes: u64,
    sha256: String,
}

pub type Heard = Result<Echo, Box<Answer>>;

impl Echo {
    pub fn read(result: Result<Reading, CallError>) -> Heard {
        members(result).map(|it| Self::of(&it)).map_err(Box::new)
    }

    fn of(members: &Map<String, Value>) -> Self {
        let text =
            |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
        let headers = members.get("headers").and_then(Value::as_array).into_iter().flatten();
        Self {
            method: text("method"),
            headers: headers.filter_map(Value::as_str).take(20).map(str::to_ascii_lowercase).collect(),
            bytes: members.get("bytes").and_then(Value::as_u64).unwrap_or_default(),
            sha256: text("sha256"),
        }
    }

    pub fn is_whole(&self, sent: &[u8]) -> bool {
        self.bytes == sent.len() as u64 && self.sha256 == hex::encode(Sha256::digest(sent))
    }

    /// Whether what proves who we are is there.
    pub fn headers_check(&self, site: &Site) -> Finding {
        let needed: &[&str] = match site.access {
            Access::Signed => &["webhook-id", "webhook-timestamp", "webhook-signature"],
            Access::Key(_) | Access::Password { .. } => &["x-igny8-api-key"],
        };
        let lost: Vec<&str> =
            needed.iter().filter(|it| !self.headers.iter().any(|arrived| arrived == **it)).copied().collect();
        let evidence = format!("arrived: {}", shown(&self.headers));
        if lost.is_empty() {
            return Finding { evidence, ..passed("headers", "Our headers arrive.".to_owned()) };
        }
        let detail = format!("These headers do not arrive: {}.", lost.join(", "));
        Finding { ok: false, evidence, fix: LET_IT_THROUGH.to_owned(), ..passed("headers", detail) }
    }
}

pub fn body_check(name: &'static str, heard: &Heard, sent: &[u8]) -> Finding {
    let (fix, what) = match name {
        "html_body" => (LET_IT_THROUGH, "HTML"),
        _ => (RAISE_LIMITS, "A long text with HTML"),
    };
    match heard {
        Ok(echo) if echo.is_whole(sent) => {
            passed(name, format!("{what} of {} bytes arrives as it was sent.", sent.len()))
        }
        Ok(echo) => Finding {
            ok: false,
            evidence: format!(
                "{} of {} bytes, sha256 {}",
                echo.bytes,
                sent.len(),
                shown(std::slice::from_ref(&echo.sha256))
            ),
            fix: fix.to_owned(),
            ..passed(name, format!("{what} arrives, but not as it was sent."))
        },
        Err(answer) => Finding { fix: fix.to_owned(), ..refused(name, answer) },
    }
}

pub fn has_method(heard: &Heard, method: &Method) -> bool {
    heard.as_ref().is_ok_and(|echo| echo.method.eq_ignore_ascii_case(method.as_str()))
}

/// Each method, what was heard of it, and of the POST that stood for it.
pub fn methods_check(arrived: &[(Method, Heard, Option<Heard>)]) -> Finding {
    let lost: Vec<_> = arrived.iter().filter(|(_, _, instead)| instead.is_some()).collect();
    let Some((_, first, _)) = lost.first() else {
        return passed("methods", "PUT and DELETE arrive.".to_owned());
    };
    let names: Vec<&str> = lost.iter().map(|(method, ..)| method.as_str()).collect();
    let overridden = lost.iter().all(|(_, _, instead)| matches!(instead, Some(Ok(_))));
    let passes = if overridden { "passes" } else { "does not pass either" };
    let detail = format!(
        "{} does not arrive; a POST with X-HTTP-Method-Override {passes}. Posts can't be updated or taken down.",
        names.join(" and ")
    );
    let evidence = match first {
        Ok(echo) => format!("arrived as {}", shown(std::slice::from_ref(&echo.method))),
        Err(answer) => refused("methods", answer).evidence,
    };
    Finding { ok: false, evidence, fix: ALLOW_METHODS.to_owned(), ..passed("methods", detail) }
}

fn refused(name: &'static str, answer: &Answer) -> Finding {
    match Failure::of(answer) {
        Some(failure) => failed(name, &failure),
        None => Finding { ok: false, ..passed(name, "The site answered something else.".to_owned()) },
    }
}

/// A site's own words, no longer than they are of use.
fn shown(texts: &[String]) -> String {
    super::answers::evidence(&texts.join(", "))
}

#[cfg(test)]
mod tests {
    use domain::SiteId;
    use serde_json::json;

    use super::*;

    fn echo(method: &str, headers: &[&str], body: &[u8]) -> Echo {
        let members = json!({
            "method": method, "headers": headers, "bytes": body.len(), "sha256": hex::encode(Sha256::digest(body)),
        });
        Echo::of(members.as_object().unwrap())
    }

    #[test]
    fn a_body_is_whole_or_not() {
        let sent = b"<p>whole</p>";
        assert!(body_check("large_body", &Ok(echo("POST", &[], sent)), sent).ok);
        for arrived in [&b"<p>who"[..], b"<p>Whole</p>", b""] {
            let check = body_check("large_body", &Ok(echo("POST", &[], arrived)), sent);
            assert!(!check.ok && check.evidence.contains("of 12 bytes"), "{check:?}");
        }
        let refused =
            body_check("html_body", &Err(Box::new(Answer::Timeout { evidence: "x".to_owned() })), sent);
        assert_eq!((refused.ok, refused.fix.as_str()), (false, LET_IT_THROUGH));
    }

    #[test]
    fn lost_headers_are_named() {
        let site = |access| Site {
            id: SiteId::new(1),
            rest_url: "https://a.test/wp-json/".parse().unwrap(),
            access,
        };
        let all = echo("POST", &["Webhook-Id", "webhook-timestamp", "webhook-signature"], b"");
        assert!(all.headers_check(&site(Access::Signed)).ok);
        let check = all.headers_check(&site(Access::Key(None)));
        assert!(!check.ok && check.detail.contains("x-igny8-api-key"), "{check:?}");
    }

    #[test]
    fn methods_are_told_with_their_way_round() {
        let well = |method: Method| (method.clone(), Ok(echo(method.as_str(), &[], b"")), None);
        assert!(methods_check(&[well(Method::PUT), well(Method::DELETE)]).ok);
        let lost = || Err(Box::new(Answer::Timeout { evidence: String::new() }));
        let overridden = (Method::DELETE, lost(), Some(Ok(echo("POST", &[], b""))));
        let check = methods_check(&[well(Method::PUT), overridden]);
        assert!(
            !check.ok && check.detail.starts_with("DELETE") && check.detail.contains("Override passes"),
            "{check:?}"
        );
        let check = methods_check(&[(Method::PUT, lost(), Some(lost())), well(Method::DELETE)]);
        assert!(check.detail.contains("does not pass either"), "{check:?}");
    }
}
