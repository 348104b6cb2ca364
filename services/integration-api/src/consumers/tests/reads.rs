//! What is read from a site, page by page.

use contracts::ReadReport;
use contracts::publishing::{ContentUpdated, UpdateContent};
use contracts::reading::{Author, PostsRead, ReadFailed, ReadPosts, RemotePost, RemoteSeo, Term, Text};
use contracts::webhook::WordpressPostUpdated;
use rstest::rstest;

use super::*;
use crate::consumers::site_reads::SiteReads;

mod drift;
mod edits;

fn post(id: i64, html: &str) -> RemotePost {
    RemotePost {
        post_id: id,
        post_type: "post".into(),
        post_status: "publish".into(),
        url: format!("https://tideline.example.com/?p={id}"),
        slug: format!("post-{id}"),
        title: format!("Post {id}"),
        content_html: html.into(),
        revision: format!("r-{html}"),
        date_ms: Some(1_700_000_000_000),
        modified_at_ms: Some(1_700_000_000_000),
        author: Some(Author { id: 1, login: "ann".into(), name: "Ann".into() }),
        categories: vec![Term { id: 3, name: "Bread".into(), path: "Food > Bread".into() }],
        tags: vec![Term { id: 4, name: "rye".into(), path: "rye".into() }],
        seo: Some(RemoteSeo { title: "Seen".into(), keywords: vec!["tide".into()], ..RemoteSeo::default() }),
        other_terms_json: "{}".into(),
        ..RemotePost::default()
    }
}

impl Story {
    async fn connected() -> Self {
        let api = Api::start().await;
        let team = api.team("tideline").await;
        let site = api.connected_site(&team, "https://tideline.example.com").await;
        Self { api, team, site, content_id: 0, operation: String::new() }
    }

    fn integration(&self, rest: &str) -> String {
        format!("/api/v1/integration/integrations/{}/{rest}", self.site.integration_id)
    }

    async fn import(&self) -> Value {
        let body = json!({"post_types": ["post"]});
        let answer = self.api.post(&self.team.editor, &self.integration("import/"), body).await;
        assert_eq!(answer.status, 202, "{:?}", answer.json());
        answer.json()["data"].clone()
    }

    /// What was asked of the worker last.
    async fn question(&self) -> ReadPosts {
        self.api.posted::<ReadPosts>().await.pop().expect("something was asked")
    }

    async fn questions(&self) -> usize {
        self.api.posted::<ReadPosts>().await.len()
    }

    fn answer(question: &ReadPosts, posts: Vec<RemotePost>, more: bool) -> ReadReport {
        let cursor = posts.last().map_or("0".to_owned(), |post| post.post_id.to_string());
        ReadReport::Read(PostsRead {
            read_id: question.read_id.clone(),
            account_id: question.account_id,
            site_id: question.site_id,
            integration_id: question.integration_id,
            posts,
            post_type: question.post_type.clone(),
            cursor,
            more,
            total: 3,
            ..PostsRead::default()
        })
    }

    async fn read(&self, reports: impl IntoIterator<Item = ReadReport>) {
        self.apply(&SiteReads::new(&self.api.state), reports).await.unwrap();
    }

    /// Everything the site has, in one page.
    async fn imported(&self, posts: Vec<RemotePost>) -> Value {
        let import = self.import().await;
        self.read([Self::answer(&self.question().await, posts, false)]).await;
        self.import_shown(&import).await
    }

    async fn import_shown(&self, import: &Value) -> Value {
        let path = self.integration(&format!("imports/{}/", import["import_id"].as_str().unwrap()));
        self.api.get(&self.team.viewer, &path).await.json()["data"].clone()
    }

    /// The run that sync-status shows.
    async fn reading(&self) -> Value {
        self.api.get(&self.team.viewer, &self.integration("sync-status/")).await.json()["data"]["reading"]
            .clone()
    }

    async fn contents(&self) -> Vec<Value> {
        let page = self.api.get(&self.team.viewer, "/api/v1/writer/content/?limit=100").await.json();
        page["data"].as_array().unwrap().clone()
    }

    async fn told(&self, update: WordpressPostUpdated) {
        self.apply(&WordpressEvents::new(&self.api.state), [WordpressEvent::PostUpdated(update)])
            .await
            .unwrap();
    }

    fn word_of(&self, post_id: i64, revision: &str) -> WordpressPostUpdated {
        WordpressPostUpdated {
            delivery_id: Uuid::now_v7().to_string(),
            account_id: self.team.account_id.get(),
            site_id: self.site.id.get(),
            position: Some(Position { modified_at_ms: Some(1_800_000_000_000), ..Position::default() }),
            post_id,
            revision: revision.into(),
            changed: vec!["text".into()],
            metadata_json: r#"{"slug": "moved", "modified_gmt": "2027-01-15T08:00:00Z"}"#.into(),
            ..WordpressPostUpdated::default()
        }
    }

