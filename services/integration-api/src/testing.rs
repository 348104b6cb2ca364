//! The service as requests see it, on a database of its own: for the tests beside the endpoints.

use actix_web::http::Method;
use database::Database;
use domain::{AccessToken, AccountId, ApiKey, Clock, ClockHand, IntegrationId, SiteId};
use jiff::Timestamp;
use secrets::{ExposeSecret, SigningKey, random_key};
use serde_json::{Value, json};
use testkit::TestDatabase;
use web::test::{Answer, TestApp, TestRequest};

use crate::access::Role;
use crate::settings::{DEFAULTS, Settings};
use crate::store::tokens::{self, NewToken};
use crate::store::users::{self, NewUser};
use crate::store::{accounts, integrations, sites};
use crate::{AppState, MIGRATIONS, flows, routes};

/// When tests begin.
pub const NOW: &str = "2026-11-22T10:00:00Z";

pub struct Api {
    app: TestApp,
    pub state: AppState,
    /// Moves the service's clock.
    pub hand: ClockHand,
    pub database: TestDatabase,
}

/// An account and an access token of each role in it.
#[derive(Clone, Debug)]
pub struct Team {
    pub account_id: AccountId,
    pub owner: String,
    pub editor: String,
    pub viewer: String,
}

/// A site with a key. Its integration is pending until [`Api::connect`].
#[derive(Clone, Debug)]
pub struct TestSite {
    pub account_id: AccountId,
    pub id: SiteId,
    pub url: String,
    pub key: ApiKey,
    pub integration_id: IntegrationId,
}

pub fn settings(database: &TestDatabase) -> Settings {
    let secret = || random_key().expose_secret().to_owned();
    let variables = [
        ("IGNY8__DATABASE__URL", database.url().to_owned()),
        ("IGNY8__DATABASE__POOL_SIZE", "6".to_owned()),
        ("IGNY8__BROKER__URL", "amqp://127.0.0.1".to_owned()),
        ("IGNY8__SECRETS__API_KEY_PEPPER", secret()),
        ("IGNY8__SECRETS__SEALING_KEY", secret()),
        ("IGNY8__SIGNING__PUBLIC_KEY", SigningKey::generate().verifying_key().to_base64()),
        ("IGNY8__PUBLIC_URLS__API", "https://api.igny8.test".to_owned()),
        ("IGNY8__PUBLIC_URLS__WEBHOOKS", "https://hooks.igny8.test".to_owned()),
        ("IGNY8__PUBLIC_URLS__PLUGINS", "https://plugins.igny8.test".to_owned()),
        ("IGNY8__PROBES__WAIT", "1s".to_owned()),
    ];
    settings::load_from(DEFAULTS, None, variables.map(|(name, value)| (name.to_owned(), value))).unwrap()
}

