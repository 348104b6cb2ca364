use contracts::publishing::{ProbeSite, SiteProbed};
use contracts::site::SiteState;
use mailbox::Handler;
use secrets::ExposeSecret;
use serde_json::{Value, json};
use web::test::{Answer, TestRequest};

use super::{INTEGRATIONS, at, last_said, with_key, with_site};
use crate::consumers::site_probed::SiteProbes;
use crate::testing::{Api, Team};

const USE: &str = "/api/v1/integration/integrations/use-application-password/";
const PASSWORD: &str = "abcd EFGH ijkl mnop";

impl Api {
    /// Gives the password; while it waits, the worker finds this.
    async fn use_password(&self, team: &Team, site: i64, password: &str, works: bool) -> Answer {
        let before = self.posted::<ProbeSite>().await.len();
        let body = json!({"site_id": site, "username": "ed", "application_password": password});
        let asked = self.post(&team.owner, USE, body);
        let answered = async {
            let command = testkit::eventually("the command", async || {
                self.posted::<ProbeSite>().await.into_iter().nth(before)
            })
            .await;
            self.probed(&command, works).await;
        };
        futures::future::join(asked, answered).await.0
    }

    async fn probed(&self, command: &ProbeSite, ok: bool) {
        let probed = SiteProbed { probe_id: command.probe_id.clone(), ok, ..SiteProbed::default() };
        let mut tx = self.state.database.begin().await.unwrap();
        SiteProbes::new(&self.state).apply(&mut tx, vec![probed]).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn shown(&self, team: &Team, site: i64) -> Value {
        let listed = self.get(&team.viewer, &format!("{INTEGRATIONS}?site={site}")).await;
        assert!(!String::from_utf8_lossy(&listed.body).contains("EFGH"), "never shown again");
        listed.json()["data"][0].clone()
    }
}

async fn start() -> (Api, Team, i64) {
    let api = Api::start_with(|settings| settings.probes.wait = std::time::Duration::from_secs(10)).await;
    let team = api.team("tideline").await;
    let made =
        api.post(&team.owner, "/api/v1/sites/", json!({"name": "A", "url": "https://a.example.com"})).await;
    let id = made.json()["data"]["id"].as_i64().unwrap();
    (api, team, id)
}

#[actix_web::test]
async fn a_password_connects_a_site_once_it_is_known_to_work() {
    let (api, team, site) = start().await;
    let answer = api.use_password(&team, site, PASSWORD, true).await;
    assert_eq!(answer.status, 200, "{:?}", answer.json());
    assert!(!String::from_utf8_lossy(&answer.body).contains("EFGH"));
    let integration = answer.json()["data"]["integration"].clone();
    assert_eq!(
        (&integration["state"], &integration["connection"], &integration["username"]),
        (&json!("connected"), &json!("application_password"), &json!("ed"))
    );
    let guarantees = integration["guarantees"].as_array().unwrap();
    let kept: Vec<_> = guarantees.iter().map(|it| it["kept"].as_str().unwrap()).collect();
    assert_eq!(kept, ["in_part", "in_part", "in_part", "in_part", "no", "in_part"]);
    assert_eq!(api.shown(&team, site).await, integration);

    let asked = api.posted::<ProbeSite>().await.pop().unwrap();
    let told = asked.site.unwrap();
    assert_eq!(
        (told.state(), told.rest_url.as_str()),
        (SiteState::Pending, "https://a.example.com/wp-json/")
    );
    let said = last_said(&api).await;
    assert_eq!((said.state(), said.version), (SiteState::Connected, told.version + 1));
    assert_eq!((said.connection.as_str(), said.username.as_str()), ("application_password", "ed"));
    let context = format!("site.application_password|{site}");
    for sealed in [&said.sealed_application_password, &told.sealed_application_password] {
        assert_eq!(api.state.sealer.open_text(sealed, &context).unwrap().expose_secret(), PASSWORD);
    }
    assert!(said.sealed_key.is_empty() && said.site_public_key.is_empty());
}

#[actix_web::test]
async fn one_that_does_not_work_connects_nothing() {
    let (api, team, site) = start().await;
    let answer = api.use_password(&team, site, PASSWORD, false).await;
    assert_eq!(answer.json()["data"]["integration"]["state"], "pending");
    assert_eq!(answer.json()["data"]["probe"]["ok"], false);
    assert_eq!(last_said(&api).await.state(), SiteState::Pending);
    // A later test of the connection finds it well: somebody gave the person the right to publish.
    let id = answer.json()["data"]["integration"]["id"].clone();
    let path = at(&format!("{id}/test-connection/"));
    let test = api.post(&team.editor, &path, json!({}));
    let answered = async {
        let command =
            testkit::eventually("the command", async || api.posted::<ProbeSite>().await.into_iter().nth(1))
                .await;
        api.probed(&command, true).await;
    };
    futures::future::join(test, answered).await;
    assert_eq!(api.shown(&team, site).await["state"], "connected");
}

#[actix_web::test]
async fn what_was_found_of_another_password_counts_for_nothing() {
    let (api, team, site) = start().await;
    api.use_password(&team, site, "the first one", false).await;
    let first = {
        let body = json!({"site_id": site, "username": "ed", "application_password": "the second"});
        let request = api.post(&team.owner, USE, body);
        let second = async {
            let command = testkit::eventually("the command", async || {
                api.posted::<ProbeSite>().await.into_iter().nth(1)
            })
            .await;
            // While the second waits, a third is given; then the second turns out well.
            api.use_password(&team, site, "the third one", false).await;
            api.probed(&command, true).await;
        };
        futures::future::join(request, second).await.0
    };
    assert_eq!(first.json()["data"]["probe"]["ok"], true);
    assert_eq!(api.shown(&team, site).await["state"], "pending");
}

#[actix_web::test]
async fn a_changed_password_has_to_be_proven_again() {
    let (api, team, site) = start().await;
    api.use_password(&team, site, PASSWORD, true).await;
    api.use_password(&team, site, "another one", false).await;
    assert_eq!(api.shown(&team, site).await["state"], "pending");
    api.use_password(&team, site, "yet another", true).await;
    assert_eq!(api.shown(&team, site).await["state"], "connected");
}

#[actix_web::test]
async fn the_plugin_takes_over_and_is_not_replaced() {
    let (api, team, site) = start().await;
    api.use_password(&team, site, PASSWORD, true).await;
    let made = api.post(&team.owner, &at("generate-api-key/"), json!({"site_id": site})).await;
    assert_eq!(api.shown(&team, site).await["state"], "connected", "until the plugin comes");
    // Revoking a key that is not used for it does not disconnect the site.
    api.post(&team.owner, &at("revoke-api-key/"), json!({"site_id": site})).await;
    assert_eq!(last_said(&api).await.state(), SiteState::Connected);
    assert_eq!(made.status, 201);
    let made = api.post(&team.owner, &at("generate-api-key/"), json!({"site_id": site})).await;
    let key = made.json()["data"]["api_key"].as_str().unwrap().to_owned();
    let public_key = secrets::SigningKey::generate().verifying_key().to_base64();
    let paired = api.post(&key, &at("test-connection/"), json!({ "public_key": public_key })).await;
    assert_eq!(paired.status, 200);
    let shown = api.shown(&team, site).await;
    assert_eq!(
        (&shown["connection"], &shown["username"], &shown["signed"], &shown["guarantees"][0]["kept"]),
        (&json!("plugin"), &json!(null), &json!(true), &json!("fully"))
    );
    let said = last_said(&api).await;
    assert!(said.sealed_application_password.is_empty() && said.username.is_empty());
    let body = json!({"site_id": site, "username": "ed", "application_password": PASSWORD});
    let refused = api.post(&team.owner, USE, body).await;
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (409, "plugin_connected"));
}

