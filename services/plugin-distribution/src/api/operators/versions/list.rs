use actix_web::web::Data;
use web::{List, Page, Path, Problem, ProblemBody};

use super::{VersionView, plugin_id};
use crate::AppState;
use crate::access::Operator;
use crate::store::catalogue;

/// List a plugin's versions
#[utoipa::path(
    get,
    path = "/api/plugins/{slug}/versions/",
    operation_id = "list_versions",
    tag = "Operators",
    params(("slug" = String, Path), Page),
    security(("operator_token" = [])),
    responses(
        (status = 200, description = "A page of versions, the last that was made first", body = List<VersionView>),
        (status = 400, description = "invalid_cursor", body = ProblemBody),
        (status = 401, description = "unauthenticated, token_invalid", body = ProblemBody),
        (status = 404, description = "not_found", body = ProblemBody),
        (status = 422, description = "invalid_query", body = ProblemBody),
    )
)]
pub async fn list_versions(
    _: Operator,
    slug: Path<String>,
    page: Page,
    state: Data<AppState>,
) -> Result<List<VersionView>, Problem> {
    let connection = &mut *state.database.connection().await?;
    let plugin_id = plugin_id(connection, &slug).await?;
    let rows =
        catalogue::versions_before(connection, plugin_id, page.after()?, page.limit_plus_one()).await?;
    let versions: Vec<&str> = rows.iter().map(|it| it.version.as_str()).collect();
    let mut indices = catalogue::log_indices(connection, plugin_id, &versions).await?;
    Ok(page.list(
        rows,
        |it| it.id,
        |it| {
            let index = indices.remove(&it.version);
            VersionView::new(it, index)
        },
    ))
}
