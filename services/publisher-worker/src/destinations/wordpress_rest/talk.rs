//! A conversation with a site: as many calls as it takes, which count as one.

use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use domain::address::SiteUrl;
use domain::delivery::{Answer, Cause};
use reqwest::Method;
use secrets::ExposeSecret;
use serde_json::Value;
use url::Url;

use super::WordpressRest;
use super::answers::{No, read};
use crate::destinations::wordpress_bridge::answers::{evidence, unanswered};
use crate::destinations::wordpress_bridge::endpoint;
use crate::destinations::{Access, Call, Reply, Site};
use crate::egress::{CallError, Request};

pub struct Talk<'a> {
    pub site: &'a Site,
    rest: &'a WordpressRest,
    call: Call,
}

/// A call to be made.
pub struct Ask<'a> {
    method: Method,
    route: &'a str,
    query: Vec<(&'a str, String)>,
    headers: Vec<(&'static str, String)>,
    content_type: &'static str,
    body: Bytes,
    max_answer: usize,
}

/// A post as the site has it comes back to everything; the largest text a content may have is five MiB, and JSON three times as many.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;

impl<'a> Ask<'a> {
    pub fn get(route: &'a str) -> Self {
        Self::new(Method::GET, route)
    }

    pub fn delete(route: &'a str) -> Self {
        Self::new(Method::DELETE, route)
    }

    pub fn post(route: &'a str, body: &Value) -> Self {
        Self {
            content_type: "application/json",
            body: body.to_string().into(),
            ..Self::new(Method::POST, route)
        }
    }

    pub fn file(route: &'a str, content_type: &'static str, body: Bytes, disposition: String) -> Self {
        let headers = vec![("content-disposition", disposition)];
        Self { headers, content_type, body, ..Self::new(Method::POST, route) }
    }

    pub fn with(mut self, name: &'a str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    fn new(method: Method, route: &'a str) -> Self {
        Self {
            method,
            route,
            query: Vec::new(),
            headers: Vec::new(),
            content_type: "",
            body: Bytes::new(),
            max_answer: LARGEST_ANSWER,
        }
    }
}

impl<'a> Talk<'a> {
    pub fn new(rest: &'a WordpressRest, site: &'a Site) -> Self {
        Self { site, rest, call: Call::none(rest.clock.now()) }
    }

    pub fn came_to<T>(self, value: T) -> Reply<T> {
        Reply { value, call: self.call }
    }

    pub async fn ask(&mut self, ask: Ask<'_>) -> Result<Value, No> {
        let query: Vec<_> = ask.query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let url = endpoint(&self.site.rest_url, ask.route, &query);
        let mut headers = ask.headers;
        headers.push(("accept", "application/json".to_owned()));
        headers.extend(self.proof(&url)?);
        let (started_at, begun) = (self.rest.clock.now(), Instant::now());
        let request =
            Request { method: ask.method, url, headers, content_type: ask.content_type, body: ask.body };
        let result = self.rest.egress.call(request, ask.max_answer).await;
        let (http_status, shown) = match &result {
            Ok(response) => (Some(response.status), evidence(&String::from_utf8_lossy(&response.body))),
            Err(CallError::Broken { status, evidence }) => (*status, evidence.clone()),
            Err(error) => (None, error.evidence().to_owned()),
        };
        let call = Call {
            started_at,
            duration: begun.elapsed(),
            http_status,
            evidence: shown,
            request_id: format!("op_{}", uuid::Uuid::now_v7().simple()),
        };
        let so_far = std::mem::replace(&mut self.call, Call::none(started_at));
        self.call = if so_far.request_id.is_empty() { call } else { so_far.and(call) };
        match result {
            Ok(response) => read(&response, self.rest.clock.now()),
            Err(error) => Err(No::Lost(unanswered(error))),
        }
    }

    /// The password goes nowhere where others could read it on the way.
    fn proof(&self, url: &Url) -> Result<Option<(&'static str, String)>, No> {
        let Access::Password { username, password: Some(password) } = &self.site.access else {
            return Ok(None);
        };
        let confidential =
            SiteUrl::parse(url.as_str(), &self.rest.policy).is_ok_and(|url| url.is_confidential());
        if url.scheme() == "http" && !confidential {
            let evidence = format!("{} was not called.", url.origin().ascii_serialization());
            return Err(No::Lost(Answer::Connect { cause: Cause::Unencrypted, evidence }));
        }
        let both = STANDARD.encode(format!("{username}:{}", password.expose_secret()));
        Ok(Some(("authorization", format!("Basic {both}"))))
    }
}
