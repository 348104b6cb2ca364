//! What follows the first publishing, on a real WordPress.

use std::time::Duration;

use e2e::{Stack, eventually};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn the_latest_text_replaces_the_one_before() {
    let stack = Stack::open();
    let (platform, wordpress) = (stack.platform(), stack.wordpress());
    let (id, post) = platform.published("First words").await;
    platform
        .rewrite(
            id,
            json!({
                "title": "Better words", "content_html": "<p>Better \\ words.</p>", "categories": ["Tests"], "tags": ["better"],
                "seo_title": "Better", "sticky": true,
            }),
        )
        .await;
    assert_eq!(platform.order(id, "republish", json!({})).await["data"]["outcome"], "queued");
    let found = eventually("the update", Duration::from_secs(30), async || {
        let found = wordpress.post(&post).await;
        (found["title"]["raw"] == "Better words").then_some(found)
    })
    .await;
    assert_eq!(
        (found["content"]["raw"].as_str(), found["status"].as_str()),
        (Some("<p>Better \\ words.</p>"), Some("publish"))
    );
    assert_eq!(
        (found["sticky"].as_bool(), wordpress.term_names("tags", &found["tags"]).await),
        (Some(true), vec!["better".to_owned()])
    );
    let content = platform.is(id, "live").await;
    assert_eq!(
        (content["external_id"].as_str(), content["publication"]["command"].as_str()),
        (Some(post.as_str()), Some("update"))
    );
    platform.rewrite(id, json!({"sticky": false})).await;
    platform.order(id, "republish", json!({})).await;
    platform.is(id, "live").await;
}

#[tokio::test]
async fn an_edit_in_wordpress_is_not_lost() {
    let stack = Stack::open();
    let (platform, wordpress) = (stack.platform(), stack.wordpress());
    let (id, post) = platform.published("Two pens").await;
    // Nothing is read from the site, so that the update itself has to find out.
    platform.sync(false).await;
    wordpress.write(&post, "<p>Written in WordPress.</p>").await;
    platform.rewrite(id, json!({"content_html": "<p>Written here.</p>"})).await;
    platform.order(id, "republish", json!({})).await;
    platform.is(id, "live_with_warnings").await;
    platform.sync(true).await;
    assert_eq!(wordpress.post(&post).await["content"]["raw"], "<p>Written in WordPress.</p>");

    let path = format!("/api/v1/writer/content/{id}/conflicts/");
    let (_, listed) = platform.call(Method::GET, &path, Value::Null).await;
    let conflict = &listed["data"][0];
    assert_eq!(conflict["theirs"]["content_html"], "<p>Written in WordPress.</p>");
    assert_eq!(conflict["base"]["content_html"], "<p>Two pens: the body.</p>");
    let merged = json!({"title": "Two pens", "content_html": "<p>Written by both.</p>", "excerpt": ""});
    let verb = format!("conflicts/{}/resolve", conflict["id"]);
    platform.order(id, &verb, json!({"resolution": "merged", "merged": merged})).await;
    platform.is(id, "live").await;
    assert_eq!(wordpress.post(&post).await["content"]["raw"], "<p>Written by both.</p>");
}

#[tokio::test]
async fn a_text_becomes_blocks_where_the_site_wants_them() {
    let stack = Stack::open();
    let (platform, wordpress) = (stack.platform(), stack.wordpress());
    let text_format = async |format: &str| {
        let path = format!("/api/v1/sites/{}/publishing-settings/", platform.site);
        let change = json!({"posts": {"text_format": format}});
        let (status, answer) = platform.call(Method::PATCH, &path, change).await;
        assert!(status.is_success(), "{answer}");
    };
    text_format("blocks").await;
    let (_, post) = platform.published("In blocks").await;
    text_format("classic").await;
    let raw = wordpress.post(&post).await["content"]["raw"].as_str().unwrap().to_owned();
    assert_eq!(raw, "<!-- wp:paragraph -->\n<p>In blocks: the body.</p>\n<!-- /wp:paragraph -->");
}

#[tokio::test]
async fn posts_are_taken_down_and_brought_back() {
    let stack = Stack::open();
    let (platform, wordpress) = (stack.platform(), stack.wordpress());
    let (id, post) = platform.published("Now you see it").await;
    for (verb, body, state, status) in [
        ("unpublish", json!({}), "unpublished", "draft"),
        ("restore", json!({}), "live", "publish"),
        ("unpublish", json!({"to": "trash"}), "unpublished", "trash"),
        ("restore", json!({}), "live", "publish"),
    ] {
        platform.order(id, verb, body).await;
        platform.is(id, state).await;
        assert_eq!(wordpress.post(&post).await["status"], status);
    }
    platform.order(id, "delete", json!({})).await;
    let content = platform.is(id, "gone").await;
    assert_eq!(content["status"], "draft");
    assert!(wordpress.posts_titled("Now you see it").await.is_empty());
}

#[tokio::test]
async fn a_page_below_another_and_an_image_only_once() {
    let stack = Stack::open();
    let (platform, wordpress) = (stack.platform(), stack.wordpress());
    let article = platform.content(stack.number("/article/content_id")).await.unwrap();
    let image = article["featured_image_url"].clone();
    let library = async || {
        let list = wordpress.call(Method::GET, "media?per_page=100", Value::Null).await;
        list.as_array().unwrap().len()
    };
    let before = library().await;
    let page = json!({
        "site_id": platform.site, "title": "Above", "content_html": "<p>x</p>", "post_type": "page", "status": "review", "featured_image_url": image,
    });
    let mut made = Vec::new();
    for title in ["Above", "Below"] {
        let mut page = page.clone();
        page["title"] = title.into();
        if let Some(above) = made.last() {
            page["parent_id"] = json!(above);
        }
        let (_, answer) = platform.call(Method::POST, "/api/v1/writer/content/", page).await;
        let id = answer["data"]["id"].as_i64().unwrap();
        platform.publish(id).await;
        made.push(platform.live(id).await["external_id"].as_str().unwrap().parse::<i64>().unwrap());
    }
    let below = wordpress.call(Method::GET, &format!("pages/{}", made[1]), Value::Null).await;
    assert_eq!(below["parent"], made[0]);
    assert!(below["featured_media"].as_i64().unwrap() > 0);
    assert_eq!(library().await, before, "the library has this image already");
}
