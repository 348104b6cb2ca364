//! A post's status changed: one event, from plugins that send them singly. The site's key may.

use actix_web::web::Data;
use web::{Problem, ProblemBody, Success};

use super::events::STATUS_CHANGED;
use super::json::to_text;
use super::post::Post;
use super::single::{self, Receipt};
use crate::admission::Admitted;
use crate::app::AppState;

/// Report a post's status
///
/// A 2xx means: kept, and it will be applied once. Without `webhook-id` each request counts, in order of arrival.
#[utoipa::path(
    post,
    path = "/api/v1/integration/webhooks/wordpress/status/",
    operation_id = "receive_status",
    tag = "webhooks",
    request_body = Post,
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
pub async fn receive_status(request: Admitted, state: Data<AppState>) -> Result<Success<Receipt>, Problem> {
    let (object, post) = single::read::<Post>(&request.body)?;
    let body = to_text(&object);
    let post = post.with_status(&request.site, body.clone()).map(Some);
    single::keep(&state, &request, STATUS_CHANGED, body, post).await
}
