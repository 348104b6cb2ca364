use std::path::PathBuf;

use contracts::site::{AcceptedKey, SiteCredentialChanged, SiteState};
use database::Database;
use diesel_async::RunQueryDsl;
use domain::{AccessToken, ApiKey, Clock, ClockHand};
use jiff::Timestamp;
use plugin_distribution::app::App;
use plugin_distribution::cli::act;
use plugin_distribution::settings::{DEFAULTS, Settings};
use reqwest::{Client, Response, StatusCode};
use secrets::{Pepper, Secret};
use serde_json::Value;
use tempfile::TempDir;
use testkit::TestDatabase;

const PEPPER: &str = "c2V2ZW50ZWVuIHBlcHBlcmNvcm5zIGFuZCBvbmUgcGU=";

/// What releases are signed with, unless a test says otherwise.
const SIGNING_KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

/// The service, running, with a database and a shelf of its own. Nobody listens at its broker's address.
pub struct Service {
    pub base: String,
    pub client: Client,
    pub database: Database,
    pub hand: ClockHand,
    pub app: App,
    settings: Settings,
    place: TempDir,
    clock: Clock,
    _database: TestDatabase,
}

impl Service {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With these settings, named as in the environment.
    pub async fn start_with(more: &[(&str, &str)]) -> Self {
        Self::start_as(more, |_| ()).await
    }

