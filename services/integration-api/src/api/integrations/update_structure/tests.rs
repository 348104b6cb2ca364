use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::InstrumentationEvent;
use diesel_async::AsyncConnection;
use domain::IntegrationId;
use serde_json::{Value, json};

use crate::flows::structure::take_structure;
use crate::store::content_types::{self, ContentType};
use crate::testing::{Api, Team, TestSite};

async fn connected() -> (Api, Team, TestSite) {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    let site = api.connected_site(&team, "https://a.example.com").await;
    (api, team, site)
}

fn address(site: &TestSite, tail: &str) -> String {
    format!("/api/v1/integration/integrations/{}/{tail}", site.integration_id)
}

impl Api {
    async fn push(&self, site: &TestSite, body: Value) -> Value {
        let answer = self.post(site.key.expose(), &address(site, "update-structure/"), body).await;
        assert_eq!(answer.status, 200, "{:?}", answer.json());
        answer.json()["data"].clone()
    }

    async fn types(&self, team: &Team, site: &TestSite) -> Value {
        self.get(&team.viewer, &address(site, "content-types/")).await.json()["data"].clone()
    }

    async fn terms(&self, team: &Team, site: &TestSite, taxonomy: &str) -> Vec<Value> {
        let path = address(site, &format!("taxonomies/{taxonomy}/terms/?limit=100"));
        self.get(&team.viewer, &path).await.json()["data"].as_array().unwrap().clone()
    }

    async fn logged(&self, team: &Team, action: &str) -> Vec<Value> {
        let events = self.get(&team.viewer, "/api/v1/integration/events/?type=sync").await.json();
        events["data"].as_array().unwrap().iter().filter(|it| it["action"] == action).cloned().collect()
    }
}

/// As the seeds write it.
fn of_an_older_plugin() -> Value {
    json!({
        "post_types": {
            "post": {"label": "Posts", "count": 123, "enabled": true, "fetch_limit": 100},
            "page": {"label": "Pages", "count": 12, "enabled": true, "fetch_limit": 100},
            "product": {"label": "Products", "count": 456, "enabled": false, "fetch_limit": 50},
        },
        "taxonomies": {
            "category": {"label": "Categories", "count": 25, "enabled": true, "fetch_limit": 100},
            "post_tag": {"label": "Tags", "count": 102, "enabled": true, "fetch_limit": 100},
            "product_cat": {"label": "Product Categories", "count": 15, "enabled": false, "fetch_limit": 50},
        },
        "plugin_connection_enabled": true,
        "two_way_sync_enabled": true,
        "timestamp": "2025-11-22T10:00:00Z",
    })
}

fn of_ours(terms: Value) -> Value {
    let mut structure = json!({
        "post_types": {
            "post": {"label": "Posts", "count": "123", "hierarchical": false, "supports": ["title", "editor"], "taxonomies": ["category"]},
            "recipe": {"label": "Recipes", "count": 5},
        },
        "taxonomies": {"category": {"label": "Categories", "count": 3, "hierarchical": true, "post_types": ["post"], "truncated": false, "terms": null}},
        "authors": [{"id": 1, "login": "ann", "name": "Ann"}],
        "capabilities": {"seo_plugin": "yoast", "cron": {"disabled": false, "last_run_at": "2026-11-22T09:00:00Z"}},
        "plugin_connection_enabled": true, "two_way_sync_enabled": false,
    });
    structure["taxonomies"]["category"]["terms"] = terms;
    structure
}

fn term(id: i64, parent: i64, name: &str) -> Value {
    json!({"id": id, "parent": parent, "name": name, "slug": name.to_lowercase(), "count": 7})
}

