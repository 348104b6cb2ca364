//! Who gets in where, through the real middleware.

use actix_web::http::Method;
use domain::{AccessToken, ApiKey};
use jiff::SignedDuration;
use serde_json::json;
use web::test::TestRequest;

use crate::access::Role;
use crate::flows::credentials;
use crate::testing::Api;
use crate::{openapi, store};

const PAIR: &str = "/api/v1/integration/integrations/test-connection/";

/// Every described operation with made-up ids, and whether it is open to everyone or a site's.
fn operations() -> Vec<(Method, String, Door)> {
    let document = serde_json::to_value(openapi::canonical()).unwrap();
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let security = operation["security"].to_string();
            let door = match security.as_str() {
                "[{}]" => Door::Open,
                it if it.contains("site_key") => Door::Site,
                _ => Door::Person,
            };
            let path = path.replace("{probe_id}", "0193a1b2-0000-7000-8000-000000000000");
            let path = regex_free_ids(&path);
            all.push((method.to_uppercase().parse().unwrap(), path, door));
        }
    }
    assert!(all.len() > 15, "{all:?}");
    all
}

fn regex_free_ids(path: &str) -> String {
    let segments = path.split('/').map(|it| if it.starts_with('{') { "987654321" } else { it });
    segments.collect::<Vec<_>>().join("/")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    Open,
    Person,
    Site,
}

#[actix_web::test]
async fn nobody_gets_past_a_door_that_is_not_open() {
    let api = Api::start().await;
    let unknown = AccessToken::generate();
    let unknown_key = ApiKey::generate();
    for (method, path, door) in operations() {
        if door == Door::Open {
            continue;
        }
        let mut codes = Vec::new();
        for bearer in ["", "nonsense", unknown.expose(), unknown_key.expose(), "igny8_ses_x"] {
            // A person is asked for before the body is looked at; a site's key may stand in it.
            let body = if door == Door::Site { json!({}) } else { json!("nonsense") };
            let answer = api.call(method.clone(), &path, bearer, Some(body)).await;
            assert_eq!(answer.status, 401, "{method} {path} {bearer} {:?}", answer.json());
            assert!(!answer.header("www-authenticate").is_empty());
            codes.push(answer.code());
        }
        match door {
            Door::Site => {
                assert_eq!(
                    codes,
                    ["key_missing", "key_invalid", "key_invalid", "key_invalid", "key_invalid"]
                );
            }
            _ => assert_eq!(
                codes,
                ["unauthenticated", "token_invalid", "token_invalid", "unauthenticated", "token_invalid"],
                "{method} {path}"
            ),
        }
    }
}

#[actix_web::test]
async fn a_viewer_changes_nothing() {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    // What anyone may do with their own tokens and session.
    let own = ["/api/v1/auth/logout/", "/api/v1/account/tokens/"];
    for (method, path, door) in operations() {
        if door != Door::Person || method == Method::GET || own.iter().any(|it| path.starts_with(it)) {
            continue;
        }
        let answer = api.call(method.clone(), &path, &team.viewer, Some(json!({}))).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (403, "role_too_low"),
            "{method} {path}"
        );
    }
}

