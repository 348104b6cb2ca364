//! A post's status changed: one event, from plugins that send them singly. The site's key may.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use credentials::SignedRequest;
use domain::DeliveryId;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use web::{Json, Problem, ProblemBody, Success};

use super::post::{Post, Wrong};
use crate::app::AppState;
use crate::flows::accept::NewDelivery;

/// As an event of a batch would call it.
const KIND: &str = "post.status_changed";

#[derive(Debug, Serialize, ToSchema)]
pub struct Receipt {
    /// Where to ask what became of it.
    delivery_id: String,
    /// `accepted`, or `duplicate` if a request with this `webhook-id` was taken in before.
    #[schema(example = "accepted")]
    status: &'static str,
}

impl From<Wrong> for Problem {
    fn from(wrong: Wrong) -> Self {
        match wrong {
            Wrong::Field(name, message) => Self::invalid_field(format!("/{name}"), message),
            Wrong::OtherSite => Self::new(
                StatusCode::FORBIDDEN,
                "site_url_mismatch",
                "The key belongs to another site than the one in site_url. If the site has moved, run the plugin's connection test.",
            )
            .field("/site_url", "is not this key's site"),
        }
    }
}

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
        (status = 503, description = "Nothing is known to be kept; come back after Retry-After", body = ProblemBody),
    )
)]
pub async fn receive_status(
    request: SignedRequest,
    state: Data<AppState>,
) -> Result<Success<Receipt>, Problem> {
    // As an object first: a struct would also be read from an array.
    let body = Value::Object(Json::parse(&request.body)?).to_string();
    let post: Post = Json::parse(&request.body)?;
    let now = state.directory.now();
    let delivery = NewDelivery {
        id: DeliveryId::generate(),
        account: request.site.account,
        site: request.site.id,
        webhook_id: request.id,
        kind: KIND.to_owned(),
        seq: None,
        occurred_at: now,
        received_at: now,
        signed: request.signed,
        post: Some(post.check(&request.site, body.clone(), false)?),
        body,
    };
    let kept = state.intake.keep(vec![delivery]).await?;
    let kept = kept.first().expect("invariant: one answer for one delivery");
    Ok(Success::ok(Receipt {
        delivery_id: kept.delivery().to_string(),
        status: if kept.is_new() { "accepted" } else { "duplicate" },
    }))
}
