use std::collections::BTreeSet;

use e2e::Stack;
use reqwest::StatusCode;

#[tokio::test]
async fn the_article_stands_in_wordpress_with_all_that_belongs_to_it() {
    let stack = Stack::open();
    let (platform, wordpress) = (stack.platform(), stack.wordpress());
    let content = platform.content(stack.number("/article/content_id")).await.unwrap();
    let post = wordpress.post(content["external_id"].as_str().unwrap()).await;

    assert_eq!(post["status"], "publish");
    assert_eq!(post["title"]["raw"], content["title"]);
    assert_eq!(post["link"], stack.text("/article/url"));
    assert!(post["featured_media"].as_i64().unwrap() > 0, "it has a featured image");
    let excerpt = post["excerpt"]["raw"].as_str().unwrap();
    assert!((50..=150).contains(&excerpt.chars().count()) && !excerpt.contains('<'), "{excerpt}");
    assert!(content["content_html"].as_str().unwrap().contains(&excerpt[..40]), "{excerpt}");
    let names = |key: &str| -> BTreeSet<String> {
        let list = content[key].as_array().unwrap();
        list.iter().map(|v| v.as_str().unwrap().rsplit(" > ").next().unwrap().to_lowercase()).collect()
    };
    let found =
        |list: Vec<String>| -> BTreeSet<String> { list.iter().map(|name| name.to_lowercase()).collect() };
    assert_eq!(found(wordpress.term_names("categories", &post["categories"]).await), names("categories"));
    let tags = found(wordpress.term_names("tags", &post["tags"]).await);
    assert!(names("tags").is_subset(&tags), "{tags:?}");

    let html = post["content"]["rendered"].as_str().unwrap();
    assert!(html.matches("/wp-content/uploads/").count() >= 2, "both images come from the library: {html}");
    let (status, page) = wordpress.page(stack.text("/article/url")).await;
    assert_eq!(status, 200);
    assert!(page.contains(content["title"].as_str().unwrap()));
}

#[tokio::test]
async fn publishing_again_is_refused_and_makes_no_second_post() {
    let stack = Stack::open();
    let (platform, wordpress) = (stack.platform(), stack.wordpress());
    let id = stack.number("/article/content_id");
    let title = platform.content(id).await.unwrap()["title"].as_str().unwrap().to_owned();
    let (status, refusal) = platform.publish(id).await;
    assert_eq!(status, StatusCode::CONFLICT, "{refusal}");
    assert_eq!(refusal["code"], "already_published");
    assert_eq!(wordpress.posts_titled(&title).await.len(), 1);
}

#[tokio::test]
async fn what_happens_in_wordpress_arrives_by_itself() {
    let stack = Stack::open();
    let (platform, wordpress) = (stack.platform(), stack.wordpress());
    let id = platform.write("There and back again").await;
    assert_eq!(platform.publish(id).await.0, StatusCode::ACCEPTED);
    let post = platform.live(id).await["external_id"].as_str().unwrap().to_owned();

    for (in_wordpress, here) in
        [("draft", "draft"), ("pending", "review"), ("private", "published"), ("publish", "published")]
    {
        wordpress.set_status(&post, in_wordpress).await;
        let content = platform.hears_of(id, in_wordpress).await;
        assert_eq!(content["status"], here, "{in_wordpress}");
    }
}
