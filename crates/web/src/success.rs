use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue, TryIntoHeaderValue};
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Serialize;
use utoipa::ToSchema;

/// `{"success": true, "data": …}`.
#[derive(Debug, Serialize, ToSchema)]
#[must_use]
#[expect(clippy::struct_field_names, reason = "the member is called so on the wire")]
pub struct Success<T> {
    /// Always true.
    success: bool,
    data: T,
    #[serde(skip)]
    #[schema(ignore)]
    answer: Answer,
}

impl<T> Success<T> {
    pub fn ok(data: T) -> Self {
        Self::with_status(StatusCode::OK, data)
    }

    /// 201, with where to find it.
    pub fn created(location: impl AsRef<str>, data: T) -> Self {
        Self::with_status(StatusCode::CREATED, data).header(header::LOCATION, location.as_ref())
    }

    /// 202, with where to see what becomes of it.
    pub fn accepted(location: impl AsRef<str>, data: T) -> Self {
        Self::with_status(StatusCode::ACCEPTED, data).header(header::LOCATION, location.as_ref())
    }

    pub fn with_status(status: StatusCode, data: T) -> Self {
        Self { success: true, data, answer: Answer { status, headers: Vec::new() } }
    }

    pub fn header(mut self, name: HeaderName, value: impl TryIntoHeaderValue) -> Self {
        self.answer.push(name, value);
        self
    }
}

impl<T: Serialize> Responder for Success<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.answer.json(&self)
    }
}

/// `{"success": true, "data": […], "pagination": {…}}`, and a `Link` to the next page.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// Always true.
    success: bool,
    data: Vec<T>,
    pagination: Pagination,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Pagination {
    /// To be given as `cursor` for the next page; null on the last one.
    pub next_cursor: Option<String>,
    pub limit: u32,
}

impl<T> List<T> {
    pub fn new(items: Vec<T>, next_cursor: Option<String>, limit: u32) -> Self {
        Self { success: true, data: items, pagination: Pagination { next_cursor, limit } }
    }
}

impl<T: Serialize> Responder for List<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let mut answer = Answer::default();
        if let Some(cursor) = &self.pagination.next_cursor {
            answer.push(header::LINK, format!("<{}>; rel=\"next\"", next_page(request, cursor)));
        }
        answer.json(&self)
    }
}

/// The same address with the cursor replaced. Cursors are URL-safe.
fn next_page(request: &HttpRequest, cursor: &str) -> String {
    let others =
        request.query_string().split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let query: Vec<String> = others.map(str::to_owned).chain([format!("cursor={cursor}")]).collect();
    format!("{}?{}", request.path(), query.join("&"))
}

/// What stands around the body.
#[derive(Debug, Default)]
struct Answer {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Answer {
    fn push(&mut self, name: HeaderName, value: impl TryIntoHeaderValue) {
        if let Ok(value) = value.try_into_value() {
            self.headers.push((name, value));
        }
    }

    fn json(&self, body: &impl Serialize) -> HttpResponse {
        let text = match serde_json::to_string(body) {
            Ok(text) => text,
            Err(error) => return HttpResponse::from_error(crate::Problem::internal(&error)),
        };
        let mut response = HttpResponse::build(self.status);
        for (name, value) in &self.headers {
            response.append_header((name.clone(), value.clone()));
        }
        response.content_type("application/json").body(text)
    }
}
