use serde_json::{Value, json};

use crate::testing::{Api, TestSite};

fn address(site: &TestSite) -> String {
    format!("/api/v1/integration/integrations/{}/content-types/", site.integration_id)
}

#[actix_web::test]
async fn nothing_is_told_yet() {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    let site = api.site(&team, "https://a.example.com").await;
    let shown = api.get(&team.viewer, &address(&site)).await.json()["data"].clone();
    assert_eq!((&shown["post_types"], &shown["taxonomies"]), (&json!({}), &json!({})));
    assert_eq!(shown["last_structure_fetch"], Value::Null);
    // As the seeds write it.
    let alias = format!("/api/v1/integration/{}/content_types/", site.integration_id);
    assert_eq!(api.get(&team.viewer, &alias).await.json()["data"], shown);
    let stranger = api.team("others").await;
    assert_eq!(api.get(&stranger.owner, &address(&site)).await.code(), "integration_not_found");
}

#[actix_web::test]
async fn choices_are_checked() {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    let site = api.connected_site(&team, "https://a.example.com").await;
    let push = json!({"post_types": {"post": {}}, "taxonomies": {"category": {}}});
    let path = format!("/api/v1/integration/integrations/{}/update-structure/", site.integration_id);
    assert_eq!(api.post(site.key.expose(), &path, push).await.status, 200);
    let cases = [
        (json!({"post_types": {"recipe": {"enabled": true}}}), 422),
        (json!({"taxonomies": {"post": {"enabled": true}}}), 422),
        (json!({"post_types": {"post": {"fetch_limit": 0}}}), 422),
        (json!({"post_types": {"post": {"fetch_limit": 10_001}}}), 422),
        (json!({"post_types": {"post": {"enabled": "yes"}}}), 422),
        (json!({"post_types": {"post": {"enabled": false}, "none": {}}}), 422),
        (json!({}), 200),
        (json!({"taxonomies": {"category": {"fetch_limit": 10_000, "enabled": false}}}), 200),
    ];
    for (body, status) in cases {
        let answer = api.patch(&team.editor, &address(&site), body.clone()).await;
        assert_eq!(answer.status.as_u16(), status, "{body}");
    }
    let shown = api.get(&team.viewer, &address(&site)).await.json()["data"].clone();
    assert_eq!(shown["post_types"]["post"]["enabled"], true, "refused as a whole");
    let category = &shown["taxonomies"]["category"];
    assert_eq!((&category["enabled"], &category["fetch_limit"]), (&json!(false), &json!(10_000)));
    assert_eq!(api.patch(&team.viewer, &address(&site), json!({})).await.code(), "role_too_low");
}