#[actix_web::test]
async fn a_strangers_ids_answer_like_none() {
    let api = Api::start().await;
    let (ours, theirs) = (api.team("ours").await, api.team("theirs").await);
    let site = api.connected_site(&theirs, "https://theirs.example.com").await;
    let (id, integration) = (site.id, site.integration_id);
    let cases = [
        (Method::GET, format!("/api/v1/sites/{id}/"), None),
        (Method::PATCH, format!("/api/v1/sites/{id}/"), Some(json!({"name": "Mine"}))),
        (
            Method::PUT,
            format!("/api/v1/sites/{id}/"),
            Some(json!({"name": "Mine", "url": "https://mine.example.com"})),
        ),
        (Method::DELETE, format!("/api/v1/sites/{id}/"), None),
        (
            Method::POST,
            "/api/v1/integration/integrations/generate-api-key/".into(),
            Some(json!({"site_id": id})),
        ),
        (
            Method::POST,
            "/api/v1/integration/integrations/rotate-api-key/".into(),
            Some(json!({"site_id": id})),
        ),
        (
            Method::POST,
            "/api/v1/integration/integrations/revoke-api-key/".into(),
            Some(json!({"site_id": id})),
        ),
        (Method::POST, "/api/v1/integration/integrations/".into(), Some(json!({"site_id": id}))),
        (Method::GET, format!("/api/v1/integration/integrations/{integration}/"), None),
        (
            Method::PATCH,
            format!("/api/v1/integration/integrations/{integration}/"),
            Some(json!({"is_active": false})),
        ),
        (Method::DELETE, format!("/api/v1/integration/integrations/{integration}/"), None),
        (
            Method::POST,
            format!("/api/v1/integration/integrations/{integration}/test-connection/"),
            Some(json!({})),
        ),
    ];
    for (method, path, body) in cases {
        let strangers = api.call(method.clone(), &path, &ours.owner, body.clone()).await;
        assert_eq!(strangers.status, 404, "{method} {path}");
        let none = path.replace(&format!("/{id}/"), "/987/").replace(&format!("/{integration}/"), "/987/");
        let body = body.map(|it| if it.get("site_id").is_some() { json!({"site_id": 987}) } else { it });
        let missing = api.call(method.clone(), &none, &ours.owner, body).await;
        assert_eq!((missing.status, missing.code()), (strangers.status, strangers.code()), "{method} {path}");
    }
    let listed = api.get(&ours.owner, &format!("/api/v1/integration/integrations/?site={id}")).await;
    assert_eq!(listed.json()["data"], json!([]));
    assert_eq!(api.get(&ours.owner, "/api/v1/sites/").await.json()["data"], json!([]));
    assert_eq!(
        api.get(&theirs.owner, &format!("/api/v1/sites/{id}/")).await.status,
        200,
        "nothing happened to it"
    );
}

#[actix_web::test]
async fn scopes_bound_a_token() {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    let account = team.account_id.get();
    let reader = api.person(account, Role::Owner, "reader@tideline.test", &["read"]).await;
    let writer = api.person(account, Role::Owner, "writer@tideline.test", &["write"]).await;
    let site = json!({"name": "A", "url": "https://a.example.com"});
    assert_eq!(api.get(&reader, "/api/v1/sites/").await.status, 200);
    assert_eq!(api.post(&reader, "/api/v1/sites/", site.clone()).await.code(), "scope_missing");
    assert_eq!(api.get(&writer, "/api/v1/sites/").await.code(), "scope_missing");
    assert_eq!(api.post(&writer, "/api/v1/sites/", site).await.status, 201);
    assert_eq!(api.get(&writer, "/api/v1/auth/me/").await.status, 200, "who one is, one may always ask");
}

