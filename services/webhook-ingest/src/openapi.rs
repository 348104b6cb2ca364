use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;

use crate::api::{deliveries, wordpress};
use crate::routes::PREFIXES;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "webhook-ingest", description = "Takes in what WordPress sites tell us."),
    paths(
        wordpress::events::receive_events,
        wordpress::status::receive_status,
        wordpress::metadata::receive_metadata,
        wordpress::thin::receive_notice,
        deliveries::get_delivery
    ),
    components(schemas(web::ProblemBody)),
    security(("site_key" = []), ("bearer" = []))
)]
struct Described;

/// The description, with every alias marked deprecated.
pub fn document() -> OpenApi {
    let mut document = Described::openapi();
    credentials::describe(&mut document);
    let [prefix, alias] = PREFIXES;
    web::openapi::with_aliases(document, |path| {
        path.strip_prefix(prefix).map(|below| format!("{alias}{below}")).into_iter().collect()
    })
}

/// As it is served and committed.
pub fn text() -> String {
    let mut text = document().to_pretty_json().expect("invariant: an OpenAPI document has string keys only");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_committed_description_is_this_one() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        let stale = "openapi.json is stale: `cargo run -p webhook-ingest -- openapi > services/webhook-ingest/openapi.json`";
        assert!(committed == super::text(), "{stale}");
    }

    #[test]
    fn every_address_is_described_with_its_alias() {
        let document = serde_json::to_value(super::document()).unwrap();
        let paths: Vec<_> = document["paths"].as_object().unwrap().keys().cloned().collect();
        let below = [
            "webhook/wordpress/",
            "webhooks/deliveries/{id}/",
            "webhooks/wordpress/events/",
            "webhooks/wordpress/metadata/",
            "webhooks/wordpress/status/",
        ];
        let expected =
            ["/api/v1", "/v1"].iter().flat_map(|it| below.map(|path| format!("{it}/integration/{path}")));
        assert_eq!(paths, expected.collect::<Vec<_>>());
        assert_eq!(
            document["paths"]["/v1/integration/webhooks/wordpress/status/"]["post"]["deprecated"],
            true
        );
    }
}
