use actix_web::HttpResponse;
use domain::IntegrationId;
use web::{Path, Problem, ProblemBody, Success};

use crate::access::Editor;
use crate::api::integrations::imports::{ImportView, begin};
use crate::idempotency::Once;
use crate::store::imports::Kind;
use crate::store::integrations;

/// Compare the site's posts with what is known of them, by checksums. Editors and owners.
///
/// The same is done by itself once a day. It changes nothing; `drift/` lists what it finds. If a run is under way already, that one is the
/// answer.
#[utoipa::path(
    post, path = "/api/v1/integration/integrations/{id}/drift/scan/", operation_id = "scan_drift", tag = "Integrations",
    params(("id" = i64, Path), ("Idempotency-Key" = Option<String>, Header, description = "The same key gets the same answer again.")),
    responses(
        (status = 202, description = "It is under way; `Location` shows how far it is.", body = Success<ImportView>),
        (status = 404, description = "`integration_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`integration_pending`, `integration_suspended`, `integration_disabled`, `sync_disabled`, `no_type_chosen`, `drift_unsupported`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn scan_drift(editor: Editor, once: Once, id: Path<i64>) -> Result<HttpResponse, Problem> {
    once.run(&editor, &(), async |tx, now| {
        let found = integrations::find(tx.conn(), editor.account_id, IntegrationId::new(*id)).await?;
        begin(tx, now, found, (Kind::Compare, None), editor.user_id).await
    })
    .await
}
