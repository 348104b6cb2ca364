use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Post {
    title: String,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    author: Option<Author>,
    #[serde(default)]
    counts: BTreeMap<String, u8>,
    #[serde(default)]
    #[allow(dead_code, reason = "read by nobody, as unknown members are")]
    meta: serde_json::Value,
}

#[derive(Debug, Deserialize)]
struct Author {
    #[serde(rename = "name")]
    _name: String,
}

/// Status, code and the field named.
fn refusal(body: &[u8]) -> (u16, String, String) {
    let problem = Json::<Post>::parse(body).expect_err("refused");
    let field = problem.body().errors.first().map(|it| it.field.clone()).unwrap_or_default();
    (problem.status().as_u16(), problem.code().to_owned(), field)
}

#[test]
fn good_documents() {
    let post =
        Json::<Post>::parse(br#" {"title": "\ud83d\ude00 \\u0000", "tags": ["a"], "counts": {"x": 1}} "#)
            .unwrap();
    assert_eq!(post.title, "😀 \\u0000");
    assert_eq!((post.tags.len(), post.author.is_none(), post.counts["x"]), (1, true, 1));
}

#[test]
fn bad_documents() {
    let deep = format!("{{\"title\": \"x\", \"meta\": {}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let cases: [(&[u8], u16, &str, &str); 25] = [
        (b"", 400, "malformed_json", ""),
        (b"   ", 400, "malformed_json", ""),
        (b"{", 400, "malformed_json", ""),
        (b"not json", 400, "malformed_json", ""),
        (br#"{"title": "x",}"#, 400, "malformed_json", ""),
        (br#"{"title": "x"} {}"#, 400, "malformed_json", ""),
        (br#"{"title": "x"} x"#, 400, "malformed_json", ""),
        (b"\xef\xbb\xbf{\"title\": \"x\"}", 400, "malformed_json", ""),
        (br#"{"title": "\x"}"#, 400, "malformed_json", ""),
        (b"{\"title\": \"a\nb\"}", 400, "malformed_json", ""),
        (br#"{"title": "x", "meta": 1e400000}"#, 400, "malformed_json", ""),
        (deep.as_bytes(), 400, "malformed_json", ""),
        (b"{\"title\": \"\xff\"}", 400, "invalid_text", ""),
        (b"{\"title\": \"a\0b\"}", 400, "invalid_text", ""),
        (br#"{"title": "a\u0000b"}"#, 400, "invalid_text", ""),
        (br#"{"title": "x", "meta": {"deep": ["\u0000"]}}"#, 400, "invalid_text", ""),
        (br#"{"title": "x", "meta": "\ud800"}"#, 400, "invalid_text", ""),
        (br#"{"title": "x", "\u0000": 1}"#, 400, "invalid_text", ""),
        (b"null", 422, "invalid_field", ""),
        (b"{}", 422, "invalid_field", "/title"),
        (br#"{"title": 7}"#, 422, "invalid_field", "/title"),
        (br#"{"title": "x", "tags": ["a", 2]}"#, 422, "invalid_field", "/tags/1"),
        (br#"{"title": "x", "author": {}}"#, 422, "invalid_field", "/author/name"),
        (br#"{"title": "x", "counts": {"a/b~c": 256}}"#, 422, "invalid_field", "/counts/a~1b~0c"),
        (br#"{"title": "x", "titel": 1}"#, 422, "invalid_field", "/titel"),
    ];
    for (body, status, code, field) in cases {
        let start = body[..body.len().min(60)].escape_ascii();
        assert_eq!(refusal(body), (status, code.to_owned(), field.to_owned()), "{start}");
    }
}

#[test]
fn the_sentence_says_where_and_what() {
    let detail = |body: &[u8]| Json::<Post>::parse(body).unwrap_err().body().detail.clone();
    assert_eq!(detail(b""), "The body is empty; a JSON document is expected.");
    assert_eq!(detail(b"{\n \"title\": x"), "The body is not JSON: expected value at line 2, column 11.");
    let problem = Json::<Post>::parse(br#"{"title": "x", "tags": "a"}"#).unwrap_err();
    assert_eq!(problem.body().errors[0].message, "invalid type: string \"a\", expected a sequence");
}
