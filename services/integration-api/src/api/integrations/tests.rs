use contracts::publishing::{self, ProbeSite, SiteProbed};
use contracts::site::{SiteCredentialChanged, SiteState};
use jiff::SignedDuration;
use mailbox::Handler;
use secrets::{ExposeSecret, SigningKey};
use serde_json::{Value, json};
use web::test::TestRequest;

use crate::consumers::site_probed::SiteProbes;
use crate::testing::{Api, Team, TestSite};

mod passwords;

const INTEGRATIONS: &str = "/api/v1/integration/integrations/";

fn at(tail: &str) -> String {
    format!("{INTEGRATIONS}{tail}")
}

/// An account with a site that has nothing yet.
async fn with_site() -> (Api, Team, i64) {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    let made =
        api.post(&team.owner, "/api/v1/sites/", json!({"name": "A", "url": "https://a.example.com"})).await;
    let id = made.json()["data"]["id"].as_i64().unwrap();
    (api, team, id)
}

async fn with_key() -> (Api, Team, TestSite) {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    let site = api.site(&team, "https://a.example.com").await;
    (api, team, site)
}

async fn last_said(api: &Api) -> SiteCredentialChanged {
    api.posted::<SiteCredentialChanged>().await.pop().unwrap()
}

#[actix_web::test]
async fn a_key_is_made_once_and_announced() {
    let (api, team, site) = with_site().await;
    let made = api.post(&team.owner, &at("generate-api-key/"), json!({"site_id": site})).await;
    assert_eq!(made.status, 201);
    let data = made.json()["data"].clone();
    let key = data["api_key"].as_str().unwrap();
    assert!(key.starts_with("igny8_live_"));
    let integration = &data["integration"];
    assert_eq!(made.header("location"), at(&format!("{}/", integration["id"])));
    assert_eq!(
        (integration["state"].as_str(), integration["signed"].as_bool()),
        (Some("pending"), Some(false))
    );
    assert_eq!(integration["config_json"], json!({"site_url": "https://a.example.com"}));
    assert_eq!(integration["credentials_json"], json!({"plugin_version": "", "debug_enabled": false}));

    let said = last_said(&api).await;
    assert_eq!((said.version, said.state(), said.site_id), (1, SiteState::Pending, site));
    assert_eq!(said.accepted_keys[0].digest, api.state.pepper.digest(key));
    assert_eq!(
        (said.site_url.as_str(), said.rest_url.as_str()),
        ("https://a.example.com", "https://a.example.com/wp-json/")
    );
    assert!(said.sealed_key.is_empty(), "a digest is enough until the site turns out to be unsigned");

    assert_eq!(
        api.post(&team.owner, &at("generate-api-key/"), json!({"site_id": site})).await.code(),
        "key_exists"
    );
    let shown = api.get(&team.owner, &at(&format!("{}/", integration["id"]))).await;
    assert!(!String::from_utf8_lossy(&shown.body).contains(key), "never shown again");
}

#[actix_web::test]
async fn rotation_leaves_the_old_key_its_grace() {
    let (api, team, site) = with_key().await;
    let rotated =
        api.post(&team.owner, &at("rotate-api-key/"), json!({"site_id": site.id, "grace_seconds": 60})).await;
    assert_eq!(rotated.status, 201);
    assert_eq!(rotated.json()["data"]["previous_key_valid_until"], "2026-11-22T10:01:00Z");
    let new = rotated.json()["data"]["api_key"].as_str().unwrap().to_owned();
    let said = last_said(&api).await;
    let ends: Vec<_> = said.accepted_keys.iter().map(|it| it.valid_until_ms.is_some()).collect();
    assert_eq!((said.version, ends), (2, vec![false, true]));

    let ask = async |key: &str| {
        let answer = api.post(key, &at("test-connection/"), json!({})).await;
        if answer.status == 200 { "ok".to_owned() } else { answer.code() }
    };
    assert_eq!((ask(&new).await, ask(site.key.expose()).await), ("ok".into(), "ok".into()));
    api.hand.advance(SignedDuration::from_secs(60));
    assert_eq!((ask(&new).await, ask(site.key.expose()).await), ("ok".into(), "key_revoked".into()));

    // The other services are told when it has ended; once.
    let told = api.posted::<SiteCredentialChanged>().await.len();
    crate::jobs::expire_keys::pass(api.state.clone()).await.unwrap();
    crate::jobs::expire_keys::pass(api.state.clone()).await.unwrap();
    assert_eq!(api.posted::<SiteCredentialChanged>().await.len(), told + 1);
    assert_eq!(last_said(&api).await.accepted_keys.len(), 1);
}

