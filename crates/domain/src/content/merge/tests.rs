use proptest::prelude::*;
use rstest::rstest;

use super::samples::{pieces, texts};
use super::*;

fn post(content_html: &str) -> PostText {
    PostText { title: "t".into(), content_html: content_html.into(), excerpt: "e".into() }
}

fn ours(content_html: &str) -> OurText {
    OurText { title: "t".into(), content_html: content_html.into(), excerpt: Some("e".into()) }
}

fn merge(base: &str, our: &str, their: &str) -> Option<String> {
    let (base, ours, theirs) = (post(base), ours(our), post(their));
    Comparison::new(Some(&base), &ours, &theirs).merged().map(|merged| merged.content_html)
}

/// Each letter a paragraph.
fn paragraphs(letters: &str) -> String {
    letters.chars().fold(String::new(), |text, letter| text + &format!("<p>{letter}</p>\n\n"))
}

#[rstest]
#[case::apart("abcde", "Abcde", "abcdE", Some("AbcdE"))]
#[case::neighbours("abcd", "aBcd", "abCd", Some("aBCd"))]
#[case::neighbours_gone("abcd", "acd", "abCd", Some("aCd"))]
#[case::same_place("abc", "aXc", "aYc", None)]
#[case::same_change("abcd", "aXcd", "aXcD", Some("aXcD"))]
#[case::inserted_apart("abc", "Xabc", "abcY", Some("XabcY"))]
#[case::inserted_at_one_place("abc", "aXbc", "aYbc", None)]
#[case::inserted_alike("abc", "aXbc", "aXbc", Some("aXbc"))]
#[case::inserted_beside_a_change("abc", "aXbc", "aBc", None)]
#[case::grown_beside_a_change("abcd", "aXYcd", "abCd", None)]
#[case::gone_and_changed("abc", "ac", "aBc", None)]
#[case::gone_twice("abc", "ac", "ac", Some("ac"))]
#[case::appended_by_both("ab", "abX", "abY", None)]
#[case::one_side_only("abc", "abc", "xyz", Some("xyz"))]
#[case::everything_gone("abc", "", "abc", Some(""))]
#[case::from_nothing("", "a", "b", None)]
fn letters(#[case] base: &str, #[case] ours: &str, #[case] theirs: &str, #[case] expected: Option<&str>) {
    let [base, ours, theirs] = [base, ours, theirs].map(paragraphs);
    assert_eq!(merge(&base, &ours, &theirs), expected.map(paragraphs));
    assert_eq!(merge(&base, &theirs, &ours), expected.map(paragraphs));
}

#[rstest]
// The editor wrapped everything when a person changed one paragraph.
#[case(
    "<p>a</p><p>b</p><p>c</p>",
    "<h2>new</h2><p>a</p><p>b</p><p>c</p>",
    "<!-- wp:paragraph -->\n<p>a</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:paragraph -->\n<p>b</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:paragraph -->\n<p>C</p>\n<!-- /wp:paragraph -->",
    "<h2>new</h2>\n\n<!-- wp:paragraph -->\n<p>a</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:paragraph -->\n<p>b</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:paragraph -->\n<p>C</p>\n<!-- /wp:paragraph -->"
)]
// We write plain HTML, the site has its classes.
#[case(
    "<p>A</p>\n\n<figure class=\"wp-block-image\"><img src=\"x.jpg\" class=\"wp-image-7\"></figure>\n\n<p>b</p>",
    "<p>new</p>\n\n<figure><img src=\"x.jpg\"></figure>\n\n<p>b</p>",
    "<p>A</p>\n\n<figure class=\"wp-block-image\"><img src=\"x.jpg\" class=\"wp-image-7\"></figure>\n\n<p>B</p>",
    "<p>new</p>\n\n<figure><img src=\"x.jpg\"></figure>\n\n<p>B</p>"
)]
// The classic editor keeps paragraphs as blank lines; loose texts do not run together.
#[case(
    "One.\n\nTwo.\n\nThree.",
    "One!\n\nTwo.\n\nThree.",
    "One.\n\nTwo.\n\nThree.\n\nFour.",
    "One!\n\nTwo.\n\nThree.\n\nFour."
)]
#[case("<p>One.</p><p>Two.</p>", "<p>One!</p><p>Two.</p>", "One.\n\nTwo, too.", "<p>One!</p>\n\nTwo, too.")]
// A style alone is nobody's edit, but stays where it can.
#[case(
    "<p>a</p>\n\n<p>b</p>\n\n<p>c</p>",
    "<p>A</p>\n\n<p>b</p>\n\n<p>c</p>",
    "<p>a</p>\n\n<p style=\"color:red\">b</p>\n\n<p>C</p>",
    "<p>A</p>\n\n<p style=\"color:red\">b</p>\n\n<p>C</p>"
)]
fn both_edits_are_kept(#[case] base: &str, #[case] ours: &str, #[case] theirs: &str, #[case] expected: &str) {
    assert_eq!(merge(base, ours, theirs).as_deref(), Some(expected));
}

