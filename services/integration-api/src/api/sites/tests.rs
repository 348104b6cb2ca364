use contracts::site::{SiteCredentialChanged, SiteState};
use serde_json::{Value, json};

use crate::testing::Api;

const SITES: &str = "/api/v1/sites/";

#[actix_web::test]
async fn made_shown_listed_changed() {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    let made = api
        .post(&team.owner, SITES, json!({"name": " A ", "url": "HTTPS://Example.com:443/blog/?x#y"}))
        .await;
    assert_eq!(made.status, 201);
    let site = made.json()["data"].clone();
    assert_eq!((site["name"].as_str(), site["url"].as_str()), (Some("A"), Some("https://example.com/blog")));
    assert_eq!(site["hosting_type"], "wordpress");
    let path = made.header("location").to_owned();
    assert_eq!(path, format!("{SITES}{}/", site["id"]));
    assert_eq!(api.get(&team.viewer, &path).await.json()["data"], site);

    let changed =
        api.patch(&team.owner, &path, json!({"name": "B", "hosting_type": "multi"})).await.json()["data"]
            .clone();
    assert_eq!((changed["name"].as_str(), changed["url"].clone()), (Some("B"), site["url"].clone()));
    assert_eq!(changed["hosting_type"], "multi");
    let put = json!({"name": "C", "url": "https://c.example.com"});
    let replaced =
        api.call(actix_web::http::Method::PUT, &path, &team.owner, Some(put)).await.json()["data"].clone();
    assert_eq!(replaced["hosting_type"], "wordpress", "what is not said is the default");
    assert_eq!(api.mailbox().await, "", "a site without an integration concerns nobody");
}

#[actix_web::test]
async fn pages_go_on_where_the_last_ended() {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    for number in 0..5 {
        api.post(&team.owner, SITES, json!({"name": "x", "url": format!("https://{number}.example.com")}))
            .await;
    }
    let mut path = format!("{SITES}?limit=2");
    let mut urls = Vec::new();
    loop {
        let page = api.get(&team.viewer, &path).await.json();
        urls.extend(page["data"].as_array().unwrap().iter().map(|it| it["url"].clone()));
        let Some(cursor) = page["pagination"]["next_cursor"].as_str() else { break };
        path = format!("{SITES}?limit=2&cursor={cursor}");
    }
    assert_eq!(urls.len(), 5);
    assert_eq!(api.get(&team.viewer, &format!("{SITES}?cursor=x")).await.code(), "invalid_cursor");
}

#[actix_web::test]
async fn addresses_that_are_no_sites_are_refused() {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    for url in [
        "",
        "example.com",
        "ftp://example.com",
        "http://127.0.0.1",
        "http://localhost",
        "https://10.0.0.1",
        "http://169.254.169.254",
        "https://a:b@example.com",
        "https://example.com:8443",
    ] {
        let answer = api.post(&team.owner, SITES, json!({"name": "A", "url": url})).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (422, "invalid_site_url"), "{url}");
        assert_eq!(answer.json()["errors"][0]["field"], "/url");
    }
    let local = Api::start_with(|settings| settings.sites.allow_loopback = true).await;
    let team = local.team("tideline").await;
    assert_eq!(
        local.post(&team.owner, SITES, json!({"name": "A", "url": "http://127.0.0.1:18084"})).await.status,
        201
    );
}

#[actix_web::test]
async fn one_site_per_address_and_account() {
    let api = Api::start().await;
    let (team, others) = (api.team("tideline").await, api.team("others").await);
    let wish = |url: &str| json!({"name": "A", "url": url});
    let first = api.post(&team.owner, SITES, wish("https://a.example.com")).await;
    let second = api.post(&team.owner, SITES, wish("https://b.example.com")).await;
    assert_eq!(api.post(&team.owner, SITES, wish("https://A.example.com/")).await.code(), "site_exists");
    assert_eq!(
        api.patch(&team.owner, second.header("location"), json!({"url": "https://a.example.com"}))
            .await
            .code(),
        "site_exists"
    );
    assert_eq!(api.post(&others.owner, SITES, wish("https://a.example.com")).await.status, 201);
    assert_eq!(api.delete(&team.owner, first.header("location")).await.status, 204);
    assert_eq!(
        api.post(&team.owner, SITES, wish("https://a.example.com")).await.status,
        201,
        "the address is free again"
    );
}