#[actix_web::test]
async fn rotation_without_grace_ends_the_old_key_at_once() {
    let (api, team, site) = with_key().await;
    api.post(&team.owner, &at("rotate-api-key/"), json!({"site_id": site.id, "grace_seconds": 0})).await;
    assert_eq!(api.post(site.key.expose(), &at("test-connection/"), json!({})).await.code(), "key_revoked");
    assert_eq!(last_said(&api).await.accepted_keys.len(), 1);
    let too_long = json!({"site_id": site.id, "grace_seconds": 2_592_001});
    assert_eq!(api.post(&team.owner, &at("rotate-api-key/"), too_long).await.code(), "invalid_field");
}

#[actix_web::test]
async fn revocation_locks_the_site_out_until_it_gets_a_new_key() {
    let (api, team, site) = with_key().await;
    api.connect(&site).await;
    let revoked = api.post(&team.owner, &at("revoke-api-key/"), json!({"site_id": site.id})).await;
    assert_eq!(revoked.json()["data"], json!({"site_id": site.id, "revoked_keys": 1}));
    let said = last_said(&api).await;
    assert_eq!(
        (said.state(), said.accepted_keys.len(), said.site_public_key.len()),
        (SiteState::Suspended, 0, 0)
    );
    assert_eq!(api.integration(&site).await.state, "revoked");
    for path in ["revoke-api-key/", "rotate-api-key/"] {
        assert_eq!(
            api.post(&team.owner, &at(path), json!({"site_id": site.id})).await.code(),
            "no_active_key"
        );
    }
    let made = api.post(&team.owner, &at("generate-api-key/"), json!({"site_id": site.id})).await;
    assert_eq!(made.json()["data"]["integration"]["state"], "pending");
    assert_eq!(made.json()["data"]["integration"]["id"], json!(site.integration_id));
}

