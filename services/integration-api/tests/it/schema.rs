//! What holds for every table.

use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;
use integration_api::MIGRATIONS;
use testkit::TestDatabase;

#[derive(diesel::QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    name: String,
}

async fn names(database: &TestDatabase, sql: &str) -> Vec<String> {
    let connection = &mut *database.database("test").connection().await.unwrap();
    let rows: Vec<Found> =
        diesel::sql_query(sql).bind::<Text, _>(database.schema()).load(connection).await.unwrap();
    rows.into_iter().map(|it| it.name).collect()
}

#[tokio::test]
async fn every_tenant_table_says_whose_it_is() {
    let database = TestDatabase::new(MIGRATIONS).await;
    let without = names(
        &database,
        "SELECT table_name::text AS name FROM information_schema.tables AS t WHERE table_schema = $1 AND NOT EXISTS (
             SELECT FROM information_schema.columns AS c
             WHERE c.table_schema = t.table_schema AND c.table_name = t.table_name AND column_name = 'account_id')
         ORDER BY 1",
    )
    .await;
    assert_eq!(without, ["__diesel_schema_migrations", "accounts", "dead_letters", "inbox", "outbox"]);
}

#[tokio::test]
async fn every_foreign_key_has_an_index() {
    let database = TestDatabase::new(MIGRATIONS).await;
    let without = names(
        &database,
        "SELECT conrelid::regclass || '.' || conname AS name FROM pg_constraint AS k
         WHERE contype = 'f' AND connamespace = $1::regnamespace AND NOT EXISTS (
             SELECT FROM pg_index AS i WHERE i.indrelid = k.conrelid AND i.indpred IS NULL
             AND (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey)
         ORDER BY 1",
    )
    .await;
    assert_eq!(without, Vec::<String>::new());
}

#[tokio::test]
async fn every_migration_can_be_undone() {
    let database = TestDatabase::new(MIGRATIONS).await;
    database::revert_all(&database.settings(), MIGRATIONS).await.unwrap();
    let left = names(&database, "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = $1").await;
    assert_eq!(left, ["__diesel_schema_migrations"]);
    database::migrate(&database.settings(), MIGRATIONS).await.unwrap();
}