#[actix_web::test]
async fn a_site_that_moves_or_goes_takes_no_password_along() {
    let (api, team, site) = start().await;
    api.use_password(&team, site, PASSWORD, true).await;
    let path = format!("/api/v1/sites/{site}/");
    api.patch(&team.owner, &path, json!({"url": "https://b.example.com"})).await;
    let said = last_said(&api).await;
    assert_eq!((said.state(), said.username.as_str()), (SiteState::Suspended, "ed"));
    assert!(said.sealed_application_password.is_empty());
    api.use_password(&team, site, PASSWORD, true).await;
    let said = last_said(&api).await;
    assert_eq!(
        (said.state(), said.rest_url.as_str()),
        (SiteState::Connected, "https://b.example.com/wp-json/")
    );

    let id = api.shown(&team, site).await["id"].clone();
    assert_eq!(api.delete(&team.owner, &at(&format!("{id}/"))).await.status, 204);
    let said = last_said(&api).await;
    assert_eq!((said.state(), said.connection.as_str()), (SiteState::Deleted, "plugin"));
    assert!(said.sealed_application_password.is_empty());
}

#[actix_web::test]
async fn who_may_and_what_is_refused() {
    let (api, team, site) = with_site().await;
    let give = async |token: &str, change: Value| {
        let mut body = json!({"site_id": site, "username": "ed", "application_password": PASSWORD});
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        api.post(token, USE, body).await.code()
    };
    assert_eq!(give(&team.editor, json!({})).await, "role_too_low");
    assert_eq!(give(&team.owner, json!({"site_id": 987})).await, "site_not_found");
    for wrong in [json!({"username": ""}), json!({"username": "a:b"}), json!({"application_password": " "})] {
        assert_eq!(give(&team.owner, wrong).await, "invalid_field");
    }
    for url in ["https://b.example.com/wp-json/", "http://a.example.com/wp-json/", "nonsense"] {
        assert_eq!(give(&team.owner, json!({ "rest_url": url })).await, "invalid_site_url");
    }
    api.patch(&team.owner, &format!("/api/v1/sites/{site}/"), json!({"url": "http://a.example.com"})).await;
    assert_eq!(give(&team.owner, json!({})).await, "https_required");
    assert_eq!(api.posted::<ProbeSite>().await.len(), 0);
    let (api, team, keyed) = with_key().await;
    api.connect(&keyed).await;
    let body = json!({"site_id": keyed.id, "username": "ed", "application_password": PASSWORD});
    assert_eq!(api.post(&team.owner, USE, body).await.code(), "plugin_connected");
}

#[actix_web::test]
async fn a_repeated_request_is_one_and_another_password_is_another_request() {
    let (api, team, site) = with_site().await;
    let request = |password: &str| {
        TestRequest::post()
            .uri(USE)
            .insert_header(("authorization", format!("Bearer {}", team.owner)))
            .insert_header(("idempotency-key", "k"))
            .set_json(json!({"site_id": site, "username": "ed", "application_password": password}))
    };
    let first = api.send(request(PASSWORD)).await;
    assert_eq!(first.status, 202, "nobody answers in time");
    let again = api.send(request(PASSWORD)).await;
    assert_eq!((again.status.as_u16(), again.header("location")), (202, first.header("location")));
    assert_eq!(api.posted::<ProbeSite>().await.len(), 1);
    assert_eq!(api.send(request("another one")).await.code(), "idempotency_key_reused");
}
