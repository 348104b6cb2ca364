//! What a site says of posts it has: edits, words of webhooks, posts that are gone.

use super::*;

#[actix_web::test]
async fn what_is_edited_in_wordpress_is_taken_over() {
    let story = Story::live_post().await;
    story.write("<p>Twice a day.</p>").await;
    story.told(story.word_of(77, "new")).await;
    let question = story.question().await;
    assert_eq!(question.post_ids, [77]);
    assert_eq!(story.shown().await["metadata"]["wp_metadata"]["slug"], "moved");
    let theirs =
        RemotePost { title: "Tides".into(), revision: "new".into(), ..post(77, "<p>Four times a day.</p>") };
    story.edited(theirs, "<p>Twice a day.</p>").await;
    let shown = story.shown().await;
    assert_eq!(shown["content_html"], "<p>Four times a day.</p>");
    assert_eq!(
        (shown["title"].as_str(), shown["publication"]["state"].as_str()),
        (Some("Tides"), Some("live"))
    );
    assert!(story.api.posted::<UpdateContent>().await.is_empty(), "nothing is sent back");
    assert!(
        story.timeline().await.ends_with("metadata_update, content_taken_over"),
        "{}",
        story.timeline().await
    );
    // What the site says from now on is known.
    story.told(story.word_of(77, "new")).await;
    assert_eq!(story.questions().await, 1);
}

#[actix_web::test]
async fn edits_on_both_sides_meet() {
    let story = Story::live_post().await;
    story.write("<p>a</p>\n\n<p>b</p>\n\n<p>C</p>").await;
    story.told(story.word_of(77, "new")).await;
    let theirs = RemotePost {
        title: "Tides".into(),
        revision: "new".into(),
        ..post(77, "<p>A</p>\n\n<p>b</p>\n\n<p>c</p>")
    };
    story.edited(theirs, "<p>a</p>\n\n<p>b</p>\n\n<p>c</p>").await;
    let update: UpdateContent = story.api.posted().await.pop().expect("the merged text is sent");
    assert_eq!(update.article.unwrap().content_html, "<p>A</p>\n\n<p>b</p>\n\n<p>C</p>");
    assert_eq!(update.expected_revision, "new");

    let touching = Story::live_post().await;
    touching.write("<p>Ours.</p>").await;
    touching.told(touching.word_of(77, "new")).await;
    let theirs = RemotePost { title: "Tides".into(), revision: "new".into(), ..post(77, "<p>Theirs.</p>") };
    touching.edited(theirs, "<p>Before.</p>").await;
    let shown = touching.shown().await;
    assert_eq!(
        (shown["content_html"].as_str(), shown["publication"]["state"].as_str()),
        (Some("<p>Ours.</p>"), Some("live_with_warnings"))
    );
    assert_eq!(shown["publication"]["warnings"][0]["code"], "conflict");
}

#[actix_web::test]
async fn an_imported_post_that_is_edited_here_becomes_ours_on_the_site() {
    let mut story = Story::connected().await;
    story.imported(vec![post(77, "<p>Low.</p>")]).await;
    story.content_id = story.contents().await[0]["id"].as_i64().unwrap();
    // Edited there, it is taken over without the site's help.
    story.told(story.word_of(77, "new")).await;
    let edited = RemotePost { revision: "new".into(), ..post(77, "<p>Lower.</p>") };
    story.read([Story::answer(&story.question().await, vec![edited], false)]).await;
    assert_eq!(story.shown().await["content_html"], "<p>Lower.</p>");
    // Edited here, it goes back.
    story.write("<p>High.</p>").await;
    assert_eq!(story.order("republish", json!({})).await, "202 queued");
    let update: UpdateContent = story.last().await;
    assert!(update.adopt);
    assert_eq!((update.external_id.as_str(), update.expected_revision.as_str()), ("77", "new"));
    let done = ContentUpdated {
        progress: Some(story.of(&update.operation_id, 1)),
        external_id: "77".into(),
        wordpress_status: "publish".into(),
        remote_revision: "newer".into(),
        ..ContentUpdated::default()
    };
    story.report([PublishReport::Updated(done)]).await.unwrap();
    story.write("<p>Higher.</p>").await;
    assert_eq!(story.order("republish", json!({})).await, "202 queued");
    assert!(!story.last::<UpdateContent>().await.adopt);
}

#[actix_web::test]
async fn late_words_and_our_own_change_nothing() {
    let story = Story::live_post().await;
    story.told(story.word_of(77, "new")).await;
    let mut late = story.word_of(77, "old");
    late.position = Some(Position { modified_at_ms: Some(1_600_000_000_000), ..Position::default() });
    story.told(late).await;
    let echo = WordpressPostUpdated { operation_id: story.operation.clone(), ..story.word_of(77, "echo") };
    story.told(echo).await;
    assert_eq!(story.outcomes().await, "applied stale echo");
    assert_eq!(story.questions().await, 1);
}

#[actix_web::test]
async fn posts_of_others_are_read_once_somebody_wanted_them() {
    let story = Story::connected().await;
    story.told(story.word_of(500, "x")).await;
    assert_eq!((story.outcomes().await.as_str(), story.questions().await), ("unknown_content", 0));
    story.imported(vec![]).await;
    story.told(story.word_of(500, "x")).await;
    assert_eq!(story.question().await.post_ids, [500]);
    story.read([Story::answer(&story.question().await, vec![post(500, "x")], false)]).await;
    assert_eq!(story.contents().await.len(), 1);
}

#[actix_web::test]
async fn a_post_that_is_not_there_is_gone() {
    let story = Story::live_post().await;
    story.told(story.word_of(77, "")).await;
    let question = story.question().await;
    let ReadReport::Read(none) = Story::answer(&question, vec![], false) else { unreachable!() };
    story.read([ReadReport::Read(PostsRead { missing: vec![77], ..none })]).await;
    assert_eq!(story.picture().await, "draft gone");
}
