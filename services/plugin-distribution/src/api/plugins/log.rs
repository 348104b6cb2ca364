//! What was released and withdrawn, as a chain that sites check themselves. Anyone may.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, ETag, EntityTag};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Path, Problem, ProblemBody, Query, Success};

use super::{answer, is_known};
use crate::AppState;
use crate::offers::LogPage;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Start {
    /// The index of the last entry that is known; -1, or nothing, for none.
    #[param(value_type = Option<i64>, minimum = -1)]
    after: Option<String>,
}

/// Read the log of releases
#[utoipa::path(
    get,
    path = "/api/plugins/{slug}/log/",
    operation_id = "read_release_log",
    tag = "plugins",
    params(("slug" = String, Path), Start),
    responses(
        (status = 200, description = "With an ETag", body = Success<LogPage>),
        (status = 304, description = "The client has it already"),
        (status = 400, description = "invalid_query", body = ProblemBody),
        (status = 404, description = "not_found", body = ProblemBody),
        (status = 422, description = "invalid_query: a parameter that is given twice", body = ProblemBody),
        (status = 503, description = "unavailable", body = ProblemBody),
    )
)]
pub async fn read_release_log(
    request: HttpRequest,
    slug: Path<String>,
    start: Query<Start>,
    state: Data<AppState>,
) -> Result<impl Responder, Problem> {
    let page = state.offers.plugin(&slug)?.log().after(index(start.after.as_deref())?);
    let tag = EntityTag::new_strong(page.tag);
    let known = is_known(&request, &tag) == Some(true);
    let response = if known { HttpResponse::NotModified().finish() } else { answer(page.json) };
    Ok(response.customize().insert_header(ETag(tag)).insert_header((header::CACHE_CONTROL, "no-cache")))
}

fn index(after: Option<&str>) -> Result<i64, Problem> {
    let Some(after) = after else { return Ok(-1) };
    after.parse().ok().filter(|index| *index >= -1).ok_or_else(|| {
        let detail =
            "`after` is the index of the last entry that is known: a whole number from 0 on, or -1 for none.";
        Problem::new(StatusCode::BAD_REQUEST, "invalid_query", detail)
    })
}
