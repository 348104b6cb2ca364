use actix_web::HttpResponse;
use domain::IntegrationId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Json, Path, Problem, ProblemBody, Success};

use crate::access::Editor;
use crate::api::integrations::imports::check_readable;
use crate::api::integrations::not_found;
use crate::flows::imports::by_name;
use crate::idempotency::Once;
use crate::store::{drift, integrations};

/// So many are asked for at once.
const MOST: u16 = 500;

#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct RepairWish {
    /// Absent: all that were found, 500 at most.
    #[serde(default)]
    pub post_ids: Option<Vec<i64>>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RepairView {
    /// The posts that are asked for now.
    pub post_ids: Vec<i64>,
}

/// Do what `drift/` proposes: ask the site for these posts. Editors and owners.
///
/// Nothing that was written on either side is lost by it: texts that differ go the way of every edit on the site, by the site's policy for
/// conflicts. A post leaves the list when the site has answered.
#[utoipa::path(
    post, path = "/api/v1/integration/integrations/{id}/drift/repair/", operation_id = "repair_drift", tag = "Integrations",
    params(("id" = i64, Path), ("Idempotency-Key" = Option<String>, Header, description = "The same key gets the same answer again.")),
    request_body = RepairWish,
    responses(
        (status = 202, description = "They are asked for.", body = Success<RepairView>),
        (status = 404, description = "`integration_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`integration_pending`, `integration_suspended`, `integration_disabled`, `sync_disabled`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`invalid_field`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn repair_drift(
    editor: Editor,
    once: Once,
    id: Path<i64>,
    wish: Option<Json<RepairWish>>,
) -> Result<HttpResponse, Problem> {
    let wish = wish.map(|it| it.0).unwrap_or_default();
    if wish.post_ids.as_ref().is_some_and(|it| it.len() > usize::from(MOST)) {
        return Err(Problem::invalid_field("/post_ids", format!("at most {MOST}")));
    }
    once.run(&editor, &wish, async |tx, now| {
        let found = integrations::find(tx.conn(), editor.account_id, IntegrationId::new(*id)).await?;
        let integration = found.ok_or_else(not_found)?;
        check_readable(&integration)?;
        let posts = wish.post_ids.as_deref();
        let mut post_ids =
            drift::order_repair(tx.conn(), integration.id, posts, (i64::from(MOST), now)).await?;
        post_ids.sort_unstable();
        let owner = (integration.account_id, integration.site_id, integration.id);
        mailbox::post_all(tx, &by_name(owner, &post_ids, now)).await?;
        let address = format!("/api/v1/integration/integrations/{}/drift/", integration.id);
        Ok(Success::accepted(address, RepairView { post_ids }))
    })
    .await
}
