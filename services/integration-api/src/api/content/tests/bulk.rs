use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use contracts::publishing::PublishContent;
use diesel::connection::InstrumentationEvent;
use diesel_async::AsyncConnection;
use domain::ContentId;
use domain::content::Command;
use serde_json::{Value, json};

use super::{CONTENT, Desk};
use crate::flows::command::{Ordered, Wish, order};

impl Desk {
    async fn bulk(&self, verb: &str, body: Value) -> (u16, Value) {
        let answer = self.api.post(&self.team.editor, &format!("{CONTENT}bulk-{verb}/"), body).await;
        (answer.status.as_u16(), answer.json())
    }
}

fn id_of(path: &str) -> i64 {
    path.trim_end_matches('/').rsplit('/').next().unwrap().parse().unwrap()
}

#[actix_web::test]
async fn each_has_its_outcome_and_one_bad_id_spoils_nothing() {
    let desk = Desk::new().await;
    let (ready, draft, live) =
        (desk.content("approved").await, desk.content("draft").await, desk.content("review").await);
    assert_eq!(desk.step(&live, "publish").await.0, 202);
    let stranger = desk.api.team("stranger").await;
    let site = desk.api.connected_site(&stranger, "https://stranger.example.com").await;
    let body = json!({"site_id": site.id.get(), "title": "Theirs", "status": "review"});
    let theirs = desk.api.post(&stranger.editor, CONTENT, body).await.header("location").to_owned();

    let ids = [id_of(&ready), 987_654, id_of(&draft), id_of(&theirs), id_of(&live), id_of(&ready)];
    let (status, answer) = desk.bulk("publish", json!({ "content_ids": ids })).await;
    assert_eq!(status, 200);
    let data = &answer["data"];
    let outcomes: Vec<_> = data["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            let said = it["code"].as_str().unwrap_or_default();
            format!("{} {} {said}", it["content_id"], it["outcome"].as_str().unwrap())
        })
        .collect();
    let expected = [
        format!("{} queued ", ids[0]),
        "987654 refused content_not_found".to_owned(),
        format!("{} refused content_is_draft", ids[2]),
        format!("{} refused content_not_found", ids[3]),
        format!("{} refused publish_in_progress", ids[4]),
    ];
    assert_eq!(outcomes, expected);
    assert_eq!((data["queued"].as_i64(), data["refused"].as_i64()), (Some(1), Some(4)));
    assert_eq!(desk.api.posted::<PublishContent>().await.len(), 2);

    let (_, answer) = desk.bulk("republish", json!({ "content_ids": [ids[4], ids[2]] })).await;
    let outcomes: Vec<_> =
        answer["data"]["items"].as_array().unwrap().iter().map(|it| it["outcome"].clone()).collect();
    assert_eq!(outcomes, ["follows", "refused"]);
}

#[actix_web::test]
async fn five_hundred_at_once_and_not_one_more() {
    let desk = Desk::new().await;
    let connection = &mut *desk.api.state.database.connection().await.unwrap();
    let (account, site) = (desk.team.account_id.get(), desk.site.id.get());
    diesel_async::RunQueryDsl::execute(
        diesel::sql_query(format!(
            "WITH made AS (
                 INSERT INTO content (account_id, site_id, title, content_html, slug, post_type, post_status, status, seo_title,
                     seo_description, primary_keyword, secondary_keywords, author, gallery_images, cluster_name, meta, created_at, updated_at)
                 SELECT {account}, {site}, 'Tide ' || n, '<p>x</p>', '', 'post', 'publish', 'approved', '', '', '', '{{}}', '', '[]', '', '{{}}', now(), now()
                 FROM generate_series(1, 500) AS n RETURNING id)
             INSERT INTO publications (content_id, account_id, site_id, state, changed_at)
             SELECT id, {account}, {site}, 'none', now() FROM made"
        )),
        connection,
    )
    .await
    .unwrap();
    let page = async |cursor: &str| {
        let list = desk.api.get(&desk.team.viewer, &format!("{CONTENT}?limit=100{cursor}")).await.json();
        let ids: Vec<i64> =
            list["data"].as_array().unwrap().iter().map(|it| it["id"].as_i64().unwrap()).collect();
        (ids, list["pagination"]["next_cursor"].as_str().map(|it| format!("&cursor={it}")))
    };
    let (mut ids, mut next) = page("").await;
    while let Some(cursor) = next {
        let (more, then) = page(&cursor).await;
        ids.extend(more);
        next = then;
    }
    assert_eq!(ids.len(), 500);
    let (status, answer) = desk.bulk("publish", json!({ "content_ids": ids })).await;
    assert_eq!((status, answer["data"]["queued"].as_i64()), (200, Some(500)));
    assert_eq!(desk.api.posted::<PublishContent>().await.len(), 500);

    ids.push(1);
    for ids in [ids, Vec::new()] {
        let (status, answer) = desk.bulk("publish", json!({ "content_ids": ids })).await;
        assert_eq!((status, answer["code"].as_str()), (422, Some("invalid_field")));
    }
}

