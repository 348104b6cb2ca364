use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};
use proptest::prelude::*;
use rstest::rstest;

use super::delimiters::{Part, parts};
use super::to_blocks;

#[rstest]
#[case("", "")]
#[case(" \n <p></p> <br> &nbsp; <!-- remark --> ", "")]
#[case("<p> a <b>b</b>\n</p>", "<!-- wp:paragraph -->\n<p>a <b>b</b></p>\n<!-- /wp:paragraph -->")]
#[case(
    "one\r\n\r\ntwo",
    "<!-- wp:paragraph -->\n<p>one</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:paragraph -->\n<p>two</p>\n<!-- /wp:paragraph -->"
)]
#[case("<div><div>x</div></div>", "<!-- wp:paragraph -->\n<p>x</p>\n<!-- /wp:paragraph -->")]
#[case("<h6>x</h6>", "<!-- wp:heading {\"level\":6} -->\n<h6>x</h6>\n<!-- /wp:heading -->")]
#[case("<p style=\"a\">x", "<!-- wp:html -->\n<p style=\"a\">x</p>\n<!-- /wp:html -->")]
#[case("<!-- wp:x /-->", "<!-- wp:x /-->")]
#[case("<!-- wp:x -->", "")]
#[case("<script>if (a<b) {", "")]
#[case(
    "a<!-- /wp:x -->b<!-- wp:y -->",
    "<!-- wp:paragraph -->\n<p>a</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:paragraph -->\n<p>b</p>\n<!-- /wp:paragraph -->"
)]
fn becomes(#[case] html: &str, #[case] expected: &str) {
    assert_eq!(to_blocks(html), expected);
}

/// WordPress' own pattern says which comments these are.
#[rstest]
#[case("<!-- wp:a --><!-- /wp:a -->", true)]
#[case("<!--\n\twp:my-plugin/thing_2  --><!--  /wp:my-plugin/thing_2  -->", true)]
#[case("<!-- wp:a {\"b\":\"} x\",\"c\":{}} --><!-- /wp:a -->", true)]
#[case("<!-- wp:a {} /-->", true)]
#[case("<!-- wp:a{} --><!-- /wp:a -->", false)]
#[case("<!-- wp:a {\"b\":1}--><!-- /wp:a -->", false)]
#[case("<!--wp:a --><!-- /wp:a -->", false)]
#[case("<!-- wp:A --><!-- /wp:A -->", false)]
#[case("<!-- wp:a/ --><!-- /wp:a/ -->", false)]
#[case("<!-- wp:a b --><!-- /wp:a b -->", false)]
#[case("<!-- wp:a --><!-- /wp:b -->", false)]
fn delimiters_are_those_of_wordpress(#[case] text: &str, #[case] is_block: bool) {
    let parts = parts(text);
    let whole = matches!(parts.as_slice(), [Part::Block(markup)] if markup == text);
    assert_eq!(whole, is_block);
}

/// Each would take minutes if work grew with the square of the length.
#[rstest]
#[case("<b>")]
#[case("<div>")]
#[case("<p><b a=1><div>")]
#[case("<ul><li>")]
#[case("<table><tr><td>")]
#[case("</b></i></p>")]
#[case("<b><p></b>")]
#[case("<blockquote><p style=x>")]
#[case("<!-- wp:a {")]
#[case("<!-- wp:a -->")]
#[case("<!-- /wp:a -->")]
#[case("<!-- wp:a --><!-- wp:b --><!-- /wp:a -->")]
#[case("<!--")]
#[case("<")]
#[case("&")]
#[case("a\n \n")]
#[case("\n")]
#[case("<img src=x>")]
#[case("<svg><p>")]
#[case("<a href=x><select><option>")]
fn work_grows_with_the_length(#[case] piece: &str) {
    let html = piece.repeat(300_000 / piece.len());
    let blocks = to_blocks(&html);
    assert!(blocks.len() < 60 * html.len() + 100);
}

#[test]
fn the_end_of_attributes_is_not_looked_for_again_and_again() {
    let text = "<!-- wp:a {".repeat(400_000);
    assert_eq!(parts(&text).len(), 1);
}

#[test]
fn many_attributes_and_classes() {
    let names: Vec<_> = (0..30_000).map(|n| format!("a{n}=x")).collect();
    let classes: Vec<_> = (0..30_000).map(|n| format!("c{n}")).collect();
    let (names, classes) = (names.join(" "), classes.join(" "));
    let blocks = to_blocks(&format!("<p {names}>x</p><p class=\"{classes}\">y</p>"));
    assert!(blocks.ends_with("y</p>\n<!-- /wp:paragraph -->"));
}

