//! A site without the plugin, on a real WordPress. It is the stack's own under another name, so the plugin is there, but nobody speaks to it.

use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use e2e::{Platform, Stack, eventually};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// The platform, with the site connected by its application password.
async fn connected(stack: &Stack) -> Platform {
    let platform = stack.platform();
    let url = stack.text("/wordpress/url").replace("127.0.0.1", "localhost");
    let new = json!({"name": "Without the plugin", "url": url});
    let (status, made) = platform.call(Method::POST, "/api/v1/sites/", new).await;
    let site = if status == StatusCode::CREATED {
        made["data"]["id"].as_i64().unwrap()
    } else {
        assert_eq!(made["code"], "site_exists", "{made}");
        let (_, listed) = platform.call(Method::GET, "/api/v1/sites/", Value::Null).await;
        let sites = listed["data"].as_array().unwrap();
        sites.iter().find(|it| it["url"] == url.as_str()).unwrap()["id"].as_i64().unwrap()
    };
    let give = async |password: &str| {
        let path = "/api/v1/integration/integrations/use-application-password/";
        let login = json!({
            "site_id": site, "username": stack.text("/wordpress/admin_user"), "application_password": password,
        });
        let (status, answer) = platform.call(Method::POST, path, login).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer["data"].clone()
    };
    let wrong = give("not the password").await;
    assert_eq!((&wrong["integration"]["state"], &wrong["probe"]["ok"]), (&json!("pending"), &json!(false)));
    let right = give(stack.text("/wordpress/application_password")).await;
    assert_eq!(right["integration"]["state"], "connected", "{right}");
    Platform::new(stack.text("/integration_api"), stack.text("/account/token"), site)
}

fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()
}

#[tokio::test]
async fn without_the_plugin() {
    let stack = Stack::open();
    let wordpress = stack.wordpress();
    let platform = connected(&stack).await;

    // Published, with what belongs to it.
    let demo = platform.content(stack.number("/article/content_id")).await.unwrap();
    let html = demo["content_html"].as_str().unwrap();
    let image = html.split("src=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let title = format!("By password & alone {}", now());
    let id = platform.write(&title).await;
    let text = format!("<p>One \\ \"two\" &amp; three.</p><img src=\"{image}\" alt=\"A bay\"><p>End.</p>");
    let change = json!({"content_html": text, "categories": ["By password > Tips & Tricks"], "tags": ["alone & quiet"]});
    platform.rewrite(id, change).await;
    assert_eq!(platform.publish(id).await.0, StatusCode::ACCEPTED);
    let content = platform.live(id).await;
    let post = content["external_id"].as_str().unwrap().to_owned();
    let found = wordpress.post(&post).await;
    assert_eq!((&found["status"], &found["title"]["raw"]), (&json!("publish"), &json!(title)));
    assert!(found["slug"].as_str().unwrap().starts_with("by-password"), "{}", found["slug"]);
    let raw = found["content"]["raw"].as_str().unwrap();
    assert!(
        raw.contains("<p>One \\ \"two\" &amp; three.</p>") && raw.contains("/wp-content/uploads/"),
        "{raw}"
    );
    let names = wordpress.term_names("categories", &found["categories"]).await;
    assert_eq!(names, ["Tips &amp; Tricks"]);
    assert_eq!(wordpress.term_names("tags", &found["tags"]).await, ["alone &amp; quiet"]);
    assert_eq!(wordpress.posts_titled(&title).await.len(), 1);

    // The latest text; the terms and the image are found again.
    platform.rewrite(id, json!({"content_html": text.replace("End.", "Better.")})).await;
    platform.order(id, "republish", json!({})).await;
    eventually("the update", Duration::from_mins(1), async || {
        let found = wordpress.post(&post).await;
        found["content"]["raw"].as_str().unwrap().contains("Better.").then_some(())
    })
    .await;
    platform.live(id).await;
    assert_eq!(wordpress.post(&post).await["categories"], found["categories"]);

    // An edit on the site that touches ours is not overwritten; WordPress' revisions have what both began with.
    let there = wordpress.post(&post).await["content"]["raw"].as_str().unwrap().to_owned();
    wordpress.write(&post, &there.replace("Better.", "Theirs.")).await;
    platform.rewrite(id, json!({"content_html": text.replace("End.", "Ours.")})).await;
    platform.order(id, "republish", json!({})).await;
    let path = format!("/api/v1/writer/content/{id}/conflicts/");
    let conflict = eventually("the conflict", Duration::from_mins(1), async || {
        let (_, listed) = platform.call(Method::GET, &path, Value::Null).await;
        listed["data"].as_array().unwrap().first().cloned()
    })
    .await;
    let said = conflict.to_string();
    assert!(said.contains("Theirs.") && said.contains("Better."), "{said}");
    assert!(said.contains(image), "images have the addresses we know: {said}");
    let resolve = format!("{path}{}/resolve/", conflict["id"]);
    let (status, answer) = platform.call(Method::POST, &resolve, json!({"resolution": "keep_ours"})).await;
    assert!(status.is_success(), "{answer}");
    eventually("ours", Duration::from_mins(1), async || {
        let found = wordpress.post(&post).await;
        found["content"]["raw"].as_str().unwrap().contains("Ours.").then_some(())
    })
    .await;

    // Down, back, into the trash, back, and gone.
    platform.live(id).await;
    for (verb, body, status) in [
        ("unpublish", json!({}), "draft"),
        ("restore", json!({}), "publish"),
        ("unpublish", json!({"to": "trash"}), "trash"),
        ("restore", json!({}), "publish"),
    ] {
        platform.order(id, verb, body).await;
        eventually(&format!("{verb}: {status}"), Duration::from_mins(1), async || {
            (wordpress.post(&post).await["status"] == status).then_some(())
        })
        .await;
        let state = if status == "publish" { "live" } else { "unpublished" };
        eventually(state, Duration::from_mins(1), async || {
            let content = platform.content(id).await?;
            content["publication"]["state"].as_str()?.starts_with(state).then_some(())
        })
        .await;
    }
    platform.order(id, "delete", json!({})).await;
    platform.is(id, "gone").await;
    assert_eq!(wordpress.posts_titled(&title).await.len(), 0);
}

/// The worker is killed at the moment the draft is seen on the site.
#[tokio::test]
async fn killed_in_the_middle_without_the_plugin() {
    let stack = Stack::open();
    let wordpress = stack.wordpress();
    let platform = connected(&stack).await;
    let title = format!("Killed without the plugin {}", now());
    let id = platform.write(&title).await;
    let worker = stack.pid("publisher-worker").to_string();
    assert_eq!(platform.publish(id).await.0, StatusCode::ACCEPTED);
    eventually("the draft", Duration::from_mins(1), async || {
        (!wordpress.posts_titled(&title).await.is_empty()).then_some(())
    })
    .await;
    assert!(Command::new("kill").args(["-KILL", &worker]).status().unwrap().success());
    stack.revive().await;
    let content = platform.live(id).await;
    let posts = wordpress.posts_titled(&title).await;
    assert_eq!(posts.len(), 1, "exactly one post: {posts:#?}");
    assert_eq!(posts[0]["status"], "publish");
    assert_eq!(content["external_id"], posts[0]["id"].to_string().as_str());
}
