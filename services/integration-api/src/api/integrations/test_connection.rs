use std::time::Duration;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Responder};
use contracts::publishing::ProbeSite;
use contracts::site::SiteCredentialChanged;
use database::Tx;
use domain::{AccountId, IntegrationId, ProbeId, SiteId};
use jiff::Timestamp;
use serde::Serialize;
use tokio::time::Instant;
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Path, Problem, ProblemBody, Success};

use super::not_found;
use crate::AppState;
use crate::access::Editor;
use crate::idempotency::Once;
use crate::store::integrations::{self, Integration};
use crate::store::probes::{self, Check, PROBED, Probe};
use crate::store::sites;

/// What our side found when it called the site.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProbeView {
    pub probe_id: Uuid,
    pub integration_id: i64,
    /// Whether the site has been called yet.
    pub done: bool,
    /// Null until it is done.
    pub ok: Option<bool>,
    pub checks: Vec<Check>,
    pub asked_at: Timestamp,
    pub answered_at: Option<Timestamp>,
}

impl From<Probe> for ProbeView {
    fn from(it: Probe) -> Self {
        Self {
            probe_id: it.id,
            integration_id: it.integration_id,
            done: it.answered_at.is_some(),
            ok: it.ok,
            checks: it.checks.0,
            asked_at: it.asked_at,
            answered_at: it.answered_at,
        }
    }
}

/// Between two looks without being woken: another replica may have taken the answer.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Call the site from our side and say what works: reachability, REST API, plugin, signature, clock, what firewalls let through, and what
/// the site finds of itself; without the plugin, the application password and what its person may do, and a site that waited for that is
/// connected. Editors and owners.
#[utoipa::path(
    post, path = "/api/v1/integration/integrations/{id}/test-connection/", operation_id = "test_connection", tag = "Integrations",
    params(
        ("id" = i64, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key gets the first test's address again."),
    ),
    responses(
        (status = 200, description = "What was found.", body = Success<ProbeView>),
        (status = 202, description = "The site takes its time; `Location` is where the outcome will be.", body = Success<ProbeView>),
        (status = 404, description = "`integration_not_found`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn test_connection(
    editor: Editor,
    state: Data<AppState>,
    request: HttpRequest,
    once: Once,
    id: Path<i64>,
) -> Result<HttpResponse, Problem> {
    ask_and_wait(&editor, &state, &request, once, IntegrationId::new(*id), String::new()).await
}

/// Has the worker call the site, and waits for what it finds; about one post type only if one is named.
pub(super) async fn ask_and_wait(
    editor: &Editor,
    state: &AppState,
    request: &HttpRequest,
    once: Once,
    id: IntegrationId,
    post_type: String,
) -> Result<HttpResponse, Problem> {
    let owner = (editor.account_id, id);
    let mut asked = None;
    let accepted = once
        .run(editor, &post_type, async |tx, now| {
            let integration = integrations::find(tx.conn(), owner.0, owner.1).await?.ok_or_else(not_found)?;
            let probe = ProbeId::generate();
            let site = sites::find(tx.conn(), owner.0, SiteId::new(integration.site_id)).await?;
            let version = site.ok_or_else(not_found)?.credential_version;
            ask(tx, probe, (owner.0, &integration), version, None, post_type.clone(), now).await?;
            asked = Some(probe.as_uuid());
            let waiting = Probe::asked(probe.as_uuid(), integration.id, now);
            Ok(Success::accepted(address(owner.1, probe.as_uuid()), ProbeView::from(waiting)))
        })
        .await?;
    // The repetition of an earlier request only gets the address.
    let Some(probe) = asked else { return Ok(accepted) };
    match wait(state, owner, probe).await? {
        Some(answered) => Ok(Success::ok(ProbeView::from(answered)).respond_to(request)),
        None => Ok(accepted),
    }
}

/// `site`: how it is to be reached, if that was said in this very transaction.
pub(super) async fn ask(
    tx: &mut Tx,
    probe: ProbeId,
    (account, integration): (AccountId, &Integration),
    version: i64,
    site: Option<SiteCredentialChanged>,
    post_type: String,
    now: Timestamp,
) -> Result<(), Problem> {
    let owner = (account, IntegrationId::new(integration.id));
    probes::create(tx.conn(), probe.as_uuid(), owner, version, now).await?;
    let command = ProbeSite {
        probe_id: probe.to_string(),
        account_id: account.get(),
        site_id: integration.site_id,
        integration_id: integration.id,
        site,
        post_type,
    };
    mailbox::post(tx, &command).await?;
    Ok(())
}

pub(super) async fn wait(
    state: &AppState,
    owner: (AccountId, IntegrationId),
    probe: Uuid,
) -> Result<Option<Probe>, Problem> {
    let woken = state.database.wakeup(PROBED);
    let until = Instant::now() + state.settings.probes.wait;
    while Instant::now() < until {
        let _ = tokio::time::timeout(LOOK_EVERY, woken.notified()).await;
        let found = probes::find(&mut *state.database.connection().await?, owner, probe).await?;
        if let Some(answered) = found.filter(|it| it.answered_at.is_some()) {
            return Ok(Some(answered));
        }
    }
    Ok(None)
}

pub(super) fn address(integration: IntegrationId, probe: Uuid) -> String {
    format!("/api/v1/integration/integrations/{integration}/probes/{probe}/")
}
