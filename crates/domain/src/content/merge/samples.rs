//! Texts for property tests.

use proptest::prelude::*;

/// Pieces of HTML in any order, mostly broken.
pub fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "<p>",
        "</p>",
        "<p>a</p>",
        "<b>",
        "</b>",
        "<br/>",
        "<hr>",
        "<div>",
        "</div>",
        "<ul><li>",
        "</ul>",
        "<img src=a>",
        "<script>",
        "</script>",
        "<textarea>",
        "<!-- wp:paragraph -->",
        "<!-- /wp:paragraph -->",
        "<!-- wp:more {\"a\":\">\"} /-->",
        "<!--",
        "-->",
        "<!--more-->",
        "<!DOCTYPE html>",
        "<?php ?>",
        "<![CDATA[",
        "]]>",
        "<a href=\"x>y\">",
        "</a b=c>",
        "<",
        ">",
        "&",
        "&amp;",
        "&nbsp;",
        "word",
        "日本語",
        "e\u{301}",
        " ",
        "\n",
        "\r\n",
        "\r",
        "\n\n",
        "\"",
        "'",
        "=",
        "/",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Few different blocks, so that versions share some; written in different ways, whole and broken.
pub fn texts() -> impl Strategy<Value = String> {
    let block = prop::sample::select(vec![
        "<p>a</p>",
        "<p>a</p>\n\n",
        "<!-- wp:paragraph -->\n<p class=\"x\">a</p>\n<!-- /wp:paragraph -->\n\n",
        "<p>b</p>\n",
        "<p>c</p>",
        "<h2>d</h2>",
        "<img src=e>",
        "f\n\n",
        "<b>g</b>\r\n\r\n",
        "<!-- wp:calendar /-->",
        "<div>",
        "</div>",
        "<!-- wp:group -->",
        "<p>h",
    ]);
    prop::collection::vec(block, 0..8).prop_map(|blocks| blocks.concat())
}
