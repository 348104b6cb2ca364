use std::collections::BTreeSet;
use std::path::Path;

use actix_web::http::Method;

use super::*;
use crate::testing::Api;

/// `/api/v1/sites/{id}/` → `/api/v1/sites/1/`
fn filled(path: &str) -> String {
    let path = path.replace("{probe_id}", "0193a1b2-0000-7000-8000-000000000000");
    let segments = path.split('/').map(|it| if it.starts_with('{') { "1" } else { it });
    segments.collect::<Vec<_>>().join("/")
}

#[test]
fn the_committed_description_is_this_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text(),
        "openapi.json is stale: `cargo run -p integration-api -- openapi > {}`",
        path.display()
    );
}

#[test]
fn every_address_is_described_and_every_description_routed() {
    let described: BTreeSet<String> =
        canonical().paths.paths.keys().map(|it| it.trim_end_matches('/').to_owned()).collect();
    let routed: BTreeSet<String> = routes::paths().map(str::to_owned).collect();
    assert_eq!(described, routed);
}

#[test]
fn operations_have_ids_of_their_own() {
    let document = serde_json::to_value(document()).unwrap();
    let items =
        document["paths"].as_object().unwrap().values().flat_map(|it| it.as_object().unwrap().values());
    let ids: Vec<_> = items.map(|it| it["operationId"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
}

#[actix_web::test]
async fn every_described_method_answers_also_under_its_aliases() {
    let api = Api::start().await;
    let document = serde_json::to_value(document()).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let method: Method = method.to_uppercase().parse().unwrap();
            // Nobody asks: whatever is routed says 401, or 4xx about the missing body.
            for path in [filled(path), filled(path.trim_end_matches('/'))] {
                let answer = api.call(method.clone(), &path, "", None).await;
                assert!(![404, 405].contains(&answer.status.as_u16()), "{method} {path}: {}", answer.status);
            }
        }
    }
}

#[actix_web::test]
async fn other_methods_and_addresses_are_refused() {
    let api = Api::start().await;
    let answer = api.call(Method::DELETE, "/api/v1/auth/login/", "", None).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (405, "method_not_allowed"));
    assert_eq!(api.get("", "/api/v1/nothing/").await.code(), "not_found");
    assert_eq!(api.get("", "/api/v1/sites/abc/").await.code(), "not_found");
}

#[actix_web::test]
async fn the_description_and_its_page_are_served() {
    let api = Api::start().await;
    let served = api.get("", "/api/openapi.json").await;
    assert_eq!(served.json()["openapi"].as_str().unwrap()[..3], *"3.1");
    assert_eq!(served.json(), serde_json::to_value(document()).unwrap());
    assert_eq!(api.get("", "/api/docs/").await.header("location"), "/api/docs/index.html");
    assert!(api.get("", "/api/docs/index.html").await.status.is_success());
}

/// Codes reach the wire only by a constant of `codes`, a refusal of `domain`, or a code of `web`; each has its row in the table.
#[test]
fn every_code_that_is_used_is_described() {
    let described = canonical().info.description.unwrap();
    for (code, _) in codes::ALL {
        assert!(described.contains(&format!("| `{code}` |")), "{code}");
    }
    let mut unknown = Vec::new();
    visit(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut |path, source| {
        for (at, _) in source.match_indices("Problem::new(") {
            let call: String = source[at..].chars().take(160).collect();
            let is_literal = call.split(',').nth(1).is_some_and(|it| it.trim_start().starts_with('"'));
            if is_literal {
                unknown.push(format!("{}: {call}", path.display()));
            }
        }
    });
    assert!(unknown.is_empty(), "name these codes in codes.rs: {unknown:#?}");
}

fn visit(folder: &Path, look: &mut dyn FnMut(&Path, &str)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            visit(&path, look);
        } else if path.extension().is_some_and(|it| it == "rs") {
            look(&path, &std::fs::read_to_string(&path).unwrap());
        }
    }
}

/// Descriptions name codes in backticks; each must exist.
#[test]
fn descriptions_name_only_codes_that_exist() {
    let known: BTreeSet<&str> =
        codes::ALL.iter().map(|(code, _)| *code).chain(web::codes::ALL.iter().copied()).collect();
    let document = serde_json::to_value(canonical()).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                if !status.starts_with('4') {
                    continue;
                }
                let text = response["description"].as_str().unwrap_or_default();
                let named: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
                for code in named {
                    assert!(known.contains(code), "{path} {status}: {code}");
                }
            }
        }
    }
}