#[actix_web::test]
async fn many_take_a_step_of_the_review() {
    let desk = Desk::new().await;
    let (draft, review) = (id_of(&desk.content("draft").await), id_of(&desk.content("review").await));
    let take = async |verb: &str, ids: Value| -> Vec<String> {
        let (status, answer) = desk.bulk(verb, json!({ "content_ids": ids })).await;
        assert_eq!(status, 200, "{answer}");
        let said = |it: &Value| it["code"].as_str().or(it["outcome"].as_str()).unwrap().to_owned();
        answer["data"]["items"].as_array().unwrap().iter().map(said).collect()
    };
    assert_eq!(take("approve", json!([draft, review])).await, ["content_is_draft", "done"]);
    assert_eq!(
        take("submit", json!([review, draft, 987_654])).await,
        ["content_approved", "done", "content_not_found"]
    );
    assert_eq!(take("submit", json!([draft, draft])).await, ["unchanged"]);
    assert_eq!(take("approve", json!([review, draft])).await, ["unchanged", "done"]);
    assert_eq!(desk.timeline(&format!("{CONTENT}{draft}/")).await.last().unwrap(), "content_approved");
    assert_eq!(desk.bulk("approve", json!({"content_ids": []})).await.0, 422);

    let stranger = desk.api.team("stranger").await;
    let path = format!("{CONTENT}bulk-submit/");
    let theirs = desk.api.post(&stranger.editor, &path, json!({ "content_ids": [draft] })).await.json();
    assert_eq!(theirs["data"]["items"][0]["code"], "content_not_found");
    let viewer = desk.api.post(&desk.team.viewer, &path, json!({ "content_ids": [draft] })).await;
    assert_eq!((viewer.status.as_u16(), viewer.code().as_str()), (403, "role_too_low"));
}

#[actix_web::test]
async fn many_take_as_many_statements_as_one() {
    let desk = Desk::new().await;
    let mut ids = Vec::new();
    for _ in 0..12 {
        ids.push(id_of(&desk.content("approved").await));
    }
    let alone = statements(&desk, &ids[..1]).await;
    assert!((1..20).contains(&alone), "{alone}");
    assert_eq!(statements(&desk, &ids[1..]).await, alone);
    assert_eq!(desk.api.posted::<PublishContent>().await.len(), 12);
}

/// How many it takes to publish these.
async fn statements(desk: &Desk, ids: &[i64]) -> usize {
    let count = Arc::new(AtomicUsize::new(0));
    let mut tx = desk.api.state.database.begin().await.unwrap();
    let counted = count.clone();
    tx.conn().set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            counted.fetch_add(1, Ordering::Relaxed);
        }
    });
    let wish = |id: &i64| Wish {
        account_id: desk.team.account_id,
        user_id: None,
        content_id: ContentId::new(*id),
        integration_id: None,
        command: Command::Publish,
    };
    let wishes: Vec<Wish> = ids.iter().map(wish).collect();
    let outcomes = order(&mut tx, desk.api.now(), &wishes).await.unwrap();
    assert!(outcomes.iter().all(|it| matches!(it, Ok(Ordered::Queued { .. }))));
    let counted = count.load(Ordering::Relaxed);
    tx.conn().set_instrumentation(|_: InstrumentationEvent<'_>| {});
    tx.commit().await.unwrap();
    counted
}