#[actix_web::test]
async fn an_older_plugins_push_is_stored() {
    let (api, team, site) = connected().await;
    let taken = api.push(&site, of_an_older_plugin()).await;
    assert_eq!(
        taken,
        json!({
            "message": "Site structure updated successfully", "post_types_count": 3, "taxonomies_count": 3,
            "last_structure_fetch": "2026-11-22T10:00:00Z", "sync": {"enabled": true, "post_types": ["page", "post"]},
        })
    );
    let types = api.types(&team, &site).await;
    assert_eq!(types["last_structure_fetch"], "2026-11-22T10:00:00Z");
    let product = &types["post_types"]["product"];
    let shown =
        ["label", "count", "enabled", "fetch_limit", "synced_count", "last_synced"].map(|it| &product[it]);
    let expected = [json!("Products"), json!(456), json!(false), json!(50), json!(0), Value::Null];
    assert_eq!(shown, expected.each_ref());
    assert_eq!(types["taxonomies"]["post_tag"]["count"], 102);
    assert_eq!(
        (&types["plugin_connection_enabled"], &types["two_way_sync_enabled"]),
        (&json!(true), &json!(true))
    );
}

#[actix_web::test]
async fn a_push_never_changes_a_choice() {
    let (api, team, site) = connected().await;
    api.push(&site, of_ours(json!([]))).await;
    let types = api.types(&team, &site).await;
    assert_eq!(
        (&types["post_types"]["post"]["enabled"], &types["post_types"]["recipe"]["enabled"]),
        (&json!(true), &json!(false)),
        "at first sight"
    );
    let wish =
        json!({"post_types": {"post": {"enabled": false}, "recipe": {"enabled": true, "fetch_limit": 20}}});
    let changed = api.patch(&team.editor, &address(&site, "content-types/"), wish).await;
    assert_eq!(changed.json()["data"]["post_types"]["recipe"]["fetch_limit"], 20);

    let mut pushed = of_ours(json!([]));
    pushed["post_types"]["post"]["enabled"] = json!(true);
    pushed["post_types"]["recipe"] =
        json!({"label": "Dishes", "count": 6, "enabled": false, "fetch_limit": 1});
    let taken = api.push(&site, pushed).await;
    assert_eq!(taken["sync"]["post_types"], json!(["recipe"]));
    let recipe = api.types(&team, &site).await["post_types"]["recipe"].clone();
    assert_eq!(
        ["label", "count", "enabled", "fetch_limit"].map(|it| &recipe[it]),
        [&json!("Dishes"), &json!(6), &json!(true), &json!(20)]
    );

    // The type vanishes, and comes back with what was chosen.
    let mut without = of_ours(json!([]));
    without["post_types"].as_object_mut().unwrap().remove("recipe");
    assert_eq!(api.push(&site, without).await["sync"]["post_types"], json!([]));
    assert_ne!(api.types(&team, &site).await["post_types"]["recipe"]["vanished_at"], Value::Null);
    assert_eq!(api.push(&site, of_ours(json!([]))).await["sync"]["post_types"], json!(["recipe"]));
}

#[actix_web::test]
async fn terms_keep_their_hierarchy() {
    let (api, team, site) = connected().await;
    let terms = json!([term(12, 3, "Beginners"), term(3, 0, "Guides"), term(40, 99, "Orphan")]);
    api.push(&site, of_ours(terms)).await;
    let paths: Vec<_> = api
        .terms(&team, &site, "category")
        .await
        .iter()
        .map(|it| (it["id"].as_i64().unwrap(), it["parent"].as_i64().unwrap(), it["path"].clone()))
        .collect();
    let expected = [(3, 0, json!("Guides")), (12, 3, json!("Guides > Beginners")), (40, 99, Value::Null)];
    assert_eq!(paths, expected);

    let first = api.get(&team.viewer, &address(&site, "taxonomies/category/terms/?limit=2")).await.json();
    let cursor = first["pagination"]["next_cursor"].as_str().unwrap();
    let path = address(&site, &format!("taxonomies/category/terms/?limit=2&cursor={cursor}"));
    assert_eq!(api.get(&team.viewer, &path).await.json()["data"][0]["id"], 40);
    let unknown = api.get(&team.viewer, &address(&site, "taxonomies/genre/terms/")).await;
    assert_eq!((unknown.status.as_u16(), unknown.code().as_str()), (404, "taxonomy_not_found"));
}

