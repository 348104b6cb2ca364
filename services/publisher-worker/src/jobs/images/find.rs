//! Which images an article shows.

use std::collections::HashSet;

use domain::content::Article;
use html5gum::{Token, Tokenizer};
use url::Url;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub url: String,
    pub alt: String,
    pub caption: String,
}

/// Each URL once, as it is first met: the featured image, the gallery, the text. Relative ones are the site's own business.
pub fn images_of(article: &Article) -> Vec<Wanted> {
    let listed = article.featured_image.iter().chain(&article.gallery_images);
    let listed =
        listed.map(|i| Wanted { url: i.url.clone(), alt: i.alt.clone(), caption: i.caption.clone() });
    let mut met = HashSet::new();
    listed
        .chain(in_text(&article.content_html))
        .filter(|image| {
            Url::parse(&image.url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
                && met.insert(image.url.clone())
        })
        .collect()
}

fn in_text(html: &str) -> impl Iterator<Item = Wanted> + '_ {
    let html = if may_show_images(html) { html } else { "" };
    Tokenizer::new(html).filter_map(|token| {
        let Ok(Token::StartTag(tag)) = token else { return None };
        if tag.name.as_slice() != b"img" {
            return None;
        }
        let attribute = |name: &[u8]| {
            tag.attributes
                .get(name)
                .map(|value| String::from_utf8_lossy(value).into_owned())
                .unwrap_or_default()
        };
        Some(Wanted { url: attribute(b"src"), alt: attribute(b"alt"), caption: String::new() })
    })
}

/// Many texts show none, and reading HTML properly costs as much as signing the whole call.
fn may_show_images(html: &str) -> bool {
    let follows = |(place, _)| {
        html.as_bytes().get(place + 1..place + 4).is_some_and(|name| name.eq_ignore_ascii_case(b"img"))
    };
    html.match_indices('<').any(follows)
}

#[cfg(test)]
mod tests {
    use domain::content::Image;
    use rstest::rstest;

    use super::*;

    #[test]
    fn every_image_once_in_order() {
        let html = r#"<p>A</p><IMG alt="A &amp; B" SRC='https://cdn.example.com/a.jpg?x=1&amp;y=2'>
            <!-- <img src="https://cdn.example.com/comment.jpg"> --><img src="/relative.jpg"><img src="data:image/png;base64,AA">
            <img src=http://cdn.example.com/b.png><figure><img src="https://cdn.example.com/f.png"></figure><img>"#;
        let mut article = Article::new("Bread", html);
        article.featured_image = Some(Image {
            url: "https://cdn.example.com/f.png".to_owned(),
            alt: "F".to_owned(),
            caption: String::new(),
        });
        let found: Vec<_> = images_of(&article).into_iter().map(|image| (image.url, image.alt)).collect();
        let expected = [
            ("https://cdn.example.com/f.png", "F"),
            ("https://cdn.example.com/a.jpg?x=1&y=2", "A & B"),
            ("http://cdn.example.com/b.png", ""),
        ];
        assert_eq!(found, expected.map(|(url, alt)| (url.to_owned(), alt.to_owned())));
    }

    #[rstest]
    #[case("<p>x</p><img src=a>", true)]
    #[case("ü<IMG\nsrc=a>", true)]
    #[case("<!-- <img> -->", true)]
    #[case("<p>An < img tag</p><im", false)]
    #[case("", false)]
    fn texts_that_may_show_images(#[case] html: &str, #[case] expected: bool) {
        assert_eq!(may_show_images(html), expected);
    }
}
