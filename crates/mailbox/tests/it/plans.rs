use database::Database;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;
use testkit::eventually;

use crate::post_office::{PostOffice, message};

#[derive(Debug, diesel::QueryableByName)]
struct Scans {
    #[diesel(sql_type = BigInt)]
    whole: i64,
    #[diesel(sql_type = BigInt)]
    by_key: i64,
    #[diesel(sql_type = BigInt)]
    rows_by_key: i64,
    #[diesel(sql_type = BigInt)]
    deleted: i64,
}

async fn scans(database: &Database) -> Scans {
    diesel::sql_query(
        "SELECT t.seq_scan AS whole, t.idx_scan AS by_key, i.idx_tup_read AS rows_by_key, n_tup_del AS deleted
         FROM pg_stat_user_tables AS t JOIN pg_stat_user_indexes AS i USING (relid)
         WHERE t.schemaname = current_schema() AND t.relname = 'outbox'",
    )
    .get_result(&mut database.connection().await.unwrap())
    .await
    .unwrap()
}

async fn know_it_is_empty(database: &Database) {
    let mut connection = database.connection().await.unwrap();
    diesel::sql_query("VACUUM ANALYZE outbox").execute(&mut connection).await.unwrap();
}

/// Of what is sent and deleted, thousands of rows lie in the table until it is cleaned up.
#[tokio::test]
async fn an_outbox_known_to_be_empty_is_not_read_as_a_whole() {
    let office = PostOffice::open().await;
    know_it_is_empty(&office.database).await;
    let before = scans(&office.database).await;
    office.start_relay();
    office.start_receiver();
    office.post("000").await;
    office.noted(1).await;
    // The server counts with some delay.
    let after = eventually("scans counted", async || {
        Some(scans(&office.database).await)
            .filter(|after| after.by_key + after.whole > before.by_key + before.whole)
    })
    .await;
    assert_eq!(after.whole, before.whole, "{after:?}");
}

/// The statement is planned while there is nothing to send, and the plan is kept.
#[tokio::test]
async fn the_last_of_many_messages_is_found_as_fast_as_the_first() {
    const MANY: i64 = 2_000;
    let office = PostOffice::open().await;
    know_it_is_empty(&office.database).await;
    office.start_relay();
    eventually("a plan", async || Some(scans(&office.database).await).filter(|scans| scans.by_key > 10))
        .await;
    let mut tx = office.database.begin().await.unwrap();
    let all: Vec<_> = (0..MANY).map(|nth| message(&format!("{nth:04}"))).collect();
    mailbox::post_all(&mut tx, &all).await.unwrap();
    tx.commit().await.unwrap();
    let scans = eventually("all sent", async || {
        Some(scans(&office.database).await).filter(|scans| scans.deleted == MANY)
    })
    .await;
    // Fifty at a time pass by those that were sent before, as long as the server does not know that nobody sees them any more.
    assert!(scans.rows_by_key < 50 * MANY, "{scans:?}");
}
