use contracts::content::DeliveryApplied;
use database::EmbeddedMigrations;
use diesel_migrations::embed_migrations;
use testkit::TestDatabase;

use super::*;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/webhook");
const MIB: usize = 1 << 20;

#[tokio::test]
async fn a_batch_is_bounded_in_number_and_in_bytes() {
    let server = TestDatabase::new(MIGRATIONS).await;
    let mut tx = server.database("test").begin().await.unwrap();
    let of_size = |size: usize| DeliveryApplied { delivery_id: "x".repeat(size), ..Default::default() };
    let sizes = [9 * MIB, 3 * MIB, 4 * MIB, 3 * MIB, 10, 10];
    crate::post_all(&mut tx, &sizes.map(of_size)).await.unwrap();
    let mut batches = Vec::new();
    for batch in [10, 10, 2, 10, 10] {
        let (rows, more) = claim(tx.conn(), batch).await.unwrap();
        batches.push((rows.len(), more));
        settle(&mut tx, &rows, &vec![Sent::Confirmed; rows.len()]).await.unwrap();
    }
    assert_eq!(batches, [(1, true), (2, true), (2, true), (1, false), (0, false)]);
}
