use actix_web::http::StatusCode;
use actix_web::web::Data;
use domain::IntegrationId;
use uuid::Uuid;
use web::{Path, Problem, ProblemBody, Success};

use super::test_connection::ProbeView;
use crate::access::Member;
use crate::store::probes;
use crate::{AppState, codes};

/// Look what a connection test has found.
#[utoipa::path(
    get, path = "/api/v1/integration/integrations/{id}/probes/{probe_id}/", operation_id = "get_probe", tag = "Integrations",
    params(("id" = i64, Path), ("probe_id" = Uuid, Path)),
    responses(
        (status = 200, description = "What was found, if it is done.", body = Success<ProbeView>),
        (status = 404, description = "`probe_not_found`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn get_probe(
    member: Member,
    state: Data<AppState>,
    path: Path<(i64, Uuid)>,
) -> Result<Success<ProbeView>, Problem> {
    let (integration, probe) = path.into_inner();
    let owner = (member.account_id, IntegrationId::new(integration));
    let found = probes::find(&mut *state.database.connection().await?, owner, probe).await?;
    Ok(Success::ok(found.ok_or_else(not_found)?.into()))
}

fn not_found() -> Problem {
    let detail = "There is no such connection test. They are kept for a week.";
    Problem::new(StatusCode::NOT_FOUND, codes::PROBE_NOT_FOUND, detail)
}