#[test]
fn a_block_left_open_does_not_swallow_what_the_other_side_wrote() {
    assert_eq!(
        merge("<p>a</p><p>b</p>", "<p>a</p><p>b</p><div>c", "<p>A</p><p>b</p>").as_deref(),
        Some("<p>A</p><p>b</p>\n\n<div>c")
    );
    assert_eq!(merge("<h2>a</h2><p>b</p>", "<p>b</p><div>", "<h2>a</h2><p>b</p><p>c</p>"), None);
    assert_eq!(
        merge("<p>a</p><p>b</p>\n<div>c", "<div>A<p>a</p><p>b</p><div>c", "<p>a</p><p>B</p><div>c"),
        None
    );
}

#[rstest]
#[case("t", "t", "u", Some("u"))]
#[case("t", "u", "t", Some("u"))]
#[case("t", "u", "v", None)]
#[case("t", "u", "u", Some("u"))]
#[case("Fish & chips", "Fish & chips", "Fish &amp; chips", Some("Fish &amp; chips"))]
#[case("Fish &amp; chips", "Fish & chips", "Fish &amp;  chips", Some("Fish & chips"))]
fn titles_are_merged_whole(
    #[case] base: &str,
    #[case] our: &str,
    #[case] their: &str,
    #[case] expected: Option<&str>,
) {
    let titled = |title: &str| PostText { title: title.into(), ..post("") };
    let (base, ours, theirs) = (titled(base), OurText { title: our.into(), ..ours("") }, titled(their));
    let merged = Comparison::new(Some(&base), &ours, &theirs).merged();
    assert_eq!(merged.map(|it| it.title).as_deref(), expected);
}

/// The base's text is `One`; ours has become `Two`.
#[rstest]
#[case::follows_the_text("One", None, "One", "follows")]
#[case::edited_there("One", None, "Theirs", "Theirs")]
#[case::emptied_there("One", None, "", "follows")]
#[case::as_ours_would_be("One", None, "Two", "follows")]
#[case::given_here("One", Some("Ours"), "One", "Ours")]
#[case::given_on_both_sides("One", Some("Ours"), "Theirs", "touching")]
#[case::taken_back_here("Given", None, "Given", "follows")]
#[case::taken_back_on_both_sides("Given", None, " ", "follows")]
#[case::taken_back_here_and_edited_there("Given", None, "Theirs", "touching")]
#[case::blank_is_none("One", Some(" "), "One", " ")]
fn excerpts_that_follow_the_text_are_nobodys_edit(
    #[case] base: &str,
    #[case] our: Option<&str>,
    #[case] their: &str,
    #[case] expected: &str,
) {
    let with = |excerpt: &str| PostText { excerpt: excerpt.into(), ..post("<p>One</p>") };
    let (base, theirs) = (with(base), with(their));
    let ours = OurText { excerpt: our.map(str::to_owned), ..ours("<p>Two</p>") };
    let merged = Comparison::new(Some(&base), &ours, &theirs).merged();
    let found = merged.map_or("touching".into(), |it| it.excerpt.unwrap_or_else(|| "follows".into()));
    assert_eq!(found, expected);
}

#[rstest]
#[case::edited_there("abc", "abc", "aXc", Some("aXc"))]
#[case::edited_here_too("abc", "Abc", "abX", None)]
#[case::edited_alike("abc", "aXc", "aXc", None)]
#[case::rewritten_there("abc", "abc", "xyz", Some("xyz"))]
fn what_only_they_edited_is_taken_over(
    #[case] base: &str,
    #[case] our: &str,
    #[case] their: &str,
    #[case] expected: Option<&str>,
) {
    let [base, our, their] = [base, our, their].map(paragraphs);
    let (base, our, their) = (post(&base), ours(&our), post(&their));
    let taken = Comparison::new(Some(&base), &our, &their).taken_over();
    assert_eq!(taken.map(|it| it.content_html), expected.map(paragraphs));
    assert_eq!(Comparison::new(None, &our, &their).taken_over(), None, "without a base nobody knows");
}

