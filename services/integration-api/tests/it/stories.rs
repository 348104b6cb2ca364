use contracts::publishing::{Check, ProbeSite, SiteProbed};
use contracts::site::{SiteCredentialChanged, SiteState};
use secrets::SigningKey;
use serde_json::{Value, json};

use crate::running::Running;

const INTEGRATIONS: &str = "/api/v1/integration/integrations/";

#[tokio::test(flavor = "multi_thread")]
async fn a_site_is_connected_and_everyone_hears_of_it() {
    let service = Running::start().await;
    let owner = service.owner().await;
    let site = service
        .ask("POST", "/api/v1/sites/", &owner, json!({"name": "A", "url": "https://a.example.com"}))
        .await;
    let made = service
        .ask("POST", &format!("{INTEGRATIONS}generate-api-key/"), &owner, json!({"site_id": site["id"]}))
        .await;
    let key = made["api_key"].as_str().unwrap();

    // The plugin's turn.
    let public = SigningKey::generate().verifying_key();
    let pairing = json!({
        "site_id": site["id"], "site_url": "https://a.example.com", "rest_url": "https://a.example.com/wp-json/",
        "plugin_version": "2.0.0", "wp_version": "6.5.5", "php_version": "8.2.1", "public_key": public.to_base64(),
    });
    let paired = service.ask("POST", &format!("{INTEGRATIONS}test-connection/"), key, pairing).await;
    assert_eq!(paired["integration_id"], made["integration"]["id"]);

    for queue in ["publisher.site_changed", "webhook.site_changed", "plugin.site_changed"] {
        let pending: SiteCredentialChanged = service.broker.receive(queue).await;
        let connected: SiteCredentialChanged = service.broker.receive(queue).await;
        assert_eq!((pending.version, pending.state()), (1, SiteState::Pending), "{queue}");
        assert_eq!((connected.version, connected.state()), (2, SiteState::Connected), "{queue}");
        assert_eq!(connected.site_public_key, public.to_bytes());
    }

    // Our side calls the site: publisher-worker answers while the request waits.
    let path = format!("{INTEGRATIONS}{}/test-connection/", paired["integration_id"]);
    let worker = async {
        let command: ProbeSite = service.broker.receive("publisher.probe_site").await;
        let check = Check { name: "reachable".into(), ok: true, ..Check::default() };
        let probed = SiteProbed {
            probe_id: command.probe_id,
            account_id: command.account_id,
            site_id: command.site_id,
            integration_id: command.integration_id,
            ok: true,
            checks: vec![check],
            plugin_version: "2.0.1".into(),
            ..SiteProbed::default()
        };
        service.say(&probed).await;
    };
    let ((status, answer), ()) = tokio::join!(service.call("POST", &path, &owner, Value::Null), worker);
    assert_eq!((status, answer["data"]["ok"].clone()), (200, json!(true)), "{answer}");
    let integration = service
        .ask("GET", &format!("{INTEGRATIONS}{}/", paired["integration_id"]), &owner, Value::Null)
        .await;
    assert_eq!(integration["credentials_json"]["plugin_version"], "2.0.1");
    assert_eq!(integration["wp_version"], "6.5.5");
    service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_answered_while_the_broker_is_away() {
    let service = Running::start().await;
    let owner = service.owner().await;
    service.broker.cut_connections().await;
    let site = service
        .ask("POST", "/api/v1/sites/", &owner, json!({"name": "A", "url": "https://a.example.com"}))
        .await;
    service
        .ask("POST", &format!("{INTEGRATIONS}generate-api-key/"), &owner, json!({"site_id": site["id"]}))
        .await;
    let said: SiteCredentialChanged = service.broker.receive("publisher.site_changed").await;
    assert_eq!(said.version, 1);
    service.stop().await;
}