#[actix_web::test]
async fn a_term_that_vanished_stays_only_while_it_is_named() {
    let (api, team, site) = connected().await;
    let all = json!([term(1, 0, "Bread"), term(2, 0, "Cheese"), term(3, 0, "Wine"), term(4, 3, "Red")]);
    api.push(&site, of_ours(all)).await;
    let content = json!({"site_id": site.id, "title": "Crust", "categories": ["bread", "Wine>red"]});
    assert_eq!(api.post(&team.editor, "/api/v1/writer/content/", content).await.status, 201);
    let settings = format!("/api/v1/sites/{}/publishing-settings/", site.id);
    let mapped = api.patch(&team.editor, &settings, json!({"posts": {"category_ids": {"Dairy": 2}}})).await;
    assert_eq!(mapped.status, 200);

    let vanished = async || {
        let terms = api.terms(&team, &site, "category").await;
        terms.iter().map(|it| (it["id"].as_i64().unwrap(), !it["vanished_at"].is_null())).collect::<Vec<_>>()
    };
    // The site has more than it tells, or says nothing of them: nothing is known to be gone.
    let mut partial = of_ours(json!([term(5, 0, "Salt")]));
    partial["taxonomies"]["category"]["truncated"] = json!(true);
    api.push(&site, partial).await;
    assert_eq!(vanished().await, [(1, false), (2, false), (4, false), (5, false)]);
    let mut silent = of_an_older_plugin();
    silent.as_object_mut().unwrap().remove("timestamp");
    api.push(&site, silent).await;
    assert_eq!(api.types(&team, &site).await["taxonomies"]["category"]["count"], 25, "it was taken in");
    assert_eq!(vanished().await.len(), 4);

    api.push(&site, of_ours(json!([term(5, 0, "Salt")]))).await;
    assert_eq!(vanished().await, [(1, true), (2, true), (4, true), (5, false)]);
    api.push(&site, of_ours(json!([term(1, 0, "Bread")]))).await;
    assert_eq!(vanished().await, [(1, false), (2, true), (4, true)]);
}

#[actix_web::test]
async fn what_is_new_is_logged_and_what_is_not_is_not() {
    let (api, team, site) = connected().await;
    api.push(&site, of_ours(json!([term(1, 0, "Bread")]))).await;
    api.hand.advance(jiff::SignedDuration::from_secs(60));
    let mut again = of_ours(json!([term(1, 0, "Bread")]));
    again["capabilities"]["cron"]["last_run_at"] = json!("2026-11-22T09:59:00Z");
    assert_eq!(api.push(&site, again).await["last_structure_fetch"], "2026-11-22T10:01:00Z");
    let types = api.types(&team, &site).await;
    assert_eq!(types["capabilities"]["cron"]["last_run_at"], "2026-11-22T09:59:00Z");
    assert_eq!(api.logged(&team, "structure_updated").await.len(), 1);
    api.push(&site, of_ours(json!([term(1, 0, "Breads")]))).await;
    let logged = api.logged(&team, "structure_updated").await;
    assert_eq!((logged.len(), &logged[0]["details"]["terms_changed"]), (2, &json!(1)));
}

#[actix_web::test]
async fn what_was_written_before_changes_nothing() {
    let (api, team, site) = connected().await;
    let at = |time: &str, name: &str| {
        let mut body = of_ours(json!([term(1, 0, name)]));
        body["timestamp"] = json!(time);
        body
    };
    let name = async || api.terms(&team, &site, "category").await[0]["name"].clone();
    api.push(&site, at("2026-11-22T09:30:00Z", "New")).await;
    api.push(&site, at("2026-11-22T09:00:00Z", "Old")).await;
    assert_eq!(name().await, "New");
    // A clock that is ahead does not lock the site out once it is right.
    api.push(&site, at("2031-01-01T00:00:00Z", "Ahead")).await;
    api.hand.advance(jiff::SignedDuration::from_secs(60));
    api.push(&site, at("2026-11-22T10:01:00Z", "Right")).await;
    assert_eq!(name().await, "Right");
}

