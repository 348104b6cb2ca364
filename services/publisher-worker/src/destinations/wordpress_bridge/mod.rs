//! WordPress with our plugin; `proto/bridge.md` is the contract.

use std::time::Instant;

use bytes::Bytes;
use domain::Clock;
use domain::delivery::{Answer, ReceiptAnswer};
use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use reqwest::Method;
use secrets::signature::{self, SiteRequest};
use secrets::{ExposeSecret, SigningKey};
use serde_json::{Map, Value};
use url::Url;
use uuid::Uuid;

pub(super) mod answers;
mod checksums;
mod collection;
mod echo;
mod examine;
mod payload;
mod posts;
mod probe;
mod site_report;

use self::answers::{Mark, Reading};
use self::payload::Payload;
use super::{
    Access, Call, Destination, Findings, Media, MediaRefusal, Order, Picture, PostsFound, Receipt, Reply,
    Site, Task, Wanted,
};
use crate::egress::{CallError, Egress, Request};

/// Speaks to the bridge plugin.
#[derive(Clone)]
pub struct WordpressBridge {
    pub egress: Egress,
    pub key: SigningKey,
    pub clock: Clock,
}

impl Destination for WordpressBridge {
    fn carry_out<'a>(
        &'a self,
        site: &'a Site,
        order: &'a Order,
        media: &'a [Media],
    ) -> BoxFuture<'a, Reply<Answer>> {
        async move {
            let payload = |written| Payload::new(order, written, media);
            let post = |id: &str| format!("/igny8/v1/posts/{id}");
            let (result, call) = match &order.task {
                Task::Publish(written) => {
                    let body = Body::json(&payload(written));
                    self.call(site, Method::POST, "/igny8/v1/publish", &[], body).await
                }
                Task::Update(written, seen) => {
                    let body = Body::json(&payload(written).onto(seen));
                    self.call(site, Method::PUT, &post(&seen.post), &[], body).await
                }
                Task::Mend(written, seen, parts) => {
                    let body = Body::json(&payload(written).onto(seen).only(parts));
                    let route = post(&seen.post) + "/parts";
                    self.call(site, Method::PUT, &route, &[], body).await
                }
                Task::Move(command, id) => {
                    let (operation, content) = (order.operation.to_string(), order.content.to_string());
                    let query = [
                        ("action", command.as_str()),
                        ("operation_id", &operation),
                        ("content_id", &content),
                        ("adopt", if order.adopts { "1" } else { "0" }),
                    ];
                    let query = if order.adopts { &query[..] } else { &query[..3] };
                    self.call(site, Method::DELETE, &post(id), query, Body::EMPTY).await
                }
            };
            let value = match result {
                Ok(reading) => reading.into_answer(),
                Err(error) => answers::unanswered(error),
            };
            Reply { value, call }
        }
        .boxed()
    }

    fn look_up<'a>(&'a self, site: &'a Site, order: &'a Order) -> BoxFuture<'a, Reply<Receipt>> {
        async move {
            let route = format!("/igny8/v1/operations/{}", order.operation);
            let (result, call) = self.call(site, Method::GET, &route, &[], Body::EMPTY).await;
            let value = match result {
                // An older plugin keeps no receipts. It finds the post by its content id and answers 409.
                Ok(reading) if matches!(site.access, Access::Key(_)) && reading.code() == "rest_no_route" => {
                    Receipt { answer: ReceiptAnswer::Unknown, trouble: None }
                }
                Ok(reading) => reading.into_receipt(),
                Err(error) => Receipt {
                    answer: ReceiptAnswer::Unavailable { retry_after: None },
                    trouble: Some(answers::unanswered(error)),
                },
            };
            Reply { value, call }
        }
        .boxed()
    }

    fn push_media<'a>(
        &'a self,
        site: &'a Site,
        picture: &'a Picture,
    ) -> BoxFuture<'a, Reply<Result<Media, MediaRefusal>>> {
        async move {
            let query = [("sha256", picture.sha256.as_str())];
            let (result, call) = self.call(site, Method::GET, "/igny8/v1/media", &query, Body::EMPTY).await;
            match attachment(result) {
                Ok(Some(id)) => Reply { value: Ok(media(picture, id, true)), call },
                Ok(None) => self.upload(site, picture).await,
                Err(refusal) => Reply { value: Err(refusal), call },
            }
        }
        .boxed()
    }

    fn read<'a>(
        &'a self,
        site: &'a Site,
        wanted: &'a Wanted,
    ) -> BoxFuture<'a, Reply<Result<PostsFound, Answer>>> {
        async move {
            match wanted {
                Wanted::Named(ids) => self.read_named(site, ids).await,
                Wanted::Page { post_type, order, cursor, limit } => {
                    let limit = limit.to_string();
                    let query = [
                        ("post_type", post_type.as_str()),
                        ("order", order.as_str()),
                        ("cursor", cursor),
                        ("limit", &limit),
                    ];
                    let (result, call) = self.ask(site, "/igny8/v1/posts", &query).await;
                    Reply { value: members(result).and_then(|it| posts::page(&it, &call.evidence)), call }
                }
                Wanted::Checksums { post_type, after } => {
                    let query = [("post_type", post_type.as_str()), ("after", &after.to_string())];
                    let (result, call) = self.ask(site, "/igny8/v1/posts/checksums", &query).await;
                    Reply {
                        value: members(result).and_then(|it| checksums::ranges(&it, &call.evidence)),
                        call,
                    }
                }
                Wanted::Range { post_type, range } => {
                    let query = [("post_type", post_type.as_str()), ("range", &range.to_string())];
                    let (result, call) = self.ask(site, "/igny8/v1/posts/checksums", &query).await;
                    Reply {
                        value: members(result).and_then(|it| checksums::range(&it, &call.evidence)),
                        call,
                    }
                }
            }
        }
        .boxed()
    }

    fn probe<'a>(&'a self, site: &'a Site, post_type: Option<&'a str>) -> BoxFuture<'a, Reply<Findings>> {
        self.examine(site, post_type).boxed()
    }
}

