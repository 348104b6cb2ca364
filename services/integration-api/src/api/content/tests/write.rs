use actix_web::http::Method;
use serde_json::{Value, json};
use web::test::TestRequest;

use super::{CONTENT, Desk};
use crate::testing::Api;

#[actix_web::test]
async fn an_article_is_kept_as_it_was_written() {
    let desk = Desk::new().await;
    let article = json!({
        "site_id": desk.site.id.get(), "title": " Why the tide comes in ", "slug": "why-the-tide", "content_html": "<p>…</p>",
        "seo_title": "Tides", "seo_description": "Twice a day.", "primary_keyword": "tides", "secondary_keywords": ["neap tide"],
        "featured_image_url": "https://images.test/a.jpg", "gallery_images": [{"url": "https://images.test/b.jpg", "alt": "B"}],
        "categories": ["Nature", "Nature > Oceans"], "tags": ["moon"], "author": "ann", "post_type": "page",
        "publish_date": "2026-12-24T18:00:00+01:00", "meta": {"source": {"id": 7}}, "cluster_name": "Sea",
    });
    let made = desk.api.post(&desk.team.editor, CONTENT, article).await;
    assert_eq!((made.status.as_u16(), made.header("etag")), (201, "\"1\""));
    let mut shown = made.json()["data"].clone();
    let path = format!("{CONTENT}{}/", shown["id"]);
    assert_eq!(made.header("location"), path);
    assert_eq!(desk.read(&path).await, shown);
    for volatile in ["id", "account_id", "site_id"] {
        shown[volatile] = json!(0);
    }
    insta::assert_json_snapshot!(shown, @r#"
    {
      "account_id": 0,
      "author": "ann",
      "categories": [
        "Nature",
        "Nature > Oceans"
      ],
      "cluster_name": "Sea",
      "content_html": "<p>…</p>",
      "created_at": "2026-11-22T10:00:00Z",
      "excerpt": null,
      "external_id": null,
      "external_url": null,
      "featured_image": {
        "alt": "",
        "caption": "",
        "url": "https://images.test/a.jpg"
      },
      "featured_image_url": "https://images.test/a.jpg",
      "gallery_images": [
        {
          "alt": "B",
          "caption": "",
          "url": "https://images.test/b.jpg"
        }
      ],
      "id": 0,
      "kept_back": false,
      "meta": {
        "source": {
          "id": 7
        }
      },
      "metadata": {
        "last_wp_sync": null,
        "wordpress_status": null,
        "wp_metadata": null
      },
      "parent_id": null,
      "post_status": "publish",
      "post_type": "page",
      "primary_keyword": "tides",
      "publication": {
        "attempt": 0,
        "command": null,
        "error": null,
        "follow_up": null,
        "job_id": null,
        "next_attempt_at": null,
        "operation_id": null,
        "published_at": null,
        "state": "none",
        "warnings": []
      },
      "publish_date": "2026-12-24T17:00:00Z",
      "schedule": null,
      "secondary_keywords": [
        "neap tide"
      ],
      "seo_description": "Twice a day.",
      "seo_title": "Tides",
      "site_id": 0,
      "slug": "why-the-tide",
      "status": "draft",
      "sticky": false,
      "tags": [
        "moon"
      ],
      "template": "",
      "title": "Why the tide comes in",
      "updated_at": "2026-11-22T10:00:00Z",
      "version": 1
    }
    "#);
}

#[actix_web::test]
async fn what_is_not_valid_is_refused_with_its_field() {
    let desk = Desk::new().await;
    let site = desk.site.id.get();
    let cases: [(Value, u16, &str, &str); 7] = [
        (json!({"title": "x"}), 422, "invalid_field", "/site_id"),
        (json!({"site_id": site}), 422, "invalid_field", "/title"),
        (json!({"site_id": "x", "title": "x"}), 422, "invalid_field", "/site_id"),
        (json!({"site_id": site, "title": "x", "post_status": "live"}), 422, "invalid_field", "/post_status"),
        (json!({"site_id": site, "title": "x", "status": "published"}), 422, "invalid_field", "/status"),
        (json!({"site_id": site, "title": "x", "tags": [1]}), 422, "invalid_field", "/tags/0"),
        (json!({"site_id": 999, "title": "x"}), 404, "site_not_found", ""),
    ];
    for (body, status, code, field) in cases {
        let answer = desk.api.post(&desk.team.editor, CONTENT, body.clone()).await;
        let json = answer.json();
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code), "{body}");
        assert_eq!(json["errors"][0]["field"].as_str().unwrap_or_default(), field, "{body}");
    }
    let raw = |body: String| {
        let request = TestRequest::post().uri(CONTENT).insert_header(("content-type", "application/json"));
        let request = request.insert_header(("authorization", format!("Bearer {}", desk.team.editor)));
        desk.api.send(request.set_payload(body))
    };
    let nul = raw(format!(r#"{{"site_id": {site}, "title": "a\u0000b"}}"#)).await;
    assert_eq!((nul.status.as_u16(), nul.code().as_str()), (400, "invalid_text"));
    let huge =
        raw(format!(r#"{{"site_id": {site}, "title": "x", "content_html": "{}"}}"#, "x".repeat(10 << 20)))
            .await;
    assert_eq!((huge.status.as_u16(), huge.code().as_str()), (413, "body_too_large"));
    let large =
        raw(format!(r#"{{"site_id": {site}, "title": "x", "content_html": "{}"}}"#, "x".repeat(5 << 20)))
            .await;
    assert_eq!(large.status, 201, "5 MiB are fine");
    assert_eq!(desk.api.get(&desk.team.viewer, CONTENT).await.json()["data"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn a_stranger_finds_nothing_and_a_viewer_changes_nothing() {
    let desk = Desk::new().await;
    let path = desk.content("review").await;
    let before = desk.read(&path).await;
    let stranger = desk.api.team("strangers").await;
    let viewer = &desk.team.viewer;
    let id = before["id"].as_i64().unwrap();
    let body = || Some(json!({"title": "mine", "site_id": desk.site.id.get()}));
    let endpoints = [
        (Method::GET, path.clone(), None),
        (Method::GET, format!("{path}timeline/"), None),
        (Method::PUT, path.clone(), body()),
        (Method::PATCH, path.clone(), body()),
        (Method::DELETE, path.clone(), None),
        (Method::POST, format!("{path}submit/"), None),
        (Method::POST, format!("{path}approve/"), None),
        (Method::POST, format!("{path}reject/"), None),
        (Method::POST, format!("{path}publish/"), None),
    ];
    for (method, path, body) in endpoints {
        let answer = desk.api.call(method.clone(), &path, &stranger.owner, body.clone()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (404, "content_not_found"),
            "{method} {path}"
        );
        let nobody = desk.api.call(method.clone(), &path, "", body.clone()).await;
        assert_eq!(nobody.status, 401, "{method} {path}");
        let missing = path.replace(&id.to_string(), "999999999");
        assert_eq!(desk.api.call(method.clone(), &missing, &desk.team.owner, body.clone()).await.status, 404);
        if method != Method::GET {
            let answer = desk.api.call(method.clone(), &path, viewer, body).await;
            assert_eq!(
                (answer.status.as_u16(), answer.code().as_str()),
                (403, "role_too_low"),
                "{method} {path}"
            );
        }
    }
    let theirs = desk.api.post(&stranger.owner, CONTENT, body().unwrap()).await;
    assert_eq!((theirs.status.as_u16(), theirs.code().as_str()), (404, "site_not_found"));
    assert_eq!(desk.api.post(viewer, CONTENT, body().unwrap()).await.status, 403);
    assert_eq!(desk.read(&path).await, before);
    assert_eq!(desk.api.get(&stranger.owner, CONTENT).await.json()["data"], json!([]));
}

#[actix_web::test]
async fn changes_go_onto_what_was_read() {
    let desk = Desk::new().await;
    let path = desk.content("draft").await;
    let patched = desk.api.patch(&desk.team.editor, &path, json!({"tags": ["sea"], "author": "ann"})).await;
    assert_eq!((patched.status.as_u16(), patched.header("etag")), (200, "\"2\""));
    let same = desk.api.patch(&desk.team.editor, &path, json!({"tags": ["sea"]})).await;
    assert_eq!(same.header("etag"), "\"2\"", "nothing changed");

    let with_tag = |tag: &str, body: Value| {
        let request = TestRequest::put().uri(&path).insert_header(("if-match", tag)).set_json(body);
        desk.api.send(request.insert_header(("authorization", format!("Bearer {}", desk.team.editor))))
    };
    let late = with_tag("\"1\"", json!({"title": "Late"})).await;
    assert_eq!((late.status.as_u16(), late.code().as_str()), (412, "version_mismatch"));
    assert_eq!(late.json()["version"], 2);
    let replaced = with_tag("\"2\"", json!({"title": "All anew"})).await;
    let shown = replaced.json()["data"].clone();
    assert_eq!((shown["title"].as_str(), shown["version"].as_i64()), (Some("All anew"), Some(3)));
    assert_eq!(
        (shown["tags"].clone(), shown["author"].as_str(), shown["content_html"].as_str()),
        (json!([]), Some(""), Some(""))
    );

    // What was read may be sent back whole.
    let back = with_tag("\"3\"", shown.clone()).await;
    assert_eq!((back.status.as_u16(), back.json()["data"].clone()), (200, shown.clone()));
    for (body, field) in [(json!({"status": "approved"}), "/status"), (json!({"site_id": 999}), "/site_id")] {
        let answer = desk.api.patch(&desk.team.editor, &path, body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["errors"][0]["field"].as_str()),
            (422, Some(field))
        );
    }
    assert_eq!(desk.timeline(&path).await, ["content_created", "content_updated", "content_updated"]);
}

#[actix_web::test]
async fn only_what_never_was_on_the_site_is_deleted() {
    let desk = Desk::new().await;
    let path = desk.content("approved").await;
    assert_eq!(desk.api.delete(&desk.team.editor, &path).await.status, 204);
    assert_eq!(desk.api.get(&desk.team.editor, &path).await.code(), "content_not_found");
    let path = desk.content("approved").await;
    assert_eq!(desk.step(&path, "publish").await.0, 202);
    let answer = desk.api.delete(&desk.team.editor, &path).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (409, "content_on_site"));
}

#[actix_web::test]
async fn the_same_key_writes_once() {
    let desk = Desk::new().await;
    let send = |title: &str| {
        let body = json!({"site_id": desk.site.id.get(), "title": title});
        let request =
            TestRequest::post().uri(CONTENT).insert_header(("idempotency-key", "k1")).set_json(body);
        desk.api.send(request.insert_header(("authorization", format!("Bearer {}", desk.team.editor))))
    };
    let (first, second, other) = (send("One").await, send("One").await, send("Other").await);
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 201));
    assert_eq!(first.body, second.body);
    assert_eq!((other.status.as_u16(), other.code().as_str()), (422, "idempotency_key_reused"));
    assert_eq!(desk.api.get(&desk.team.viewer, CONTENT).await.json()["data"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn lists_are_narrowed_and_go_on() {
    let desk = Desk::new().await;
    let other = desk.api.site(&desk.team, "https://other.example.com").await;
    for (title, site) in [("50% off", desk.site.id), ("Fifty off", desk.site.id), ("Tide", other.id)] {
        let body = json!({"site_id": site.get(), "title": title, "content_html": "x"});
        assert_eq!(desk.api.post(&desk.team.editor, CONTENT, body).await.status, 201);
    }
    desk.content("review").await;
    let titles = async |api: &Api, query: &str| -> Vec<String> {
        let page = api.get(&desk.team.viewer, &format!("{CONTENT}?{query}")).await.json();
        let lines = page["data"].as_array().unwrap();
        assert!(
            lines.iter().all(|it| it.get("content_html").is_none() && it["publication"]["state"].is_string())
        );
        lines.iter().map(|it| it["title"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(titles(&desk.api, "").await, ["Tides", "Tide", "Fifty off", "50% off"]);
    assert_eq!(titles(&desk.api, "q=50%25").await, ["50% off"], "a percent sign is one");
    assert_eq!(titles(&desk.api, "q=TIDE&status=review").await, ["Tides"]);
    assert_eq!(titles(&desk.api, &format!("site={}", other.id)).await, ["Tide"]);
    assert_eq!(titles(&desk.api, "state=live").await, Vec::<String>::new());
    assert_eq!(titles(&desk.api, "state=none&limit=2").await, ["Tides", "Tide"]);
    let page = desk.api.get(&desk.team.viewer, &format!("{CONTENT}?limit=3")).await.json();
    let cursor = page["pagination"]["next_cursor"].as_str().unwrap().to_owned();
    assert_eq!(titles(&desk.api, &format!("limit=3&cursor={cursor}")).await, ["50% off"]);
    for query in ["status=live", "state=draft", "site=x"] {
        let answer = desk.api.get(&desk.team.viewer, &format!("{CONTENT}?{query}")).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (422, "invalid_query"), "{query}");
    }
}