#[actix_web::test]
async fn two_pushes_at_once_leave_one_of_them() {
    let (api, team, site) = connected().await;
    let of = |label: &str, ids: std::ops::Range<i64>| {
        let mut body = of_ours(ids.map(|id| term(id, 0, &format!("{label} {id}"))).collect());
        body["post_types"]["post"]["label"] = json!(label);
        body
    };
    for round in 0..5 {
        let (a, b) = (format!("A{round}"), format!("B{round}"));
        futures::future::join(api.push(&site, of(&a, 1..60)), api.push(&site, of(&b, 40..90))).await;
        let label = api.types(&team, &site).await["post_types"]["post"]["label"].as_str().unwrap().to_owned();
        let terms = api.terms(&team, &site, "category").await;
        let ids: Vec<i64> = terms.iter().map(|it| it["id"].as_i64().unwrap()).collect();
        let expected: Vec<i64> = if label == a { (1..60).collect() } else { (40..90).collect() };
        assert_eq!(ids, expected, "all of {label}");
        assert!(terms.iter().all(|it| it["name"].as_str().unwrap().starts_with(&label)));
    }
}

#[actix_web::test]
async fn twenty_thousand_terms_take_no_more_statements_than_ten() {
    let (api, team, site) = connected().await;
    let integration = api.integration(&site).await;
    let push = async |per_taxonomy: i64| {
        let taxonomies: serde_json::Map<String, Value> = (0..10)
            .map(|number| {
                let terms: Value =
                    (1..=per_taxonomy).map(|id| term(id, id / 2, &format!("Term {id}"))).collect();
                (format!("taxonomy_{number}"), json!({"label": "T", "count": per_taxonomy, "terms": terms}))
            })
            .collect();
        let body = json!({"post_types": {}, "taxonomies": taxonomies});
        let bytes = serde_json::to_vec(&body).unwrap();
        let given: super::GivenStructure = web::Json::parse(&bytes).unwrap();
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        let mut tx = api.state.database.begin().await.unwrap();
        tx.conn().set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                counted.fetch_add(1, Ordering::SeqCst);
            }
        });
        take_structure(&mut tx, &integration, given.checked().unwrap(), api.now()).await.unwrap();
        tx.commit().await.unwrap();
        count.load(Ordering::SeqCst)
    };
    let few = push(1).await;
    assert!(few > 5, "they are counted");
    assert_eq!(push(2_000).await, few);
    assert_eq!(push(1_999).await, few);
    let counted = api.types(&team, &site).await["taxonomies"]["taxonomy_9"]["synced_count"].clone();
    assert_eq!(counted, 1_999);
}

#[actix_web::test]
async fn only_the_sites_own_key_opens_it() {
    let (api, team, site) = connected().await;
    let other = api.connected_site(&team, "https://b.example.com").await;
    let path = address(&site, "update-structure/");
    let refused = api.post(other.key.expose(), &path, of_an_older_plugin()).await;
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (404, "integration_not_found"));
    assert_eq!(api.post(&team.owner, &path, of_an_older_plugin()).await.status, 401);
    assert_eq!(api.post("", &path, of_an_older_plugin()).await.code(), "key_missing");
    // As the seeds' plugin calls it.
    let alias = format!("/v1/integration/integrations/{}/update-structure/", site.integration_id);
    assert_eq!(api.post(site.key.expose(), &alias, of_an_older_plugin()).await.status, 200);
    let moved = api
        .patch(&team.owner, &format!("/api/v1/sites/{}/", site.id), json!({"url": "https://c.example.com"}))
        .await;
    assert_eq!(moved.status, 200);
    assert_eq!(
        api.post(site.key.expose(), &path, of_an_older_plugin()).await.code(),
        "integration_suspended"
    );
}