#[actix_web::test]
async fn keys_wrong_mistyped_foreign_revoked() {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    let site = api.site(&team, "https://a.example.com").await;
    let good = site.key.expose().to_owned();
    let body = json!({"site_url": "https://a.example.com"});
    let ask = |headers: Vec<(&'static str, String)>| {
        let request = headers.into_iter().fold(TestRequest::post().uri(PAIR), TestRequest::append_header);
        request.set_json(&body)
    };
    let key = |value: &str| vec![("x-igny8-api-key", value.to_owned())];
    let bearer = |value: &str| vec![("authorization", format!("Bearer {value}"))];

    for headers in [key(&good), bearer(&good), [key(&good), bearer(&good)].concat()] {
        assert_eq!(api.send(ask(headers)).await.status, 200);
    }
    let typo = {
        let mut letters: Vec<char> = good.chars().collect();
        letters[20] = if letters[20] == 'a' { 'b' } else { 'a' };
        letters.into_iter().collect::<String>()
    };
    let other = ApiKey::generate().expose().to_owned();
    let refused = [
        (key(""), "key_missing"),
        (key("   "), "key_missing"),
        (bearer(""), "key_missing"),
        (key(&typo), "key_invalid"),
        (key(&good[..good.len() - 1]), "key_invalid"),
        (key(&good.to_lowercase()), "key_invalid"),
        (key(&format!("{good}x")), "key_invalid"),
        (key(&format!(" {good}")), "key_invalid"),
        (key(&format!("{good} ")), "key_invalid"),
        (key(&format!("{good}\t")), "key_invalid"),
        (bearer(&format!(" {good}")), "key_invalid"),
        (bearer(&format!("{good} ")), "key_invalid"),
        ([key(&good), bearer(&format!(" {good}"))].concat(), "key_invalid"),
        (key(&other), "key_invalid"),
        ([key(&good), bearer(&other)].concat(), "key_invalid"),
        ([key(&other), bearer(&good)].concat(), "key_invalid"),
        ([key(&good), bearer(&team.owner)].concat(), "key_invalid"),
        ([key(&good), key(&good)].concat(), "key_invalid"),
        (bearer(&team.owner), "key_invalid"),
    ];
    for (headers, code) in refused {
        let answer = api.send(ask(headers.clone())).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (401, code), "{headers:?}");
    }
    // A person's door does not take it either.
    assert_eq!(api.get(&good, "/api/v1/sites/").await.code(), "unauthenticated");

    let mut tx = api.state.database.begin().await.unwrap();
    credentials::revoke_keys(&mut tx, team.account_id, site.id, api.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(api.send(ask(key(&good))).await.code(), "key_revoked");
}

#[actix_web::test]
async fn tokens_end() {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    let made = api
        .post(
            &team.owner,
            "/api/v1/account/tokens/",
            json!({"name": "short", "scopes": ["read"], "expires_in_days": 1}),
        )
        .await;
    let token = made.json()["data"]["token"].as_str().unwrap().to_owned();
    assert_eq!(api.get(&token, "/api/v1/sites/").await.status, 200);
    api.hand.advance(SignedDuration::from_hours(24));
    assert_eq!(api.get(&token, "/api/v1/sites/").await.code(), "token_invalid");
}

#[actix_web::test]
async fn a_token_says_when_it_was_used() {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    let listed = api.get(&team.owner, "/api/v1/account/tokens/").await;
    let first = listed.json()["data"][0]["last_used_at"].clone();
    assert_eq!(first, "2026-11-22T10:00:00Z");
    api.hand.advance(SignedDuration::from_secs(59));
    assert_eq!(
        api.get(&team.owner, "/api/v1/account/tokens/").await.json()["data"][0]["last_used_at"],
        first
    );
    api.hand.advance(SignedDuration::from_secs(1));
    assert_ne!(
        api.get(&team.owner, "/api/v1/account/tokens/").await.json()["data"][0]["last_used_at"],
        first
    );
}

#[actix_web::test]
async fn an_operator_needs_the_scope_and_the_office() {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    let operator = api.person(team.account_id.get(), Role::Owner, "op@tideline.test", &["operator"]).await;
    assert_eq!(api.get(&operator, "/api/v1/auth/me/").await.json()["data"]["scopes"], json!(["operator"]));
    assert_eq!(api.get(&operator, "/api/v1/sites/").await.code(), "scope_missing");
    // Who is no operator can't make such a token.
    let wish = json!({"name": "power", "scopes": ["operator"]});
    assert_eq!(api.post(&team.owner, "/api/v1/account/tokens/", wish).await.code(), "scope_missing");
    let connection = &mut *api.state.database.connection().await.unwrap();
    diesel_async::RunQueryDsl::execute(diesel::sql_query("UPDATE users SET is_operator = false"), connection)
        .await
        .unwrap();
    assert_eq!(api.get(&operator, "/api/v1/auth/me/").await.json()["data"]["scopes"], json!([]));
    let _ = store::users::by_email(connection, "op@tideline.test").await.unwrap();
}
