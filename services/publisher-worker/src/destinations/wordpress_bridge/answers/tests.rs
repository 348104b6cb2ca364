use domain::delivery::{Cause, Part};
use rstest::rstest;

use super::*;

const OURS: Mark<'_> = Mark::RequestId("msg_12345678");

fn response(status: u16, body: &str) -> Response {
    Response {
        status,
        content_type: "application/json".to_owned(),
        retry_after: None,
        body: body.as_bytes().to_vec(),
        cut: false,
    }
}

fn answer(status: u16, body: &str) -> Answer {
    read(&response(status, body), OURS, Timestamp::UNIX_EPOCH).into_answer()
}

fn frame(members: &str) -> String {
    format!(r#"{{"igny8_frame":"msg_12345678",{members},"igny8_end":"msg_12345678"}}"#)
}

fn made() -> String {
    frame(
        r#""success":true,"post_id":77,"post_url":"https://a.example/x","post_status":"publish","revision":"ab","warnings":[{"code":"c","subject":"s","detail":"d","part":"seo"}],"replayed":false"#,
    )
}

#[test]
fn a_post() {
    let Answer::Done(post) = answer(201, &made()) else { panic!() };
    assert_eq!((post.id.as_str(), post.status.as_str(), post.revision.as_str()), ("77", "publish", "ab"));
    assert_eq!(
        post.warnings,
        [Warning {
            code: "c".to_owned(),
            subject: "s".to_owned(),
            detail: "d".to_owned(),
            part: Some(Part::Seo)
        }]
    );
    assert!(matches!(
        answer(200, &made().replace("\"replayed\":false", "\"replayed\":true")),
        Answer::Replayed(_)
    ));
}

#[rstest]
#[case::warning_before("<br /><b>Warning</b>: x in y.php on line 3<br />", "")]
#[case::json_before(r#"{"other":"plugin"} {"#, "")]
#[case::page_after("", "<!-- cached by x --><script>{}</script>")]
#[case::byte_order_mark("\u{feff}\n", "\n")]
#[case::a_frame_that_broke(r#"{"igny8_frame":"msg_12345678","succ"#, "")]
fn noise_around_the_frame(#[case] before: &str, #[case] after: &str) {
    assert!(matches!(answer(200, &format!("{before}{}{after}", made())), Answer::Done(_)));
}

#[test]
fn where_the_status_was_lost_the_words_count() {
    let gone = frame(r#""success":false,"code":"gone","message":"m""#);
    assert!(matches!(answer(200, &gone), Answer::Gone { .. }));
    assert!(matches!(answer(500, &made()), Answer::Done(_)), "a fatal error at the very end");
}

#[test]
fn another_requests_answer_is_none_of_ours() {
    let cached = made().replace("msg_12345678", "msg_other_one");
    assert!(matches!(answer(201, &cached), Answer::BrokenAnswer { .. }));
    assert!(matches!(
        answer(201, &made().replace("\"igny8_end\":\"msg", "\"igny8_end\":\"msx")),
        Answer::BrokenAnswer { .. }
    ));
    assert!(matches!(answer(201, &made()[..60]), Answer::BrokenAnswer { .. }), "cut off");
    assert!(matches!(answer(201, &frame(r#""success":true"#)), Answer::BrokenAnswer { .. }), "no post");
}

#[test]
fn words_of_wordpress_itself() {
    let Answer::Refused(refusal) =
        answer(404, r#"{"code":"rest_no_route","message":"No route","data":{"status":404}}"#)
    else {
        panic!()
    };
    assert_eq!(
        (refusal.code.as_str(), refusal.cause, refusal.from_plugin),
        ("rest_no_route", Cause::PluginMissing, false)
    );
    let Answer::Refused(refusal) = answer(
        422,
        &frame(
            r#""success":false,"code":"invalid_payload","message":"Bad","errors":[{"field":"slug","message":"is odd"}]"#,
        ),
    ) else {
        panic!()
    };
    assert_eq!((refusal.message.as_str(), refusal.from_plugin), ("Bad (slug is odd)", true));
}

#[rstest]
#[case(404, r#""success":false,"code":"unknown_operation","message":"m""#, "unknown")]
#[case(200, r#""success":true,"state":"in_progress""#, "in_progress")]
#[case(200, r#""success":true,"state":"done","post_id":77"#, "done")]
#[case(200, r#""success":true,"state":"done""#, "unavailable")]
#[case(401, r#""success":false,"code":"not_paired","message":"m""#, "unavailable")]
#[case(404, r#""success":false,"code":"rest_no_route","message":"m""#, "unavailable")]
fn receipts(#[case] status: u16, #[case] members: &str, #[case] expected: &str) {
    let receipt = read(&response(status, &frame(members)), OURS, Timestamp::UNIX_EPOCH).into_receipt();
    let found = match receipt.answer {
        ReceiptAnswer::Done(_) => "done",
        ReceiptAnswer::InProgress { .. } => "in_progress",
        ReceiptAnswer::Unknown => "unknown",
        ReceiptAnswer::Unavailable { .. } => "unavailable",
    };
    assert_eq!((found, receipt.trouble.is_some()), (expected, expected == "unavailable"));
}

#[test]
fn an_unknown_operation_is_only_believed_from_the_plugin_or_wordpress() {
    let page = read(&response(404, "<h1>Not found</h1>"), OURS, Timestamp::UNIX_EPOCH).into_receipt();
    assert!(matches!(page.answer, ReceiptAnswer::Unavailable { .. }));
}

#[rstest]
#[case("120", Some(120))]
#[case(" 0 ", Some(0))]
#[case("Thu, 01 Jan 1970 00:02:00 GMT", Some(120))]
#[case("soon", None)]
#[case("-5", None)]
fn pauses(#[case] value: &str, #[case] seconds: Option<u64>) {
    assert_eq!(retry_after(value, Timestamp::UNIX_EPOCH), seconds.map(Duration::from_secs));
}

#[test]
fn evidence_is_short_and_plain() {
    let text = evidence(&format!("  a\0b\n{}", "ü".repeat(1000)));
    assert_eq!(text.chars().count(), 498);
    assert!(text.starts_with("a b ü"));
}

#[test]
fn an_older_plugin_needs_no_frame() {
    let old = response(201, r#"{"success":true,"data":{"post_id":"77","post_url":"https://a.example/x"}}"#);
    let Answer::Done(post) = read(&old, Mark::Any, Timestamp::UNIX_EPOCH).into_answer() else { panic!() };
    assert_eq!(post.id, "77");
    assert!(matches!(read(&old, OURS, Timestamp::UNIX_EPOCH).into_answer(), Answer::BrokenAnswer { .. }));
}

#[test]
fn what_somebody_else_wrote() {
    let conflict = frame(
        r#""success":false,"code":"conflict","post_id":77,"post_url":"https://a.example/x","post_status":"publish","modified_gmt":"2026-11-25T10:00:00Z",
        "theirs":{"title":"T","content_html":"<img src=\"https://a.example/up/b.jpg?x=1&amp;y=2\"><img src=\"https://a.example/up/b.jpg\">","excerpt":"E","revision":"cd"},
        "base":null,"images":{"https://a.example/up/b.jpg":"https://cdn.example.com/1.jpg","https://a.example/up/b.jpg?x=1&y=2":"https://cdn.example.com/2.jpg?a&b"}"#,
    );
    let Answer::Conflict(conflict) = answer(412, &conflict) else { panic!() };
    assert_eq!((conflict.post.id.as_str(), conflict.post.revision.as_str()), ("77", "cd"));
    assert_eq!(
        conflict.theirs.content_html,
        r#"<img src="https://cdn.example.com/2.jpg?a&amp;b"><img src="https://cdn.example.com/1.jpg">"#
    );
    assert_eq!((conflict.base, conflict.modified_at), (None, "2026-11-25T10:00:00Z".parse().ok()));

    let nothing = frame(r#""success":false,"code":"conflict","message":"m""#);
    assert!(matches!(answer(412, &nothing), Answer::BrokenAnswer { .. }));
}
