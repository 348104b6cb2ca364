//! Looks at a site from outside, question by question: whether it can be reached, what of a request arrives, what it finds of itself.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use bytes::Bytes;
use domain::delivery::{Answer, Failure};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::answers::{self, Reading};
use super::echo::{self, Echo};
use super::probe::{self, failed, skipped};
use super::{Body, WordpressBridge, collection, members, site_report};
use crate::destinations::{Call, Finding, Findings, Reply, Site};
use crate::egress::CallError;

/// For all questions together; whoever asked does not wait for ever.
const BUDGET: Duration = Duration::from_secs(30);
/// For each question after the first.
const STEP: Duration = Duration::from_secs(8);

pub const UPDATE_PLUGIN: &str = "Update the IGNY8 plugin to its newest version, then test again.";

/// What an article may be like: long, with markup that firewalls dislike.
const PIECE: &str = "<h2 style=\"color:#333\">Where to select from: a table of prices</h2>\n<p>Text with a <a href=\"https://example.com/?a=1&amp;b=2\">link</a>, \
    <code>&lt;script&gt;</code> in words, and 100 % of \"both\" 'quotes'.</p>\n<figure><iframe src=\"https://www.example.com/embed/x\"></iframe></figure>\n";
const LARGE: usize = 1024 * 1024;

static LARGE_BODY: LazyLock<Bytes> = LazyLock::new(|| html_body(LARGE / PIECE.len()));

fn html_body(pieces: usize) -> Bytes {
    json!({ "content_html": PIECE.repeat(pieces) }).to_string().into()
}

type Asked = (Result<Reading, CallError>, Call);

impl WordpressBridge {
    pub(super) async fn examine(&self, site: &Site, post_type: Option<&str>) -> Reply<Findings> {
        let until = Instant::now() + BUDGET;
        let (result, call) = self.call(site, Method::GET, "/igny8/v1/status", &[], Body::EMPTY).await;
        let status = match result.map(Reading::into_members) {
            Ok(Ok(status)) => status,
            Ok(Err(refusal)) => return in_the_way(&Answer::Refused(refusal), call),
            Err(error) => return in_the_way(&answers::unanswered(error), call),
        };
        let mut findings = probe::of_status(&status, self.clock.now());
        let call = match post_type {
            Some(post_type) => {
                let route = format!("/igny8/v1/collections/{post_type}");
                let asked = self.step(site, until, Method::GET, &route, Body::EMPTY).await;
                findings.checks.extend(collection::findings(post_type, asked.0));
                call.and(asked.1)
            }
            None => self.look_closely(site, until, &status, &mut findings.checks, call).await,
        };
        Reply { value: findings, call }
    }

    async fn look_closely(
        &self,
        site: &Site,
        until: Instant,
        status: &Map<String, Value>,
        checks: &mut Vec<Finding>,
        call: Call,
    ) -> Call {
        let (result, next) = self.step(site, until, Method::GET, "/igny8/v1/doctor", Body::EMPTY).await;
        let call = call.and(next);
        let seen_here = site_report::of_status(site, status);
        if is_missing(&result) {
            checks.extend(seen_here);
            checks.push(skipped("doctor", UPDATE_PLUGIN));
            return call;
        }
        match members(result) {
            Ok(told) => checks.extend(site_report::told(&told, seen_here)),
            Err(answer) => {
                checks.extend(seen_here);
                checks.extend(Failure::of(&answer).map(|failure| failed("doctor", &failure)));
            }
        }
        self.see_what_arrives(site, until, checks, call).await
    }

    /// Sends what articles are like, by the methods that are used for them.
    async fn see_what_arrives(
        &self,
        site: &Site,
        until: Instant,
        checks: &mut Vec<Finding>,
        mut call: Call,
    ) -> Call {
        let json = |bytes: Bytes| Body::of("application/json", bytes);
        let small = html_body(1);
        let mut ask = async |method: Method, body: Body| {
            let asked = self.echo(site, until, method, body).await;
            call = call.clone().and(asked.1);
            asked.0
        };
        let large = ask(Method::POST, json(LARGE_BODY.clone())).await;
        if is_missing(&large) {
            checks.push(skipped("echo", UPDATE_PLUGIN));
            return call;
        }
        let large = Echo::read(large);
        // Whether it is the length or the markup that does not get through.
        let html = match &large {
            Ok(echo) if echo.is_whole(&LARGE_BODY) => None,
            _ => Some(Echo::read(ask(Method::POST, json(small.clone())).await)),
        };
        let mut arrived = Vec::new();
        for (method, body) in [(Method::PUT, json(small.clone())), (Method::DELETE, Body::EMPTY)] {
            let plainly = Echo::read(ask(method.clone(), body).await);
            let instead = if echo::has_method(&plainly, &method) {
                None
            } else {
                let body = Body { stands_for: Some(method.clone()), ..json(small.clone()) };
                Some(Echo::read(ask(Method::POST, body).await))
            };
            arrived.push((method, plainly, instead));
        }
        let heard = [Some(&large), html.as_ref()].into_iter().flatten().find_map(|it| it.as_ref().ok());
        checks.extend(heard.map(|echo| echo.headers_check(site)));
        checks.push(echo::body_check("large_body", &large, &LARGE_BODY));
        checks.extend(html.map(|html| echo::body_check("html_body", &html, &small)));
        checks.push(echo::methods_check(&arrived));
        call
    }

    async fn echo(&self, site: &Site, until: Instant, method: Method, body: Body) -> Asked {
        self.step(site, until, method, "/igny8/v1/doctor/echo", body).await
    }

    async fn step(&self, site: &Site, until: Instant, method: Method, route: &str, body: Body) -> Asked {
        let room = until.saturating_duration_since(Instant::now()).min(STEP);
        let started_at = self.clock.now();
        let call = self.call(site, method, route, &[], body);
        tokio::time::timeout(room, call).await.unwrap_or_else(|_| {
            let evidence = format!("no answer within {} s", room.as_secs());
            let call = Call { duration: room, evidence: evidence.clone(), ..Call::none(started_at) };
            (Err(CallError::Timeout { evidence }), call)
        })
    }
}

/// WordPress knows no such route: the plugin is older.
pub fn is_missing(result: &Result<Reading, CallError>) -> bool {
    result.as_ref().is_ok_and(|reading| reading.code() == "rest_no_route")
}

fn in_the_way(answer: &Answer, call: Call) -> Reply<Findings> {
    let value = Failure::of(answer).map_or_else(Findings::default, |failure| probe::of_failure(&failure));
    Reply { value, call }
}
