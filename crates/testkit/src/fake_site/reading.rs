//! `GET /posts`, `GET /posts/checksums` and `GET /posts/{id}`.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::answers::{Query, refusal};
use super::state::{Post, State};

pub fn page(state: &State, query: &Query) -> (u16, Value) {
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<i64>().ok()).unwrap_or_default();
    if query.get("post_type").is_none_or(|it| it != "post") {
        return (404, refusal("unknown_post_type"));
    }
    let (after, limit) = (number("cursor"), usize::try_from(number("limit")).unwrap_or(100));
    let readable = || state.posts.iter().filter(|post| post.status != "trash");
    let rest: Vec<&Post> = readable().filter(|post| post.id > after).collect();
    let page: Vec<Value> = rest.iter().take(limit).map(|post| members(post, state)).collect();
    let cursor = rest.iter().take(limit).next_back().map_or(after, |post| post.id);
    let body = json!({
        "success": true, "posts": page, "cursor": cursor.to_string(), "more": rest.len() > limit, "total": readable().count(),
    });
    (200, body)
}

/// All in range 0: the ids of this site are small.
pub fn checksums(state: &State, query: &Query) -> (u16, Value) {
    let shown: Vec<&Post> = state.posts.iter().filter(|post| post.status != "trash").collect();
    if query.get("range").is_some() {
        let standing = |post: &&Post| {
            json!({
                "post_id": post.id, "content_id": post.content_id, "post_status": post.status,
                "revision": post.text.revision(), "modified_gmt": "2026-11-25T10:00:00Z",
            })
        };
        return (200, json!({"success": true, "posts": shown.iter().map(standing).collect::<Vec<_>>()}));
    }
    let mut sum = Sha256::new();
    for post in &shown {
        sum.update(format!("{}:{}:{}\n", post.id, post.status, post.text.revision()));
    }
    let ranges = json!([{"range": 0, "count": shown.len(), "checksum": hex::encode(sum.finalize())}]);
    (200, json!({"success": true, "ranges": ranges, "after": 0, "more": false}))
}

pub fn one(state: &State, route: &str) -> (u16, Value) {
    let id: i64 = route.trim_start_matches("posts/").parse().unwrap_or_default();
    let Some(post) = state.posts.iter().find(|post| post.id == id) else {
        return (404, refusal("unknown_post"));
    };
    let mut written = members(post, state);
    if post.content_id > 0 {
        written["base"] = post.base.members();
        written["image_sources"] = json!({});
    }
    (200, json!({"success": true, "post": written}))
}

fn members(post: &Post, state: &State) -> Value {
    let mut members = post.text.members();
    let more = json!({
        "post_id": post.id, "content_id": post.content_id, "post_type": "post", "post_status": post.status,
        "post_url": format!("http://127.0.0.1:{}/?p={}", state.port, post.id), "slug": format!("post-{}", post.id),
        "format": "classic", "date_gmt": "2026-01-02T10:00:00Z", "modified_gmt": "2026-11-25T10:00:00Z",
        "author": {"id": 1, "login": "ann", "name": "Ann"},
        "categories": [{"id": 3, "name": "Bread", "path": "Food > Bread"}], "tags": [{"id": 4, "name": "rye"}], "terms": [],
        "featured_image": null, "images": [], "seo": {"plugin": "none", "title": "", "description": "", "keywords": []},
        "sticky": false, "parent_id": 0, "template": "",
    });
    let members = members.as_object_mut().expect("it is an object");
    members.extend(more.as_object().expect("it is an object").clone());
    Value::Object(members.clone())
}
