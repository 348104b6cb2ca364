//! From a command as it was stored to what a destination is told.

use contracts::publishing::{self, MovePost, PublishContent, UpdateContent};
use contracts::{DecodeError, FromWire, Message};
use domain::content::Command;
use domain::delivery::Part;
use domain::{ContentId, OperationId};
use uuid::Uuid;

use crate::destinations::{Order, Seen, Task, Written};
use crate::store::claims::Claimed;

mod article;

use article::read_article;

/// Reads the job's command; what can't be read now never can be.
pub fn read(job: &Claimed) -> Result<Order, DecodeError> {
    match job.kind.as_str() {
        "publish" => read_publish(stored(&job.payload)?),
        "update" => read_update(stored(&job.payload)?),
        "mend" => read_mend(stored(&job.payload)?, job.parts.as_deref().unwrap_or_default()),
        _ => read_move(&stored(&job.payload)?),
    }
}

pub fn read_publish(message: PublishContent) -> Result<Order, DecodeError> {
    let (operation, content) =
        ids(&message.operation_id, [message.content_id, message.site_id, message.account_id])?;
    let task = Task::Publish(written(message.revision, message.article)?);
    Ok(Order { operation, content, adopts: false, task, post: None })
}

pub fn read_update(message: UpdateContent) -> Result<Order, DecodeError> {
    let (operation, content) =
        ids(&message.operation_id, [message.content_id, message.site_id, message.account_id])?;
    let seen = Seen { post: post(&message.external_id)?, revision: message.expected_revision };
    let task = Task::Update(written(message.revision, message.article)?, seen);
    Ok(Order { operation, content, adopts: message.adopt, task, post: None })
}

fn read_mend(message: UpdateContent, parts: &[Option<String>]) -> Result<Order, DecodeError> {
    let parts = parts.iter().flatten().map(|name| name.parse()).collect::<Result<Vec<Part>, _>>();
    let parts = parts.map_err(|error| wrong("parts", &error))?;
    let order = read_update(message)?;
    let Task::Update(written, seen) = order.task else { return Ok(order) };
    Ok(Order { task: Task::Mend(written, seen, parts), ..order })
}

pub fn read_move(message: &MovePost) -> Result<Order, DecodeError> {
    let (operation, content) =
        ids(&message.operation_id, [message.content_id, message.site_id, message.account_id])?;
    let command: Command = message.r#move.parse().map_err(|error| wrong("move", &error))?;
    if command.has_article() {
        return Err(wrong("move", &format!("{command} is none")));
    }
    let task = Task::Move(command, post(&message.external_id)?);
    Ok(Order { operation, content, adopts: message.adopt, task, post: None })
}

pub fn read_uuid(field: &'static str, text: &str) -> Result<Uuid, DecodeError> {
    Uuid::try_parse(text).map_err(|error| wrong(field, &error))
}

/// A payload was a message when it was stored.
pub fn stored<M: Message>(payload: &[u8]) -> Result<M, DecodeError> {
    M::from_wire(&M::type_name(), payload)
}

/// The ids every command has: its own, and those of the content, the site and the account.
fn ids(operation: &str, ids: [i64; 3]) -> Result<(OperationId, ContentId), DecodeError> {
    let operation = OperationId::from_uuid(read_uuid("operation_id", operation)?);
    for (field, id) in ["content_id", "site_id", "account_id"].into_iter().zip(ids) {
        if id <= 0 {
            return Err(wrong(field, &format!("{id} is no id")));
        }
    }
    Ok((operation, ContentId::new(ids[0])))
}

/// WordPress counts its posts.
fn post(external_id: &str) -> Result<String, DecodeError> {
    match external_id.parse::<u64>() {
        Ok(1..) => Ok(external_id.to_owned()),
        _ => Err(wrong("external_id", &format!("{external_id:?} is no post"))),
    }
}

fn written(revision: String, article: Option<publishing::Article>) -> Result<Written, DecodeError> {
    let article = article.ok_or_else(|| wrong("article", &"is missing"))?;
    Ok(Written { revision, article: read_article(article)? })
}

fn wrong(field: &'static str, why: &dyn std::fmt::Display) -> DecodeError {
    DecodeError::Field { field, why: why.to_string() }
}

#[cfg(test)]
mod tests;
