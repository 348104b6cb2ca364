use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue, TryIntoHeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::codes;

pub const MEDIA_TYPE: &str = "application/problem+json";

/// A refusal or failure, as RFC 9457 has it. Handlers return it as their error.
#[derive(Clone, Debug)]
#[must_use]
pub struct Problem(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    closes: bool,
    body: ProblemBody,
}

/// What a [`Problem`] looks like on the wire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Always false.
    pub success: bool,
    /// `urn:igny8:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem in a few words; the same for every occurrence.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Stable; what programs decide by.
    pub code: Cow<'static, str>,
    /// What is wrong here and what to do about it, for people.
    pub detail: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// To be quoted to support; the same as the header `X-Request-Id`.
    pub request_id: String,
    /// Members of one particular code.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extensions: Map<String, Value>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// JSON pointer into the body (`/title`, `/tags/3`), or the name of a query parameter.
    pub field: String,
    pub message: String,
}

impl Problem {
    pub fn new(status: StatusCode, code: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        let code = code.into();
        let body = ProblemBody {
            success: false,
            kind: format!("urn:igny8:problem:{code}"),
            title: title(&code),
            status: status.as_u16(),
            code,
            detail: detail.into(),
            errors: Vec::new(),
            request_id: String::new(),
            extensions: Map::new(),
        };
        Self(Box::new(Parts { status, headers: Vec::new(), closes: false, body }))
    }

    /// Instead of the title that is made from the code.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.0.body.title = title.into();
        self
    }

    /// Names a field, by JSON pointer or query parameter. May be called several times.
    pub fn field(mut self, field: impl Into<String>, message: impl Into<String>) -> Self {
        self.0.body.errors.push(FieldError { field: field.into(), message: message.into() });
        self
    }

    /// Sends `Retry-After`, rounded up to whole seconds.
    pub fn retry_after(self, wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        self.header(header::RETRY_AFTER, seconds)
    }

    pub fn header(mut self, name: HeaderName, value: impl TryIntoHeaderValue) -> Self {
        // A header that can't be written is left out rather than turning a refusal into a failure.
        if let Ok(value) = value.try_into_value() {
            self.0.headers.push((name, value));
        }
        self
    }

    /// Adds a member of its own to the body, such as what stands there now (412).
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.body.extensions.insert(name.to_owned(), value.into());
        self
    }

    /// 404: it isn't there, or isn't the asker's.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, codes::NOT_FOUND, detail)
    }

    /// 422 about one field.
    pub fn invalid_field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            codes::INVALID_FIELD,
            "The request has a field that is not valid.",
        )
        .field(field, message)
    }

    /// 500 for what nobody foresaw. Logs the error and its causes; the answer doesn't show them.
    pub fn internal(error: &(dyn Error + 'static)) -> Self {
        tracing::error!(error = %Chain(error), "unexpected error");
        Self::internal_unlogged()
    }

    /// 503 for a database, broker or other part that is away. Logs the error and its causes.
    pub fn unavailable(error: &(dyn Error + 'static)) -> Self {
        tracing::warn!(error = %Chain(error), "unavailable");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            codes::UNAVAILABLE,
            "A part of the service is away for the moment. Try again shortly.",
        )
        .retry_after(Duration::from_secs(2))
    }

    pub(crate) fn internal_unlogged() -> Self {
        let detail = "Something went wrong on our side. Quote the request id if it stays so.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, codes::INTERNAL, detail)
    }

    /// The same at another status.
    pub(crate) fn at(mut self, status: StatusCode) -> Self {
        self.0.status = status;
        self.0.body.status = status.as_u16();
        self
    }

    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    pub fn code(&self) -> &str {
        &self.0.body.code
    }

    pub fn body(&self) -> &ProblemBody {
        &self.0.body
    }

    /// Closes the connection after the answer, for want of a better way to stop a body from coming.
    pub(crate) fn closing(mut self) -> Self {
        self.0.closes = true;
        self
    }

    pub(crate) fn with_request_id(mut self, id: &str) -> Self {
        id.clone_into(&mut self.0.body.request_id);
        self
    }

    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(&self.0.body).expect("invariant: a problem has string keys only")
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.0.status.as_u16(), self.0.body.code, self.0.body.detail)
    }
}

impl Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.0.status);
        for (name, value) in &self.0.headers {
            // Appended: there may be several `WWW-Authenticate`.
            response.append_header((name.clone(), value.clone()));
        }
        if self.0.closes {
            response.force_close();
        }
        let mut response = response.content_type(MEDIA_TYPE).body(self.to_json());
        // The request's id is only known further out, where it is written again.
        response.extensions_mut().insert(self.clone());
        response
    }
}

impl From<Box<dyn Error + Send + Sync>> for Problem {
    fn from(error: Box<dyn Error + Send + Sync>) -> Self {
        let error: Box<dyn Error> = error;
        Self::internal(error.as_ref())
    }
}

/// An error with its causes, on one line.
struct Chain<'a>(&'a (dyn Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

/// `body_too_large` → `Body too large`.
fn title(code: &str) -> String {
    let words = code.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
