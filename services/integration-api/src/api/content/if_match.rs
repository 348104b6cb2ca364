use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::{FromRequest, HttpRequest};
use web::Problem;

use crate::codes;

/// The header `If-Match`: do it only if the content still has one of these versions. Absent, or `*`: whatever it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IfMatch(Option<Vec<String>>);

impl IfMatch {
    pub fn check(&self, version: i32) -> Result<(), Problem> {
        let tag = etag(version);
        match &self.0 {
            Some(tags) if !tags.contains(&tag) => {
                let detail = "Someone changed this content since you read it. Read it again, and put your change onto that.";
                Err(Problem::new(StatusCode::PRECONDITION_FAILED, codes::VERSION_MISMATCH, detail)
                    .header(header::ETAG, tag)
                    .with("version", version))
            }
            _ => Ok(()),
        }
    }
}

pub fn etag(version: i32) -> String {
    format!("\"{version}\"")
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let values = request.headers().get_all(header::IF_MATCH).filter_map(|it| it.to_str().ok());
        let tags: Vec<String> = values.flat_map(|it| it.split(',')).map(|it| it.trim().to_owned()).collect();
        ready(Ok(Self(if tags.is_empty() || tags.iter().any(|it| it == "*") { None } else { Some(tags) })))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn versions() {
        let given = |value: Option<&str>| {
            let request = value
                .into_iter()
                .fold(TestRequest::default(), |it, tag| it.insert_header((header::IF_MATCH, tag)));
            IfMatch::extract(&request.to_http_request()).into_inner().unwrap()
        };
        for (value, fine) in [
            (None, true),
            (Some("*"), true),
            (Some("\"3\""), true),
            (Some("\"2\", \"3\""), true),
            (Some("\"2\""), false),
            (Some("3"), false),
            (Some("W/\"3\""), false),
        ] {
            assert_eq!(given(value).check(3).is_ok(), fine, "{value:?}");
        }
    }
}
