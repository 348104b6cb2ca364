//! One event in a request of its own, as older plugins send them.

use actix_web::http::StatusCode;
use credentials::SignedRequest;
use domain::DeliveryId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use web::{Json, Problem, Success};

use super::post::Wrong;
use crate::app::AppState;
use crate::flows::accept::{NewDelivery, PostEvent};
use crate::flows::tell_elsewhere::tell_elsewhere;

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
            Wrong::OtherSite(_) => Self::new(
                StatusCode::FORBIDDEN,
                "site_url_mismatch",
                "The key belongs to another site than the one in site_url. If the site has moved, run the plugin's connection test.",
            )
            .field("/site_url", "is not this key's site"),
        }
    }
}

/// The body as an object, whatever is in it, and as what the endpoint reads of it.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<(Map<String, Value>, T), Problem> {
    // As an object first: a struct would also be read from an array.
    Ok((Json::parse(body)?, Json::parse(body)?))
}

/// Keeps it, if it can be read. Without `webhook-id` each request counts.
pub async fn keep(
    state: &AppState,
    request: &SignedRequest,
    kind: &str,
    body: String,
    post: Result<Option<PostEvent>, Wrong>,
) -> Result<Success<Receipt>, Problem> {
    let now = state.directory.now();
    if let Err(Wrong::OtherSite(address)) = &post {
        tell_elsewhere(&state.database, &request.site, address, now).await;
    }
    let post = post?;
    let delivery = NewDelivery {
        id: DeliveryId::generate(),
        account: request.site.account,
        site: request.site.id,
        webhook_id: request.id.clone(),
        kind: kind.to_owned(),
        seq: None,
        occurred_at: now,
        received_at: now,
        signed: request.signed,
        body,
        post,
    };
    let kept = state.intake.keep(vec![delivery]).await?;
    let kept = kept.first().expect("invariant: one answer for one delivery");
    Ok(Success::ok(Receipt {
        delivery_id: kept.delivery().to_string(),
        status: if kept.is_new() { "accepted" } else { "duplicate" },
    }))
}