#[actix_web::test]
async fn a_plugin_that_signs_is_paired() {
    let (api, _, site) = with_key().await;
    let public = SigningKey::generate().verifying_key();
    let body = json!({
        "site_id": site.id, "site_url": "https://a.example.com/", "rest_url": "https://a.example.com/?rest_route=/",
        "plugin_version": "2.0.0", "wp_version": "6.5.5", "php_version": "8.2.1", "public_key": public.to_base64(),
    });
    let answer = api.post(site.key.expose(), &at("test-connection/"), body.clone()).await;
    assert_eq!(answer.status, 200);
    let data = answer.json()["data"].clone();
    assert_eq!(data["site_id"], json!(site.id));
    assert_eq!(data["integration_id"], json!(site.integration_id));
    assert_eq!(data["signed"], true);
    assert_eq!(data["platform_public_key"], api.state.platform_public_key.to_base64());
    assert_eq!(data["platform_time"], "2026-11-22T10:00:00Z");
    assert_eq!(
        (data["webhook_url"].as_str(), data["plugin_url"].as_str()),
        (Some("https://hooks.igny8.test"), Some("https://plugins.igny8.test"))
    );
    let checks: Vec<_> = data["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["name"].as_str().unwrap(), it["ok"] == true))
        .collect();
    let expected = ["api_key", "body", "site_address", "signature", "https", "wordpress", "php"]
        .map(|name| (name, true));
    assert_eq!(checks, expected);
    assert_eq!(data["checks"][0]["evidence"], "It came as Authorization.");
    let mut late = body.clone();
    late["time"] = json!("2026-11-22T09:55:00Z");
    let answer = api.post(site.key.expose(), &at("test-connection/"), late).await;
    let clock = answer.json()["data"]["checks"][5].clone();
    assert_eq!((&clock["name"], &clock["ok"]), (&json!("clock"), &json!(false)));
    assert_eq!(clock["detail"], "The site's clock is 300 s off.");

    let said = last_said(&api).await;
    assert_eq!((said.state(), said.version), (SiteState::Connected, 2));
    assert_eq!(
        (said.site_url.as_str(), said.rest_url.as_str()),
        ("https://a.example.com", "https://a.example.com/?rest_route=/")
    );
    assert_eq!((said.site_public_key.as_slice(), said.sealed_key.len()), (&public.to_bytes()[..], 0));
    assert_eq!(said.plugin_version, "2.0.0");

    // Testing again changes nothing, so nothing is announced.
    assert_eq!(api.post(site.key.expose(), &at("test-connection/"), body).await.status, 200);
    assert_eq!(last_said(&api).await.version, 2);
}

#[actix_web::test]
async fn an_older_plugin_is_paired_unsigned_and_its_key_sealed() {
    let (api, team, site) = with_key().await;
    // The key in the body, the id as a text, as its settings hold them.
    let body = json!({"site_id": site.id.to_string(), "api_key": site.key.expose(), "site_url": "https://a.example.com", "plugin_version": "1.3.4"});
    let answer = api.post("", &at("test-connection/"), body.clone()).await;
    assert_eq!((answer.status.as_u16(), answer.json()["data"]["signed"].clone()), (200, json!(false)));
    let said = last_said(&api).await;
    let context = format!("site.outbound_key|{}", site.id);
    assert_eq!(
        api.state.sealer.open_text(&said.sealed_key, &context).unwrap().expose_secret(),
        site.key.expose()
    );
    assert!(said.site_public_key.is_empty());
    api.post("", &at("test-connection/"), body).await;
    assert_eq!(last_said(&api).await.version, said.version, "the same key is not sealed anew");

    // Updating the plugin makes it a signing one; the sealed key is not needed any more.
    api.connect(&site).await;
    let said = last_said(&api).await;
    assert_eq!((said.sealed_key.len(), said.site_public_key.len()), (0, 32));
    let shown = api.get(&team.viewer, &at(&format!("{}/", site.integration_id))).await.json()["data"].clone();
    assert_eq!(
        (shown["signed"].clone(), shown["connection_status"].clone()),
        (json!(true), json!("connected"))
    );
}

#[actix_web::test]
async fn a_site_that_signs_does_not_fall_back_to_its_key_alone() {
    let (api, team, site) = with_key().await;
    api.connect(&site).await;
    let before = api.integration(&site).await.site_public_key;
    for body in [json!({}), json!({"public_key": ""}), json!({"plugin_version": "1.3.4"})] {
        let answer = api.post(site.key.expose(), &at("test-connection/"), body).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (409, "signature_expected"));
        assert!(answer.json()["detail"].as_str().unwrap().contains("generate a new one"));
    }
    assert_eq!(api.integration(&site).await.site_public_key, before);

    // A new key begins afresh.
    api.post(&team.owner, &at("revoke-api-key/"), json!({"site_id": site.id})).await;
    let made = api.post(&team.owner, &at("generate-api-key/"), json!({"site_id": site.id})).await;
    let key = made.json()["data"]["api_key"].as_str().unwrap().to_owned();
    let answer = api.post(&key, &at("test-connection/"), json!({})).await;
    assert_eq!((answer.status.as_u16(), answer.json()["data"]["signed"].clone()), (200, json!(false)));
}

#[actix_web::test]
async fn another_public_key_takes_the_active_api_key() {
    let (api, team, site) = with_key().await;
    let pair = async |key: &str, public: &str| {
        let answer = api.post(key, &at("test-connection/"), json!({"public_key": public})).await;
        if answer.status == 200 { "ok".to_owned() } else { answer.code() }
    };
    let [first, second] = [(); 2].map(|()| SigningKey::generate().verifying_key());
    assert_eq!(pair(site.key.expose(), &first.to_base64()).await, "ok");
    let rotated = api.post(&team.owner, &at("rotate-api-key/"), json!({"site_id": site.id})).await;
    let new = rotated.json()["data"]["api_key"].as_str().unwrap().to_owned();
    assert_eq!(pair(site.key.expose(), &first.to_base64()).await, "ok", "the known one");
    assert_eq!(pair(site.key.expose(), &second.to_base64()).await, "key_in_grace");
    assert_eq!(api.integration(&site).await.site_public_key.unwrap(), first.to_bytes());
    assert_eq!(pair(&new, &second.to_base64()).await, "ok");
    assert_eq!(api.integration(&site).await.site_public_key.unwrap(), second.to_bytes());
}

