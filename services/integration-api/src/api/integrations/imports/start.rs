use actix_web::HttpResponse;
use domain::IntegrationId;
use domain::wordpress::{POST_TYPE_SHAPE, is_post_type};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Json, Path, Problem, ProblemBody, Success};

use super::{ImportView, begin};
use crate::access::Editor;
use crate::idempotency::Once;
use crate::store::imports::Kind;
use crate::store::integrations;

#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct ImportWish {
    /// Absent: those that are switched on in `content-types/`, or posts and pages where the site has not told its types yet.
    #[serde(default)]
    #[schema(examples(json!(["post", "page"])))]
    pub post_types: Vec<String>,
}

const MOST_TYPES: usize = 50;

/// Make content of all posts the site has. Editors and owners.
///
/// Texts, terms, authors, images and SEO fields come with them. What came from us is recognised, and what is here already stays: a second import
/// makes nothing twice. It goes on page by page, whoever is restarted; progress is shown here and on the event stream. If a run is under
/// way already, that one is the answer.
#[utoipa::path(
    post, path = "/api/v1/integration/integrations/{id}/import/", operation_id = "start_import", tag = "Integrations",
    params(("id" = i64, Path), ("Idempotency-Key" = Option<String>, Header, description = "The same key gets the same answer again.")),
    request_body = ImportWish,
    responses(
        (status = 202, description = "It is under way; `Location` shows how far it is.", body = Success<ImportView>),
        (status = 404, description = "`integration_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`integration_pending`, `integration_suspended`, `integration_disabled`, `sync_disabled`, `no_type_chosen`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`invalid_field`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn start_import(
    editor: Editor,
    once: Once,
    id: Path<i64>,
    wish: Option<Json<ImportWish>>,
) -> Result<HttpResponse, Problem> {
    let wish = wish.map(|it| it.0).unwrap_or_default();
    let post_types = checked(&wish)?;
    once.run(&editor, &wish, async |tx, now| {
        let found = integrations::find(tx.conn(), editor.account_id, IntegrationId::new(*id)).await?;
        begin(tx, now, found, (Kind::Import, post_types), editor.user_id).await
    })
    .await
}

fn checked(wish: &ImportWish) -> Result<Option<Vec<String>>, Problem> {
    if wish.post_types.is_empty() {
        return Ok(None);
    }
    if wish.post_types.len() > MOST_TYPES {
        return Err(Problem::invalid_field("/post_types", format!("at most {MOST_TYPES}")));
    }
    let mut types: Vec<String> = Vec::new();
    for (at, name) in wish.post_types.iter().enumerate() {
        if !is_post_type(name) {
            return Err(Problem::invalid_field(format!("/post_types/{at}"), POST_TYPE_SHAPE));
        }
        if !types.contains(name) {
            types.push(name.clone());
        }
    }
    Ok(Some(types))
}
