//! The images of an article: found in it, fetched through the guard, brought to the site. What fails is a warning on the post.

use std::time::Duration;

use domain::content::Article;
use domain::delivery::{Part, Warning};
use futures::StreamExt;
use html5gum::{Token, Tokenizer};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use url::Url;

use crate::destinations::{Call, Destination, Media, Picture, Site};
use crate::egress::Egress;
use crate::settings::ImagesSettings;

/// Brings articles' images, so many at a time over all articles: they are kept in memory from fetch to push.
#[derive(Debug)]
pub struct Images {
    settings: ImagesSettings,
    room: Semaphore,
}

impl Images {
    pub fn new(settings: ImagesSettings) -> Self {
        let room = Semaphore::new(settings.in_flight.clamp(1, Semaphore::MAX_PERMITS));
        Self { settings, room }
    }

    /// Brings what can be brought within the budget.
    pub async fn bring(
        &self,
        article: &Article,
        site: &Site,
        destination: &dyn Destination,
        egress: &Egress,
    ) -> Brought {
        let settings = &self.settings;
        let mut brought = Brought::default();
        let (wanted, surplus) = split(images_of(article), settings.max_count);
        for image in surplus {
            brought.warn(
                "image_left_out",
                &image.url,
                format!("An article can have {} images.", settings.max_count),
            );
        }
        let mut left: Vec<String> = wanted.iter().map(|image| image.url.clone()).collect();
        let work = async {
            let mut bringing = futures::stream::iter(wanted)
                .map(|image| self.bring_one(image, site, destination, egress))
                .buffer_unordered(settings.parallel.max(1));
            while let Some((url, result)) = bringing.next().await {
                left.retain(|it| *it != url);
                brought.take(&url, result);
            }
        };
        if tokio::time::timeout(settings.budget, work).await.is_err() {
            for url in left {
                brought.warn("image_failed", &url, too_slow(settings.budget));
            }
        }
        brought
    }

    async fn bring_one(
        &self,
        image: Wanted,
        site: &Site,
        destination: &dyn Destination,
        egress: &Egress,
    ) -> (String, Result<(Media, Call), (String, Option<Call>)>) {
        let _room = self.room.acquire().await.expect("invariant: nobody closes it");
        let url = image.url.clone();
        let result = match fetch(image, egress, self.settings.max_bytes).await {
            Err(detail) => Err((detail, None)),
            Ok(picture) => {
                let reply = destination.push_media(site, &picture).await;
                match reply.value {
                    Ok(media) => Ok((media, reply.call)),
                    Err(refusal) => Err((refusal.detail, Some(reply.call))),
                }
            }
        };
        (url, result)
    }
}

/// What became of an article's images.
#[derive(Debug, Default)]
pub struct Brought {
    pub media: Vec<Media>,
    pub warnings: Vec<Warning>,
    /// The calls to the site, and whether each brought its image.
    pub calls: Vec<(Call, &'static str)>,
}

impl Brought {
    fn take(&mut self, url: &str, result: Result<(Media, Call), (String, Option<Call>)>) {
        match result {
            Ok((media, call)) => {
                self.calls.push((call, if media.known { "known" } else { "taken" }));
                self.media.push(media);
            }
            Err((detail, call)) => {
                self.calls.extend(call.map(|call| (call, "failed")));
                self.warn("image_failed", url, detail);
            }
        }
    }

    fn warn(&mut self, code: &str, subject: &str, detail: String) {
        let part = (code == "image_failed").then_some(Part::Images);
        self.warnings.push(Warning { code: code.to_owned(), subject: subject.to_owned(), detail, part });
    }
}

fn too_slow(budget: Duration) -> String {
    format!("The article's images took longer than {} s.", budget.as_secs())
}

async fn fetch(image: Wanted, egress: &Egress, max_bytes: usize) -> Result<Picture, String> {
    let url = Url::parse(&image.url).map_err(|error| format!("This is not an address: {error}."))?;
    let response = egress.fetch(&url, max_bytes).await.map_err(|error| error.evidence().to_owned())?;
    if response.status != 200 {
        return Err(format!("The image's server answered {}.", response.status));
    }
    if response.cut {
        return Err(format!("The image has more than {} MiB.", max_bytes / (1024 * 1024)));
    }
    let Some((media_type, extension)) = sniff(&response.body) else {
        return Err("This is not a JPEG, PNG, GIF or WebP image.".to_owned());
    };
    Ok(Picture {
        file_name: file_name(&url, extension),
        sha256: hex::encode(Sha256::digest(&response.body)),
        source_url: image.url,
        alt: image.alt,
        caption: image.caption,
        media_type,
        bytes: response.body.into(),
    })
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Wanted {
    url: String,
    alt: String,
    caption: String,
}

/// Each URL once, as it is first met: the featured image, the gallery, the text. Relative ones are the site's own business.
fn images_of(article: &Article) -> Vec<Wanted> {
    let listed = article.featured_image.iter().chain(&article.gallery_images);
    let listed =
        listed.map(|i| Wanted { url: i.url.clone(), alt: i.alt.clone(), caption: i.caption.clone() });
    let mut images: Vec<Wanted> = Vec::new();
    for image in listed.chain(in_text(&article.content_html)) {
        let absolute = Url::parse(&image.url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if absolute && !images.iter().any(|known| known.url == image.url) {
            images.push(image);
        }
    }
    images
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

fn split(mut images: Vec<Wanted>, max: usize) -> (Vec<Wanted>, Vec<Wanted>) {
    let surplus = images.split_off(images.len().min(max));
    (images, surplus)
}

/// By the bytes: what a server calls them may be wrong, and what a name says even more so.
fn sniff(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some(("image/jpeg", "jpg")),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(("image/png", "png")),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(("image/gif", "gif")),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(("image/webp", "webp")),
        _ => None,
    }
}

/// The name in the URL, kept readable, with the extension its bytes ask for.
fn file_name(url: &Url, extension: &str) -> String {
    const LONGEST: usize = 80;
    let last = url.path_segments().and_then(|mut segments| segments.next_back()).unwrap_or_default();
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let mut name = String::new();
    for c in stem.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }) {
        if name.len() < LONGEST && !(c == '-' && (name.is_empty() || name.ends_with('-'))) {
            name.push(c);
        }
    }
    let name = name.trim_end_matches('-');
    format!("{}.{extension}", if name.is_empty() { "image" } else { name })
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

    #[rstest]
    #[case("https://a.example/x/My%20Photo_1.JPEG", "my-20photo-1.png")]
    #[case("https://a.example/", "image.png")]
    #[case("https://a.example/img.php?id=7", "img.png")]
    #[case("https://a.example/..%2f..%2fetc", "2f.png")]
    fn file_names(#[case] url: &str, #[case] expected: &str) {
        assert_eq!(file_name(&url.parse().unwrap(), "png"), expected);
    }

    #[test]
    fn types_by_their_bytes() {
        assert_eq!(sniff(b"\xff\xd8\xff\xe0").unwrap().0, "image/jpeg");
        assert_eq!(sniff(b"RIFF\0\0\0\0WEBPVP8 ").unwrap().0, "image/webp");
        for other in [&b"<svg xmlns="[..], b"", b"GIF", b"RIFF\0\0\0\0WAVE", b"<?php"] {
            assert_eq!(sniff(other), None);
        }
    }
}
