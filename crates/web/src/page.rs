use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::params::Query;
use crate::{Problem, codes};

const DEFAULT_LIMIT: u32 = 50;
const LARGEST_LIMIT: u32 = 100;

/// `?limit=…&cursor=…`: which part of a list is asked for.
#[derive(Clone, Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// How many at most, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 50)]
    pub limit: u32,
    /// The previous page's `next_cursor`.
    pub cursor: Option<String>,
}

impl Page {
    /// Where the page begins, `None` being the start; 400 if the cursor is none of ours.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>, Problem> {
        self.cursor.as_deref().map(decode_cursor).transpose()
    }

    /// One more than is shown, to know whether there is a next page.
    pub fn limit_plus_one(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// The page of rows that were read with [`Page::limit_plus_one`], each shown by `show`; `key` is what the cursor keeps of the last.
    pub fn list<R, T, K: Serialize>(
        &self,
        mut rows: Vec<R>,
        key: impl Fn(&R) -> K,
        show: impl FnMut(R) -> T,
    ) -> crate::List<T> {
        let more = rows.len() > self.limit as usize;
        rows.truncate(self.limit as usize);
        let next = more.then(|| rows.last().map(|row| encode_cursor(&key(row)))).flatten();
        crate::List::new(rows.into_iter().map(show).collect(), next, self.limit)
    }
}

/// An opaque, URL-safe text for the position in a list. It is not secret: a query must hold its own borders.
pub fn encode_cursor(key: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).expect("invariant: cursor keys are plain values"))
}

pub fn decode_cursor<K: DeserializeOwned>(cursor: &str) -> Result<K, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    let text = bytes.as_deref().and_then(|it| crate::text::check_json(it).ok());
    text.and_then(|it| serde_json::from_str(it).ok()).ok_or_else(|| {
        let detail = "The cursor is not one of this list; begin again without it.";
        Problem::new(StatusCode::BAD_REQUEST, codes::INVALID_CURSOR, detail).field("cursor", "unknown")
    })
}

#[derive(Deserialize)]
struct Wish {
    limit: Option<u32>,
    cursor: Option<String>,
}

impl FromRequest for Page {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Query::<Wish>::parse(request.query_string()).and_then(|wish| {
            let limit = wish.limit.unwrap_or(DEFAULT_LIMIT);
            if !(1..=LARGEST_LIMIT).contains(&limit) {
                let detail = format!("`limit` is a number from 1 to {LARGEST_LIMIT}.");
                return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, codes::INVALID_QUERY, detail)
                    .field("limit", format!("1 to {LARGEST_LIMIT}")));
            }
            Ok(Self { limit, cursor: wish.cursor.filter(|it| !it.is_empty()) })
        }))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn page(query: &str) -> Result<Page, Problem> {
        Page::extract(&TestRequest::with_uri(&format!("/x?{query}")).to_http_request()).into_inner()
    }

    #[test]
    fn limits() {
        assert_eq!(page("").unwrap().limit, 50);
        assert_eq!(page("limit=100&site=3").unwrap().limit, 100);
        for query in ["limit=0", "limit=101", "limit=-1", "limit=x", "limit=", "limit=1&limit=2"] {
            assert_eq!(page(query).unwrap_err().code(), codes::INVALID_QUERY, "{query}");
        }
    }

    #[test]
    fn cursors_come_back_as_they_went() {
        let key = ("2026-11-22T10:00:00Z".to_owned(), 42_i64);
        let page = page(&format!("cursor={}", encode_cursor(&key))).unwrap();
        assert_eq!(page.after::<(String, i64)>().unwrap(), Some(key));
        for cursor in ["%", "e30", "AAAA", &encode_cursor(&"a\0b"), &encode_cursor(&1)] {
            assert_eq!(
                decode_cursor::<(String, i64)>(cursor).unwrap_err().code(),
                codes::INVALID_CURSOR,
                "{cursor}"
            );
        }
    }

    #[test]
    fn a_next_page_is_announced_only_if_there_is_one() {
        let page = page("limit=2").unwrap();
        let next = |rows: Vec<i64>| {
            let list = serde_json::to_value(page.list(rows, |row| *row, |row| row)).unwrap();
            (
                list["data"].as_array().unwrap().len(),
                list["pagination"]["next_cursor"].as_str().map(str::to_owned),
            )
        };
        assert_eq!(next(vec![]), (0, None));
        assert_eq!(next(vec![1, 2]), (2, None));
        assert_eq!(next(vec![1, 2, 3]), (2, Some(encode_cursor(&2))));
    }
}
