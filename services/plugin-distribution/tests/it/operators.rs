//! Who is taken for an operator.

use contracts::Message;
use contracts::access::OperatorTokenChanged;
use domain::{AccessToken, ApiKey};
use jiff::SignedDuration;
use messaging::{Outgoing, Sent};
use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use secrets::ExposeSecret;
use testkit::{TestBroker, eventually};

use crate::service::{Service, digest};

/// All that need an operator.
const PATHS: [&str; 2] = ["/analytics/", "/compatibility/"];

async fn say<M: Message>(broker: &TestBroker, message: &M) {
    let publisher = broker.broker("integration-api").publisher().await.unwrap();
    assert_eq!(publisher.publish(&[Outgoing::of(message)]).await.unwrap(), [Sent::Confirmed]);
    publisher.close().await;
}

async fn code(service: &Service, token: &AccessToken) -> (u16, String) {
    let (status, answer) = service.get_by(token.expose(), "/analytics/").await;
    (status.as_u16(), answer["code"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn what_integration_api_says_of_a_token_counts_and_the_latest_of_it() {
    let broker = TestBroker::new().await;
    let url = broker.settings().url.expose_secret().to_owned();
    let service = Service::start_with(&[("IGNY8__BROKER__URL", &url)]).await;
    service.release("1.0.0", "").await.unwrap();
    eventually("the queues are there", async || {
        let (_, ready) = service.get_at("/readyz?verbose").await;
        ready["checks"].as_array()?.iter().all(|it| it["ok"] == true).then_some(())
    })
    .await;
    let (token, other) = (AccessToken::generate(), AccessToken::generate());
    let message = |token_id, token: &AccessToken, version, revoked| OperatorTokenChanged {
        token_id,
        digest: digest(token.expose()),
        user_id: 3,
        email: "olga@igny8.test".to_owned(),
        version,
        revoked,
        ..Default::default()
    };
    let known = async |token: &AccessToken| {
        eventually("the token is known", async || (code(&service, token).await.0 == 200).then_some(())).await;
    };
    assert_eq!(code(&service, &token).await, (401, "token_invalid".to_owned()));
    say(&broker, &message(1, &token, 1, false)).await;
    known(&token).await;

    say(&broker, &message(1, &token, 3, true)).await;
    say(&broker, &message(1, &token, 2, false)).await;
    // The queue is one: when this one is known, those before it are.
    say(&broker, &message(2, &other, 4, false)).await;
    known(&other).await;
    assert_eq!(
        code(&service, &token).await,
        (401, "token_invalid".to_owned()),
        "an older word changes nothing"
    );
    say(&broker, &message(1, &token, 5, false)).await;
    known(&token).await;
    assert_eq!(service.count("operator_tokens").await, 2);
}

#[tokio::test]
async fn a_token_opens_nothing_after_its_end() {
    let service = Service::start().await;
    service.release("1.0.0", "").await.unwrap();
    let token = service.operator().await;
    let end = service.app.state.clock.now() + SignedDuration::from_mins(1);
    service.execute(&format!("UPDATE operator_tokens SET expires_at = '{end}'")).await;
    for (seconds, expected) in [(59, 200), (1, 401)] {
        service.hand.advance(SignedDuration::from_secs(seconds));
        assert_eq!(service.get_by(&token, "/analytics/").await.0.as_u16(), expected);
    }
}

#[tokio::test]
async fn nobody_else_is_let_in() {
    let service = Service::start().await;
    service.release("1.0.0", "").await.unwrap();
    service.operator().await;
    let key = ApiKey::generate();
    service.knows(7, &key).await;
    let site = format!("Bearer {}", key.expose());
    let stranger = format!("Bearer {}", AccessToken::generate().expose());
    for path in PATHS {
        for (authorization, expected) in [
            ("", "unauthenticated"),
            ("Basic b3BlcmF0b3I6", "unauthenticated"),
            (&site, "unauthenticated"),
            ("Bearer igny8_pat_x", "token_invalid"),
            (&stranger, "token_invalid"),
        ] {
            // Who asks comes before what is asked.
            let request = service.client.get(format!("{}{path}?days=x&limit=0", service.base));
            let response = request.header(AUTHORIZATION, authorization).send().await.unwrap();
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{path} {authorization}");
            assert_eq!(response.headers()[WWW_AUTHENTICATE], "Bearer realm=\"igny8\"");
            let problem: serde_json::Value = response.json().await.unwrap();
            assert_eq!(problem["code"], expected, "{path} {authorization}");
            if authorization == site {
                assert!(problem["detail"].as_str().unwrap().starts_with("A site's API key does not open"));
            }
        }
    }
}

#[tokio::test]
async fn nobody_is_taken_for_a_stranger_while_the_database_is_away() {
    let service = Service::start().await;
    service.release("1.0.0", "").await.unwrap();
    let token = service.operator().await;
    service.app.state.database.close();
    for path in PATHS {
        let (status, problem) = service.get_by(&token, path).await;
        assert_eq!((status, &problem["code"]), (StatusCode::SERVICE_UNAVAILABLE, &"unavailable".into()));
    }
}
