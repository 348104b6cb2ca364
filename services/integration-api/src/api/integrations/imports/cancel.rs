use actix_web::web::Data;
use domain::IntegrationId;
use uuid::Uuid;
use web::{Path, Problem, ProblemBody, Success};

use super::{ImportView, not_found};
use crate::AppState;
use crate::access::Editor;
use crate::flows::imports::cancel;
use crate::store::imports;

/// End a run; what became content stays. One that is over stays as it is. Editors and owners.
#[utoipa::path(
    post, path = "/api/v1/integration/integrations/{id}/imports/{import_id}/cancel/", operation_id = "cancel_import", tag = "Integrations",
    params(("id" = i64, Path), ("import_id" = Uuid, Path)),
    responses(
        (status = 200, description = "It is over.", body = Success<ImportView>),
        (status = 404, description = "`import_not_found`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn cancel_import(
    editor: Editor,
    state: Data<AppState>,
    path: Path<(i64, Uuid)>,
) -> Result<Success<ImportView>, Problem> {
    let (integration, id) = path.into_inner();
    let (owner, now) = ((editor.account_id, IntegrationId::new(integration)), state.clock.now());
    state
        .database
        .transaction(async |tx| {
            let running = imports::lock_running(tx.conn(), owner).await?.filter(|it| it.id == id);
            if let Some(import) = running {
                return Ok(Success::ok(cancel(tx, now, import).await?.into()));
            }
            let over = imports::find(tx.conn(), owner, id).await?.ok_or_else(not_found)?;
            Ok(Success::ok(over.into()))
        })
        .await
}