fn rows(comparison: &Comparison<'_>) -> Vec<String> {
    let row = |row: Row| {
        let [base, ours, theirs] =
            [row.base, row.ours, row.theirs].map(|it| it.unwrap_or_else(|| "-".into()));
        format!("{:?} {base} {ours} {theirs}", row.kind)
    };
    comparison.content().map(row).collect()
}

#[test]
fn people_see_three_columns() {
    let (base, ours, theirs) = (
        post("<p>a</p><p>b</p><p>c</p><p>d</p>"),
        ours("<p>a</p><p>B</p><p>x</p><p>c</p>"),
        post("<p>a</p><p>b</p><p>C</p><p>d</p><hr>"),
    );
    assert_eq!(
        rows(&Comparison::new(Some(&base), &ours, &theirs)),
        [
            "Same <p>a</p> <p>a</p> <p>a</p>",
            "Conflict <p>b</p> <p>B</p> <p>b</p>",
            "Conflict <p>c</p> <p>x</p> <p>C</p>",
            "Conflict <p>d</p> <p>c</p> <p>d</p>",
            "Conflict - - <hr>",
        ]
    );
    assert_eq!(
        rows(&Comparison::new(None, &ours, &theirs)),
        [
            "Same - <p>a</p> <p>a</p>",
            "Conflict - <p>B</p> <p>b</p>",
            "Conflict - <p>x</p> <p>C</p>",
            "Conflict - <p>c</p> <p>d</p>",
            "Conflict - - <hr>",
        ]
    );
}

/// A group that somebody left open swallows what follows, but only where it is written down.
#[test]
fn broken_texts_are_merged_from_both_sides_or_from_none() {
    let (base, our, their) = ("<p>a</p>", "<p>a</p>\n\n<p>a</p>", "<p>a</p></div><!-- wp:group --><p>a</p>");
    assert_eq!((merge(base, our, their), merge(base, their, our)), (None, None));
}

/// Unbounded, these take hours.
#[test]
fn long_texts_are_merged() {
    let numbered = |of: &dyn Fn(u32) -> String| (0..50_000).map(of).collect::<Vec<_>>().concat();
    let base = numbered(&|n| format!("<p>{n}</p>"));
    let ours = numbered(&|n| if n % 4 == 0 { format!("<p>ours {n}</p>") } else { format!("<p>{n}</p>") });
    let theirs = numbered(&|n| if n % 4 == 2 { format!("<p>theirs {n}</p>") } else { format!("<p>{n}</p>") });
    let merged = merge(&base, &ours, &theirs).unwrap();
    assert_eq!((merged.matches("ours").count(), merged.matches("theirs").count()), (12_500, 12_500));
    assert_eq!(merge(&base, &numbered(&|n| format!("<p>{}</p>", n * 7_919 % 50_000)), &theirs), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_one_side_left_alone_is_the_others(base in texts(), changed in texts()) {
        prop_assert_eq!(merge(&base, &base, &changed), Some(changed.clone()));
        prop_assert_eq!(merge(&base, &changed, &base), Some(changed.clone()));
        prop_assert_eq!(merge(&base, &changed, &changed), Some(changed));
    }

    #[test]
    fn no_edit_of_one_side_is_lost(base in texts(), our in texts(), their in texts()) {
        let merged = merge(&base, &our, &their);
        prop_assert_eq!(merged.is_some(), merge(&base, &their, &our).is_some(), "it is the same for both sides");
        let Some(merged) = merged else { return Ok(()) };
        let keys = |html: &str| blocks::split(html).into_iter().map(key).collect::<Vec<_>>();
        let found = keys(&merged);
        let (base_post, ours, theirs) = (post(&base), ours(&our), post(&their));
        for row in Comparison::new(Some(&base_post), &ours, &theirs).content() {
            let changed = match row.kind {
                Kind::TheirsChanged => row.theirs,
                Kind::OursChanged | Kind::BothSame | Kind::Same => row.ours,
                Kind::Conflict => None,
            };
            prop_assert!(changed.is_none_or(|block| found.contains(&key(&block))));
        }
    }

    #[test]
    fn rows_are_the_versions(base in pieces(), our in pieces(), their in pieces()) {
        let (base, ours, theirs) = (post(&base), ours(&our), post(&their));
        let comparison = Comparison::new(Some(&base), &ours, &theirs);
        let column = |of: fn(Row) -> Option<String>| comparison.content().filter_map(of).collect::<String>();
        prop_assert_eq!(column(|row| row.base), base.content_html.clone());
        prop_assert_eq!(column(|row| row.ours), our);
        prop_assert_eq!(column(|row| row.theirs), their);
        comparison.merged();
    }
}
