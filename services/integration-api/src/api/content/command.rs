//! One command for one content: what publish, republish, unpublish, restore and delete have in common.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use domain::content::Command;
use domain::content::command::CommandRefusal;
use domain::{ContentId, IntegrationId};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Problem, Success};

use super::not_found;
use crate::access::Editor;
use crate::codes;
use crate::flows::command::{CommandError, Ordered, Wish, order_one};
use crate::idempotency::Once;

/// What was ordered, and how it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommandJob {
    pub content_id: i64,
    /// What the site is going to be told, however often it has to be told. Null: nothing is sent now.
    pub operation_id: Option<Uuid>,
    /// `queued`; `follows`: it is sent when what is under way is over; `unchanged`: it is so already.
    #[schema(examples("queued"))]
    pub outcome: String,
    /// The publication's.
    #[schema(examples("queued"))]
    pub state: String,
}

impl CommandJob {
    pub fn new(content: ContentId, ordered: Ordered) -> Self {
        let (outcome, operation_id, state) = match ordered {
            Ordered::Queued { operation_id, .. } => ("queued", Some(operation_id.as_uuid()), "queued"),
            Ordered::Follows { state } => ("follows", None, state.as_str()),
            Ordered::Unchanged { state } => ("unchanged", None, state.as_str()),
        };
        Self { content_id: content.get(), operation_id, outcome: outcome.to_owned(), state: state.to_owned() }
    }
}

/// Orders it, once for an idempotency key.
pub async fn give(
    editor: &Editor,
    once: Once,
    id: i64,
    command: Command,
    integration: Option<i64>,
    body: &impl Serialize,
) -> Result<HttpResponse, Problem> {
    let content_id = ContentId::new(id);
    let wish = Wish {
        account_id: editor.account_id,
        user_id: Some(editor.user_id),
        content_id,
        integration_id: integration.map(IntegrationId::new),
        command,
    };
    once.run(editor, body, async |tx, now| {
        Ok(answer(content_id, order_one(tx, now, wish).await?.map_err(refusal)?))
    })
    .await
}

/// 202 if something is going to happen, 200 if it is so already.
pub fn answer(content: ContentId, ordered: Ordered) -> Success<CommandJob> {
    let job = CommandJob::new(content, ordered);
    match ordered {
        Ordered::Unchanged { .. } => Success::ok(job),
        Ordered::Queued { .. } | Ordered::Follows { .. } => {
            Success::accepted(super::address(content.get()), job)
        }
    }
}

pub fn refusal(error: CommandError) -> Problem {
    match error {
        CommandError::NoContent => not_found(),
        CommandError::NoSuchIntegration => {
            let detail = "The content's site has no integration with this id.";
            Problem::new(StatusCode::NOT_FOUND, codes::INTEGRATION_NOT_FOUND, detail)
        }
        CommandError::Refused(refusal) => {
            let problem = Problem::new(StatusCode::CONFLICT, refusal.code(), refusal.to_string());
            match refusal {
                CommandRefusal::AlreadyPublished { external_id } => problem.with("external_id", external_id),
                CommandRefusal::InProgress { state } => problem.with("state", state.as_str()),
                CommandRefusal::Draft
                | CommandRefusal::NotOnSite
                | CommandRefusal::Gone
                | CommandRefusal::NoIntegration
                | CommandRefusal::IntegrationPending
                | CommandRefusal::IntegrationDisabled
                | CommandRefusal::IntegrationSuspended => problem,
            }
        }
        CommandError::Unknown(error) => Problem::internal(&error),
    }
}
