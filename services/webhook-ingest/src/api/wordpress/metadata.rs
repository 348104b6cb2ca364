//! A post's terms, author or dates changed: one event, from plugins that send them singly. The site's key may.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use web::{Problem, ProblemBody, Success};

use super::events::UPDATED;
use super::json::to_text;
use super::post::Post;
use super::rest;
use super::single::{self, Receipt};
use crate::admission::Admitted;
use crate::app::AppState;
use crate::flows::accept::PostEvent;

/// A post, and what is new with it: inside `metadata`, beside it, or both.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Metadata {
    #[serde(flatten)]
    #[schema(value_type = Post)]
    post: Map<String, Value>,
    /// `categories`, `tags`, `author`, `modified_gmt` and whatever else the site knows of it.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Value>,
}

/// Report a post's metadata
///
/// A 2xx means: kept, and it will be applied once. Without `webhook-id` each request counts, in order of arrival.
#[utoipa::path(
    post,
    path = "/api/v1/integration/webhooks/wordpress/metadata/",
    operation_id = "receive_metadata",
    tag = "webhooks",
    request_body = Metadata,
    responses(
        (status = 200, description = "Durable", body = Success<Receipt>),
        (status = 401, description = "key_missing, key_invalid, key_revoked, signature_missing, signature_invalid, timestamp_out_of_window", body = ProblemBody),
        (status = 403, description = "site_suspended, site_url_mismatch", body = ProblemBody),
        (status = 413, description = "body_too_large", body = ProblemBody),
        (status = 422, description = "invalid_field", body = ProblemBody),
        (status = 429, description = "rate_limited: come back after Retry-After", body = ProblemBody),
        (status = 503, description = "Nothing is known to be kept; come back after Retry-After", body = ProblemBody),
    )
)]
pub async fn receive_metadata(request: Admitted, state: Data<AppState>) -> Result<Success<Receipt>, Problem> {
    let (object, post) = single::read::<Post>(&request.body)?;
    let (rest, modified_at) = (rest::of_body(&object), rest::modified(&object));
    let body = to_text(&object);
    let post = post.updated(&request.site, rest, body.clone());
    let post = post.map(|post| Some(PostEvent { modified_at, ..post }));
    single::keep(&state, &request, UPDATED, body, post).await
}
