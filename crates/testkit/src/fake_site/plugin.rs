//! What the plugin does and says, without signatures and frames.

use serde_json::{Value, json};

use super::answers::{Query, refusal};
use super::state::{Receipt, State, Text};

pub fn publish(state: &mut State, body: &[u8]) -> (u16, Value) {
    let Ok(payload) = serde_json::from_slice::<Value>(body) else {
        return (400, refusal("rest_invalid_json"));
    };
    let (operation, content) = (
        payload["operation_id"].as_str().unwrap_or_default(),
        payload["content_id"].as_i64().unwrap_or_default(),
    );
    let compared = without_media(&payload);
    state.last_payload = payload.clone();
    if let Some(known) = replay(state, operation, &compared) {
        return known;
    }
    if state.open.contains(&content) {
        return (409, refusal("in_progress"));
    }
    match state.contents.get(&content) {
        Some(None) => return (410, refusal("gone")),
        Some(Some(id)) => {
            let mut answer = state.post_members(*id);
            let made_by =
                state.posts.iter().find(|post| post.id == *id).map(|post| post.operation_id.clone());
            merge(&mut answer, &refusal("already_exists"));
            merge(&mut answer, &json!({"operation_id": made_by}));
            return (409, answer);
        }
        None => {}
    }
    let status = payload["status"].as_str().unwrap_or("publish");
    let id = state.make_post(content, operation, status, Text::of(&payload));
    (201, done(state, id, operation, content, compared))
}

/// `PUT posts/{id}` and `PUT posts/{id}/parts`, which leaves the text alone.
pub fn update(state: &mut State, route: &str, body: &[u8]) -> (u16, Value) {
    let Ok(payload) = serde_json::from_slice::<Value>(body) else {
        return (400, refusal("rest_invalid_json"));
    };
    let operation = payload["operation_id"].as_str().unwrap_or_default().to_owned();
    let content = payload["content_id"].as_i64().unwrap_or_default();
    let compared = without_media(&payload);
    state.last_payload = payload.clone();
    if let Some(known) = replay(state, &operation, &compared) {
        return known;
    }
    let id = match post_named(state, route, content) {
        Ok(id) => id,
        Err(refused) => return refused,
    };
    let members = state.post_members(id);
    let post = state.post_of(content).expect("it was found");
    let expected = payload["expected_revision"].as_str().unwrap_or_default();
    if !expected.is_empty() && expected != post.text.revision() {
        let mut answer = members;
        merge(&mut answer, &refusal("conflict"));
        merge(
            &mut answer,
            &json!({
                "theirs": post.text.members(), "base": post.base.members(), "modified_gmt": "2026-11-25T10:00:00Z", "images": {},
            }),
        );
        return (412, answer);
    }
    if !route.ends_with("/parts") {
        post.text = Text::of(&payload);
        post.base = post.text.clone();
        payload["status"].as_str().unwrap_or("publish").clone_into(&mut post.status);
    }
    (200, done(state, id, &operation, content, compared))
}

pub fn move_post(state: &mut State, route: &str, query: &Query) -> (u16, Value) {
    let named = |name: &str| query.get(name).cloned().unwrap_or_default();
    let (operation, action) = (named("operation_id"), named("action"));
    let content: i64 = named("content_id").parse().unwrap_or_default();
    let compared = json!({ "action": action });
    if let Some(known) = replay(state, &operation, &compared) {
        return known;
    }
    let id = match post_named(state, route, content) {
        Ok(id) => id,
        Err((410, _)) if action == "delete" => post_id(route),
        Err(refused) => return refused,
    };
    let status = match action.as_str() {
        "unpublish" => "draft",
        "trash" => "trash",
        "restore" => "publish",
        _ => "deleted",
    };
    if status == "deleted" {
        state.posts.retain(|post| post.content_id != content);
        state.contents.insert(content, None);
    } else if let Some(post) = state.post_of(content) {
        status.clone_into(&mut post.status);
    }
    (200, done(state, id, &operation, content, compared))
}

fn post_id(route: &str) -> i64 {
    route.split('/').nth(1).and_then(|id| id.parse().ok()).unwrap_or_default()
}

fn post_named(state: &State, route: &str, content: i64) -> Result<i64, (u16, Value)> {
    match state.contents.get(&content) {
        Some(None) => Err((410, refusal("gone"))),
        Some(Some(id)) if *id == post_id(route) => Ok(*id),
        _ => Err((404, refusal("unknown_post"))),
    }
}

/// The first answer of an operation, and its receipt.
fn done(state: &mut State, id: i64, operation: &str, content: i64, body: Value) -> Value {
    let mut answer = state.post_members(id);
    merge(
        &mut answer,
        &json!({"success": true, "operation_id": operation, "content_id": content, "warnings": [], "replayed": false}),
    );
    if let Some(warnings) = state.warnings.pop_front() {
        answer["warnings"] = warnings;
    }
    state.receipts.insert(operation.to_owned(), Receipt { body, answer: answer.clone() });
    answer
}

fn without_media(payload: &Value) -> Value {
    let mut compared = payload.clone();
    compared.as_object_mut().unwrap().remove("media");
    compared
}

/// What was answered to this operation before.
fn replay(state: &State, operation: &str, body: &Value) -> Option<(u16, Value)> {
    let receipt = state.receipts.get(operation)?;
    if receipt.body != *body {
        return Some((422, refusal("operation_reused")));
    }
    let mut answer = receipt.answer.clone();
    answer["replayed"] = true.into();
    Some((200, answer))
}

pub fn receipt(state: &State, operation: &str) -> (u16, Value) {
    let Some(receipt) = state.receipts.get(operation) else { return (404, refusal("unknown_operation")) };
    let mut answer = receipt.answer.clone();
    answer["state"] = "done".into();
    (200, answer)
}

pub fn find_media(state: &State, query: &Query) -> (u16, Value) {
    match query.get("sha256").and_then(|sha256| state.media.get(sha256)) {
        Some(id) => (200, json!({"success": true, "attachment_id": id, "replayed": true})),
        None => (404, refusal("unknown_media")),
    }
}

pub fn take_media(state: &mut State, query: &Query, body: &[u8]) -> (u16, Value) {
    use sha2::{Digest, Sha256};
    let sha256 = query.get("sha256").cloned().unwrap_or_default();
    if hex::encode(Sha256::digest(body)) != sha256 {
        return (422, refusal("hash_mismatch"));
    }
    let id = state.new_id();
    state.media.insert(sha256, id);
    state.uploads.push(body.to_owned());
    (201, json!({"success": true, "attachment_id": id, "replayed": false}))
}

fn merge(into: &mut Value, more: &Value) {
    for (name, value) in more.as_object().unwrap() {
        into[name] = value.clone();
    }
}
