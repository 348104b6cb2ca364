use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest};
use utoipa::IntoParams;

use crate::{Problem, codes};

const LONGEST: usize = 255;

/// The header `Idempotency-Key`, with or without the quotes of a structured field.
#[derive(Clone, Debug, IntoParams, PartialEq, Eq)]
#[into_params(names("Idempotency-Key"), parameter_in = Header)]
pub struct IdempotencyKey(
    /// The same key and body get the first answer again.
    pub Option<String>,
);

impl IdempotencyKey {
    pub fn required(self) -> Result<String, Problem> {
        self.0.ok_or_else(|| {
            let detail = "Send a header `Idempotency-Key` with a value of your own, new for each request and the same when repeating it.";
            Problem::new(StatusCode::BAD_REQUEST, codes::IDEMPOTENCY_KEY_MISSING, detail)
        })
    }

    pub fn as_deref(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut values = request.headers().get_all("idempotency-key");
        ready(match (values.next(), values.next()) {
            (None, _) => Ok(Self(None)),
            (Some(value), None) => {
                value.to_str().ok().and_then(parse).map(|key| Self(Some(key))).ok_or_else(invalid)
            }
            (Some(_), Some(_)) => Err(invalid()),
        })
    }
}

fn parse(value: &str) -> Option<String> {
    let value = value.trim();
    let key = value.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(value);
    let printable = |byte: u8| matches!(byte, b'!'..=b'~') && byte != b'"' && byte != b'\\';
    (!key.is_empty() && key.len() <= LONGEST && key.bytes().all(printable)).then(|| key.to_owned())
}

fn invalid() -> Problem {
    let detail = format!(
        "`Idempotency-Key` is one value of 1 to {LONGEST} visible ASCII characters without quotes and backslashes."
    );
    Problem::new(StatusCode::BAD_REQUEST, codes::INVALID_IDEMPOTENCY_KEY, detail)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn extract(values: &[&str]) -> Result<IdempotencyKey, Problem> {
        let request = values
            .iter()
            .fold(TestRequest::default(), |it, value| it.append_header(("Idempotency-Key", *value)));
        IdempotencyKey::extract(&request.to_http_request()).into_inner()
    }

    #[test]
    fn keys() {
        assert_eq!(extract(&[]).unwrap(), IdempotencyKey(None));
        assert_eq!(extract(&[]).unwrap().required().unwrap_err().code(), codes::IDEMPOTENCY_KEY_MISSING);
        for given in ["abc", "\"abc\"", "  abc "] {
            assert_eq!(extract(&[given]).unwrap().as_deref(), Some("abc"));
        }
        let long = "x".repeat(256);
        for given in ["", "\"\"", "a b", "a\"b", "ü", &long] {
            assert_eq!(extract(&[given]).unwrap_err().code(), codes::INVALID_IDEMPOTENCY_KEY, "{given:?}");
        }
        assert_eq!(extract(&["a", "b"]).unwrap_err().code(), codes::INVALID_IDEMPOTENCY_KEY);
    }
}
