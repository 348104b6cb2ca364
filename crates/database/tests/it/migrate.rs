//! Any number of replicas may migrate at once.

use database::EmbeddedMigrations;
use diesel_migrations::embed_migrations;
use testkit::TestDatabase;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/plugin");

#[tokio::test]
async fn one_replica_migrates_and_the_others_find_nothing_to_do() {
    let database = TestDatabase::empty().await;
    let settings = database.settings();
    let ran = futures::future::join_all((0..4).map(|_| database::migrate(&settings, MIGRATIONS))).await;
    let mut counts: Vec<usize> = ran.into_iter().map(|ran| ran.unwrap().len()).collect();
    counts.sort_unstable();
    assert_eq!(counts[..3], [0, 0, 0]);
    assert!(counts[3] >= 2);

    let connection = &mut database.database("test").connection().await.unwrap();
    assert!(database::pending_migrations(connection, &MIGRATIONS).await.unwrap().is_empty());
    let reverted = database::revert_all(&settings, MIGRATIONS).await.unwrap();
    assert_eq!(reverted.len(), counts[3], "every migration can be undone");
}
