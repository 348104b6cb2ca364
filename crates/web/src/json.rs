use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::{FromRequest, HttpRequest};
use bytes::Bytes;
use futures::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use crate::body::read;
use crate::text::check_json;
use crate::{Problem, codes};

/// A JSON body. Refuses, with the place, what isn't JSON, isn't text, or doesn't fit `T`.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

/// A JSON body that may be absent.
#[derive(Clone, Copy, Debug)]
pub struct OptionalJson<T>(pub Option<T>);

impl<T> Json<T> {
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T: DeserializeOwned> Json<T> {
    /// The same checks for a body that was read already, such as a signed one.
    pub fn parse(body: &[u8]) -> Result<T, Problem> {
        let text = check_json(body).map_err(|fault| fault.problem("body"))?;
        // Where it went wrong is worth finding out only if it did.
        if let Ok(value) = serde_json::from_str(text) {
            return Ok(value);
        }
        let mut json = serde_json::Deserializer::from_str(text);
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| explain(text, &error))?;
        json.end().map_err(|error| malformed(text, &error))?;
        Ok(value)
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let declared = declared_as_json(request);
        let read = read(request, payload);
        Box::pin(async move {
            let body: Bytes = read.await?;
            if !declared {
                return Err(wrong_type());
            }
            Self::parse(&body).map(Self)
        })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for OptionalJson<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let declared = declared_as_json(request);
        let read = read(request, payload);
        Box::pin(async move {
            let body = read.await?;
            if body.is_empty() {
                return Ok(Self(None));
            }
            if !declared {
                return Err(wrong_type());
            }
            Json::parse(&body).map(|value| Self(Some(value)))
        })
    }
}

/// `application/json` or `application/….+json`. A browser's form can't send either to a stranger's session.
fn declared_as_json(request: &HttpRequest) -> bool {
    let declared =
        request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    if declared == "application/json" {
        return true;
    }
    let essence = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn wrong_type() -> Problem {
    let detail = "Send the body as JSON, with the header `Content-Type: application/json`.";
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, codes::UNSUPPORTED_MEDIA_TYPE, detail)
}

fn explain(text: &str, error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let cause = error.inner();
    if !cause.is_data() {
        return malformed(text, cause);
    }
    let message = message(cause);
    Problem::invalid_field(pointer(error.path(), &message), message)
}

fn malformed(text: &str, error: &serde_json::Error) -> Problem {
    let detail = if text.trim().is_empty() {
        "The body is empty; a JSON document is expected.".to_owned()
    } else {
        format!(
            "The body is not JSON: {} at line {}, column {}.",
            message(error),
            error.line(),
            error.column()
        )
    };
    Problem::new(StatusCode::BAD_REQUEST, codes::MALFORMED_JSON, detail)
}

/// Without the place, which is told apart.
fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}

/// Where it is. A field that is missing or unknown is named in the message only.
fn pointer(path: &Path, message: &str) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => push(&mut pointer, &index.to_string()),
            Segment::Map { key } => push(&mut pointer, key),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    let named = message.strip_prefix("missing field `").or_else(|| message.strip_prefix("unknown field `"));
    if let Some((name, _)) = named.and_then(|it| it.split_once('`')) {
        let name = escape(name);
        if pointer.rsplit('/').next() != Some(name.as_str()) {
            push(&mut pointer, &name);
        }
    }
    pointer
}

fn push(pointer: &mut String, name: &str) {
    pointer.push('/');
    pointer.push_str(&escape(name));
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests;
