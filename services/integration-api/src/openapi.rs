//! The description of the API, made from the code.

use std::fmt::Write as _;

use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{Components, Ref, RefOr, ResponseBuilder};
use utoipa::{Modify, OpenApi};

use crate::access::SESSION_COOKIE;
use crate::api::{account, auth, automation, content, events, integrations, sites};
use crate::{codes, routes};

/// All of it, with the aliases.
pub fn document() -> utoipa::openapi::OpenApi {
    web::openapi::with_aliases(canonical(), |path| {
        routes::aliases(path.trim_end_matches('/')).into_iter().map(|alias| alias + "/").collect()
    })
}

/// Each address once, as it is meant to be used.
pub fn canonical() -> utoipa::openapi::OpenApi {
    let mut document = Connecting::openapi();
    document.merge(Writing::openapi());
    document.merge(Planning::openapi());
    EveryOperation.modify(&mut document);
    document
}

/// As it is served and committed.
pub fn text() -> String {
    let mut text = document().to_pretty_json().expect("invariant: an OpenAPI document has string keys only");
    text.push('\n');
    text
}

/// People, sites, keys, integrations.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "IGNY8 integration API",
        description = "Write content, connect WordPress sites, publish, and see what became of it.\n\n\
            Answers are `{\"success\": true, \"data\": …}`, lists also carry `pagination`. Refusals are `application/problem+json` with a stable \
            `code`. Paths work with and without the trailing slash.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags(
        (name = "People", description = "Log in, and make access tokens for programs."),
        (name = "Sites", description = "The account's sites."),
        (name = "Integrations", description = "How sites are connected, and their API keys."),
        (name = "From sites", description = "What the bridge plugin calls."),
        (name = "Content", description = "Write, review, publish."),
        (name = "Calendar", description = "When content goes out: a site's settings, slots and exact times."),
        (name = "Events", description = "What happened between the platform and the sites."),
    ),
    paths(
        auth::login::login,
        auth::logout::logout,
        auth::me::who_am_i,
        account::tokens::list::list_tokens,
        account::tokens::create::create_token,
        account::tokens::delete::delete_token,
        sites::list::list_sites,
        sites::create::create_site,
        sites::get::get_site,
        sites::update::replace_site,
        sites::update::update_site,
        sites::delete::delete_site,
        integrations::list::list_integrations,
        integrations::create::create_integration,
        integrations::get::get_integration,
        integrations::update::replace_integration,
        integrations::update::update_integration,
        integrations::delete::delete_integration,
        integrations::generate_api_key::generate_api_key,
        integrations::rotate_api_key::rotate_api_key,
        integrations::revoke_api_key::revoke_api_key,
        integrations::use_application_password::use_application_password,
        integrations::pair::pair_site,
        integrations::test_connection::test_connection,
        integrations::test_collection_connection::test_collection_connection,
        integrations::get_probe::get_probe,
        integrations::drift::list::list_drift,
        integrations::drift::repair::repair_drift,
        integrations::drift::scan::scan_drift,
        integrations::imports::cancel::cancel_import,
        integrations::imports::get::get_import,
        integrations::imports::list::list_imports,
        integrations::imports::start::start_import,
        integrations::imports::sync::sync_integration,
        integrations::imports::sync::sync_site,
        integrations::update_structure::update_structure,
        integrations::content_types::get_content_types,
        integrations::content_types::update_content_types,
        integrations::list_terms::list_terms,
        integrations::sync_status::get_sync_status,
        integrations::sync_health::get_sync_health,
    ),
    components(schemas(web::ProblemBody))
)]
struct Connecting;

/// Content and events.
#[derive(OpenApi)]
#[openapi(paths(
    content::list::list_content,
    content::create::create_content,
    content::get::get_content,
    content::update::replace_content,
    content::update::update_content,
    content::delete::delete_content,
    content::submit::submit_content,
    content::approve::approve_content,
    content::reject::reject_content,
    content::publish::publish_content,
    content::republish::republish_content,
    content::unpublish::unpublish_content,
    content::restore::restore_content,
    content::delete_post::delete_post,
    content::cancel::cancel_content,
    content::bulk::review::bulk_submit,
    content::bulk::review::bulk_approve,
    content::bulk::bulk_publish,
    content::bulk::bulk_republish,
    content::bulk::bulk_unpublish,
    content::bulk::bulk_restore,
    content::bulk::bulk_delete,
    content::conflicts::list_conflicts,
    content::conflicts::resolve_conflict,
    content::timeline::list_content_timeline,
    events::list::list_events,
    events::stream::stream_events,
))]
struct Writing;

/// The sites' calendars.
#[derive(OpenApi)]
#[openapi(paths(
    sites::publishing_settings::get_publishing_settings,
    sites::publishing_settings::replace_publishing_settings,
    sites::publishing_settings::update_publishing_settings,
    sites::calendar::get_site_calendar,
    content::schedule::schedule_content,
    content::schedule::explain::explain_schedule,
    content::bulk::schedule::bulk_schedule,
    automation::stage_7::run_stage_7,
))]
struct Planning;

/// What holds for every operation.
struct EveryOperation;

impl Modify for EveryOperation {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_with(Components::new);
        for (name, scheme) in security_schemes() {
            components.add_security_scheme(name, scheme);
        }
        document.security = Some(vec![requirement("token"), requirement("session")]);
        let description = document.info.description.get_or_insert_default();
        description.push_str(&code_table());
        for operation in document.paths.paths.values_mut().flat_map(web::openapi::operations) {
            let problem = RefOr::Ref(Ref::from_schema_name("Problem"));
            let content = ContentBuilder::new().schema(Some(problem)).build();
            let refusal = ResponseBuilder::new()
                .description("A refusal or failure; `code` tells which.")
                .content("application/problem+json", content)
                .build();
            operation.responses.responses.entry("default".to_owned()).or_insert(RefOr::T(refusal));
        }
    }
}

fn security_schemes() -> [(&'static str, SecurityScheme); 4] {
    let bearer = |format: &str, text: &str| {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format(format)
            .description(Some(text))
            .build();
        SecurityScheme::Http(scheme)
    };
    [
        ("token", bearer("igny8_pat_…", "A personal access token, or a session's token.")),
        (
            "session",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
                SESSION_COOKIE,
                "A browser's session. Changes must come from the same origin.",
            ))),
        ),
        (
            "site_key",
            SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
                "X-IGNY8-API-KEY",
                "A site's API key.",
            ))),
        ),
        ("site_key_bearer", bearer("igny8_live_…", "A site's API key.")),
    ]
}

fn requirement(scheme: &str) -> SecurityRequirement {
    SecurityRequirement::new::<_, [&str; 0], &str>(scheme, [])
}

fn code_table() -> String {
    let mut table = "\n\n## Problem codes\n\n| code | meaning |\n|---|---|\n".to_owned();
    for (code, meaning) in codes::ALL {
        let _ = writeln!(table, "| `{code}` | {meaning} |");
    }
    let everywhere: Vec<String> = web::codes::ALL.iter().map(|code| format!("`{code}`")).collect();
    let _ = writeln!(table, "\nAny address may also answer {}.", everywhere.join(", "));
    table
}

#[cfg(test)]
mod tests;
