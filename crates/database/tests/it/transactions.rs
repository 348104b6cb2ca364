//! What is not committed did not happen, and the next user of a connection finds nothing of it.

use std::time::Duration;

use database::{Connection, Database, Prepared};
use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use testkit::TestDatabase;

/// A pool of one connection, and a table of notes.
async fn open() -> (TestDatabase, Database) {
    let server = TestDatabase::empty().await;
    let mut settings = server.settings();
    settings.pool_size = 1;
    let database = Database::new(&settings, "test");
    execute(&database, "CREATE TABLE notes (n bigint PRIMARY KEY)").await;
    (server, database)
}

async fn execute(database: &Database, sql: &str) {
    diesel::sql_query(sql).execute(&mut database.connection().await.unwrap()).await.unwrap();
}

/// What a `SELECT … AS n` says, outside any transaction of ours.
async fn number(connection: &mut Connection, sql: &str) -> i64 {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    diesel::sql_query(sql).get_result::<Row>(connection).await.unwrap().n
}

async fn notes(database: &Database) -> i64 {
    number(&mut database.connection().await.unwrap(), "SELECT count(*) AS n FROM notes").await
}

async fn backend(database: &Database) -> i64 {
    let sql = "SELECT pg_backend_pid()::bigint AS n";
    number(&mut database.connection().await.unwrap(), sql).await
}

async fn note(mut conn: &AsyncPgConnection, n: i64) -> QueryResult<usize> {
    let insert = diesel::sql_query("INSERT INTO notes VALUES ($1)").bind::<BigInt, _>(n);
    Prepared(insert).execute(&mut conn).await
}

#[tokio::test]
async fn the_first_statement_is_a_part_of_it() {
    let (_server, database) = open().await;
    // Parsed the first time, and known to the connection the second.
    for kept in 0..2 {
        let (tx, _) = database.begin_with(async |conn| note(conn, 10 + kept).await).await.unwrap();
        tx.roll_back().await;
        assert_eq!(notes(&database).await, kept, "rolled back");
        let (tx, count) = database.begin_with(async |conn| note(conn, kept).await).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!((count, notes(&database).await), (1, kept + 1), "committed");
    }
}

#[tokio::test]
async fn several_first_statements_run_in_their_order() {
    let (_server, database) = open().await;
    let (tx, counts) = database
        .begin_with(async |mut conn| {
            let clear = diesel::sql_query("DELETE FROM notes").execute(&mut conn);
            let (cleared, first, second) = futures::join!(clear, note(conn, 1), note(conn, 2));
            Ok((cleared?, first?, second?))
        })
        .await
        .unwrap();
    assert_eq!(counts, (0, 1, 1));
    tx.commit().await.unwrap();
    assert_eq!(notes(&database).await, 2);
}

#[tokio::test]
async fn a_first_statement_that_fails_leaves_nothing_behind() {
    let (_server, database) = open().await;
    let failed = database
        .begin_with(async |conn| {
            note(conn, 1).await?;
            note(conn, 1).await
        })
        .await;
    assert!(failed.is_err_and(|error| error.constraint().is_some_and(|it| it.contains("notes"))));
    assert_eq!(notes(&database).await, 0);
}

#[tokio::test]
async fn one_that_is_dropped_takes_its_connection_with_it() {
    let (_server, database) = open().await;
    let first = backend(&database).await;
    assert_eq!(backend(&database).await, first, "a connection is used again");
    let (tx, _) = database.begin_with(async |conn| note(conn, 1).await).await.unwrap();
    drop(tx);
    assert_ne!(backend(&database).await, first);
    assert_eq!(notes(&database).await, 0);
}

#[tokio::test]
async fn so_does_one_that_is_given_up_while_it_begins() {
    let (_server, database) = open().await;
    let first = backend(&database).await;
    let begin = database.begin_with(async |mut conn| {
        note(conn, 1).await?;
        diesel::sql_query("SELECT pg_sleep(30)").execute(&mut conn).await
    });
    assert!(tokio::time::timeout(Duration::from_millis(300), begin).await.is_err());
    assert_ne!(backend(&database).await, first);
    assert_eq!(notes(&database).await, 0);
}

#[tokio::test]
async fn statements_run_without_a_transaction_keep_their_connection_unless_they_are_given_up() {
    let (_server, database) = open().await;
    let first = backend(&database).await;
    assert_eq!(database.run(async |conn| note(conn, 1).await).await.unwrap(), 1);
    assert!(database.run(async |conn| note(conn, 1).await).await.is_err());
    assert_eq!((backend(&database).await, notes(&database).await), (first, 1));

    let sleep = database.run(async |mut conn| {
        note(conn, 2).await?;
        diesel::sql_query("SELECT pg_sleep(30)").execute(&mut conn).await
    });
    assert!(tokio::time::timeout(Duration::from_millis(300), sleep).await.is_err());
    assert_ne!(backend(&database).await, first);
    assert_eq!(notes(&database).await, 2);
}

/// The pool asks a connection that it gave out longer ago than this.
const LONG_AGO: Duration = Duration::from_millis(1_100);

#[tokio::test]
async fn a_connection_that_the_server_closed_is_not_given_out() {
    let (server, database) = open().await;
    let lost = backend(&database).await;
    let another = server.database("test");
    execute(&another, &format!("SELECT pg_terminate_backend({lost})")).await;
    tokio::time::sleep(LONG_AGO).await;
    assert_ne!(backend(&database).await, lost);
}

#[tokio::test]
async fn nor_is_one_that_does_not_answer() {
    let (_server, database) = open().await;
    let first = backend(&database).await;
    let mut connection = database.connection().await.unwrap();
    let sleep = diesel::sql_query("SELECT pg_sleep(30)").execute(&mut connection);
    assert!(tokio::time::timeout(LONG_AGO, sleep).await.is_err());
    drop(connection);
    assert_ne!(backend(&database).await, first);
}