#[actix_web::test]
async fn pairing_is_refused_with_what_to_do() {
    let (api, team, site) = with_key().await;
    let other = api.site(&team, "https://b.example.com").await;
    let cases: [(Value, u16, &str); 10] = [
        (json!({"site_id": other.id}), 404, "site_not_found"),
        (json!({"site_id": "x"}), 422, "invalid_field"),
        (json!({"site_url": "https://b.example.com"}), 409, "site_url_mismatch"),
        (json!({"site_url": "http://a.example.com"}), 409, "site_url_mismatch"),
        (json!({"site_url": "http://127.0.0.1"}), 422, "invalid_site_url"),
        (json!({"rest_url": "https://b.example.com/wp-json/"}), 422, "invalid_site_url"),
        (json!({"rest_url": "http://10.0.0.1/"}), 422, "invalid_site_url"),
        (json!({"public_key": "AAAA"}), 422, "invalid_field"),
        (json!({"api_key": other.key.expose()}), 401, "key_invalid"),
        (json!({"api_key": format!("{} ", site.key.expose())}), 401, "key_invalid"),
    ];
    for (body, status, code) in cases {
        let answer = api.post(site.key.expose(), &at("test-connection/"), body.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code), "{body}");
    }
    let mismatch = api
        .post(site.key.expose(), &at("test-connection/"), json!({"site_url": "https://b.example.com"}))
        .await;
    let detail = mismatch.json()["detail"].as_str().unwrap().to_owned();
    assert!(
        detail.contains("https://b.example.com") && detail.contains("registered as https://a.example.com"),
        "{detail}"
    );
    assert_eq!(api.post("", &at("test-connection/"), json!({"api_key": ""})).await.code(), "key_missing");
    let padded = json!({"api_key": format!(" {}", site.key.expose())});
    assert_eq!(api.post("", &at("test-connection/"), padded).await.code(), "key_invalid");
    assert_eq!(api.post("", &at("test-connection/"), json!({})).await.code(), "key_missing");
    assert_eq!(api.integration(&site).await.state, "pending");
}

#[actix_web::test]
async fn integrations_are_made_listed_changed_and_deleted() {
    let (api, team, site) = with_site().await;
    let made = api.post(&team.owner, INTEGRATIONS, json!({"site": site, "sync_enabled": false})).await;
    assert_eq!(made.status, 201);
    let shown = made.json()["data"].clone();
    assert_eq!(
        (shown["platform"].as_str(), shown["sync_enabled"].as_bool(), shown["is_active"].as_bool()),
        (Some("wordpress"), Some(false), Some(true))
    );
    assert_eq!(
        api.post(&team.owner, INTEGRATIONS, json!({"site_id": site})).await.code(),
        "already_connected"
    );
    assert_eq!(
        api.post(&team.owner, INTEGRATIONS, json!({"site_id": site, "platform": "shopify"})).await.code(),
        "invalid_field"
    );

    let path = made.header("location").to_owned();
    let changed = api.patch(&team.owner, &path, json!({"is_active": false})).await.json()["data"].clone();
    assert_eq!(
        (changed["is_active"].as_bool(), changed["sync_enabled"].as_bool()),
        (Some(false), Some(false))
    );
    let listed = api.get(&team.viewer, &format!("{INTEGRATIONS}?site={site}")).await.json();
    assert_eq!(listed["data"], json!([changed]));
    assert_eq!(api.get(&team.viewer, &format!("{INTEGRATIONS}?site=987")).await.json()["data"], json!([]));
    assert_eq!(api.get(&team.viewer, &format!("{INTEGRATIONS}?site=x")).await.code(), "invalid_query");
    // As the seeds write it.
    assert_eq!(
        api.get(&team.viewer, &format!("/v1/integration/{}/", shown["id"])).await.json()["data"],
        changed
    );
    assert_eq!(api.get(&team.viewer, "/api/v1/integration/").await.json()["data"], json!([changed]));

    assert_eq!(api.delete(&team.owner, &path).await.status, 204);
    assert_eq!(api.get(&team.owner, &path).await.code(), "integration_not_found");
    assert_eq!(last_said(&api).await.state(), SiteState::Deleted);
    // A new key lets it begin again, under the same id and a higher version.
    let again =
        api.post(&team.owner, &at("generate-api-key/"), json!({"site_id": site})).await.json()["data"]
            .clone();
    assert_eq!(
        (again["integration"]["id"].clone(), again["integration"]["is_active"].clone()),
        (shown["id"].clone(), json!(true))
    );
    assert_eq!((last_said(&api).await.version, last_said(&api).await.state()), (3, SiteState::Pending));
}

