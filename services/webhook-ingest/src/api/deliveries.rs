//! What became of a delivery. The key of the site that sent it may.

use actix_web::web::Data;
use credentials::SiteKey;
use database::DatabaseError;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Path, Problem, ProblemBody, Success};

use crate::app::AppState;
use crate::store::deliveries;
use crate::store::gaps::{self, Gap};

#[derive(Debug, Serialize, ToSchema)]
pub struct Delivery {
    id: String,
    /// The event's id at its site; null if it came without one.
    webhook_id: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    seq: Option<i64>,
    occurred_at: Timestamp,
    received_at: Timestamp,
    signed: bool,
    /// `accepted`, then `applied`, `echo`, `stale`, `unknown_content`, `unknown_status` or `refused`.
    state: String,
    detail: String,
    applied_at: Option<Timestamp>,
    /// Numbers of this site's events that should have come and did not, the newest first, at most 20.
    missing: Vec<Missing>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Missing {
    from_seq: i64,
    /// Some between may have come.
    to_seq: i64,
    noticed_at: Timestamp,
    /// When it was given up; the site is then read again. Null: it may still come.
    announced_at: Option<Timestamp>,
}

const MOST_MISSING: i64 = 20;

/// See what became of a delivery
#[utoipa::path(
    get,
    path = "/api/v1/integration/webhooks/deliveries/{id}/",
    operation_id = "get_delivery",
    tag = "webhooks",
    params(("id" = Uuid, Path, description = "The delivery_id of a receipt or ack")),
    responses(
        (status = 200, body = Success<Delivery>),
        (status = 401, description = "key_missing, key_invalid, key_revoked", body = ProblemBody),
        (status = 403, description = "site_suspended", body = ProblemBody),
        (status = 429, description = "rate_limited: come back after Retry-After", body = ProblemBody),
        (status = 404, description = "not_found: there is none, or it is another site's", body = ProblemBody),
    )
)]
pub async fn get_delivery(
    site: SiteKey,
    id: Path<Uuid>,
    state: Data<AppState>,
) -> Result<Success<Delivery>, Problem> {
    let connection = &mut *state.database.connection().await?;
    let found = deliveries::of_site(connection, site.0.id.get(), id.into_inner())
        .await
        .map_err(DatabaseError::from)?;
    let row = found.ok_or_else(|| Problem::not_found("This site has no such delivery."))?;
    let missing =
        gaps::of_site(connection, site.0.id.get(), MOST_MISSING).await.map_err(DatabaseError::from)?;
    Ok(Success::ok(Delivery {
        id: row.id.to_string(),
        webhook_id: row.webhook_id,
        kind: row.type_,
        seq: row.seq,
        occurred_at: row.occurred_at,
        received_at: row.received_at,
        signed: row.signed,
        state: row.state,
        detail: row.detail,
        applied_at: row.applied_at,
        missing: missing.into_iter().map(Missing::from).collect(),
    }))
}

impl From<Gap> for Missing {
    fn from(gap: Gap) -> Self {
        let Gap { from_seq, to_seq, noticed_at, announced_at } = gap;
        Self { from_seq, to_seq, noticed_at, announced_at }
    }
}
