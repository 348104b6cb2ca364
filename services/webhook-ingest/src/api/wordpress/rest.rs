//! What a site says of a post besides its status: terms, author, dates and whatever else its plugin knows.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::json::to_text;
use super::post::{is_sensible, modified_at};
use crate::flows::accept::Rest;

type Object = Map<String, Value>;

/// From the data of an event.
pub fn of_event(data: &Object) -> Rest {
    let text = |name| data.get(name).and_then(Value::as_str).filter(|it| is_word(it)).unwrap_or_default();
    let changed = data.get("changed").and_then(Value::as_array).into_iter().flatten();
    Rest {
        changed: changed
            .filter_map(Value::as_str)
            .filter(|it| is_word(it))
            .take(MOST)
            .map(str::to_owned)
            .collect(),
        revision: text("revision").to_owned(),
        metadata: data.get("metadata").and_then(Value::as_object).map_or_else(String::new, metadata),
    }
}

/// From a body of its own: an object `metadata`, fields beside it, or both; `metadata` knows better.
pub fn of_body(body: &Object) -> Rest {
    let beside = body.iter().filter(|(name, _)| !ENVELOPE.contains(&name.as_str()));
    let mut all: Object = beside.map(|(name, value)| (name.clone(), value.clone())).collect();
    all.extend(body.get("metadata").and_then(Value::as_object).cloned().unwrap_or_default());
    Rest { metadata: metadata(&all), ..Rest::default() }
}

/// When the post was modified, if one of the names that WordPress and older plugins have for it says so. A date without a zone is the
/// site's own, but for those called `gmt`; it says nothing here.
pub fn modified(body: &Object) -> Option<Timestamp> {
    let inside = body.get("metadata").and_then(Value::as_object);
    let named = |name| inside.and_then(|it| it.get(name)).or_else(|| body.get(name)).and_then(Value::as_str);
    let gmt = MODIFIED_GMT.into_iter().filter_map(named).find_map(modified_at);
    let zoned = || MODIFIED.into_iter().filter_map(named).find_map(|text| text.parse().ok());
    gmt.or_else(zoned).filter(|at| is_sensible(*at))
}

/// What of a body is about the post itself and the sender.
const ENVELOPE: [&str; 9] = [
    "post_id",
    "content_id",
    "post_status",
    "post_url",
    "post_title",
    "post_type",
    "operation_id",
    "site_url",
    "metadata",
];
const MODIFIED_GMT: [&str; 3] = ["modified_gmt", "post_modified_gmt", "modified_date_gmt"];
const MODIFIED: [&str; 4] = ["modified_date", "modified_at", "modified", "post_modified"];
/// A plugin names seven parts of a post.
const MOST: usize = 16;

fn is_word(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
}

/// Nothing for nothing.
fn metadata(object: &Object) -> String {
    if object.is_empty() { String::new() } else { to_text(object) }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Object {
        let Value::Object(object) = value else { panic!("{value} is no object") };
        object
    }

    #[rstest]
    #[case(json!({"categories": ["Guides"], "author": "Ann"}), json!({"categories": ["Guides"], "author": "Ann"}))]
    #[case(json!({"metadata": {"tags": ["a"]}}), json!({"tags": ["a"]}))]
    #[case(json!({"metadata": {"author": "Ann"}, "author": "Bob", "x": 1}), json!({"author": "Ann", "x": 1}))]
    #[case(json!({"metadata": [], "tags": []}), json!({"tags": []}))]
    #[case(json!({"metadata": "none", "post_title": "T", "site_url": "https://example.com"}), Value::Null)]
    fn metadata_stand_inside_or_beside(#[case] body: Value, #[case] expected: Value) {
        let metadata = of_body(&object(body)).metadata;
        assert_eq!(serde_json::from_str::<Value>(&metadata).unwrap_or_default(), expected);
    }

    #[rstest]
    #[case(json!({"modified_gmt": "2026-11-22 10:00:00"}), true)]
    #[case(json!({"metadata": {"post_modified_gmt": "2026-11-22T10:00:00"}}), true)]
    #[case(json!({"modified_date": "2026-11-22T11:00:00+01:00"}), true)]
    #[case(json!({"modified": "2026-11-22T11:00:00", "modified_at": "2026-11-22T10:00:00Z"}), true)]
    #[case(json!({"modified": "2026-11-22 10:00:00"}), false)]
    #[case(json!({"modified_gmt": "0000-00-00 00:00:00"}), false)]
    #[case(json!({"modified_gmt": 5, "metadata": "2026"}), false)]
    fn dates_have_many_names(#[case] body: Value, #[case] known: bool) {
        let expected = known.then(|| "2026-11-22T10:00:00Z".parse().unwrap());
        assert_eq!(modified(&object(body)), expected);
    }

    #[test]
    fn an_event_says_what_changed() {
        let data = json!({"changed": ["text", 5, "no blanks", "seo"], "revision": "abc123", "metadata": {"slug": "x"}});
        let rest = of_event(&object(data));
        assert_eq!((rest.changed.join(" "), rest.revision.as_str()), ("text seo".to_owned(), "abc123"));
        assert_eq!(rest.metadata, r#"{"slug":"x"}"#);
        assert_eq!(
            of_event(&object(json!({"changed": "text", "revision": "", "metadata": []}))),
            Rest::default()
        );
    }
}
