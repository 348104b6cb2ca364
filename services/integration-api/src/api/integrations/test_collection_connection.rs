use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::IntegrationId;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Json, Path, Problem, ProblemBody, Success};

use super::test_connection::{ProbeView, ask_and_wait};
use crate::AppState;
use crate::access::Editor;
use crate::idempotency::Once;

/// WordPress' own names have at most 20.
const LONGEST_NAME: usize = 64;

#[derive(Debug, Deserialize, ToSchema)]
pub struct CollectionWish {
    #[schema(examples("post"))]
    post_type: String,
}

/// Call the site from our side and say whether posts of one type can be read and written. A type that the site does not have is a check
/// that failed. Editors and owners.
#[utoipa::path(
    post, path = "/api/v1/integration/integrations/{id}/test-collection-connection/", operation_id = "test_collection_connection",
    tag = "Integrations", request_body = CollectionWish,
    params(
        ("id" = i64, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key gets the first test's address again."),
    ),
    responses(
        (status = 200, description = "What was found.", body = Success<ProbeView>),
        (status = 202, description = "The site takes its time; `Location` is where the outcome will be.", body = Success<ProbeView>),
        (status = 404, description = "`integration_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`invalid_field`: no name of a post type", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn test_collection_connection(
    editor: Editor,
    state: Data<AppState>,
    request: HttpRequest,
    once: Once,
    id: Path<i64>,
    Json(body): Json<CollectionWish>,
) -> Result<HttpResponse, Problem> {
    let is_sign = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_' || it == '-';
    let length = 1..=LONGEST_NAME;
    if !length.contains(&body.post_type.len()) || !body.post_type.chars().all(is_sign) {
        return Err(Problem::invalid_field("/post_type", "lower-case letters, digits, `-` and `_`"));
    }
    ask_and_wait(&editor, &state, &request, once, IntegrationId::new(*id), body.post_type).await
}
