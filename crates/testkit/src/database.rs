use ::database::{Database, DatabaseSettings, EmbeddedMigrations};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use url::Url;
use uuid::Uuid;

use crate::{on_a_thread, required};

/// A schema of its own, migrated, dropped with this value.
pub struct TestDatabase {
    server: String,
    schema: String,
    url: String,
}

impl TestDatabase {
    pub async fn new(migrations: EmbeddedMigrations) -> Self {
        Self::on(&admin_url(), migrations).await
    }

    /// On another server than that of all tests.
    pub async fn on(server: &str, migrations: EmbeddedMigrations) -> Self {
        let this = Self::schema_on(server).await;
        ::database::migrate(&this.settings(), migrations).await.unwrap();
        this
    }

    /// Without any table: for tests of the migrations themselves.
    pub async fn empty() -> Self {
        Self::schema_on(&admin_url()).await
    }

    async fn schema_on(server: &str) -> Self {
        let schema = format!("t_{}", Uuid::now_v7().simple());
        run(server, &format!("CREATE SCHEMA {schema}")).await;
        let mut url = Url::parse(server).unwrap();
        url.query_pairs_mut().append_pair("options", &format!("-csearch_path={schema}"));
        Self { server: server.to_owned(), schema, url: url.to_string().replace('+', "%20") }
    }

    pub fn settings(&self) -> DatabaseSettings {
        DatabaseSettings { url: self.url.clone().into(), pool_size: 8, statement_timeout_ms: 10_000 }
    }

    pub fn database(&self, application: &'static str) -> Database {
        Database::new(&self.settings(), application)
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// Ends every connection to this schema's tests, as a restart of the server would.
    pub async fn cut_connections(&self, application: &str) {
        let sql = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{application}' AND pid <> pg_backend_pid()"
        );
        run(&self.url, &sql).await;
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let sql = format!("SET lock_timeout = '5s'; DROP SCHEMA IF EXISTS {} CASCADE", self.schema);
        let server = std::mem::take(&mut self.server);
        on_a_thread(async move {
            if let Ok(mut connection) = AsyncPgConnection::establish(&server).await {
                for statement in sql.split("; ") {
                    let _ = diesel::sql_query(statement).execute(&mut connection).await;
                }
            }
        });
    }
}

fn admin_url() -> String {
    required("IGNY8_TEST_DATABASE_URL")
}

async fn run(url: &str, sql: &str) {
    let mut connection = AsyncPgConnection::establish(url).await.unwrap();
    diesel::sql_query(sql).execute(&mut connection).await.unwrap();
}
