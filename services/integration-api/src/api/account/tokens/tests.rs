use contracts::access::OperatorTokenChanged;
use diesel::define_sql_function;
use diesel::dsl::sql;
use diesel::sql_types::{Bool, Integer};
use diesel_async::RunQueryDsl;
use serde_json::json;
use testkit::eventually;

use crate::access::Role;
use crate::flows::tokens::{Appointed, set_operator};
use crate::testing::Api;

const TOKENS: &str = "/api/v1/account/tokens/";

#[actix_web::test]
async fn made_shown_once_listed_deleted() {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    let wish =
        json!({"name": " Nightly import ", "scopes": ["write", "read", "read"], "expires_in_days": 30});
    let made = api.post(&team.viewer, TOKENS, wish).await;
    assert_eq!(made.status, 201);
    let made = made.json()["data"].clone();
    let token = made["token"].as_str().unwrap();
    assert!(token.starts_with("igny8_pat_"));
    assert_eq!(made["name"], "Nightly import");
    assert_eq!(made["scopes"], json!(["read", "write"]));
    assert_eq!(made["hint"], format!("igny8_pat_…{}", &token[token.len() - 4..]));
    assert_eq!(made["expires_at"], "2026-12-22T10:00:00Z");

    let listed = api.get(token, TOKENS).await;
    assert!(!String::from_utf8_lossy(&listed.body).contains(token));
    let ids: Vec<_> =
        listed.json()["data"].as_array().unwrap().iter().map(|it| it["id"].as_i64().unwrap()).collect();
    assert_eq!((ids.len(), ids[0]), (2, made["id"].as_i64().unwrap()));

    let path = format!("{TOKENS}{}/", made["id"]);
    assert_eq!(api.delete(&team.owner, &path).await.status, 404, "it is the viewer's, not the account's");
    assert_eq!(api.delete(token, &path).await.status, 204);
    assert_eq!(api.get(token, TOKENS).await.code(), "token_invalid");
    assert_eq!(api.delete(&team.viewer, &path).await.status, 404);
}

#[actix_web::test]
async fn nobody_gives_more_than_they_have() {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    let reader = api.person(team.account_id.get(), Role::Owner, "r@tideline.test", &["read"]).await;
    let wish = |scopes| json!({"name": "x", "scopes": scopes});
    assert_eq!(api.post(&team.owner, TOKENS, wish(json!(["operator"]))).await.code(), "scope_missing");
    assert_eq!(
        api.post(&reader, TOKENS, wish(json!(["read"]))).await.code(),
        "scope_missing",
        "making one is a change"
    );
    let operator =
        api.person(team.account_id.get(), Role::Owner, "o@tideline.test", &["write", "operator"]).await;
    assert_eq!(api.post(&operator, TOKENS, wish(json!(["operator"]))).await.status, 201);
    assert_eq!(api.post(&operator, TOKENS, wish(json!(["operator", "read"]))).await.code(), "scope_missing");
}

#[actix_web::test]
async fn wrong_wishes_name_the_field() {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    let cases = [
        (json!({"name": " ", "scopes": ["read"]}), "/name"),
        (json!({"name": "x".repeat(201), "scopes": ["read"]}), "/name"),
        (json!({"name": "x", "scopes": []}), "/scopes"),
        (json!({"name": "x", "scopes": ["everything"]}), "/scopes/0"),
        (json!({"name": "x", "scopes": ["read"], "expires_in_days": 0}), "/expires_in_days"),
        (json!({"scopes": ["read"]}), "/name"),
    ];
    for (wish, field) in cases {
        let answer = api.post(&team.owner, TOKENS, wish.clone()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["errors"][0]["field"].as_str()),
            (422, Some(field)),
            "{wish}"
        );
    }
}

/// What was said of tokens so far: (id, revoked, version).
async fn said(api: &Api) -> Vec<(i64, bool, i64)> {
    let posted = api.posted::<OperatorTokenChanged>().await;
    posted.into_iter().map(|it| (it.token_id, it.revoked, it.version)).collect()
}

#[actix_web::test]
async fn of_tokens_for_operators_others_are_told() {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    let operator = api
        .person(team.account_id.get(), Role::Owner, "O@tideline.test", &["read", "write", "operator"])
        .await;
    let plain = api.post(&operator, TOKENS, json!({"name": "x", "scopes": ["read"]})).await.json();
    api.delete(&operator, &format!("{TOKENS}{}/", plain["data"]["id"])).await;
    assert_eq!(said(&api).await, [], "it opens nothing of operators'");

    let wish = json!({"name": "x", "scopes": ["operator"], "expires_in_days": 1});
    let made = api.post(&operator, TOKENS, wish).await.json()["data"].clone();
    let told = api.posted::<OperatorTokenChanged>().await.pop().unwrap();
    let digest = api.state.pepper.digest(made["token"].as_str().unwrap());
    assert_eq!((told.digest.as_slice(), told.email.as_str()), (&digest[..], "O@tideline.test"));
    assert_eq!(told.expires_at_ms, Some(api.now().as_millisecond() + 86_400_000));

    let id = made["id"].as_i64().unwrap();
    let path = format!("{TOKENS}{id}/");
    assert_eq!(api.delete(&team.owner, &path).await.status, 404);
    assert_eq!(api.delete(&operator, &path).await.status, 204);
    assert_eq!(said(&api).await, [(id, false, 1), (id, true, 2)]);
}

define_sql_function! {
    #[sql_name = "pg_backend_pid"]
    fn backend_pid() -> Integer;
}

/// Whether anybody waits for what this process of the database holds.
async fn is_waited_for(api: &Api, holder: i32) -> bool {
    let waiting = sql::<Bool>("EXISTS (SELECT FROM pg_stat_activity WHERE ")
        .bind::<Integer, _>(holder)
        .sql(" = ANY (pg_blocking_pids(pid)))");
    diesel::select(waiting).get_result(&mut *api.state.database.connection().await.unwrap()).await.unwrap()
}

#[actix_web::test]
async fn who_ceases_to_be_an_operator_gets_no_token_meanwhile() {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    let operator =
        api.person(team.account_id.get(), Role::Owner, "o@tideline.test", &["write", "operator"]).await;
    let mut tx = api.state.database.begin().await.unwrap();
    let holder = diesel::select(backend_pid()).get_result(tx.conn()).await.unwrap();
    let appointed = set_operator(&mut tx, "o@tideline.test", false, api.now()).await.unwrap();
    assert_eq!(appointed, Some(Appointed { was_operator: true, tokens: 1 }));
    let wish = json!({"name": "x", "scopes": ["operator"]});
    let end = async {
        // It has seen an operator by then.
        eventually("the request waits for the row", async || is_waited_for(&api, holder).await.then_some(()))
            .await;
        tx.commit().await.unwrap();
    };
    let (answer, ()) = tokio::join!(api.post(&operator, TOKENS, wish), end);
    assert_eq!(answer.code(), "scope_missing");
    assert!(said(&api).await.iter().all(|(_, revoked, _)| *revoked));
    assert_eq!(said(&api).await.len(), 1);
}
