//! The plugin's words, as `proto/bridge.md` has them. They are put together as text: what they cost is not what is measured.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use uuid::Uuid;

use super::state::{Made, Post, State};
use crate::sites;

/// What the plugin says: status, and the members within the frame.
pub struct Answer {
    status: u16,
    members: String,
}

impl Answer {
    pub fn refused(status: u16, code: &str) -> Self {
        Self {
            status,
            members: format!(r#""success":false,"code":"{code}","message":"The site says {code}.""#),
        }
    }

    pub fn framed(self, request: &HttpRequest) -> HttpResponse {
        let id = request.headers().get("webhook-id").and_then(|value| value.to_str().ok());
        // An id that could break the frame is none.
        let mark = id.filter(|id| id.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b)));
        let mark = mark.unwrap_or("unmarked");
        let body = format!(r#"{{"igny8_frame":"{mark}",{},"igny8_end":"{mark}"}}"#, self.members);
        HttpResponse::build(StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
            .insert_header(("content-type", "application/json; charset=UTF-8"))
            .insert_header(("x-robots-tag", "noindex"))
            .body(body)
    }
}

#[derive(Deserialize)]
struct Article<'a> {
    operation_id: Uuid,
    content_id: i64,
    #[serde(borrow)]
    title: Cow<'a, str>,
    #[serde(borrow)]
    content_html: Cow<'a, str>,
}

pub fn publish(state: &mut State, site: i64, body: &[u8]) -> Answer {
    let Ok(article) = serde_json::from_slice::<Article<'_>>(body) else {
        return Answer::refused(400, "rest_invalid_json");
    };
    if article.title.is_empty() || article.content_html.is_empty() {
        return Answer::refused(422, "invalid_payload");
    }
    match state.publish(site, article.content_id, article.operation_id) {
        Made::New(post) => Answer { status: 201, members: format!("{},\"replayed\":false", done(&post)) },
        Made::Again(post) => Answer { status: 200, members: format!("{},\"replayed\":true", done(&post)) },
        Made::Known(post) => Answer {
            status: 409,
            members: format!(
                r#""success":false,"code":"already_exists","message":"The content has a post.","operation_id":"{}",{}"#,
                post.operation,
                shown(&post)
            ),
        },
    }
}

pub fn receipt(state: &State, site: i64, operation: &str) -> Answer {
    match Uuid::try_parse(operation).ok().and_then(|operation| state.by_operation(site, operation)) {
        Some(post) => Answer { status: 200, members: format!("{},\"state\":\"done\"", done(&post)) },
        None => Answer::refused(404, "unknown_operation"),
    }
}

pub fn take_media(state: &mut State) -> Answer {
    let id = state.new_id();
    Answer { status: 201, members: format!(r#""success":true,"attachment_id":{id},"replayed":false"#) }
}

pub fn status(site: i64) -> Answer {
    let time = jiff::Timestamp::now();
    Answer {
        status: 200,
        members: format!(
            r#""success":true,"plugin_version":"2.0.0","wp_version":"6.5.5","php_version":"8.2.1","paired":true,"site_id":{site},"time":"{time}""#
        ),
    }
}

/// As WordPress answers where no plugin does.
pub fn no_route() -> HttpResponse {
    HttpResponse::NotFound()
        .content_type("application/json")
        .body(r#"{"code":"rest_no_route","message":"No route was found.","data":{"status":404}}"#)
}

fn done(post: &Post) -> String {
    let Post { content, operation, .. } = post;
    format!(
        r#""success":true,"operation_id":"{operation}","content_id":{content},{},"warnings":[]"#,
        shown(post)
    )
}

/// The revision is made up: hashing what was stored is WordPress' work, and here there is none.
fn shown(post: &Post) -> String {
    let Post { site, content, id, .. } = post;
    let address = sites::address(*site);
    format!(
        r#""post_id":{id},"post_url":"http://{address}/?p={id}","post_status":"publish","revision":"{content:064x}""#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(operation: u128) -> Vec<u8> {
        format!(
            r#"{{"operation_id":"{}","content_id":7,"revision":"ab","title":"A \"b\"","content_html":"<p>x</p>","tags":[]}}"#,
            Uuid::from_u128(operation)
        )
        .into_bytes()
    }

    fn members(answer: &Answer) -> serde_json::Value {
        serde_json::from_str(&format!("{{{}}}", answer.members)).unwrap()
    }

    #[test]
    fn made_then_repeated_then_known() {
        let mut state = State::default();
        let statuses = [1, 1, 2].map(|operation| {
            let answer = publish(&mut state, 1, &body(operation));
            (answer.status, members(&answer))
        });
        assert_eq!(statuses.each_ref().map(|(status, _)| *status), [201, 200, 409]);
        assert_eq!(statuses.each_ref().map(|(_, members)| members["post_id"].as_i64()), [Some(1); 3]);
        assert_eq!(statuses[1].1["replayed"], true);
        assert_eq!(statuses[2].1["code"], "already_exists");
    }

    #[test]
    fn receipts_of_what_was_made() {
        let mut state = State::default();
        let operation = Uuid::from_u128(1).to_string();
        assert_eq!(members(&receipt(&state, 1, &operation))["code"], "unknown_operation");
        publish(&mut state, 1, &body(1));
        assert_eq!(members(&receipt(&state, 1, &operation))["state"], "done");
        assert_eq!(receipt(&state, 2, &operation).status, 404, "another site");
    }

    #[test]
    fn what_is_no_article_is_refused() {
        let mut state = State::default();
        assert_eq!(publish(&mut state, 1, b"{").status, 400);
        assert_eq!(publish(&mut state, 1, br#"{"content_id":7}"#).status, 400);
    }
}
