//! Something happened to a post, go and look: one thin event, from the oldest plugins. The site's key may.

use actix_web::web::Data;
use domain::text::check_line;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use web::{Json, Problem, ProblemBody, Success};

use super::events::{DELETED, UPDATED};
use super::json::to_text;
use super::post::{Post, Wrong};
use super::single::{self, Receipt};
use crate::admission::Admitted;
use crate::app::AppState;
use crate::flows::accept::Rest;

#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "read as a post, if the action is about one")]
pub struct Notice {
    /// `post_created`, `post_updated`, `post_status_changed` or `post_deleted`; others are kept for later.
    #[schema(example = "post_updated")]
    action: String,
    #[serde(flatten)]
    #[schema(value_type = Post)]
    post: Map<String, Value>,
}

/// Report that something happened to a post
///
/// A 2xx means: kept, and the post will be read from the site. Without `webhook-id` each request counts, in order of arrival.
#[utoipa::path(
    post,
    path = "/api/v1/integration/webhook/wordpress/",
    operation_id = "receive_notice",
    tag = "webhooks",
    request_body = Notice,
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
pub async fn receive_notice(request: Admitted, state: Data<AppState>) -> Result<Success<Receipt>, Problem> {
    let object: Map<String, Value> = Json::parse(&request.body)?;
    let action = object.get("action").and_then(Value::as_str).unwrap_or_default().to_owned();
    check_line(&action, 64).map_err(|error| Wrong::Field("action", error.to_string()))?;
    let body = to_text(&object);
    let post = || Json::<Post>::parse(&request.body);
    let (kind, post) = match action.as_str() {
        "post_deleted" => (DELETED, post()?.deleted(&request.site, body.clone()).map(Some)),
        "post_created" | "post_updated" | "post_status_changed" => {
            (UPDATED, post()?.updated(&request.site, Rest::default(), body.clone()).map(Some))
        }
        other => (other, Ok(None)),
    };
    single::keep(&state, &request, kind, body, post).await
}