#[actix_web::test]
async fn a_moved_site_is_suspended_until_it_proves_itself() {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    let site = api.connected_site(&team, "https://a.example.com").await;
    let path = format!("{SITES}{}/", site.id);
    api.patch(&team.owner, &path, json!({"name": "New name"})).await;
    assert_eq!(api.integration(&site).await.state, "connected", "a name is no address");

    api.patch(&team.owner, &path, json!({"url": "https://b.example.com"})).await;
    assert_eq!(api.integration(&site).await.state, "suspended");
    let last = api.posted::<SiteCredentialChanged>().await.pop().unwrap();
    assert_eq!(
        (last.state(), last.version, last.site_url.as_str()),
        (SiteState::Suspended, 3, "https://b.example.com")
    );
    assert_eq!(last.accepted_keys.len(), 1, "the key is good for proving");

    // The plugin at the old address no longer matches; at the new one it does.
    let pair = async |url: &str| -> Value {
        let public_key = secrets::SigningKey::generate().verifying_key().to_base64();
        let body = json!({"site_id": site.id, "site_url": url, "public_key": public_key});
        api.post(site.key.expose(), "/api/v1/integration/integrations/test-connection/", body).await.json()
    };
    assert_eq!(pair("https://a.example.com").await["code"], "site_url_mismatch");
    assert_eq!(pair("https://b.example.com").await["success"], true);
    assert_eq!(api.integration(&site).await.state, "connected");
}

#[actix_web::test]
async fn a_deleted_site_is_gone_with_its_keys() {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    let site = api.connected_site(&team, "https://a.example.com").await;
    let path = format!("{SITES}{}/", site.id);
    assert_eq!(api.delete(&team.owner, &path).await.status, 204);
    assert_eq!(api.get(&team.owner, &path).await.code(), "site_not_found");
    assert_eq!(api.delete(&team.owner, &path).await.code(), "site_not_found");
    let pair =
        api.post(site.key.expose(), "/api/v1/integration/integrations/test-connection/", json!({})).await;
    assert_eq!(pair.code(), "key_revoked");
    let last = api.posted::<SiteCredentialChanged>().await.pop().unwrap();
    assert_eq!(
        (last.state(), last.accepted_keys.len(), last.site_public_key.len()),
        (SiteState::Deleted, 0, 0)
    );
}

#[actix_web::test]
async fn publishing_settings_are_the_defaults_until_they_are_set() {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    let site = api.site(&team, "https://tideline.example.com").await;
    let path = format!("{SITES}{}/publishing-settings/", site.id);
    let shown = api.get(&team.viewer, &path).await.json()["data"].clone();
    assert_eq!(
        (&shown["daily_limit"], &shown["weekly_limit"], &shown["monthly_limit"]),
        (&json!(5), &json!(20), &json!(60))
    );
    assert_eq!((&shown["auto_approval_enabled"], &shown["time_zone"]), (&json!(false), &json!("UTC")));
    assert_eq!(
        shown["next_free_slots"][0],
        json!({"at": "2026-11-22T10:36:00Z", "local": "2026-11-22T10:36:00"})
    );

    let change =
        json!({"time_zone": "Europe/Berlin", "daily_limit": null, "posts": {"default_author": "ann"}});
    let changed = api.patch(&team.editor, &path, change).await.json()["data"].clone();
    assert_eq!((&changed["daily_limit"], &changed["weekly_limit"]), (&Value::Null, &json!(20)));
    assert_eq!(changed["posts"]["missing_terms"], "create", "the other members of posts stay");
    let paused = api.patch(&team.editor, &path, json!({"paused": true})).await.json()["data"].clone();
    assert_eq!(
        (&paused["shortage"]["code"], &paused["time_zone"]),
        (&json!("publishing_paused"), &json!("Europe/Berlin"))
    );
    let put =
        api.call(actix_web::http::Method::PUT, &path, &team.editor, Some(json!({"weekly_limit": 3}))).await;
    let put = put.json()["data"].clone();
    assert_eq!(
        (&put["weekly_limit"], &put["paused"], &put["time_zone"]),
        (&json!(3), &json!(false), &json!("UTC"))
    );
    let mut read = api.get(&team.viewer, &path).await.json()["data"].clone();
    assert_eq!(read, put);

    read["next_free_slots"].take();
    let wrong = json!({"publish_days": ["mon", "someday"], "posts": {"missing_terms": "guess"}});
    let refused = api.patch(&team.editor, &path, wrong).await;
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (422, "invalid_field"));
    let fields: Vec<_> =
        refused.json()["errors"].as_array().unwrap().iter().map(|it| it["field"].clone()).collect();
    assert_eq!(fields, ["/posts/missing_terms", "/publish_days/1"]);
    for wrong in
        [json!({"dayly_limit": 3}), json!({"daily_limit": -1}), json!([]), json!({"posts": {"x": 1}})]
    {
        assert_eq!(api.patch(&team.editor, &path, wrong).await.status, 422);
    }
    assert_eq!(api.patch(&team.viewer, &path, json!({"paused": true})).await.status, 403);
    let stranger = api.team("stranger").await;
    assert_eq!(api.get(&stranger.owner, &path).await.status, 404);
    assert_eq!(api.patch(&stranger.owner, &path, json!({"paused": true})).await.status, 404);
}
