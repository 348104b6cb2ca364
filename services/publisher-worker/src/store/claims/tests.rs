use testkit::TestDatabase;

use super::*;
use crate::app::MIGRATIONS;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn later(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

async fn with_jobs(database: &TestDatabase, circuit: &str, count: i64) -> database::Connection {
    let mut connection = database.database("test").connection().await.unwrap();
    for statement in [
        format!(
            "INSERT INTO sites (site_id, account_id, integration_id, version, state, site_url, rest_url, signed, plugin_version,
                                circuit, circuit_until, circuit_pause_ms)
             VALUES (7, 5, 70, 1, 'connected', '', '', true, '', {circuit})"
        ),
        format!(
            "INSERT INTO jobs (id, operation_id, kind, account_id, site_id, content_id, payload, run_at, created_at)
             SELECT gen_random_uuid(), gen_random_uuid(), 'publish', 5, 7, n, '', to_timestamp(0), to_timestamp(0)
             FROM generate_series(1, {count}) AS n"
        ),
    ] {
        diesel::sql_query(statement).execute(&mut connection).await.unwrap();
    }
    connection
}

#[tokio::test]
async fn jobs_wait_in_portions() {
    let database = TestDatabase::new(MIGRATIONS).await;
    let mut connection = with_jobs(&database, "'open', to_timestamp(60), 60000", PUT_OFF_AT_ONCE + 10).await;
    let shut = [(7, later(60))];
    assert_eq!(put_off(&mut connection, &shut, NOW).await.unwrap().len(), 2_000);
    assert_eq!(put_off(&mut connection, &shut, NOW).await.unwrap().len(), 10);
    assert_eq!(put_off(&mut connection, &shut, NOW).await.unwrap().len(), 0);
}

#[tokio::test]
async fn a_circuit_that_has_closed_or_changed_since_it_was_read_puts_nothing_off() {
    for circuit in ["'closed', NULL, NULL", "'open', to_timestamp(120), 60000"] {
        let database = TestDatabase::new(MIGRATIONS).await;
        let mut connection = with_jobs(&database, circuit, 3).await;
        assert!(put_off(&mut connection, &[(7, later(60))], NOW).await.unwrap().is_empty(), "{circuit}");
    }
}

#[tokio::test]
async fn renewing_waits_for_nobody() {
    #[derive(QueryableByName)]
    struct Job {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let database = TestDatabase::new(MIGRATIONS).await;
    let mut connection = with_jobs(&database, "'closed', NULL, NULL", 2).await;
    let jobs: Vec<Job> = diesel::sql_query("UPDATE jobs SET state = 'running', fence = 1 RETURNING id")
        .load(&mut connection)
        .await
        .unwrap();
    let held: Vec<_> = jobs.iter().map(|job| (job.id, 1)).collect();

    let mut finishing = database.database("test").begin().await.unwrap();
    diesel::sql_query("UPDATE jobs SET sequence = 2 WHERE id = $1")
        .bind::<SqlUuid, _>(held[0].0)
        .execute(finishing.conn())
        .await
        .unwrap();
    assert_eq!(renew(&mut connection, &held, later(60)).await.unwrap(), 1);
    finishing.commit().await.unwrap();
    assert_eq!(renew(&mut connection, &held, later(90)).await.unwrap(), 2);
    assert_eq!(renew(&mut connection, &[(held[0].0, 2)], later(99)).await.unwrap(), 0, "another's fence");
}
