//! A text's images are the article's on our side and the library's on the site's.

use std::collections::BTreeMap;

use domain::content::Article;
use domain::delivery::PostText;
use html5gum::{Token, Tokenizer};

use crate::destinations::Media;
use crate::destinations::wordpress_bridge::answers::with_sources;

/// The article's texts as they are to stand on the site.
pub fn for_site(article: &Article, media: &[Media]) -> PostText {
    PostText {
        title: article.title.clone(),
        content_html: with_library(article.content_html.clone(), media),
        excerpt: article.excerpt.clone(),
    }
}

pub fn with_library(html: String, media: &[Media]) -> String {
    with_sources(html, &pairs(media, |it| (&it.source_url, &it.url)))
}

/// What stands on the site, as the article would have it.
pub fn for_us(text: PostText, media: &[Media]) -> PostText {
    let content_html = with_sources(text.content_html, &pairs(media, |it| (&it.url, &it.source_url)));
    PostText { content_html, ..text }
}

/// Whether both say the same: WordPress trims titles and writes a line's end its own way.
pub fn same(a: &PostText, b: &PostText) -> bool {
    let plain = |text: &str| text.trim().replace("\r\n", "\n");
    plain(&a.title) == plain(&b.title)
        && plain(&a.content_html) == plain(&b.content_html)
        && plain(&a.excerpt) == plain(&b.excerpt)
}

/// Whether a reader would find the same words.
pub fn says(text: &PostText, article: &Article) -> bool {
    text.title.trim() == article.title.trim() && words(&text.content_html) == words(&article.content_html)
}

fn words(html: &str) -> String {
    let mut words = String::new();
    for token in Tokenizer::new(html).flatten() {
        match token {
            Token::String(text) => words.push_str(&String::from_utf8_lossy(&text)),
            _ => words.push(' '),
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn pairs<'a>(
    media: &'a [Media],
    pair: impl Fn(&'a Media) -> (&'a String, &'a String),
) -> BTreeMap<String, String> {
    let known = media.iter().filter(|it| !it.url.is_empty()).map(pair);
    known.map(|(from, to)| (from.clone(), to.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media(source_url: &str, url: &str) -> Media {
        Media {
            source_url: source_url.to_owned(),
            sha256: String::new(),
            attachment_id: 7,
            url: url.to_owned(),
            alt: String::new(),
            caption: String::new(),
            known: false,
        }
    }

    #[test]
    fn words_are_what_is_read() {
        let article =
            Article::new("A", "<p>One &amp; two</p><img src=\"https://cdn.test/a.jpg\"><p>three</p>");
        let there = "<!-- wp:paragraph -->\n<p class=\"x\">One &#038; two</p>\n<!-- /wp:paragraph --><img src=\"https://s.test/a.jpg\"><p>three</p>";
        let text = |html: &str| PostText {
            title: "A ".to_owned(),
            content_html: html.to_owned(),
            ..PostText::default()
        };
        assert!(says(&text(there), &article));
        assert!(!says(&text(&there.replace("three", "four")), &article));
    }

    #[test]
    fn there_and_back_again() {
        let media = [
            media("https://cdn.test/a.jpg", "https://s.test/up/a.jpg"),
            media("https://cdn.test/a.jpg?x=1&y=2", "https://s.test/up/b.jpg"),
        ];
        let html = "<img src=\"https://cdn.test/a.jpg\"><img src=\"https://cdn.test/a.jpg?x=1&amp;y=2\">";
        let there = with_library(html.to_owned(), &media);
        assert_eq!(there, "<img src=\"https://s.test/up/a.jpg\"><img src=\"https://s.test/up/b.jpg\">");
        let text = PostText { content_html: there, ..PostText::default() };
        assert_eq!(for_us(text, &media).content_html, html);
    }
}
