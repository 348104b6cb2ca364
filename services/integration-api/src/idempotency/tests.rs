use futures::future::join_all;
use serde_json::{Value, json};
use web::test::{Answer, TestRequest};

use crate::testing::{Api, Team};

const SITES: &str = "/api/v1/sites/";

async fn post(api: &Api, team: &Team, path: &str, key: &str, body: Value) -> Answer {
    post_as(api, &team.owner, path, key, body).await
}

async fn post_as(api: &Api, bearer: &str, path: &str, key: &str, body: Value) -> Answer {
    let request = TestRequest::post().uri(path).insert_header(("authorization", format!("Bearer {bearer}")));
    api.send(request.insert_header(("idempotency-key", key)).set_json(body)).await
}

fn site(name: &str) -> Value {
    json!({"name": name, "url": format!("https://{name}.example.com")})
}

#[actix_web::test]
async fn the_same_request_gets_the_first_answer() {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    let first = post(&api, &team, SITES, "k1", site("a")).await;
    assert_eq!((first.status.as_u16(), first.header("idempotency-replayed")), (201, ""));
    let again = post(&api, &team, SITES, "k1", site("a")).await;
    assert_eq!((again.status.as_u16(), again.header("idempotency-replayed")), (201, "true"));
    assert_eq!(again.json(), first.json());
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(again.header("content-type"), first.header("content-type"));
    assert_eq!(
        post(&api, &team, SITES, "k2", site("a")).await.code(),
        "site_exists",
        "another key is another request"
    );
}

#[actix_web::test]
async fn another_request_with_the_key_is_refused() {
    let api = Api::start().await;
    let (team, others) = (api.team("tideline").await, api.team("others").await);
    post(&api, &team, SITES, "k", site("a")).await;
    let other_body = post(&api, &team, SITES, "k", site("b")).await;
    assert_eq!((other_body.status.as_u16(), other_body.code().as_str()), (422, "idempotency_key_reused"));
    let tokens =
        post(&api, &team, "/api/v1/account/tokens/", "k", json!({"name": "x", "scopes": ["read"]})).await;
    assert_eq!(tokens.code(), "idempotency_key_reused");
    assert_eq!(post(&api, &others, SITES, "k", site("a")).await.status, 201, "keys are the account's own");
}

#[actix_web::test]
async fn another_person_of_the_account_is_not_given_the_answer() {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    let (path, body) = ("/api/v1/account/tokens/", json!({"name": "x", "scopes": ["read"]}));
    let first = post_as(&api, &team.owner, path, "k", body.clone()).await;
    let token = first.json()["data"]["token"].as_str().unwrap().to_owned();
    let other = post_as(&api, &team.editor, path, "k", body.clone()).await;
    assert_eq!((other.status.as_u16(), other.code().as_str()), (422, "idempotency_key_reused"));
    assert!(!String::from_utf8_lossy(&other.body).contains(&token));
    assert_eq!(post_as(&api, &team.owner, path, "k", body).await.json(), first.json());
}

#[actix_web::test]
async fn an_alias_is_the_same_request_and_another_id_is_not() {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    let first = post(&api, &team, SITES, "s", site("a")).await;
    for path in ["/api/v1/sites", "/v1/sites/"] {
        assert_eq!(post(&api, &team, path, "s", site("a")).await.json(), first.json(), "{path}");
    }
    let (a, b) =
        (api.site(&team, "https://c.example.com").await, api.site(&team, "https://d.example.com").await);
    let test = |site: &crate::testing::TestSite, base: &str| {
        format!("{base}/{}/test-connection", site.integration_id)
    };
    let asked = post(&api, &team, &test(&a, "/api/v1/integration/integrations"), "t", json!({})).await;
    let again = post(&api, &team, &test(&a, "/v1/integration"), "t", json!({})).await;
    assert_eq!((again.status, again.header("location")), (asked.status, asked.header("location")));
    let other = post(&api, &team, &test(&b, "/api/v1/integration/integrations"), "t", json!({})).await;
    assert_eq!(other.code(), "idempotency_key_reused");
}

#[actix_web::test]
async fn a_refused_request_may_come_again() {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    let key = json!({"site_id": 1});
    let generate = "/api/v1/integration/integrations/generate-api-key/";
    assert_eq!(post(&api, &team, generate, "k", key.clone()).await.code(), "site_not_found");
    post(&api, &team, SITES, "s", site("a")).await;
    assert_eq!(post(&api, &team, generate, "k", key).await.status, 201);
}

#[actix_web::test]
async fn a_key_shown_once_is_kept_sealed() {
    use diesel_async::RunQueryDsl;
    #[derive(diesel::QueryableByName)]
    struct Kept {
        #[diesel(sql_type = diesel::sql_types::Binary)]
        body: Vec<u8>,
    }
    let api = Api::start().await;
    let team = api.team("tideline").await;
    post(&api, &team, SITES, "s", site("a")).await;
    let generate = "/api/v1/integration/integrations/generate-api-key/";
    let first = post(&api, &team, generate, "k", json!({"site_id": 1})).await;
    let again = post(&api, &team, generate, "k", json!({"site_id": 1})).await;
    assert_eq!(again.json(), first.json());
    let api_key = first.json()["data"]["api_key"].as_str().unwrap().to_owned();
    let connection = &mut *api.state.database.connection().await.unwrap();
    let kept: Vec<Kept> =
        diesel::sql_query("SELECT body FROM idempotency_keys").load(connection).await.unwrap();
    assert_eq!(kept.len(), 2);
    assert!(kept.iter().all(|it| !it.body.windows(20).any(|part| api_key.as_bytes().starts_with(part))));
}

#[actix_web::test]
async fn many_at_once_have_one_effect() {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    let answers = join_all((0..5).map(|_| post(&api, &team, SITES, "k", site("a")))).await;
    let ids: Vec<_> = answers.iter().map(|it| it.json()["data"]["id"].clone()).collect();
    assert!(answers.iter().all(|it| it.status == 201) && ids.iter().all(|it| *it == ids[0]), "{ids:?}");
    assert_eq!(answers.iter().filter(|it| it.header("idempotency-replayed").is_empty()).count(), 1);
    assert_eq!(api.get(&team.owner, SITES).await.json()["data"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn answers_are_forgotten() {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    post(&api, &team, SITES, "k", site("a")).await;
    api.hand.advance(jiff::SignedDuration::from_hours(25));
    crate::jobs::forget::pass(api.state.clone()).await.unwrap();
    assert_eq!(post(&api, &team, SITES, "k", site("b")).await.status, 201);
}
