use std::fmt::Write as _;

use database::{Database, DatabaseError};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::schema::{dead_letters, outbox};

/// What is still on its way and what was put aside, as lines of text: `outbox <type> <subject>`, `dead <queue> <type> <reason>`.
pub async fn picture(database: &Database) -> Result<String, DatabaseError> {
    let connection = &mut database.connection().await?;
    let waiting: Vec<(String, String)> =
        outbox::table.select((outbox::type_name, outbox::subject)).order(outbox::id).load(connection).await?;
    let dead: Vec<(String, String, String)> = dead_letters::table
        .select((dead_letters::queue, dead_letters::type_name, dead_letters::reason))
        .order(dead_letters::id)
        .load(connection)
        .await?;
    let mut lines = String::new();
    for (type_name, subject) in waiting {
        let _ = writeln!(lines, "outbox {type_name} {subject}");
    }
    for (queue, type_name, reason) in dead {
        let _ = writeln!(lines, "dead {queue} {type_name} {reason}");
    }
    Ok(lines)
}
