use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::redirect;
use url::Url;

use super::{CallError, Guard, Refused};
use crate::settings::EgressSettings;

/// The one HTTP client, behind the guard. Cheap to clone.
#[derive(Clone)]
pub struct Egress {
    client: reqwest::Client,
    guard: Guard,
    max_answer: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum EgressError {
    #[error("the TLS client can't be set up")]
    Tls(#[from] rustls::Error),
    #[error("the HTTP client can't be set up")]
    Client(#[from] reqwest::Error),
}

#[derive(Debug)]
pub struct Request {
    pub method: Method,
    pub url: Url,
    pub headers: Vec<(&'static str, String)>,
    pub content_type: &'static str,
    pub body: Bytes,
}

#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub content_type: String,
    pub retry_after: Option<String>,
    pub body: Vec<u8>,
    /// There was more than may be read.
    pub cut: bool,
}

/// Apache closes idle connections after five seconds; one that is closed under a request costs a look at the receipt.
const IDLE: Duration = Duration::from_secs(4);
const MAX_REDIRECTS: usize = 3;

impl Egress {
    pub fn new(settings: &EgressSettings, guard: Guard) -> Result<Self, EgressError> {
        let client = reqwest::Client::builder()
            .user_agent(concat!("igny8-publisher/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Arc::new(guard.clone()))
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .timeout(settings.timeout)
            .connect_timeout(settings.connect_timeout)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(4)
            .tls_backend_preconfigured(tls()?)
            .build()?;
        Ok(Self { client, guard, max_answer: settings.max_answer_bytes })
    }

    /// How much of an answer is read, usually.
    pub const fn max_answer(&self) -> usize {
        self.max_answer
    }

    /// One request, one answer; a redirect is an answer.
    pub async fn call(&self, request: Request, max_answer: usize) -> Result<Response, CallError> {
        self.guard.check(&request.url)?;
        let mut call = self.client.request(request.method, request.url).headers(headers(request.headers));
        if !request.body.is_empty() {
            call = call.header(CONTENT_TYPE, request.content_type).body(request.body);
        }
        let response = call.send().await.map_err(|error| CallError::new(&error, None))?;
        read(response, max_answer).await
    }

    /// Fetches something public, following a few redirects, each of them checked.
    pub async fn fetch(&self, url: &Url, max_bytes: usize) -> Result<Response, CallError> {
        let mut url = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            self.guard.check(&url)?;
            let call = self.client.get(url.clone()).send();
            let response = call.await.map_err(|error| CallError::new(&error, None))?;
            let Some(next) = redirect_target(&response, &url) else { return read(response, max_bytes).await };
            url = next;
        }
        Err(CallError::Broken { status: None, evidence: format!("more than {MAX_REDIRECTS} redirects") })
    }

    /// Whether a URL could be called, without a call.
    pub fn check(&self, url: &Url) -> Result<(), Refused> {
        self.guard.check(url)
    }
}

fn redirect_target(response: &reqwest::Response, base: &Url) -> Option<Url> {
    let redirects = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let location = response.headers().get(LOCATION).filter(|_| redirects)?.to_str().ok()?;
    base.join(location).ok()
}

async fn read(mut response: reqwest::Response, limit: usize) -> Result<Response, CallError> {
    let status = response.status().as_u16();
    let text = |name: HeaderName| {
        response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    let (content_type, retry_after) = (text(CONTENT_TYPE).unwrap_or_default(), text(RETRY_AFTER));
    let mut body = Vec::new();
    let mut cut = false;
    while let Some(chunk) = response.chunk().await.map_err(|error| CallError::new(&error, Some(status)))? {
        let room = limit - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if chunk.len() > room {
            cut = true;
            break;
        }
    }
    Ok(Response { status, content_type, retry_after, body, cut })
}

fn headers(pairs: Vec<(&'static str, String)>) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(pairs.len());
    for (name, value) in pairs {
        // A key that is no header value is no key either: the site will say that it is missing.
        if let Ok(mut value) = HeaderValue::try_from(value) {
            value.set_sensitive(true);
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    headers
}

/// The system's CA bundle (or `SSL_CERT_FILE`), and ring.
fn tls() -> Result<rustls::ClientConfig, rustls::Error> {
    let mut roots = rustls::RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "a part of the system's CA bundle can't be read");
    }
    let (taken, _) = roots.add_parsable_certificates(found.certs);
    if taken == 0 {
        tracing::error!(
            "no CA certificates on this machine: no https site can be reached (install ca-certificates)"
        );
    }
    let mut config =
        rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