/// Whole tags and broken ones, delimiters and parts of them.
const PIECES: &[&str] = &[
    "<p>",
    "</p>",
    "<p class=\"a b\">",
    "<p style=x>",
    "<h2>",
    "</h2>",
    "</h3>",
    "<h4 id=\"x--y\">",
    "<b>",
    "</b>",
    "<i a=1>",
    "</i>",
    "<a href=\"?a&b\">",
    "</a>",
    "<ul>",
    "</ul>",
    "<ol start=3>",
    "</ol>",
    "<li>",
    "</li>",
    "<div>",
    "</div>",
    "<div class=c>",
    "<blockquote>",
    "</blockquote>",
    "<cite>",
    "</cite>",
    "<figure>",
    "</figure>",
    "<figcaption>",
    "</figcaption>",
    "<img src=x>",
    "<img alt='&lt;!-- wp:a --&gt;' src='y'>",
    "<table>",
    "</table>",
    "<caption>",
    "<thead>",
    "<tbody>",
    "<tr>",
    "</tr>",
    "<td>",
    "</td>",
    "<th align=left>",
    "<col>",
    "<pre>",
    "</pre>",
    "<code>",
    "</code>",
    "<hr>",
    "<br>",
    "</br>",
    "<svg>",
    "</svg>",
    "<circle/>",
    "<foreignObject>",
    "<script>",
    "</script>",
    "<style>",
    "</style>",
    "<form>",
    "</form>",
    "<button>",
    "</button>",
    "<select>",
    "<option>",
    "</select>",
    "<details>",
    "<summary>",
    "<textarea>",
    "</textarea>",
    "<iframe>",
    "</iframe>",
    "<video controls src=v>",
    "</video>",
    "<html>",
    "<body>",
    "<!DOCTYPE html>",
    "<p/>",
    "<x-y>",
    "</x-y>",
    "<!-- wp:a -->",
    "<!-- /wp:a -->",
    "<!-- wp:b {\"c\":\"}\"} -->",
    "<!-- /wp:b -->",
    "<!-- wp:c /-->",
    "<!--",
    "-->",
    "--!>",
    "<!-",
    "- wp:a -->",
    "wp:a",
    "<!--more-->",
    "<!--more a--b-->",
    "<!--nextpage-->",
    "<?php ?>",
    "<",
    ">",
    "&",
    "&amp;",
    "&lt;",
    "&nbsp;",
    "&copy",
    ";",
    "\"",
    "[x]",
    "https://x.test/",
    "word",
    "é🍞",
    "\n",
    "\n\n",
    " ",
    "\r\n",
    "\\",
    "}",
];

fn html(wanted: fn(&str) -> bool) -> impl Strategy<Value = String> {
    let pieces: Vec<_> = PIECES.iter().copied().filter(|piece| wanted(piece)).collect();
    prop::collection::vec(prop::sample::select(pieces), 0..40).prop_map(|pieces| pieces.concat())
}

/// The characters that are read, whatever their order: captions and what strays into a table move.
fn letters(html: &str) -> Vec<char> {
    let mut emitter = DefaultEmitter::<()>::default();
    emitter.naively_switch_states(true);
    let mut letters = Vec::new();
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        if let Token::String(text) = token {
            letters.extend(String::from_utf8_lossy(&text).chars().filter(|c| !c.is_whitespace()));
        }
    }
    letters.sort_unstable();
    letters
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn twice_is_once(html in html(|_| true)) {
        let once = to_blocks(&html);
        prop_assert_eq!(to_blocks(&once), once);
    }

    #[test]
    fn no_text_is_lost(html in html(|piece| !piece.contains("wp:") && !piece.contains("script"))) {
        prop_assert_eq!(letters(&to_blocks(&html)), letters(&html));
    }

    #[test]
    fn everything_is_in_a_block(html in html(|_| true)) {
        let blocks = to_blocks(&html);
        for part in parts(&blocks) {
            match part {
                Part::Block(markup) => prop_assert!(blocks.contains(markup.as_ref()), "a delimiter strays in {markup}"),
                Part::Between(text) => prop_assert_eq!(text, "\n\n"),
            }
        }
    }

    #[test]
    fn any_text_is_taken(text in any::<String>()) {
        let once = to_blocks(&text);
        prop_assert_eq!(to_blocks(&once), once);
    }
}
