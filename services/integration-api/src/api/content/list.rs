use std::collections::HashMap;
use std::str::FromStr;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use domain::content::{ContentStatus, PublicationState};
use serde::Deserialize;
use utoipa::IntoParams;
use web::{List, Page, Problem, ProblemBody, Query};

use super::ContentLine;
use crate::AppState;
use crate::access::Member;
use crate::store::calendar::{self, Entry};
use crate::store::content::{self, Filter};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ContentFilter {
    /// Of this site only.
    #[serde(alias = "site_id")]
    site: Option<i64>,
    /// draft, review, approved or published.
    status: Option<String>,
    /// How it stands on its site, such as `live` or `failed`.
    state: Option<String>,
    /// Part of the title.
    q: Option<String>,
}

/// List the account's content, newest first, without its text.
#[utoipa::path(
    get, path = "/api/v1/writer/content/", operation_id = "list_content", tag = "Content", params(ContentFilter, Page),
    responses(
        (status = 200, description = "A page of content.", body = List<ContentLine>),
        (status = 422, description = "`invalid_query`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn list_content(
    member: Member,
    state: Data<AppState>,
    Query(wanted): Query<ContentFilter>,
    page: Page,
) -> Result<List<ContentLine>, Problem> {
    let filter = Filter {
        site_id: wanted.site,
        status: named("status", wanted.status.as_deref(), ContentStatus::ALL)?,
        state: named("state", wanted.state.as_deref(), PublicationState::ALL)?,
        title: wanted.q.as_deref().map(str::trim).filter(|it| !it.is_empty()),
    };
    let before: Option<i64> = page.after()?;
    let connection = &mut *state.database.connection().await?;
    let rows = content::page(connection, member.account_id, &filter, before, page.limit_plus_one()).await?;
    let ids: Vec<i64> = rows.iter().map(|(heading, _)| heading.id).collect();
    let waiting = calendar::waiting(connection, &ids).await?;
    let mut waiting: HashMap<i64, Entry> = waiting.into_iter().map(|it| (it.content_id, it)).collect();
    Ok(page.list(
        rows,
        |(heading, _)| heading.id,
        |(heading, publication)| {
            let schedule = waiting.remove(&heading.id);
            ContentLine::new(heading, publication, schedule)
        },
    ))
}

fn named<T: FromStr + ToString>(
    parameter: &str,
    given: Option<&str>,
    all: &[T],
) -> Result<Option<T>, Problem> {
    let Some(given) = given.filter(|it| !it.is_empty()) else { return Ok(None) };
    given.parse().map(Some).map_err(|_| {
        let names: Vec<String> = all.iter().map(ToString::to_string).collect();
        let detail = format!("`{parameter}` is one of {}.", names.join(", "));
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, web::codes::INVALID_QUERY, detail)
            .field(parameter, "unknown")
    })
}