#[actix_web::test]
async fn a_connection_test_waits_for_the_site() {
    let api = Api::start_with(|settings| settings.probes.wait = std::time::Duration::from_secs(10)).await;
    let team = api.team("tideline").await;
    let site = api.connected_site(&team, "https://a.example.com").await;
    let path = at(&format!("{}/test-connection/", site.integration_id));
    let asked = api.post(&team.editor, &path, json!({}));
    let answered = async {
        let command =
            testkit::eventually("the command", async || api.posted::<ProbeSite>().await.pop()).await;
        assert_eq!((command.site_id, command.integration_id), (site.id.get(), site.integration_id.get()));
        let check = publishing::Check {
            name: "rest_api".into(),
            ok: false,
            detail: "403".into(),
            fix: "Allow it.".into(),
            evidence: "<title>Forbidden</title>".into(),
        };
        let probed = SiteProbed {
            probe_id: command.probe_id,
            ok: false,
            checks: vec![check],
            ..SiteProbed::default()
        };
        let mut tx = api.state.database.begin().await.unwrap();
        SiteProbes::new(&api.state).apply(&mut tx, vec![probed]).await.unwrap();
        tx.commit().await.unwrap();
    };
    let (answer, ()) = futures::future::join(asked, answered).await;
    assert_eq!(answer.status, 200);
    let data = answer.json()["data"].clone();
    assert_eq!((data["done"].clone(), data["ok"].clone()), (json!(true), json!(false)));
    assert_eq!(
        data["checks"],
        json!([{"name": "rest_api", "ok": false, "detail": "403", "evidence": "<title>Forbidden</title>", "fix": "Allow it."}])
    );
}

#[actix_web::test]
async fn a_collection_is_asked_for_by_its_name() {
    let (api, team, site) = with_key().await;
    let path = at(&format!("{}/test-collection-connection/", site.integration_id));
    for wrong in ["", "Post", "a/b", "?", &"x".repeat(65)] {
        let answer = api.post(&team.editor, &path, json!({"post_type": wrong})).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (422, "invalid_field"), "{wrong}");
    }
    let accepted = api.post(&team.editor, &path, json!({"post_type": "recipe"})).await;
    assert_eq!(accepted.status, 202, "nobody answers");
    let asked = api.posted::<ProbeSite>().await;
    assert_eq!(asked.iter().map(|it| it.post_type.as_str()).collect::<Vec<_>>(), ["recipe"]);
    assert_eq!(api.get(&team.viewer, accepted.header("location")).await.json()["data"]["done"], false);
    let stranger = api.team("others").await;
    assert_eq!(
        api.post(&stranger.owner, &path, json!({"post_type": "post"})).await.code(),
        "integration_not_found"
    );
    assert_eq!(api.post(&team.viewer, &path, json!({"post_type": "post"})).await.code(), "role_too_low");
}

#[actix_web::test]
async fn a_slow_site_is_looked_up_later() {
    let (api, team, site) = with_key().await;
    let path = at(&format!("{}/test-connection/", site.integration_id));
    let request = || {
        let request = TestRequest::post()
            .uri(&path)
            .insert_header(("authorization", format!("Bearer {}", team.editor)));
        request.insert_header(("idempotency-key", "k"))
    };
    let accepted = api.send(request()).await;
    assert_eq!(accepted.status, 202);
    let location = accepted.header("location").to_owned();
    let again = api.send(request()).await;
    assert_eq!((again.status.as_u16(), again.header("location")), (202, location.as_str()));
    assert_eq!(api.posted::<ProbeSite>().await.len(), 1, "asked once");

    let waiting = api.get(&team.viewer, &location).await.json()["data"].clone();
    assert_eq!((waiting["done"].clone(), waiting["ok"].clone()), (json!(false), json!(null)));
    let stranger = api.team("others").await;
    assert_eq!(api.get(&stranger.owner, &location).await.code(), "probe_not_found");
    let other = api.site(&team, "https://b.example.com").await;
    let elsewhere = location
        .replace(&format!("/{}/probes", site.integration_id), &format!("/{}/probes", other.integration_id));
    assert_eq!(api.get(&team.owner, &elsewhere).await.code(), "probe_not_found");
    assert_eq!(api.get(&team.owner, &location.replace("probes/", "probes/x")).await.status, 404);

    api.hand.advance(SignedDuration::from_hours(24 * 7 + 1));
    crate::jobs::forget::pass(api.state.clone()).await.unwrap();
    assert_eq!(api.get(&team.owner, &location).await.code(), "probe_not_found");
}
