//! The key as the headers have it.

use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use domain::ApiKey;
use secrets::constant_time_eq;

use crate::Refusal;

const OWN: &str = "x-igny8-api-key";

/// One key, in either header or the same in both; an empty header is none, and nothing else is taken for a key.
pub(crate) fn key(headers: &HeaderMap) -> Result<ApiKey, Refusal> {
    let own = only(headers, OWN)?.filter(|key| !key.is_empty());
    let bearer = only(headers, AUTHORIZATION.as_str())?.and_then(bearer);
    let text = match (own, bearer) {
        (None, None) => return Err(Refusal::KeyMissing),
        (Some(own), Some(bearer)) if !constant_time_eq(own.as_bytes(), bearer.as_bytes()) => {
            return Err(Refusal::KeyUnclear);
        }
        (Some(key), _) | (None, Some(key)) => key,
    };
    ApiKey::parse(text).map_err(Refusal::KeyMistyped)
}

/// The header's one value; several are nobody's intention.
pub(crate) fn only<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Refusal> {
    let mut values = headers.get_all(name);
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| Refusal::KeyUnclear),
        (Some(_), Some(_)) => Err(Refusal::KeyUnclear),
    }
}

/// Other schemes than `Bearer` are not ours: a proxy may have put them there.
fn bearer(value: &str) -> Option<&str> {
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key).filter(|key| !key.is_empty())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};
    use rstest::rstest;

    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(
                HeaderName::from_bytes(name.as_bytes()).unwrap(),
                HeaderValue::from_str(value).unwrap(),
            );
        }
        map
    }

    #[test]
    fn either_header_or_both_alike() {
        let made = ApiKey::generate();
        let text = made.expose();
        let bearer = format!("Bearer {text}");
        for given in [
            vec![(OWN, text)],
            vec![("authorization", bearer.as_str())],
            vec![(OWN, text), ("authorization", bearer.as_str())],
        ] {
            assert_eq!(key(&headers(&given)).unwrap().expose(), text);
        }
    }

    #[test]
    fn two_keys_are_none() {
        let (one, other) = (ApiKey::generate(), ApiKey::generate());
        let bearer = format!("Bearer {}", other.expose());
        let unclear = |given: &[(&str, &str)]| matches!(key(&headers(given)), Err(Refusal::KeyUnclear));
        assert!(unclear(&[(OWN, one.expose()), ("authorization", &bearer)]));
        assert!(unclear(&[(OWN, one.expose()), (OWN, one.expose())]));
        assert!(unclear(&[("authorization", &bearer), ("authorization", &bearer)]));
    }

    #[rstest]
    #[case(&[])]
    #[case(&[(OWN, "")])]
    #[case(&[("authorization", "Bearer")])]
    #[case(&[("authorization", "Bearer ")])]
    #[case(&[(OWN, ""), ("authorization", "Bearer ")])]
    fn nothing_is_missing(#[case] given: &[(&str, &str)]) {
        assert!(matches!(key(&headers(given)), Err(Refusal::KeyMissing)));
    }

    #[rstest]
    #[case("Bearer {}junk", "key_invalid")]
    #[case("Bearer  {}", "key_invalid")]
    #[case("Bearer {}, Bearer {}", "key_invalid")]
    #[case("Bearer x", "key_invalid")]
    #[case("Basic x, Bearer {}", "key_missing")]
    #[case("Basic {}", "key_missing")]
    #[case("{}", "key_missing")]
    fn a_key_among_other_text_is_none(#[case] value: &str, #[case] code: &str) {
        let value = value.replace("{}", ApiKey::generate().expose());
        let refusal = key(&headers(&[("authorization", &value)])).unwrap_err();
        assert_eq!(web::Problem::from(refusal).code(), code);
    }
}
