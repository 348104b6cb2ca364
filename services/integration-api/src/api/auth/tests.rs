use jiff::SignedDuration;
use serde_json::json;
use web::test::{Answer, TestRequest};

use crate::flows::open_account::{NewAccount, Opened, open};
use crate::testing::Api;

const PASSWORD: &str = "correct horse";

async fn with_anna() -> Api {
    let api = Api::start().await;
    let hash = secrets::password::hash(PASSWORD).unwrap();
    let mut tx = api.state.database.begin().await.unwrap();
    let new = NewAccount { name: "Tideline", email: "Anna@Example.com", operator: false };
    assert_eq!(open(&mut tx, &new, &hash, api.now()).await.unwrap(), Opened::Now { account_id: 1 });
    tx.commit().await.unwrap();
    api
}

async fn log_in(api: &Api, email: &str, password: &str) -> Answer {
    api.post("", "/api/v1/auth/login/", json!({"email": email, "password": password})).await
}

#[actix_web::test]
async fn the_right_password_opens_a_session() {
    let api = with_anna().await;
    let answer = log_in(&api, " anna@example.COM ", PASSWORD).await;
    assert_eq!(answer.status, 200);
    let data = answer.json()["data"].clone();
    let token = data["token"].as_str().unwrap();
    assert!(token.starts_with("igny8_ses_"));
    assert_eq!(data["user"]["email"], "Anna@Example.com");
    assert_eq!(data["user"]["account"], json!({"id": 1, "name": "Tideline"}));
    assert_eq!(data["expires_at"], "2026-12-06T10:00:00Z");
    let cookie = answer.header("set-cookie");
    let expected = format!("igny8_session={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=1209600; Secure");
    assert_eq!(cookie, expected);

    let me = api.get(token, "/api/v1/auth/me").await.json()["data"].clone();
    assert_eq!((me["role"].as_str(), me["scopes"].clone()), (Some("owner"), json!(["read", "write"])));
}

#[actix_web::test]
async fn anything_else_is_refused_alike() {
    let api = with_anna().await;
    for (email, password) in [
        ("anna@example.com", "Correct horse"),
        ("bert@example.com", PASSWORD),
        ("", ""),
        ("anna@example.com", ""),
    ] {
        let answer = log_in(&api, email, password).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (401, "email_or_password_wrong"),
            "{email}"
        );
        assert!(answer.header("set-cookie").is_empty());
    }
}

#[actix_web::test]
async fn a_known_address_stays_with_its_account() {
    let api = with_anna().await;
    let mut tx = api.state.database.begin().await.unwrap();
    let again = NewAccount { name: "Other", email: "anna@EXAMPLE.com", operator: true };
    assert_eq!(open(&mut tx, &again, "", api.now()).await.unwrap(), Opened::Before { account_id: 1 });
    for (name, email) in
        [("", "x@y.z"), ("A", "xy.z"), ("A", "x y@z"), ("A", "@z"), ("A", "x@"), ("A", "x@y@z")]
    {
        let new = NewAccount { name, email, operator: false };
        assert!(open(&mut tx, &new, "", api.now()).await.is_err(), "{name} {email}");
    }
}

#[actix_web::test]
async fn sessions_end_by_logout_and_by_time() {
    let api = with_anna().await;
    let token = |answer: &Answer| answer.json()["data"]["token"].as_str().unwrap().to_owned();
    let (one, other) = (
        token(&log_in(&api, "anna@example.com", PASSWORD).await),
        token(&log_in(&api, "anna@example.com", PASSWORD).await),
    );
    let ended = api.post(&one, "/api/v1/auth/logout/", json!({})).await;
    assert_eq!(ended.json()["data"], json!({"ended": true}));
    assert!(
        ended.header("set-cookie").starts_with("igny8_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0")
    );
    assert_eq!(api.get(&one, "/api/v1/auth/me/").await.code(), "token_invalid");
    assert_eq!(api.get(&other, "/api/v1/auth/me/").await.status, 200);
    api.hand.advance(SignedDuration::from_hours(24 * 14));
    assert_eq!(api.get(&other, "/api/v1/auth/me/").await.code(), "token_invalid");
}

#[actix_web::test]
async fn a_cookie_changes_things_from_our_own_pages_only() {
    let api = with_anna().await;
    let token =
        log_in(&api, "anna@example.com", PASSWORD).await.json()["data"]["token"].as_str().unwrap().to_owned();
    let cookie = ("cookie", format!("theme=dark; igny8_session={token}"));
    let send = async |headers: &[(&'static str, &str)]| {
        let request = TestRequest::post().uri("/api/v1/sites/").insert_header(cookie.clone());
        let request = headers.iter().fold(request, |it, header| it.insert_header(*header));
        api.send(request.set_json(json!({"name": "", "url": ""}))).await.code()
    };
    let allowed = "invalid_field";
    assert_eq!(send(&[("sec-fetch-site", "same-origin")]).await, allowed);
    assert_eq!(send(&[("origin", "https://api.igny8.test")]).await, allowed);
    let refused: [&[_]; 7] = [
        &[],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
        &[("origin", "https://evil.test")],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site"), ("origin", "https://api.igny8.test")],
    ];
    for headers in refused {
        assert_eq!(send(headers).await, "cross_site_request", "{headers:?}");
    }
    let read = TestRequest::get().uri("/api/v1/sites/").insert_header(cookie.clone());
    assert_eq!(
        api.send(read.insert_header(("sec-fetch-site", "cross-site"))).await.status,
        200,
        "reading shows nothing to others"
    );
    // A token in the header was put there by a program, not by the browser.
    let both = TestRequest::post().uri("/api/v1/auth/logout/").insert_header(cookie.clone());
    assert_eq!(api.send(both.insert_header(("authorization", format!("Bearer {token}")))).await.status, 200);
}

#[actix_web::test]
async fn passwords_are_checked_a_few_at_a_time() {
    let api = Api::start_with(|settings| settings.sessions.concurrent_logins = 0).await;
    let answer = log_in(&api, "anna@example.com", PASSWORD).await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (429, "3"));
}

#[actix_web::test]
async fn guessing_has_an_end() {
    let api = with_anna().await;
    for _ in 0..10 {
        assert_eq!(log_in(&api, "anna@example.com", "wrong").await.status, 401);
    }
    let refused = log_in(&api, "Anna@example.com", PASSWORD).await;
    assert_eq!((refused.code().as_str(), refused.header("retry-after")), ("rate_limited", "900"));
    api.hand.advance(SignedDuration::from_mins(15));
    assert_eq!(log_in(&api, "anna@example.com", PASSWORD).await.status, 200);
}
