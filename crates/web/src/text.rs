//! Text that PostgreSQL can't store, or that isn't text at all, is refused wherever it comes in.

use actix_web::http::StatusCode;

use crate::{Problem, codes};

/// What is wrong with a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    NotUtf8,
    Nul,
    LoneSurrogate,
}

impl Fault {
    pub fn problem(self, place: &str) -> Problem {
        let what = match self {
            Self::NotUtf8 => "bytes that are not UTF-8",
            Self::Nul => "the character U+0000",
            Self::LoneSurrogate => "half of a surrogate pair",
        };
        Problem::new(StatusCode::BAD_REQUEST, codes::INVALID_TEXT, format!("The {place} contains {what}."))
    }
}

/// Looks through the strings of a JSON document, also those nobody reads. Whether it is JSON is not decided here.
pub fn check_json(document: &[u8]) -> Result<&str, Fault> {
    let text = std::str::from_utf8(document).map_err(|_| Fault::NotUtf8)?;
    let mut rest = text.as_bytes();
    let mut in_string = false;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'"' => in_string = !in_string,
            b'\\' if in_string => rest = check_escape(rest)?,
            0 => return Err(Fault::Nul),
            _ => {}
        }
    }
    Ok(text)
}

/// From behind a backslash to behind the escape.
fn check_escape(text: &[u8]) -> Result<&[u8], Fault> {
    let Some((&kind, rest)) = text.split_first() else { return Ok(text) };
    if kind != b'u' {
        return Ok(rest);
    }
    let Some((unit, rest)) = code_unit(rest) else { return Ok(rest) };
    match unit {
        0 => Err(Fault::Nul),
        0xD800..=0xDBFF => {
            let second = rest.strip_prefix(b"\\u").and_then(code_unit);
            match second {
                Some((0xDC00..=0xDFFF, rest)) => Ok(rest),
                _ => Err(Fault::LoneSurrogate),
            }
        }
        0xDC00..=0xDFFF => Err(Fault::LoneSurrogate),
        _ => Ok(rest),
    }
}

fn code_unit(text: &[u8]) -> Option<(u16, &[u8])> {
    let (digits, rest) = text.split_at_checked(4)?;
    let digits =
        std::str::from_utf8(digits).ok().filter(|it| it.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    Some((u16::from_str_radix(digits, 16).ok()?, rest))
}

/// Looks at a path or query as it will be after percent-decoding.
pub fn check_percent_encoded(text: &str) -> Result<(), Fault> {
    if !text.contains(['%', '\0']) {
        return Ok(());
    }
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .filter(|it| it.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .and_then(|it| u8::from_str_radix(it, 16).ok());
        decoded.push(escaped.unwrap_or(bytes[at]));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    if decoded.contains(&0) {
        return Err(Fault::Nul);
    }
    std::str::from_utf8(&decoded).map(|_| ()).map_err(|_| Fault::NotUtf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_texts() {
        let cases: [(&[u8], Option<Fault>); 12] = [
            (br#"{"a": "b"}"#, None),
            (br#"{"a": "\ud83d\ude00"}"#, None),
            (br#"{"a": "\\u0000"}"#, None),
            (br#"{"a": "\\\u0000"}"#, Some(Fault::Nul)),
            (br#"{"a": "x\u0000y"}"#, Some(Fault::Nul)),
            (br#"{"\u0000": 1}"#, Some(Fault::Nul)),
            (b"{\"a\": \"\0\"}", Some(Fault::Nul)),
            (br#"{"a": "\ud800"}"#, Some(Fault::LoneSurrogate)),
            (br#"{"a": "\ud800\ud800"}"#, Some(Fault::LoneSurrogate)),
            (br#"{"a": "\udc00"}"#, Some(Fault::LoneSurrogate)),
            (b"{\"a\": \"\xff\"}", Some(Fault::NotUtf8)),
            (b"{\"a\": \"\xed\xa0\x80\"}", Some(Fault::NotUtf8)),
        ];
        for (document, fault) in cases {
            assert_eq!(check_json(document).err(), fault, "{}", document.escape_ascii());
        }
    }

    #[test]
    fn broken_json_is_left_to_the_parser() {
        for document in ["", "\"", "\"\\", "\"\\u", "\"\\u00", "\"\\uzzzz\"", "\\u0000"] {
            assert_eq!(check_json(document.as_bytes()), Ok(document));
        }
    }

    #[test]
    fn percent_encoded_texts() {
        assert_eq!(check_percent_encoded("/a%20b/%C3%BC?x=%zz&y=%"), Ok(()));
        assert_eq!(check_percent_encoded("/a%00"), Err(Fault::Nul));
        assert_eq!(check_percent_encoded("/a%ff"), Err(Fault::NotUtf8));
    }
}
