use database::Database;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;
use testkit::eventually;

use crate::post_office::PostOffice;

#[derive(Debug, diesel::QueryableByName)]
struct Scans {
    #[diesel(sql_type = BigInt)]
    whole: i64,
    #[diesel(sql_type = BigInt)]
    by_key: i64,
}

async fn scans(database: &Database) -> Scans {
    diesel::sql_query(
        "SELECT seq_scan AS whole, idx_scan AS by_key FROM pg_stat_user_tables
         WHERE schemaname = current_schema() AND relname = 'outbox'",
    )
    .get_result(&mut database.connection().await.unwrap())
    .await
    .unwrap()
}

/// Of what is sent and deleted, thousands of rows lie in the table until it is cleaned up.
#[tokio::test]
async fn an_outbox_known_to_be_empty_is_not_read_as_a_whole() {
    let office = PostOffice::open().await;
    diesel::sql_query("VACUUM ANALYZE outbox")
        .execute(&mut office.database.connection().await.unwrap())
        .await
        .unwrap();
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
