use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};
use web::Problem;

use super::person::unauthenticated;
use super::site_key::invalid_key;
use crate::codes;

pub const SESSION_COOKIE: &str = "igny8_session";
const KEY_HEADER: &str = "x-igny8-api-key";

/// What the caller carries, before anything is looked up.
#[derive(Debug)]
pub enum Presented {
    Nothing,
    SiteKey(String),
    /// A personal access token, a session token, or a text that is neither.
    Bearer(String),
    Cookie(String),
}

/// A blank header is none; anything else is taken to the letter. Headers that contradict each other are refused, whichever of them is right.
pub fn presented(headers: &HeaderMap) -> Result<Presented, Problem> {
    let bearer = only(headers, header::AUTHORIZATION.as_str())?.and_then(strip_bearer);
    let key = only(headers, KEY_HEADER)?;
    match (key, bearer) {
        (Some(key), Some(bearer)) if !secrets::constant_time_eq(key.as_bytes(), bearer.as_bytes()) => {
            Err(invalid_key(
                "X-IGNY8-API-KEY and Authorization carry different keys; send one of them, or the same in both.",
            ))
        }
        (Some(key), _) => Ok(Presented::SiteKey(key.to_owned())),
        (None, Some(bearer)) if bearer.starts_with(domain::ApiKey::PREFIX) => {
            Ok(Presented::SiteKey(bearer.to_owned()))
        }
        (None, Some(bearer)) => Ok(Presented::Bearer(bearer.to_owned())),
        (None, None) => Ok(cookie(headers).map_or(Presented::Nothing, Presented::Cookie)),
    }
}

fn only<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Problem> {
    let mut values = headers.get_all(name);
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => match value.to_str() {
            Ok(text) => Ok(Some(text).filter(|it| !it.trim().is_empty())),
            Err(_) => Err(unauthenticated(format!("The header {name} has characters that no key has."))),
        },
        (Some(_), Some(_)) => Err(unauthenticated(format!("The header {name} must not be sent twice."))),
    }
}

/// After exactly one blank. Other schemes than `Bearer` are not ours: a proxy may have put them there.
fn strip_bearer(value: &str) -> Option<&str> {
    let (scheme, rest) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(rest).filter(|it| !it.is_empty())
}

fn cookie(headers: &HeaderMap) -> Option<String> {
    let pairs =
        headers.get_all(header::COOKIE).filter_map(|it| it.to_str().ok()).flat_map(|it| it.split(';'));
    let mut values =
        pairs.filter_map(|it| it.trim().split_once('=')).filter(|(name, _)| *name == SESSION_COOKIE);
    // The browser sends the most specific one first; an attacker's on a parent domain comes later.
    values.next().map(|(_, value)| value.to_owned()).filter(|it| !it.is_empty())
}

/// A browser sends the cookie whoever asks it to, so a change must come from our own pages.
pub fn check_same_origin(method: &Method, headers: &HeaderMap, own_origin: &str) -> Result<(), Problem> {
    if method == Method::GET || method == Method::HEAD || method == Method::OPTIONS {
        return Ok(());
    }
    let text = |name: &str| headers.get(name).and_then(|it| it.to_str().ok());
    let allowed = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origin == own_origin,
        (None, None) => false,
    };
    if allowed {
        return Ok(());
    }
    let detail = "With the session cookie, changes are taken from our own pages only. Programs send an access token instead.";
    Err(Problem::new(actix_web::http::StatusCode::FORBIDDEN, codes::CROSS_SITE_REQUEST, detail))
}
