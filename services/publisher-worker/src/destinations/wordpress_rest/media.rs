//! Images in the library. They are found again by their slug, which is made of the file's hash.

use serde_json::Value;

use super::answers::{No, broken};
use super::talk::{Ask, Talk};
use crate::destinations::{Media, Picture};

const ROUTE: &str = "/wp/v2/media";
const FIELDS: &str = "id,source_url";

pub async fn push(talk: &mut Talk<'_>, picture: &Picture) -> Result<Media, No> {
    let slug = slug(&picture.sha256);
    let known = talk.ask(Ask::get(ROUTE).with("slug", slug.as_str()).with("_fields", FIELDS)).await?;
    if let Some(known) = known.as_array().and_then(|found| found.iter().min_by_key(|it| it["id"].as_u64())) {
        return media(known, picture, true);
    }
    let disposition = format!("attachment; filename=\"{}\"", file_name(picture));
    let ask = Ask::file(ROUTE, picture.media_type, picture.bytes.clone(), disposition)
        .with("slug", slug)
        .with("title", title(picture))
        .with("alt_text", picture.alt.as_str())
        .with("caption", picture.caption.as_str())
        .with("_fields", FIELDS);
    let made = talk.ask(ask).await?;
    media(&made, picture, false)
}

fn media(shown: &Value, picture: &Picture, known: bool) -> Result<Media, No> {
    let id = shown["id"].as_i64().filter(|id| *id > 0).ok_or_else(|| broken("No attachment."))?;
    Ok(Media {
        source_url: picture.source_url.clone(),
        sha256: picture.sha256.clone(),
        attachment_id: id,
        url: shown["source_url"].as_str().unwrap_or_default().to_owned(),
        alt: picture.alt.clone(),
        caption: picture.caption.clone(),
        known,
    })
}

/// Half of the hash is as good as all of it, and WordPress cuts longer slugs.
fn slug(sha256: &str) -> String {
    format!("igny8-{}", sha256.get(..32).unwrap_or(sha256))
}

/// In letters that every server takes, with the beginning of the hash, so that no two files have one name.
fn file_name(picture: &Picture) -> String {
    let (stem, extension) = picture.file_name.rsplit_once('.').unwrap_or((&picture.file_name, ""));
    let plain: String =
        stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(60).collect();
    let stem = Some(plain.trim_matches('-')).filter(|it| !it.is_empty()).unwrap_or("image");
    let hash = picture.sha256.get(..12).unwrap_or(&picture.sha256);
    let extension: String = extension.chars().filter(char::is_ascii_alphanumeric).take(5).collect();
    format!("{stem}-{hash}.{extension}")
}

fn title(picture: &Picture) -> &str {
    picture.file_name.rsplit_once('.').map_or(picture.file_name.as_str(), |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_names_that_every_server_takes() {
        let mut picture = Picture {
            source_url: String::new(),
            alt: String::new(),
            caption: String::new(),
            file_name: "ä b\"\r\n.jpg".to_owned(),
            media_type: "image/jpeg",
            sha256: "0123456789abcdef".repeat(4),
            bytes: bytes::Bytes::new(),
        };
        assert_eq!(file_name(&picture), "b-0123456789ab.jpg");
        picture.file_name = "ä".to_owned();
        assert_eq!(file_name(&picture), "image-0123456789ab.");
        assert_eq!(slug(&picture.sha256).len(), 38);
    }
}
