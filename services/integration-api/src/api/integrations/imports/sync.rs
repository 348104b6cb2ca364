use actix_web::HttpResponse;
use domain::{AccountId, IntegrationId, SiteId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Json, Path, Problem, ProblemBody, Success};

use super::{ImportView, begin};
use crate::access::Editor;
use crate::idempotency::Once;
use crate::store::imports::Kind;
use crate::store::integrations;

/// Read now what was changed on the site since the last time. Editors and owners.
///
/// The same goes on by itself every few minutes and after each webhook. If a run is under way already, that one is the answer.
#[utoipa::path(
    post, path = "/api/v1/integration/integrations/{id}/sync/", operation_id = "sync_integration", tag = "Integrations",
    params(("id" = i64, Path), ("Idempotency-Key" = Option<String>, Header, description = "The same key gets the same answer again.")),
    responses(
        (status = 202, description = "It is under way; `Location` shows how far it is.", body = Success<ImportView>),
        (status = 404, description = "`integration_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`integration_pending`, `integration_suspended`, `integration_disabled`, `sync_disabled`, `no_type_chosen`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn sync_integration(editor: Editor, once: Once, id: Path<i64>) -> Result<HttpResponse, Problem> {
    once.run(&editor, &(), async |tx, now| {
        let found = integrations::find(tx.conn(), editor.account_id, IntegrationId::new(*id)).await?;
        begin(tx, now, found, (Kind::Changes, None), editor.user_id).await
    })
    .await
}

#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct SiteToSync {
    pub site_id: i64,
}

/// The same, by the site's id. Editors and owners.
#[utoipa::path(
    post, path = "/api/v1/integration/site-sync/", operation_id = "sync_site", tag = "Integrations",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key gets the same answer again.")),
    request_body = SiteToSync,
    responses(
        (status = 202, description = "It is under way; `Location` shows how far it is.", body = Success<ImportView>),
        (status = 404, description = "`integration_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`integration_pending`, `integration_suspended`, `integration_disabled`, `sync_disabled`, `no_type_chosen`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn sync_site(
    editor: Editor,
    once: Once,
    Json(wish): Json<SiteToSync>,
) -> Result<HttpResponse, Problem> {
    let owner: (AccountId, SiteId) = (editor.account_id, SiteId::new(wish.site_id));
    once.run(&editor, &wish, async |tx, now| {
        let found = integrations::of_site(tx.conn(), owner.0, owner.1).await?;
        begin(tx, now, found, (Kind::Changes, None), editor.user_id).await
    })
    .await
}