    /// With these settings, and what no variable can say.
    pub async fn start_as(more: &[(&str, &str)], change: impl FnOnce(&mut Settings)) -> Self {
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
            ("IGNY8__RELEASE__SIGNING_KEY", SIGNING_KEY),
        ];
        // There is one place for packages.
        let in_bucket = more.iter().any(|(name, _)| *name == "IGNY8__ARTIFACTS__BUCKET");
        let environment =
            environment.iter().filter(|(name, _)| !(in_bucket && name.ends_with("__DIRECTORY")));
        let environment = environment.chain(more);
        let environment = environment.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut settings: Settings = settings::load_from(DEFAULTS, None, environment).unwrap();
        change(&mut settings);
        let (clock, hand) = Clock::settable(Timestamp::from_second(Timestamp::now().as_second()).unwrap());
        let app = App::start(settings.clone(), clock.clone()).unwrap();
        app.state.offers.reload().await.unwrap();
        Self {
            base: format!("http://{}/api/plugins/example", app.address),
            client: Client::builder().no_proxy().build().unwrap(),
            database: test_database.database("test"),
            hand,
            app,
            settings,
            place,
            clock,
            _database: test_database,
        }
    }

    /// The folder of a plugin `example` of this version, with `code` in it.
    pub fn source(&self, version: &str, code: &str) -> PathBuf {
        let source = self.place.path().join(format!("source/{version}/example"));
        std::fs::create_dir_all(&source).unwrap();
        let header =
            format!("Plugin Name: Example\nVersion: {version}\nRequires at least: 5.6\nRequires PHP: 7.4\n");
        std::fs::write(source.join("example.php"), format!("<?php\n/*\n{header}*/\n{code}")).unwrap();
        std::fs::write(
            source.join("readme.txt"),
            "=== Example ===\nTested up to: 6.5\n\n== Changelog ==\n* New.\n",
        )
        .unwrap();
        source
    }

    /// Releases a plugin `example` of this version, with `code` in it.
    pub async fn release(&self, version: &str, code: &str) -> anyhow::Result<()> {
        self.release_elsewhere(version, code).await?;
        Ok(self.app.state.offers.reload().await?)
    }

    /// The same, and nobody says so here.
    pub async fn release_elsewhere(&self, version: &str, code: &str) -> anyhow::Result<()> {
        self.release_with(version, code, &[], |_| ()).await
    }

    /// The same with more words on the command line, and other settings.
    pub async fn release_with(
        &self,
        version: &str,
        code: &str,
        words: &[&str],
        change: impl FnOnce(&mut Settings),
    ) -> anyhow::Result<()> {
        let mut settings = self.settings.clone();
        change(&mut settings);
        let source = self.source(version, code);
        let line = [&["release", "--source", source.to_str().unwrap()], words].concat();
        act(&settings, &self.clock, &line).await
    }

    /// What an operator types after the program's name, about the plugin `example`; and what is offered then is known here.
    pub async fn act(&self, line: &str) -> anyhow::Result<()> {
        self.act_with(line, |_| ()).await
    }

    /// The same with other settings.
    pub async fn act_with(&self, line: &str, change: impl FnOnce(&mut Settings)) -> anyhow::Result<()> {
        let mut settings = self.settings.clone();
        change(&mut settings);
        let words: Vec<_> = line.split(' ').chain(["--plugin", "example"]).collect();
        act(&settings, &self.clock, &words).await?;
        Ok(self.app.state.offers.reload().await?)
    }

    /// Stops the service as a signal does, and starts another one on the same data.
    pub async fn restart(&mut self) {
        self.app.lifecycle.stop();
        assert!(self.app.lifecycle.run_until_stopped().await.is_clean());
        self.app = App::start(self.settings.clone(), self.clock.clone()).unwrap();
        self.app.state.offers.reload().await.unwrap();
        self.base = format!("http://{}/api/plugins/example", self.app.address);
    }

    /// What was asked for so far is in the database. A client may have the last byte before the server knows that it is sent.
    pub async fn write_counts(&self) {
        testkit::eventually("downloads end", async || (self.app.state.counts.under_way() == 0).then_some(()))
            .await;
        self.app.state.counts.write().await.unwrap();
    }

    /// Changes rows as an operator would, without saying so here.
    pub async fn execute(&self, sql: &str) {
        self.try_execute(sql).await.unwrap();
    }

    pub async fn try_execute(&self, sql: &str) -> diesel::QueryResult<usize> {
        diesel::sql_query(sql).execute(&mut *self.database.connection().await.unwrap()).await
    }

    /// The package of a version, as a site gets it.
    pub async fn package(&self, version: &str) -> Vec<u8> {
        let url = format!("{}/download/?version={version}", self.base);
        self.client.get(url).send().await.unwrap().error_for_status().unwrap().bytes().await.unwrap().into()
    }

    pub fn has_packages(&self) -> bool {
        self.place.path().join("example").exists()
    }

    /// The names of all packages on the shelf.
    pub fn files(&self) -> Vec<String> {
        let Ok(folder) = std::fs::read_dir(self.place.path().join("example")) else { return Vec::new() };
        let mut names: Vec<_> = folder.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Where the package of a version lies.
    pub fn package_file(&self, version: &str) -> PathBuf {
        let folder = std::fs::read_dir(self.place.path().join("example")).unwrap();
        let name = format!("example-{version}-");
        folder.map(|it| it.unwrap().path()).find(|it| it.to_str().unwrap().contains(&name)).unwrap()
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        read(self.client.get(format!("{}{path}", self.base)).send().await.unwrap()).await
    }

    /// The same outside the plugin's own addresses.
    pub async fn get_at(&self, path: &str) -> (StatusCode, Value) {
        read(self.client.get(format!("http://{}{path}", self.app.address)).send().await.unwrap()).await
    }

    pub async fn get_by(&self, token: &str, path: &str) -> (StatusCode, Value) {
        read(self.client.get(format!("{}{path}", self.base)).bearer_auth(token).send().await.unwrap()).await
    }

    pub async fn post(&self, path: &str, key: Option<&str>, body: &Value) -> (StatusCode, Value) {
        let request = self.client.post(format!("{}{path}", self.base)).json(body);
        let request = if let Some(key) = key { request.header("X-IGNY8-API-KEY", key) } else { request };
        read(request.send().await.unwrap()).await
    }

    /// Lets the service know an unsigned site with this key, as its consumer does.
    pub async fn knows(&self, site_id: i64, key: &ApiKey) {
        let message = SiteCredentialChanged {
            account_id: 1,
            site_id,
            integration_id: 1,
            version: 1,
            state: SiteState::Connected.into(),
            site_url: "https://site.example".to_owned(),
            rest_url: "https://site.example/wp-json/".to_owned(),
            accepted_keys: vec![AcceptedKey { digest: digest(key.expose()), valid_until_ms: None }],
            ..Default::default()
        };
        let mut tx = self.database.begin().await.unwrap();
        credentials::apply(&mut tx, Timestamp::now(), vec![message]).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The texts that are selected.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::Text)]
            text: String,
        }
        let connection = &mut *self.database.connection().await.unwrap();
        let rows: Vec<Row> = diesel::sql_query(format!("SELECT t AS text FROM (SELECT {sql}) AS found (t)"))
            .get_results(connection)
            .await
            .unwrap();
        rows.into_iter().map(|row| row.text).collect()
    }

    /// Sites 1 to `number`, which the service knows.
    pub async fn sites(&self, number: i64) -> Vec<Site> {
        let mut sites = Vec::new();
        for id in 1..=number {
            let key = ApiKey::generate();
            self.knows(id, &key).await;
            sites.push(Site { key });
        }
        sites
    }

    pub async fn registers(&self, site: &Site, report: Value) {
        self.tells("/register/", site, &report).await;
    }

    pub async fn reports(&self, site: &Site, report: Value) {
        self.tells("/health-check/", site, &report).await;
    }

    async fn tells(&self, path: &str, site: &Site, report: &Value) {
        let (status, answer) = self.post(path, Some(site.key.expose()), report).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }

    /// An operator's access token, which the service knows.
    pub async fn operator(&self) -> String {
        let token = AccessToken::generate();
        let digest = hex::encode(digest(token.expose()));
        self.execute(&format!(
            "INSERT INTO operator_tokens (token_id, digest, user_id, email, version, updated_at)
             VALUES (1, '\\x{digest}', 1, 'olga@igny8.test', 1, now())"
        ))
        .await;
        token.expose().to_owned()
    }

    pub async fn count(&self, sql: &str) -> i64 {
        self.number(&format!("count(*) FROM {sql}")).await
    }

    /// The one number that is selected.
    pub async fn number(&self, sql: &str) -> i64 {
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            number: i64,
        }
        let connection = &mut *self.database.connection().await.unwrap();
        diesel::sql_query(format!("SELECT n::bigint AS number FROM (SELECT {sql}) AS found (n)"))
            .get_result::<Row>(connection)
            .await
            .unwrap()
            .number
    }
}

/// A site of an older plugin, which is known by its key alone.
pub struct Site {
    key: ApiKey,
}

/// What the services know a key or token by.
pub fn digest(credential: &str) -> Vec<u8> {
    Pepper::from_base64(&Secret::from(PEPPER)).unwrap().digest(credential).to_vec()
}

pub async fn read(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default())
}
