//! What `migrations/roles.sql` promises: four schemas, four roles, no rights across.

#![allow(clippy::unwrap_used, reason = "a test")]

use diesel::sql_types::{Bool, Text};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

const SCHEMAS: [&str; 4] = ["integration", "plugin", "publisher", "webhook"];

/// A superuser's connection to the database the roles were made in.
async fn superuser() -> AsyncPgConnection {
    let url = std::env::var("IGNY8_TEST_DATABASE_URL").expect("run the tests by scripts/test");
    AsyncPgConnection::establish(&url).await.unwrap()
}

async fn is_true(connection: &mut AsyncPgConnection, question: &str) -> bool {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        answer: bool,
    }
    let sql = format!("SELECT ({question}) AS answer");
    diesel::sql_query(sql).get_result::<Row>(connection).await.unwrap().answer
}

#[tokio::test]
async fn a_role_has_its_own_schema_and_nothing_else() {
    let connection = &mut superuser().await;
    for owner in SCHEMAS {
        let role = format!("igny8_{owner}");
        for schema in SCHEMAS.into_iter().chain(["public"]) {
            for right in ["USAGE", "CREATE"] {
                let question = format!("has_schema_privilege('{role}', '{schema}', '{right}')");
                assert_eq!(
                    is_true(connection, &question).await,
                    schema == owner,
                    "{role}: {right} on {schema}"
                );
            }
        }
        let ordinary = format!(
            "SELECT NOT (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb) FROM pg_roles WHERE rolname = '{role}'"
        );
        assert!(is_true(connection, &ordinary).await, "{role} is an ordinary role");
        let member = format!(
            "EXISTS (SELECT FROM pg_auth_members JOIN pg_roles ON pg_roles.oid = member WHERE rolname = '{role}')"
        );
        assert!(!is_true(connection, &member).await, "{role} inherits nothing");
    }
}

#[tokio::test]
async fn what_the_catalogue_says_is_what_happens() {
    for owner in SCHEMAS {
        for schema in SCHEMAS {
            let connection = &mut superuser().await;
            for statement in ["BEGIN".to_owned(), format!("SET LOCAL ROLE igny8_{owner}")] {
                diesel::sql_query(statement).execute(connection).await.unwrap();
            }
            let made =
                diesel::sql_query(format!("CREATE TABLE {schema}.roles_test ()")).execute(connection).await;
            assert_eq!(made.is_ok(), schema == owner, "igny8_{owner} in {schema}: {made:?}");
            diesel::sql_query("ROLLBACK").execute(connection).await.unwrap();
        }
    }
}

#[tokio::test]
async fn names_without_a_schema_mean_the_roles_own() {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        setting: String,
    }
    let connection = &mut superuser().await;
    for owner in SCHEMAS {
        let sql = format!(
            "SELECT array_to_string(setconfig, ';') AS setting FROM pg_db_role_setting
             JOIN pg_roles ON pg_roles.oid = setrole WHERE rolname = 'igny8_{owner}'"
        );
        let settings: Vec<Row> = diesel::sql_query(sql).load(connection).await.unwrap();
        assert!(
            settings.iter().any(|row| row.setting.contains(&format!("search_path={owner}"))),
            "igny8_{owner}"
        );
    }
}
