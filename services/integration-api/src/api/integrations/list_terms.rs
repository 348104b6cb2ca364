use actix_web::http::StatusCode;
use actix_web::web::Data;
use domain::IntegrationId;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use web::{List, Page, Path, Problem, ProblemBody};

use super::not_found;
use crate::access::Member;
use crate::store::content_types::TAXONOMY;
use crate::store::site_terms::Term;
use crate::store::{content_types, integrations, site_terms};
use crate::{AppState, codes};

#[derive(Debug, Serialize, ToSchema)]
pub struct TermView {
    /// On the site.
    pub id: i64,
    /// The term above; 0: none.
    pub parent: i64,
    pub name: String,
    pub slug: String,
    /// Such as `Guides > Beginners`; null where a term above is not known here.
    pub path: Option<String>,
    /// Posts that have it, as the site counts.
    pub count: i64,
    /// Since when the site does not have it any more.
    pub vanished_at: Option<Timestamp>,
}

impl From<Term> for TermView {
    fn from(it: Term) -> Self {
        Self {
            id: it.wordpress_id,
            parent: it.parent,
            name: it.name,
            slug: it.slug,
            path: it.path,
            count: it.count,
            vanished_at: it.vanished_at,
        }
    }
}

/// List the terms of a site's taxonomy, such as `category`, by their ids.
#[utoipa::path(
    get, path = "/api/v1/integration/integrations/{id}/taxonomies/{taxonomy}/terms/", operation_id = "list_terms", tag = "Integrations",
    params(("id" = i64, Path), ("taxonomy" = String, Path), Page),
    responses(
        (status = 200, description = "A page of terms.", body = List<TermView>),
        (status = 404, description = "`integration_not_found`, or `taxonomy_not_found`: the site never told of it.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn list_terms(
    member: Member,
    state: Data<AppState>,
    path: Path<(i64, String)>,
    page: Page,
) -> Result<List<TermView>, Problem> {
    let (id, taxonomy) = path.into_inner();
    let id = IntegrationId::new(id);
    let after: Option<i64> = page.after()?;
    let connection = &mut *state.database.connection().await?;
    integrations::find(connection, member.account_id, id).await?.ok_or_else(not_found)?;
    let types = content_types::of(connection, id).await?;
    if !types.iter().any(|it| it.kind == TAXONOMY && it.slug == taxonomy) {
        return Err(unknown());
    }
    let rows = site_terms::page(connection, id, &taxonomy, after, page.limit_plus_one()).await?;
    Ok(page.list(rows, |row| row.wordpress_id, TermView::from))
}

fn unknown() -> Problem {
    let detail = "The site never told of a taxonomy with this name.";
    Problem::new(StatusCode::NOT_FOUND, codes::TAXONOMY_NOT_FOUND, detail)
}
