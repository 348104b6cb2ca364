use contracts::publishing::PublishContent;
use serde_json::{Value, json};

use super::{CONTENT, Desk};

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
