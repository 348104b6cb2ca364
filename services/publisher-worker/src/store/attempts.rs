use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff_diesel::Timestamp as Time;
use uuid::Uuid;

use super::schema::attempts;

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = attempts)]
pub struct NewAttempt {
    pub job_id: Uuid,
    pub account_id: i64,
    pub number: i32,
    pub kind: &'static str,
    pub started_at: Time,
    pub duration_ms: i32,
    pub http_status: Option<i32>,
    pub outcome: &'static str,
    pub cause: Option<&'static str>,
    pub evidence: String,
    pub request_id: String,
}

/// A row has eleven values, and a statement takes 65 535.
const CHUNK: usize = 1_000;

pub async fn insert(connection: &mut AsyncPgConnection, rows: Vec<&NewAttempt>) -> QueryResult<()> {
    for chunk in rows.chunks(CHUNK) {
        diesel::insert_into(attempts::table).values(chunk.to_vec()).execute(connection).await?;
    }
    Ok(())
}