#[actix_web::test]
async fn there_is_an_end_to_everything() {
    let (api, _, site) = connected().await;
    let types = |many: usize| -> Value {
        (0..many)
            .map(|it| (format!("t{it}"), json!({"label": "T"})))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let terms = |many: i64| -> Value { (1..=many).map(|id| term(id, 0, "T")).collect() };
    let with_terms = |taxonomies: usize, each: i64| -> Value {
        let of = |it| (format!("t{it}"), json!({"terms": terms(each)}));
        json!({"post_types": {}, "taxonomies": (0..taxonomies).map(of).collect::<serde_json::Map<_, _>>()})
    };
    let cases = [
        (json!({"post_types": types(201), "taxonomies": {}}), 422),
        (json!({"post_types": types(200), "taxonomies": {}}), 200),
        (json!({"post_types": {}, "taxonomies": types(201)}), 422),
        (with_terms(1, 2_001), 422),
        (with_terms(11, 1_900), 422),
        (json!({"post_types": [], "taxonomies": [], "capabilities": []}), 200),
        (json!({"post_types": ["post"], "taxonomies": {}}), 422),
        (json!({"post_types": {"x".repeat(65): {}}, "taxonomies": {}}), 422),
        (json!({"post_types": {"": {}}, "taxonomies": {}}), 422),
        (json!({"post_types": {"post": {"count": "many"}}, "taxonomies": {}}), 422),
        (json!({"post_types": {}, "taxonomies": {"t": {"terms": [{"id": 0, "name": "x"}]}}}), 422),
        (json!({"post_types": {}, "taxonomies": {}, "capabilities": {"x": "y".repeat(70_000)}}), 422),
        (
            json!({"post_types": {"post": {"fetch_limit": 99_999_999_999_i64, "count": -4}}, "taxonomies": {}}),
            200,
        ),
        (
            json!({"post_types": {}, "taxonomies": {"t": {"terms": [{"id": 1, "name": "x"}, {"id": 1, "name": "y"}]}}}),
            200,
        ),
        (json!({"post_types": {}, "taxonomies": {}, "padding": "x".repeat(4 * 1024 * 1024)}), 413),
    ];
    for (number, (body, status)) in cases.into_iter().enumerate() {
        let answer = api.post(site.key.expose(), &address(&site, "update-structure/"), body).await;
        assert_eq!(answer.status.as_u16(), status, "case {number}: {:?}", answer.json());
    }
}

#[actix_web::test]
async fn types_that_vanish_again_and_again_are_forgotten() {
    let (api, _, site) = connected().await;
    for round in 0..3 {
        let types: serde_json::Map<String, Value> =
            (0..150).map(|it| (format!("r{round}t{it}"), json!({}))).collect();
        api.push(&site, json!({"post_types": types, "taxonomies": {}})).await;
    }
    let connection = &mut *api.state.database.connection().await.unwrap();
    let all: Vec<ContentType> =
        content_types::of(connection, IntegrationId::new(site.integration_id.get())).await.unwrap();
    assert_eq!(all.iter().filter(|it| it.vanished_at.is_some()).count(), 200);
    assert_eq!(all.len(), 350);
}

#[actix_web::test]
async fn a_copy_of_the_site_is_noted_once_until_the_site_pairs_again() {
    let (api, team, site) = connected().await;
    let shown =
        async || api.get(&team.viewer, &address(&site, "")).await.json()["data"]["clone_suspected"].clone();
    let push_from = async |url: &str| {
        let mut body = of_an_older_plugin();
        body["site_url"] = json!(url);
        let answer = api.post(site.key.expose(), &address(&site, "update-structure/"), body).await;
        if answer.status == 200 { "ok".to_owned() } else { answer.code() }
    };
    assert_eq!(push_from("https://a.example.com/").await, "ok");
    assert_eq!(shown().await, Value::Null);
    assert_eq!(push_from("https://staging.example.com").await, "site_url_mismatch");
    let noted = json!({"at": "2026-11-22T10:00:00Z", "site_url": "https://staging.example.com"});
    assert_eq!(shown().await, noted);
    // Again, from somewhere else, and by a connection test: noted already.
    assert_eq!(push_from("https://staging.example.com").await, "site_url_mismatch");
    assert_eq!(push_from("https://other.example.com").await, "site_url_mismatch");
    let pair = json!({"site_url": "https://staging.example.com"});
    let paired = api.post(site.key.expose(), "/api/v1/integration/integrations/test-connection/", pair).await;
    assert_eq!(paired.code(), "site_url_mismatch");
    assert_eq!(shown().await, noted);
    let logged = api.logged(&team, "clone_suspected").await;
    assert_eq!((logged.len(), &logged[0]["success"]), (1, &json!(false)));
    assert_eq!(api.integration(&site).await.state, "connected", "the site itself goes on");

    api.connect(&site).await;
    assert_eq!(shown().await, Value::Null);
    let pair = json!({"site_url": "https://b.example.com"});
    api.post(site.key.expose(), "/api/v1/integration/integrations/test-connection/", pair).await;
    assert_eq!(shown().await["site_url"], "https://b.example.com");
    assert_eq!(api.logged(&team, "clone_suspected").await.len(), 2);
}
