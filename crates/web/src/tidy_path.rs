use actix_web::dev::{ServiceRequest, Url};
use actix_web::http::Uri;
use actix_web::http::uri::PathAndQuery;

/// Cuts off slashes at the end and makes one of several, so that routes are written without one and answer both.
pub fn tidy_path(request: &mut ServiceRequest) {
    let Some(path) = tidy(request.uri().path()) else { return };
    let tidied = match request.uri().query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = PathAndQuery::try_from(tidied).ok();
    // It was valid, and slashes make no difference to that; if they did, it would stay as it is and be found nowhere.
    if let Ok(uri) = Uri::from_parts(parts) {
        request.match_info_mut().set(Url::new(uri.clone()));
        request.head_mut().uri = uri;
    }
}

/// `None`: it is tidy.
fn tidy(path: &str) -> Option<String> {
    if path.len() < 2 || !(path.ends_with('/') || path.contains("//")) {
        return None;
    }
    let mut tidied = String::with_capacity(path.len());
    for letter in path.trim_end_matches('/').chars() {
        if letter != '/' || !tidied.ends_with('/') {
            tidied.push(letter);
        }
    }
    if tidied.is_empty() {
        tidied.push('/');
    }
    Some(tidied)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn paths() {
        for (path, expected) in [
            ("/", "/"),
            ("/sites", "/sites"),
            ("/sites/", "/sites"),
            ("/sites//", "/sites"),
            ("//", "/"),
            ("/v1//sites/1/", "/v1/sites/1"),
            ("//sites/?a=/b//c/", "/sites?a=/b//c/"),
            ("/sites?a=b", "/sites?a=b"),
            ("/%C3%A4/", "/%C3%A4"),
        ] {
            let mut request = TestRequest::with_uri(path).to_srv_request();
            tidy_path(&mut request);
            assert_eq!(request.uri().to_string(), expected, "{path}");
            let routed = request.match_info().as_str();
            assert!(path.contains('%') || routed == request.path(), "{path} is looked for as {routed}");
        }
    }
}