struct Body {
    media_type: &'static str,
    bytes: Bytes,
    /// Goes as a POST that stands for this method.
    stands_for: Option<Method>,
}

impl Body {
    fn json(payload: &Payload<'_>) -> Self {
        Self::of("application/json", payload.to_json().into())
    }

    const fn of(media_type: &'static str, bytes: Bytes) -> Self {
        Self { media_type, bytes, stands_for: None }
    }

    const EMPTY: Self = Self::of("", Bytes::new());
}

impl WordpressBridge {
    /// One after the other; the first that can't be told ends it.
    async fn read_named(&self, site: &Site, ids: &[i64]) -> Reply<Result<PostsFound, Answer>> {
        let mut found = PostsFound::default();
        let mut last = Call::none(self.clock.now());
        for id in ids {
            let (result, call) = self.ask(site, &format!("/igny8/v1/posts/{id}"), &[]).await;
            last = last.and(call);
            match result {
                Ok(reading) if reading.code() == "unknown_post" => found.missing.push(*id),
                result => match members(result).and_then(|it| posts::one(&it, &last.evidence)) {
                    Ok(post) => found.posts.push(post),
                    Err(answer) => return Reply { value: Err(answer), call: last },
                },
            }
        }
        Reply { value: Ok(found), call: last }
    }

    /// A question whose answer may be long.
    async fn ask(
        &self,
        site: &Site,
        route: &str,
        query: &[(&str, &str)],
    ) -> (Result<Reading, CallError>, Call) {
        self.call_for(site, Method::GET, route, query, Body::EMPTY, posts::LARGEST_ANSWER).await
    }

    async fn upload(&self, site: &Site, picture: &Picture) -> Reply<Result<Media, MediaRefusal>> {
        let query = [
            ("sha256", picture.sha256.as_str()),
            ("filename", &picture.file_name),
            ("alt", &picture.alt),
            ("caption", &picture.caption),
            ("source_url", &picture.source_url),
        ];
        let body = Body::of(picture.media_type, picture.bytes.clone());
        let (result, call) = self.call(site, Method::POST, "/igny8/v1/media", &query, body).await;
        let value = attachment(result).and_then(|id| {
            let none = MediaRefusal {
                cause: domain::delivery::Cause::BrokenAnswer,
                detail: "The site does not keep it.".to_owned(),
            };
            id.map(|id| media(picture, id, false)).ok_or(none)
        });
        Reply { value, call }
    }

    async fn call(
        &self,
        site: &Site,
        method: Method,
        route: &str,
        query: &[(&str, &str)],
        body: Body,
    ) -> (Result<Reading, CallError>, Call) {
        self.call_for(site, method, route, query, body, self.egress.max_answer()).await
    }

    async fn call_for(
        &self,
        site: &Site,
        method: Method,
        route: &str,
        query: &[(&str, &str)],
        body: Body,
        max_answer: usize,
    ) -> (Result<Reading, CallError>, Call) {
        let request_id = format!("msg_{}", Uuid::now_v7().simple());
        let url = endpoint(&site.rest_url, route, query);
        let started_at = self.clock.now();
        let mut headers = self.proof(site, &request_id, &method, route, &url, &body.bytes, started_at);
        headers.extend(body.stands_for.map(|it| ("x-http-method-override", it.to_string())));
        let begun = Instant::now();
        let request = Request { method, url, headers, content_type: body.media_type, body: body.bytes };
        let result = self.egress.call(request, max_answer).await;
        let (http_status, evidence) = match &result {
            Ok(response) => {
                (Some(response.status), answers::evidence(&String::from_utf8_lossy(&response.body)))
            }
            Err(CallError::Broken { status, evidence }) => (*status, evidence.clone()),
            Err(error) => (None, error.evidence().to_owned()),
        };
        let mark = match site.access {
            Access::Signed => Mark::RequestId(&request_id),
            Access::Key(_) | Access::Password { .. } => Mark::Any,
        };
        let result = result.map(|response| answers::read(&response, mark, self.clock.now()));
        (result, Call { started_at, duration: begun.elapsed(), http_status, evidence, request_id })
    }