    /// Somebody wrote this into the post of the story's content; the site shows what our last command left, too.
    async fn edited(&self, post: RemotePost, base: &str) {
        let base = Text { title: post.title.clone(), content_html: base.into(), excerpt: String::new() };
        let post = RemotePost { base: Some(base), content_id: self.content_id, ..post };
        self.read([Self::answer(&self.question().await, vec![post], false)]).await;
    }
}

#[actix_web::test]
async fn an_import_goes_page_by_page_and_makes_nothing_twice() {
    let story = Story::connected().await;
    let import = story.import().await;
    assert_eq!((import["state"].as_str(), import["kind"].as_str()), (Some("running"), Some("import")));
    assert_eq!(story.import().await["import_id"], import["import_id"], "one at a time");
    let first = story.question().await;
    assert_eq!((first.post_type.as_str(), first.order.as_str(), first.cursor.as_str()), ("post", "id", ""));

    let page = Story::answer(&first, vec![post(5, "a"), post(6, "b")], true);
    story.read([page.clone()]).await;
    let second = story.question().await;
    assert_eq!(second.cursor, "6");
    // An answer that comes again is nobody's any more.
    story.read([page]).await;
    assert_eq!((story.questions().await, story.contents().await.len()), (2, 2));
    let shown = story.import_shown(&import).await;
    assert_eq!(
        (shown["post_types"][0]["read"].as_i64(), shown["post_types"][0]["total"].as_i64()),
        (Some(2), Some(3))
    );
    assert_eq!(story.reading().await, shown, "it is shown with the status, too");

    story.read([Story::answer(&second, vec![post(9, "c")], false)]).await;
    let shown = story.import_shown(&import).await;
    assert_eq!((shown["state"].as_str(), shown["created"].as_i64()), (Some("done"), Some(3)));
    assert_eq!(story.reading().await, Value::Null);
    let integration = story.api.integration(&story.site).await;
    assert_eq!(integration.sync_status, "success");
    assert!(integration.last_sync_at.is_some());

    let again = story.imported(vec![post(5, "a"), post(6, "b"), post(9, "c")]).await;
    assert_eq!((again["created"].as_i64(), again["unchanged"].as_i64()), (Some(0), Some(3)));
    assert_eq!(story.contents().await.len(), 3);
}

#[actix_web::test]
async fn a_post_brings_all_it_has() {
    let mut story = Story::connected().await;
    story.imported(vec![post(5, "<p>Low water.</p>")]).await;
    story.content_id = story.contents().await[0]["id"].as_i64().unwrap();
    let shown = story.shown().await;
    assert_eq!(
        (shown["title"].as_str(), shown["content_html"].as_str()),
        (Some("Post 5"), Some("<p>Low water.</p>"))
    );
    assert_eq!(
        (shown["categories"][0].as_str(), shown["tags"][0].as_str()),
        (Some("Food > Bread"), Some("rye"))
    );
    assert_eq!((shown["author"].as_str(), shown["seo_title"].as_str()), (Some("ann"), Some("Seen")));
    assert_eq!(
        (shown["status"].as_str(), shown["publication"]["state"].as_str()),
        (Some("published"), Some("live"))
    );
    assert_eq!(shown["external_id"], "5");
    assert_eq!(shown["metadata"]["wp_metadata"]["categories"][0]["id"], 3);
}

#[rstest]
#[case("draft", "draft", "unpublished", 1)]
#[case("future", "review", "unpublished", 1)]
#[case("private", "published", "live", 1)]
#[case("trash", "", "", 0)]
#[case("auto-draft", "", "", 0)]
#[actix_web::test]
async fn posts_of_every_status(
    #[case] said: &str,
    #[case] status: &str,
    #[case] state: &str,
    #[case] made: usize,
) {
    let story = Story::connected().await;
    story.imported(vec![RemotePost { post_status: said.into(), ..post(5, "a") }]).await;
    let contents = story.contents().await;
    assert_eq!(contents.len(), made);
    if let Some(content) = contents.first() {
        assert_eq!(
            (content["status"].as_str(), content["publication"]["state"].as_str()),
            (Some(status), Some(state))
        );
    }
}

#[actix_web::test]
async fn hostile_posts_are_cut_or_left_out() {
    let story = Story::connected().await;
    let wild = RemotePost {
        title: format!("\u{7}{}", "x".repeat(3_000)),
        slug: "Not A Slug/../".into(),
        author: Some(Author { login: "a\nb".repeat(200), ..Author::default() }),
        categories: (0..500).map(|n| Term { id: n, name: "n".repeat(999), path: String::new() }).collect(),
        ..post(5, "a")
    };
    let endless = RemotePost { content_html: "x".repeat(6 * 1024 * 1024), ..post(6, "b") };
    let nameless = RemotePost { title: " \n ".into(), ..post(7, "c") };
    let shown = story.imported(vec![wild, endless, nameless, post(-1, "d")]).await;
    assert_eq!((shown["created"].as_i64(), shown["skipped"].as_i64()), (Some(2), Some(1)));
    assert_eq!(shown["problems"][0]["post_id"], 6);
    let titles: Vec<usize> =
        story.contents().await.iter().map(|it| it["title"].as_str().unwrap().chars().count()).collect();
    assert_eq!(titles, ["Post 7".len(), 500]);
}

