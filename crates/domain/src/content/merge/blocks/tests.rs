use proptest::prelude::*;
use rstest::rstest;

use super::super::samples::pieces;
use super::*;

#[rstest]
#[case("<p>a</p><p>b</p>", &["<p>a</p>", "<p>b</p>"])]
#[case("\n<p>a</p>\n\n<h2>b</h2>\n", &["\n<p>a</p>\n\n", "<h2>b</h2>\n"])]
#[case("<ul><li>a</li></ul><hr><img src=x><figure><img></figure>", &["<ul><li>a</li></ul>", "<hr>", "<img src=x>", "<figure><img></figure>"])]
#[case("<div><p>a</p><div>b</div></div>c", &["<div><p>a</p><div>b</div></div>", "c"])]
#[case("<!-- wp:paragraph --><p>a</p><!-- /wp:paragraph -->\n\n<!-- wp:heading {\"level\":3} --><h3>b</h3><!-- /wp:heading -->",
    &["<!-- wp:paragraph --><p>a</p><!-- /wp:paragraph -->\n\n", "<!-- wp:heading {\"level\":3} --><h3>b</h3><!-- /wp:heading -->"])]
#[case("<!-- wp:group --><div><!-- wp:p --><p>a</p><!-- /wp:p --><!-- wp:more /--></div><!-- /wp:group --><p>b</p>",
    &["<!-- wp:group --><div><!-- wp:p --><p>a</p><!-- /wp:p --><!-- wp:more /--></div><!-- /wp:group -->", "<p>b</p>"])]
#[case("<p>a</p><!-- wp:latest-posts {\"n\":5} /--><p>b</p>", &["<p>a</p>", "<!-- wp:latest-posts {\"n\":5} /-->", "<p>b</p>"])]
#[case("<p>a</p><!--more-->b", &["<p>a</p>", "<!--more-->", "b"])]
#[case("One <b>two\n\nthree</b>, four.\nFive.\n\nSix.<p>a</p>seven", &["One <b>two\n\nthree</b>, four.\nFive.\n\n", "Six.", "<p>a</p>", "seven"])]
#[case("One.\r\n\r\nTwo.<br>Three.", &["One.\r\n\r\n", "Two.<br>Three."])]
#[case("<b>a</b>\n\n<b>b</b>", &["<b>a</b>\n\n", "<b>b</b>"])]
#[case("<p>a<p>b<ul><li>c<li>d</ul>", &["<p>a", "<p>b", "<ul><li>c<li>d</ul>"])]
#[case("<div><b>a</div>b", &["<div><b>a</div>", "b"])]
#[case("</div><p>a</p></p><!-- /wp:x --><p>b</p>", &["</div><p>a</p></p><!-- /wp:x -->", "<p>b</p>"])]
#[case("<script>'<p>'</script><p>a</p>", &["<script>'<p>'</script>", "<p>a</p>"])]
#[case("<p title='<p>'>a</p><p>b</p>", &["<p title='<p>'>a</p>", "<p>b</p>"])]
#[case("<!-- wp:html --><p>never closed</p><p>a</p>", &["<!-- wp:html --><p>never closed</p><p>a</p>"])]
#[case("<p>a</p><p unfinished", &["<p>a</p>", "<p unfinished"])]
#[case(" \n ", &[" \n "])]
#[case("", &[])]
fn cuts(#[case] html: &str, #[case] expected: &[&str]) {
    assert_eq!(split(html), expected);
}

#[test]
fn hostile_texts_take_one_pass() {
    let closing_what_is_not_open = format!("{}{}", "<b>".repeat(200_000), "</i>".repeat(200_000));
    assert_eq!(split(&closing_what_is_not_open).len(), 1);
    assert_eq!(split(&"<hr>".repeat(200_000)).len(), MOST_BLOCKS);
    assert_eq!(split(&"<!--".repeat(200_000)).len(), 1);
    assert_eq!(split(&"<!-- wp:a -->".repeat(200_000)).len(), 1);
}

proptest! {
    #[test]
    fn blocks_are_the_text(html in pieces()) {
        let blocks = split(&html);
        prop_assert_eq!(blocks.concat(), html.as_str());
        prop_assert!(blocks.iter().all(|block| !block.is_empty()));
    }

    #[test]
    fn any_text_is_survived(html in ".*") {
        prop_assert_eq!(split(&html).concat(), html);
    }

    #[test]
    fn whole_blocks_are_found_again(kinds in prop::collection::vec(0_usize..6, 0..20), text in "[a-z \r\n&;é]{1,12}") {
        let whole = [
            format!("<p>{text}</p>"),
            format!("<!-- wp:paragraph -->\r\n<p>{text}</p>\r\n<!-- /wp:paragraph -->"),
            "<hr>".to_owned(),
            format!("<ul><li>{text}</li></ul>"),
            format!("<img alt='{text}'>"),
            "<!-- wp:calendar /-->".to_owned(),
        ];
        let blocks: Vec<&str> = kinds.iter().map(|kind| whole[*kind].as_str()).collect();
        let html = blocks.concat();
        prop_assert_eq!(split(&html), blocks);
    }
}