impl Api {
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        let database = TestDatabase::new(MIGRATIONS).await;
        let (clock, hand) = Clock::settable(NOW.parse().unwrap());
        let mut settings = settings(&database);
        change(&mut settings);
        let state =
            AppState::new(settings.clone(), Database::new(&settings.database, "test"), clock).unwrap();
        let shared = state.clone();
        let app = web::test::app(move |config| routes::configure(config, &shared)).await;
        Self { app, state, hand, database }
    }

    pub fn now(&self) -> Timestamp {
        self.state.clock.now()
    }

    pub async fn send(&self, request: TestRequest) -> Answer {
        self.app.send(request).await
    }

    /// A request by whoever holds `bearer`: a token or a key; nobody if it is empty.
    pub async fn call(&self, method: Method, path: &str, bearer: &str, body: Option<Value>) -> Answer {
        let mut request = TestRequest::default().method(method).uri(path);
        if !bearer.is_empty() {
            request = request.insert_header(("authorization", format!("Bearer {bearer}")));
        }
        if let Some(body) = body {
            request = request.set_json(body);
        }
        self.send(request).await
    }

    pub async fn get(&self, bearer: &str, path: &str) -> Answer {
        self.call(Method::GET, path, bearer, None).await
    }

    pub async fn post(&self, bearer: &str, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, bearer, Some(body)).await
    }

    pub async fn patch(&self, bearer: &str, path: &str, body: Value) -> Answer {
        self.call(Method::PATCH, path, bearer, Some(body)).await
    }

    pub async fn delete(&self, bearer: &str, path: &str) -> Answer {
        self.call(Method::DELETE, path, bearer, None).await
    }

    pub async fn team(&self, name: &str) -> Team {
        let connection = &mut *self.state.database.connection().await.unwrap();
        let account = accounts::create(connection, name, self.now()).await.unwrap();
        Team {
            account_id: AccountId::new(account),
            owner: self.person(account, Role::Owner, &format!("owner@{name}.test"), &["read", "write"]).await,
            editor: self
                .person(account, Role::Editor, &format!("editor@{name}.test"), &["read", "write"])
                .await,
            viewer: self
                .person(account, Role::Viewer, &format!("viewer@{name}.test"), &["read", "write"])
                .await,
        }
    }

    /// Someone new of the account, who is an operator if the scopes say so; their access token.
    pub async fn person(&self, account_id: i64, role: Role, email: &str, scopes: &[&'static str]) -> String {
        let connection = &mut *self.state.database.connection().await.unwrap();
        let is_operator = scopes.contains(&"operator");
        let user = NewUser { account_id, email, password_hash: "", role: role.as_str(), is_operator };
        let user_id = users::create(connection, &user, self.now()).await.unwrap();
        let token = AccessToken::generate();
        let new = NewToken {
            account_id,
            user_id,
            name: "test",
            digest: &self.state.pepper.digest(token.expose()),
            hint: &token.prefix_hint(),
            scopes: scopes.to_vec(),
        };
        tokens::create(connection, new, self.now(), None).await.unwrap();
        token.expose().to_owned()
    }

    pub async fn site(&self, team: &Team, url: &str) -> TestSite {
        let (account, now) = (team.account_id, self.now());
        let site = {
            let connection = &mut *self.state.database.connection().await.unwrap();
            let new =
                sites::NewSite { account_id: account.get(), name: "A site", url, hosting_type: "wordpress" };
            sites::create(connection, &new, now).await.unwrap()
        };
        let id = SiteId::new(site.id);
        let mut tx = self.state.database.begin().await.unwrap();
        let made = flows::credentials::give_key(&mut tx, &self.state.pepper, (account, id), now).await;
        let (key, integration) = made.unwrap();
        tx.commit().await.unwrap();
        TestSite {
            account_id: account,
            id,
            url: site.url,
            key,
            integration_id: IntegrationId::new(integration.id),
        }
    }

    /// The plugin pairs, signing from then on.
    pub async fn connect(&self, site: &TestSite) -> Answer {
        let body = json!({
            "site_id": site.id.get(), "site_url": site.url, "rest_url": format!("{}/wp-json/", site.url),
            "plugin_version": "2.0.0", "wp_version": "6.5.5", "php_version": "8.2.1",
            "public_key": SigningKey::generate().verifying_key().to_base64(),
        });
        let answer =
            self.post(site.key.expose(), "/api/v1/integration/integrations/test-connection/", body).await;
        assert_eq!(answer.status, 200, "{:?}", answer.json());
        answer
    }

    /// A site that takes posts.
    pub async fn connected_site(&self, team: &Team, url: &str) -> TestSite {
        let site = self.site(team, url).await;
        self.connect(&site).await;
        site
    }

    pub async fn integration(&self, site: &TestSite) -> integrations::Integration {
        let connection = &mut *self.state.database.connection().await.unwrap();
        integrations::of_site_in_any_state(connection, site.id).await.unwrap().unwrap()
    }

    /// What waits to be sent: `outbox <type> <subject>`.
    pub async fn mailbox(&self) -> String {
        mailbox::picture(&self.state.database).await.unwrap()
    }

    /// Messages of one kind that wait to be sent, oldest first.
    pub async fn posted<M: contracts::Message>(&self) -> Vec<M> {
        use diesel::sql_types::{Binary, Text};
        use diesel_async::RunQueryDsl;
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = Binary)]
            body: Vec<u8>,
        }
        let rows: Vec<Row> = diesel::sql_query("SELECT body FROM outbox WHERE type_name = $1 ORDER BY id")
            .bind::<Text, _>(M::type_name())
            .load(&mut self.state.database.connection().await.unwrap())
            .await
            .unwrap();
        rows.iter().map(|row| contracts::FromWire::from_wire(&M::type_name(), &row.body).unwrap()).collect()
    }
}
