use std::path::Path;

use contracts::site::{AcceptedKey, SiteCredentialChanged, SiteState};
use database::Database;
use diesel_async::RunQueryDsl;
use domain::{ApiKey, Clock};
use jiff::Timestamp;
use plugin_distribution::app::App;
use plugin_distribution::cli::release_from;
use plugin_distribution::settings::{DEFAULTS, Settings};
use reqwest::{Client, Response, StatusCode};
use secrets::{Pepper, Secret};
use serde_json::Value;
use tempfile::TempDir;
use testkit::TestDatabase;

const PEPPER: &str = "c2V2ZW50ZWVuIHBlcHBlcmNvcm5zIGFuZCBvbmUgcGU=";

/// The service, running, with a database and a shelf of its own. Nobody listens at its broker's address.
pub struct Service {
    pub base: String,
    pub client: Client,
    pub database: Database,
    settings: Settings,
    place: TempDir,
    _app: App,
    _database: TestDatabase,
}

impl Service {
    pub async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (test_database, place) =
            (TestDatabase::new(plugin_distribution::MIGRATIONS).await, tempfile::tempdir().unwrap());
        let environment = [
            ("IGNY8__PUBLIC_URL", "https://plugins.example"),
            ("IGNY8__HTTP__BIND", "127.0.0.1:0"),
            ("IGNY8__HTTP__WORKERS", "1"),
            ("IGNY8__DATABASE__URL", test_database.url()),
            ("IGNY8__BROKER__URL", "amqp://127.0.0.1:1/none"),
            ("IGNY8__SECRETS__API_KEY_PEPPER", PEPPER),
            ("IGNY8__ARTIFACTS__DIRECTORY", place.path().to_str().unwrap()),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let settings: Settings = settings::load_from(DEFAULTS, None, environment).unwrap();
        let app = App::start(settings.clone(), Clock::system()).unwrap();
        Self {
            base: format!("http://{}/api/plugins/example", app.address),
            client: Client::builder().no_proxy().build().unwrap(),
            database: test_database.database("test"),
            settings,
            place,
            _app: app,
            _database: test_database,
        }
    }

    /// Releases a plugin `example` of this version, with `code` in it.
    pub async fn release(&self, version: &str, code: &str) -> anyhow::Result<()> {
        let source = self.place.path().join("source/example");
        std::fs::create_dir_all(&source).unwrap();
        let header =
            format!("Plugin Name: Example\nVersion: {version}\nRequires at least: 5.6\nRequires PHP: 7.4\n");
        std::fs::write(source.join("example.php"), format!("<?php\n/*\n{header}*/\n{code}")).unwrap();
        std::fs::write(
            source.join("readme.txt"),
            "=== Example ===\nTested up to: 6.5\n\n== Changelog ==\n* New.\n",
        )
        .unwrap();
        release_from(&self.settings, Path::new(&source), false).await
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        read(self.client.get(format!("{}{path}", self.base)).send().await.unwrap()).await
    }

    pub async fn post(&self, path: &str, key: Option<&str>, body: &Value) -> (StatusCode, Value) {
        let request = self.client.post(format!("{}{path}", self.base)).json(body);
        let request = if let Some(key) = key { request.header("X-IGNY8-API-KEY", key) } else { request };
        read(request.send().await.unwrap()).await
    }

    /// Lets the service know an unsigned site with this key, as its consumer does.
    pub async fn knows(&self, site_id: i64, key: &ApiKey) {
        let digest = Pepper::from_base64(&Secret::from(PEPPER)).unwrap().digest(key.expose());
        let message = SiteCredentialChanged {
            account_id: 1,
            site_id,
            integration_id: 1,
            version: 1,
            state: SiteState::Connected.into(),
            site_url: "https://site.example".to_owned(),
            rest_url: "https://site.example/wp-json/".to_owned(),
            accepted_keys: vec![AcceptedKey { digest: digest.to_vec(), valid_until_ms: None }],
            ..Default::default()
        };
        let mut tx = self.database.begin().await.unwrap();
        credentials::apply(&mut tx, Timestamp::now(), vec![message]).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn count(&self, sql: &str) -> i64 {
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            count: i64,
        }
        let connection = &mut *self.database.connection().await.unwrap();
        diesel::sql_query(format!("SELECT count(*) FROM {sql}"))
            .get_result::<Row>(connection)
            .await
            .unwrap()
            .count
    }
}

async fn read(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default())
}
