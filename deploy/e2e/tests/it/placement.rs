//! A post type of the site's own, with fields for its SEO plugins.

use e2e::{MustUse, Stack};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_custom_post_type_with_fields_for_each_seo_plugin() {
    let stack = Stack::open();
    let (platform, wordpress) = (stack.platform(), stack.wordpress());
    let _installed = wordpress.must_use(MustUse::SeoAndGuides);
    let guide = json!({
        "site_id": platform.site, "title": "Reading the tide", "content_html": "<p>Twice a day.</p>", "post_type": "guide",
        "status": "review", "meta": {"reading_minutes": "4"}, "seo_title": "Tides \"read\" & told", "seo_description": "It's a back\\slash",
        "primary_keyword": "tide", "secondary_keywords": ["moon", "tide table"],
    });
    let (_, made) = platform.call(Method::POST, "/api/v1/writer/content/", guide).await;
    let id = made["data"]["id"].as_i64().unwrap_or_else(|| panic!("{made}"));
    platform.publish(id).await;
    // Live without a warning: the bridge plugin has read back what it wrote.
    let post = platform.is(id, "live").await["external_id"].as_str().unwrap().to_owned();
    let stored =
        async || wordpress.call(Method::GET, &format!("guide/{post}?context=edit"), Value::Null).await;
    let found = stored().await;
    assert_eq!(
        (&found["type"], &found["status"], &found["title"]["raw"]),
        (&json!("guide"), &json!("publish"), &json!("Reading the tide"))
    );
    assert_eq!(
        found["meta"],
        meta("Tides \"read\" & told", "It's a back\\slash", "tide", "tide,moon,tide table")
    );
    assert!(found["link"].as_str().unwrap().contains("guide"));

    let change = json!({
        "content_html": "<p>Four times.</p>", "seo_title": "Second", "seo_description": "", "primary_keyword": "ebb", "secondary_keywords": [],
    });
    platform.rewrite(id, change).await;
    platform.order(id, "republish", json!({})).await;
    platform.is(id, "live").await;
    let found = stored().await;
    assert_eq!(found["content"]["raw"], "<p>Four times.</p>");
    assert_eq!(found["meta"], meta("Second", "", "ebb", "ebb"));

    platform.order(id, "delete", json!({})).await;
    platform.is(id, "gone").await;
    let left = wordpress.call(Method::GET, "guide?context=edit&status=any", Value::Null).await;
    assert_eq!(left, json!([]));
}

/// What the three plugins that keep their fields in post meta find; Yoast takes one keyword.
fn meta(title: &str, description: &str, keyword: &str, keywords: &str) -> Value {
    json!({
        "_yoast_wpseo_title": title, "_yoast_wpseo_metadesc": description, "_yoast_wpseo_focuskw": keyword,
        "rank_math_title": title, "rank_math_description": description, "rank_math_focus_keyword": keywords,
        "_seopress_titles_title": title, "_seopress_titles_desc": description, "_seopress_analysis_target_kw": keywords,
        "reading_minutes": "4",
    })
}
