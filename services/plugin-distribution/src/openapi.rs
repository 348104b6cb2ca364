use utoipa::OpenApi as _;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Deprecated, OpenApi};

use crate::api::plugins::{check_update, download, health_check, info, register};
use crate::routes::PREFIXES;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "plugin-distribution", description = "Releases of the plugin that WordPress sites install."),
    paths(
        download::download_plugin,
        info::get_plugin_info,
        check_update::check_update,
        register::register_installation,
        health_check::report_health,
    ),
    components(schemas(web::ProblemBody)),
    security(("site_key" = []), ("bearer" = []))
)]
struct Described;

/// The description, with every alias marked deprecated.
pub fn document() -> OpenApi {
    let mut document = Described::openapi();
    let components = document.components.get_or_insert_default();
    let key = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-IGNY8-API-KEY")));
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    components
        .security_schemes
        .extend([("site_key".to_owned(), key.into()), ("bearer".to_owned(), bearer.into())]);
    let [prefix, alias] = PREFIXES;
    let aliases: Vec<(String, PathItem)> = document
        .paths
        .paths
        .iter()
        .filter_map(|(path, item)| {
            Some((format!("{alias}{}", path.strip_prefix(prefix)?), deprecated(item.clone())))
        })
        .collect();
    document.paths.paths.extend(aliases);
    document
}

fn deprecated(mut item: PathItem) -> PathItem {
    for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
        let Operation { deprecated, operation_id, .. } = operation;
        *deprecated = Some(Deprecated::True);
        *operation_id = operation_id.take().map(|id| format!("{id}_alias"));
    }
    item
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_address_is_described_with_its_alias() {
        let document = serde_json::to_value(super::document()).unwrap();
        let paths: Vec<_> = document["paths"].as_object().unwrap().keys().cloned().collect();
        let below = ["check-update/", "download/", "health-check/", "info/", "register/"];
        let expected =
            crate::routes::PREFIXES.iter().flat_map(|it| below.map(|path| format!("{it}/{{slug}}/{path}")));
        assert_eq!(paths, expected.collect::<Vec<_>>());
        assert_eq!(document["paths"]["/api/v1/plugins/{slug}/info/"]["get"]["deprecated"], true);
    }
}
