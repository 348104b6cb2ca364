use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;

use crate::access;
use crate::api::operators::{analytics, catalogue, compatibility, versions};
use crate::api::plugins::{check_update, download, download_grant, health_check, info, log, register};
use crate::routes::PREFIXES;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "plugin-distribution", description = "Releases of the plugin that WordPress sites install."),
    paths(
        download::download_plugin,
        download_grant::grant_download,
        info::get_plugin_info,
        check_update::check_update,
        register::register_installation,
        health_check::report_health,
        log::read_release_log,
        catalogue::list::list_plugins,
        catalogue::create::create_plugin,
        catalogue::get::get_plugin,
        catalogue::change::change_plugin,
        catalogue::delete::delete_plugin,
        versions::list::list_versions,
        versions::upload::upload_version,
        versions::get::get_version,
        versions::delete::delete_version,
        versions::release::release_version,
        versions::roll_out::pause_version,
        versions::roll_out::resume_version,
        versions::roll_out::roll_out_version,
        versions::deprecate::deprecate_version,
        versions::withdraw::withdraw_version,
        versions::revert::revert_version,
        analytics::read_analytics,
        compatibility::read_compatibility,
    ),
    components(schemas(web::ProblemBody)),
    security(("site_key" = []), ("bearer" = []))
)]
struct Described;

/// The description, with every alias marked deprecated.
pub fn document() -> OpenApi {
    let mut document = Described::openapi();
    credentials::describe(&mut document);
    access::describe(&mut document);
    let [prefix, aliases @ ..] = PREFIXES;
    web::openapi::with_aliases(document, |path| {
        let below = path.strip_prefix(prefix).unwrap_or_default();
        aliases.iter().map(|alias| format!("{alias}{below}")).collect()
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
        let stale = "openapi.json is stale: `cargo run -p plugin-distribution -- openapi > services/plugin-distribution/openapi.json`";
        assert!(committed == super::text(), "{stale}");
    }

    #[test]
    fn every_address_is_described_with_its_alias() {
        let document = serde_json::to_value(super::document()).unwrap();
        let paths: Vec<_> = document["paths"].as_object().unwrap().keys().cloned().collect();
        let below = [
            "",
            "{slug}/",
            "{slug}/analytics/",
            "{slug}/check-update/",
            "{slug}/compatibility/",
            "{slug}/download-grant/",
            "{slug}/download/",
            "{slug}/health-check/",
            "{slug}/info/",
            "{slug}/log/",
            "{slug}/register/",
            "{slug}/versions/",
            "{slug}/versions/{version}/",
            "{slug}/versions/{version}/deprecate/",
            "{slug}/versions/{version}/pause/",
            "{slug}/versions/{version}/release/",
            "{slug}/versions/{version}/resume/",
            "{slug}/versions/{version}/revert/",
            "{slug}/versions/{version}/roll-out/",
            "{slug}/versions/{version}/withdraw/",
        ];
        let expected = crate::routes::PREFIXES.iter().flat_map(|it| below.map(|path| format!("{it}/{path}")));
        assert_eq!(paths, expected.collect::<Vec<_>>());
        assert_eq!(document["paths"]["/api/v1/plugins/{slug}/info/"]["get"]["deprecated"], true);
    }
}
