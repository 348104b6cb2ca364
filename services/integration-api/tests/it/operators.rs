use contracts::access::OperatorTokenChanged;
use serde_json::{Value, json};

use crate::running::Running;

const TOKENS: &str = "/api/v1/account/tokens/";
const QUEUE: &str = "plugin.operator_token_changed";

#[tokio::test(flavor = "multi_thread")]
async fn other_services_hear_which_tokens_are_operators() {
    let service = Running::start().await;
    let owner = service.owner().await;
    let wish = json!({"name": "releases", "scopes": ["read", "operator"]});
    let (status, refused) = service.call("POST", TOKENS, &owner, wish.clone()).await;
    assert_eq!((status, refused["code"].as_str()), (403, Some("scope_missing")));

    let (went_well, said) =
        service.verb(&["set-operator", "--email", "x@tideline.test", "--operator", "true"]);
    assert!(!went_well && said.contains("nobody has the e-mail address x@tideline.test"), "{said}");
    let appoint =
        |operator| service.verb(&["set-operator", "--email", "Owner@tideline.test", "--operator", operator]);
    assert_eq!(
        appoint("true"),
        (true, "Owner@tideline.test is an operator now; access tokens announced: 0\n".to_owned())
    );
    let made = service.ask("POST", TOKENS, &owner, wish).await;
    let heard: OperatorTokenChanged = service.broker.receive(QUEUE).await;
    assert_eq!((heard.token_id, heard.revoked, heard.version), (made["id"].as_i64().unwrap(), false, 2));
    assert_eq!(heard.email, "owner@tideline.test");

    for (operator, revoked, version) in [("true", false, 3), ("false", true, 4), ("true", false, 5)] {
        let (_, said) = appoint(operator);
        assert!(said.ends_with("access tokens announced: 1\n"), "{said}");
        let again: OperatorTokenChanged = service.broker.receive(QUEUE).await;
        let occurred_at_ms = again.occurred_at_ms;
        assert_eq!(again, OperatorTokenChanged { revoked, version, occurred_at_ms, ..heard.clone() });
    }

    service.call("DELETE", &format!("{TOKENS}{}/", made["id"]), &owner, Value::Null).await;
    let deleted: OperatorTokenChanged = service.broker.receive(QUEUE).await;
    assert_eq!((deleted.token_id, deleted.revoked, deleted.version), (heard.token_id, true, 6));
    service.stop().await;
}