#[actix_web::test]
async fn what_came_from_us_is_recognised() {
    let story = Story::live_post().await;
    let known = RemotePost { content_id: story.content_id, revision: "ab".into(), ..post(77, "a") };
    let strangers = RemotePost { content_id: story.content_id + 1, ..post(78, "b") };
    let copy = RemotePost { content_id: story.content_id, ..post(79, "c") };
    let shown = story.imported(vec![known, strangers, copy]).await;
    assert_eq!((shown["created"].as_i64(), story.contents().await.len()), (Some(2), 3));
    assert_eq!(story.shown().await["external_id"], "77", "a copy that names it is another content");
}

#[actix_web::test]
async fn a_run_that_fails_says_why_and_can_be_cancelled() {
    let story = Story::connected().await;
    let import = story.import().await;
    let question = story.question().await;
    let failed = ReadFailed {
        read_id: question.read_id.clone(),
        cause: "rest_disabled".into(),
        detail: "The REST API is off.".into(),
        next_step: "Switch it on.".into(),
        ..ReadFailed::default()
    };
    story.read([ReadReport::Failed(failed)]).await;
    let shown = story.import_shown(&import).await;
    assert_eq!(
        (shown["state"].as_str(), shown["error"]["next_step"].as_str()),
        (Some("failed"), Some("Switch it on."))
    );
    assert_eq!(story.api.integration(&story.site).await.sync_error, "The REST API is off.");

    let import = story.import().await;
    let path = story.integration(&format!("imports/{}/cancel/", import["import_id"].as_str().unwrap()));
    let answer = story.api.post(&story.team.editor, &path, json!({})).await;
    assert_eq!(answer.json()["data"]["state"], "cancelled");
    story.read([Story::answer(&story.question().await, vec![post(5, "a")], false)]).await;
    assert_eq!(story.contents().await.len(), 0, "its page came too late");
}

#[actix_web::test]
async fn the_same_new_post_in_two_batches_is_one_content() {
    let story = Story::connected().await;
    story.imported(vec![]).await;
    let named = |story: &Story| ReadPosts {
        read_id: Uuid::now_v7().to_string(),
        account_id: story.team.account_id.get(),
        site_id: story.site.id.get(),
        integration_id: story.site.integration_id.get(),
        ..ReadPosts::default()
    };
    let reads = (0..4).map(|_| story.read([Story::answer(&named(&story), vec![post(5, "a")], false)]));
    futures::future::join_all(reads).await;
    assert_eq!(story.contents().await.len(), 1);
}

#[actix_web::test]
async fn changes_are_read_from_where_the_last_run_ended() {
    let story = Story::connected().await;
    let sync = || {
        story.api.post(
            &story.team.editor,
            "/api/v1/integration/site-sync/",
            json!({"site_id": story.site.id.get()}),
        )
    };
    assert_eq!(sync().await.status, 202);
    let question = story.question().await;
    assert_eq!((question.order.as_str(), question.cursor.as_str()), ("modified", "2026-11-22T09:50:00Z"));
    // Nobody asked for posts that did not come from us.
    story.read([Story::answer(&question, vec![post(5, "a")], false)]).await;
    assert_eq!(story.contents().await.len(), 0);
    story.read([Story::answer(&story.question().await, vec![], false)]).await;
    assert_eq!(sync().await.status, 202);
    assert_eq!(story.question().await.cursor, "5");

    let off = json!({"sync_enabled": false});
    assert_eq!(story.api.patch(&story.team.owner, &story.integration(""), off).await.status, 200);
    assert_eq!(sync().await.json()["code"], "sync_disabled");
}

#[actix_web::test]
async fn the_types_that_are_chosen_are_read() {
    let story = Story::connected().await;
    let told =
        json!({"post_types": {"post": {"label": "Posts"}, "recipe": {"label": "Recipes"}}, "taxonomies": {}});
    let path = story.integration("update-structure/");
    assert_eq!(story.api.post(story.site.key.expose(), &path, told).await.status, 200);
    let choose = async |choices: Value| {
        let answer = story
            .api
            .patch(&story.team.editor, &story.integration("content-types/"), json!({"post_types": choices}))
            .await;
        assert_eq!(answer.status, 200, "{:?}", answer.json());
    };
    let sync = async || story.api.post(&story.team.editor, &story.integration("sync/"), json!({})).await;
    choose(json!({"post": {"enabled": false}, "recipe": {"enabled": true, "fetch_limit": 20}})).await;
    let types = sync().await.json()["data"]["post_types"].clone();
    assert_eq!((types.as_array().unwrap().len(), types[0]["post_type"].as_str()), (1, Some("recipe")));
    let asked = story.question().await;
    assert_eq!((asked.post_type.as_str(), asked.limit), ("recipe", 20));
    story.read([Story::answer(&story.question().await, vec![], false)]).await;

    choose(json!({"recipe": {"enabled": false}})).await;
    let refused = sync().await;
    assert_eq!((refused.status.as_u16(), refused.json()["code"].as_str()), (409, Some("no_type_chosen")));
    assert_eq!(story.questions().await, 1);
}