    #[expect(clippy::too_many_arguments, reason = "all of it is signed")]
    fn proof(
        &self,
        site: &Site,
        id: &str,
        method: &Method,
        route: &str,
        url: &Url,
        body: &[u8],
        now: Timestamp,
    ) -> Vec<(&'static str, String)> {
        let accept = ("accept", "application/json".to_owned());
        match &site.access {
            Access::Signed => {
                let query: Vec<_> = url.query_pairs().collect();
                let target =
                    signature::canonical_target(route, query.iter().map(|(name, value)| (&**name, &**value)));
                let timestamp = now.as_second();
                let request =
                    SiteRequest { site_id: site.id.get(), method: method.as_str(), target: &target, body };
                let signature = self.key.sign_request(id, timestamp, &request);
                vec![
                    accept,
                    ("webhook-id", id.to_owned()),
                    ("webhook-timestamp", timestamp.to_string()),
                    ("webhook-signature", signature),
                ]
            }
            Access::Key(Some(key)) => vec![accept, ("x-igny8-api-key", key.expose_secret().to_owned())],
            Access::Key(None) | Access::Password { .. } => vec![accept],
        }
    }
}

/// The plugin's words, or what the answer comes to.
fn members(result: Result<Reading, CallError>) -> Result<Map<String, Value>, Answer> {
    match result {
        Ok(reading) => reading.into_found(),
        Err(error) => Err(answers::unanswered(error)),
    }
}

fn attachment(result: Result<Reading, CallError>) -> Result<Option<i64>, MediaRefusal> {
    match result {
        Ok(reading) => reading.into_attachment(),
        Err(error) => Err(MediaRefusal { cause: error.cause(), detail: error.evidence().to_owned() }),
    }
}

fn media(picture: &Picture, attachment_id: i64, known: bool) -> Media {
    Media {
        source_url: picture.source_url.clone(),
        sha256: picture.sha256.clone(),
        attachment_id,
        url: String::new(),
        alt: picture.alt.clone(),
        caption: picture.caption.clone(),
        known,
    }
}

/// The address of a route, for pretty (`…/wp-json/`) and plain (`…/?rest_route=/`) permalinks.
pub(super) fn endpoint(rest_url: &Url, route: &str, query: &[(&str, &str)]) -> Url {
    let mut url = rest_url.clone();
    let known: Vec<(String, String)> = rest_url.query_pairs().into_owned().collect();
    url.set_query(None);
    url.set_fragment(None);
    let plain = known.iter().any(|(name, _)| name == "rest_route");
    if !plain {
        url.set_path(&format!("{}{route}", rest_url.path().trim_end_matches('/')));
    }
    if !known.is_empty() || !query.is_empty() {
        let mut pairs = url.query_pairs_mut();
        for (name, value) in &known {
            let value = if name == "rest_route" {
                format!("{}{route}", value.trim_end_matches('/'))
            } else {
                value.clone()
            };
            pairs.append_pair(name, &value);
        }
        pairs.extend_pairs(query);
    }
    url
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://a.example/wp-json/", "https://a.example/wp-json/igny8/v1/media?sha256=ab")]
    #[case("https://a.example/blog/wp-json", "https://a.example/blog/wp-json/igny8/v1/media?sha256=ab")]
    #[case(
        "https://a.example/?rest_route=/",
        "https://a.example/?rest_route=%2Figny8%2Fv1%2Fmedia&sha256=ab"
    )]
    #[case(
        "https://a.example/blog/index.php?rest_route=/",
        "https://a.example/blog/index.php?rest_route=%2Figny8%2Fv1%2Fmedia&sha256=ab"
    )]
    #[case(
        "https://a.example/wp-json/?lang=de",
        "https://a.example/wp-json/igny8/v1/media?lang=de&sha256=ab"
    )]
    fn routes_have_addresses(#[case] rest_url: &str, #[case] expected: &str) {
        let url = endpoint(&rest_url.parse().unwrap(), "/igny8/v1/media", &[("sha256", "ab")]);
        assert_eq!(url.as_str(), expected);
    }
}
