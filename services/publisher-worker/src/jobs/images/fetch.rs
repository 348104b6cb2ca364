use bytes::Bytes;
use url::Url;

use super::format::Format;
use crate::egress::Egress;

/// An image as its server gave it.
#[derive(Debug)]
pub struct Fetched {
    pub format: Format,
    pub file_name: String,
    pub bytes: Bytes,
}

pub async fn fetch(url: &str, egress: &Egress, max_bytes: usize) -> Result<Fetched, String> {
    let url = Url::parse(url).map_err(|error| format!("This is not an address: {error}."))?;
    let response = egress.fetch(&url, max_bytes).await.map_err(|error| error.evidence().to_owned())?;
    if response.status != 200 {
        return Err(format!("The image's server answered {}.", response.status));
    }
    if response.cut {
        return Err(format!("The image has more than {} MiB.", max_bytes / (1024 * 1024)));
    }
    let Some(format) = Format::of(&response.body) else {
        return Err("This is not a JPEG, PNG, GIF or WebP image.".to_owned());
    };
    Ok(Fetched { format, file_name: file_name(&url, format.extension()), bytes: response.body.into() })
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
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://a.example/x/My%20Photo_1.JPEG", "my-20photo-1.png")]
    #[case("https://a.example/", "image.png")]
    #[case("https://a.example/img.php?id=7", "img.png")]
    #[case("https://a.example/..%2f..%2fetc", "2f.png")]
    fn file_names(#[case] url: &str, #[case] expected: &str) {
        assert_eq!(file_name(&url.parse().unwrap(), "png"), expected);
    }
}
