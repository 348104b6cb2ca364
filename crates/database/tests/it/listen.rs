//! What one process says, the others hear.

use diesel_async::RunQueryDsl;
use testkit::TestDatabase;

#[tokio::test]
async fn what_is_said_is_heard_when_it_is_committed() {
    let database = TestDatabase::empty().await;
    let (listening, speaking) = (database.database("listener"), database.database("speaker"));
    let mut listener = listening.listen("test_of_listening").await.unwrap();
    let mut tx = speaking.begin().await.unwrap();
    diesel::sql_query("NOTIFY test_of_listening, 'rolled back'").execute(tx.conn()).await.unwrap();
    tx.roll_back().await;
    let mut tx = speaking.begin().await.unwrap();
    diesel::sql_query("NOTIFY test_of_listening, 'committed'").execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(listener.heard().await.unwrap(), "committed");
}

#[tokio::test]
async fn a_lost_connection_is_an_error() {
    let database = TestDatabase::empty().await.database("listener");
    let mut listener = database.listen("test_of_losing").await.unwrap();
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN test_of_losing'";
    diesel::sql_query(sql).execute(&mut database.connection().await.unwrap()).await.unwrap();
    assert!(listener.heard().await.is_err());
}
