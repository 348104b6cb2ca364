//! Every address of this service, on one page.
//!
//! Paths are written without a trailing slash; requests may have one. Each has aliases by the rules of [`aliases`], which the
//! description shows as deprecated.

use actix_web::middleware::from_fn;
use actix_web::web::{Data, ServiceConfig, delete, get, patch, post, put, resource, scope};
use actix_web::{HttpRequest, Resource};

use crate::api::{account, auth, automation, content, events, integrations, sites};
use crate::{AppState, access, openapi};

type Place = (&'static str, fn(Resource) -> Resource);

/// Static paths stand before those with an id in the same place.
const PLACES: &[Place] = &[
    // people
    ("/api/v1/auth/login", |at| at.route(post().to(auth::login::login))),
    ("/api/v1/auth/logout", |at| at.route(post().to(auth::logout::logout))),
    ("/api/v1/auth/me", |at| at.route(get().to(auth::me::who_am_i))),
    ("/api/v1/account/tokens", |at| {
        at.route(get().to(account::tokens::list::list_tokens))
            .route(post().to(account::tokens::create::create_token))
    }),
    ("/api/v1/account/tokens/{id}", |at| at.route(delete().to(account::tokens::delete::delete_token))),
    // sites
    ("/api/v1/sites", |at| {
        at.route(get().to(sites::list::list_sites)).route(post().to(sites::create::create_site))
    }),
    ("/api/v1/sites/{id}", |at| {
        at.route(get().to(sites::get::get_site))
            .route(put().to(sites::update::replace_site))
            .route(patch().to(sites::update::update_site))
            .route(delete().to(sites::delete::delete_site))
    }),
    ("/api/v1/sites/{id}/publishing-settings", |at| {
        at.route(get().to(sites::publishing_settings::get_publishing_settings))
            .route(put().to(sites::publishing_settings::replace_publishing_settings))
            .route(patch().to(sites::publishing_settings::update_publishing_settings))
    }),
    ("/api/v1/sites/{id}/calendar", |at| at.route(get().to(sites::calendar::get_site_calendar))),
    // content
    ("/api/v1/writer/content", |at| {
        at.app_data(content::BODY_LIMIT)
            .route(get().to(content::list::list_content))
            .route(post().to(content::create::create_content))
    }),
    ("/api/v1/writer/content/{id}", |at| {
        at.app_data(content::BODY_LIMIT)
            .route(get().to(content::get::get_content))
            .route(put().to(content::update::replace_content))
            .route(patch().to(content::update::update_content))
            .route(delete().to(content::delete::delete_content))
    }),
    ("/api/v1/writer/content/{id}/submit", |at| at.route(post().to(content::submit::submit_content))),
    ("/api/v1/writer/content/{id}/approve", |at| at.route(post().to(content::approve::approve_content))),
    ("/api/v1/writer/content/{id}/reject", |at| at.route(post().to(content::reject::reject_content))),
    ("/api/v1/writer/content/{id}/publish", |at| at.route(post().to(content::publish::publish_content))),
    ("/api/v1/writer/content/{id}/republish", |at| {
        at.route(post().to(content::republish::republish_content))
    }),
    ("/api/v1/writer/content/{id}/unpublish", |at| {
        at.route(post().to(content::unpublish::unpublish_content))
    }),
    ("/api/v1/writer/content/{id}/restore", |at| at.route(post().to(content::restore::restore_content))),
    ("/api/v1/writer/content/{id}/delete", |at| at.route(post().to(content::delete_post::delete_post))),
    ("/api/v1/writer/content/{id}/schedule", |at| at.route(post().to(content::schedule::schedule_content))),
    ("/api/v1/writer/content/{id}/schedule/explain", |at| {
        at.route(get().to(content::schedule::explain::explain_schedule))
    }),
    ("/api/v1/writer/content/{id}/cancel", |at| at.route(post().to(content::cancel::cancel_content))),
    ("/api/v1/writer/content/{id}/conflicts", |at| at.route(get().to(content::conflicts::list_conflicts))),
    ("/api/v1/writer/content/{id}/conflicts/{conflict_id}/resolve", |at| {
        at.app_data(content::BODY_LIMIT).route(post().to(content::conflicts::resolve_conflict))
    }),
    ("/api/v1/writer/content/bulk-submit", |at| at.route(post().to(content::bulk::review::bulk_submit))),
    ("/api/v1/writer/content/bulk-approve", |at| at.route(post().to(content::bulk::review::bulk_approve))),
    ("/api/v1/writer/content/bulk-publish", |at| at.route(post().to(content::bulk::bulk_publish))),
    ("/api/v1/writer/content/bulk-republish", |at| at.route(post().to(content::bulk::bulk_republish))),
    ("/api/v1/writer/content/bulk-unpublish", |at| at.route(post().to(content::bulk::bulk_unpublish))),
    ("/api/v1/writer/content/bulk-restore", |at| at.route(post().to(content::bulk::bulk_restore))),
    ("/api/v1/writer/content/bulk-delete", |at| at.route(post().to(content::bulk::bulk_delete))),
    ("/api/v1/writer/content/bulk-schedule", |at| {
        at.route(post().to(content::bulk::schedule::bulk_schedule))
    }),
    ("/api/v1/writer/content/{id}/timeline", |at| {
        at.route(get().to(content::timeline::list_content_timeline))
    }),
    ("/api/v1/automation/stage-7", |at| at.route(post().to(automation::stage_7::run_stage_7))),
    // events
    ("/api/v1/integration/events", |at| at.route(get().to(events::list::list_events))),
    ("/api/v1/integration/events/stream", |at| at.route(get().to(events::stream::stream_events))),
    // integrations
    ("/api/v1/integration/integrations", |at| {
        at.route(get().to(integrations::list::list_integrations))
            .route(post().to(integrations::create::create_integration))
    }),
    ("/api/v1/integration/integrations/generate-api-key", |at| {
        at.route(post().to(integrations::generate_api_key::generate_api_key))
    }),
    ("/api/v1/integration/integrations/rotate-api-key", |at| {
        at.route(post().to(integrations::rotate_api_key::rotate_api_key))
    }),
    ("/api/v1/integration/integrations/revoke-api-key", |at| {
        at.route(post().to(integrations::revoke_api_key::revoke_api_key))
    }),
    ("/api/v1/integration/integrations/use-application-password", |at| {
        at.route(post().to(integrations::use_application_password::use_application_password))
    }),
    ("/api/v1/integration/integrations/test-connection", |at| {
        at.route(post().to(integrations::pair::pair_site))
    }),
    ("/api/v1/integration/integrations/{id}", |at| {
        at.route(get().to(integrations::get::get_integration))
            .route(put().to(integrations::update::replace_integration))
            .route(patch().to(integrations::update::update_integration))
            .route(delete().to(integrations::delete::delete_integration))
    }),
    ("/api/v1/integration/integrations/{id}/update-structure", |at| {
        at.app_data(integrations::update_structure::BODY_LIMIT)
            .route(post().to(integrations::update_structure::update_structure))
    }),
    ("/api/v1/integration/integrations/{id}/content-types", |at| {
        at.route(get().to(integrations::content_types::get_content_types))
            .route(patch().to(integrations::content_types::update_content_types))
    }),
    ("/api/v1/integration/integrations/{id}/taxonomies/{taxonomy}/terms", |at| {
        at.route(get().to(integrations::list_terms::list_terms))
    }),
    ("/api/v1/integration/integrations/{id}/sync-status", |at| {
        at.route(get().to(integrations::sync_status::get_sync_status))
    }),
    ("/api/v1/integration/integrations/{id}/sync-health", |at| {
        at.route(get().to(integrations::sync_health::get_sync_health))
    }),
    ("/api/v1/integration/integrations/{id}/test-connection", |at| {
        at.route(post().to(integrations::test_connection::test_connection))
    }),
    ("/api/v1/integration/integrations/{id}/test-collection-connection", |at| {
        at.route(post().to(integrations::test_collection_connection::test_collection_connection))
    }),
    ("/api/v1/integration/integrations/{id}/probes/{probe_id}", |at| {
        at.route(get().to(integrations::get_probe::get_probe))
    }),
    ("/api/v1/integration/integrations/{id}/drift", |at| {
        at.route(get().to(integrations::drift::list::list_drift))
    }),
    ("/api/v1/integration/integrations/{id}/drift/scan", |at| {
        at.route(post().to(integrations::drift::scan::scan_drift))
    }),
    ("/api/v1/integration/integrations/{id}/drift/repair", |at| {
        at.route(post().to(integrations::drift::repair::repair_drift))
    }),
    ("/api/v1/integration/integrations/{id}/import", |at| {
        at.route(post().to(integrations::imports::start::start_import))
    }),
    ("/api/v1/integration/integrations/{id}/imports", |at| {
        at.route(get().to(integrations::imports::list::list_imports))
    }),
    ("/api/v1/integration/integrations/{id}/imports/{import_id}", |at| {
        at.route(get().to(integrations::imports::get::get_import))
    }),
    ("/api/v1/integration/integrations/{id}/imports/{import_id}/cancel", |at| {
        at.route(post().to(integrations::imports::cancel::cancel_import))
    }),
    ("/api/v1/integration/integrations/{id}/sync", |at| {
        at.route(post().to(integrations::imports::sync::sync_integration))
    }),
    ("/api/v1/integration/site-sync", |at| at.route(post().to(integrations::imports::sync::sync_site))),
];

/// Other ways to write a path that older callers use.
pub fn aliases(path: &str) -> Vec<String> {
    let mut all = vec![path.to_owned()];
    // `/api/v1/integration/{id}/…` for `/api/v1/integration/integrations/{id}/…`
    if let Some(rest) = path.strip_prefix("/api/v1/integration/integrations") {
        all.push(format!("/api/v1/integration{rest}"));
    }
    // `test_connection` for `test-connection`
    let underscored: Vec<String> =
        all.iter().map(|it| it.replace('-', "_")).filter(|it| !all.contains(it)).collect();
    all.extend(underscored);
    // `/v1/…` for `/api/v1/…`
    let short: Vec<String> = all.iter().filter_map(|it| it.strip_prefix("/api").map(str::to_owned)).collect();
    all.extend(short);
    all.remove(0);
    all
}

/// The path as the description has it, without a trailing slash, whichever alias was asked for.
pub fn canonical(request: &HttpRequest) -> String {
    let matched = request.match_pattern().unwrap_or_default();
    let is_it = |path: &str| pattern(path) == matched;
    let place = paths().find(|it| is_it(it) || aliases(it).iter().any(|it| is_it(it)));
    let Some(place) = place else { return request.path().trim_end_matches('/').to_owned() };
    let parts = request.match_info().iter();
    parts.fold(place.to_owned(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value))
}

/// Canonical paths, as the description has them.
pub fn paths() -> impl Iterator<Item = &'static str> {
    PLACES.iter().map(|(path, _)| *path)
}

pub fn configure(config: &mut ServiceConfig, state: &AppState) {
    config.app_data(Data::new(state.clone()));
    web::openapi::serve(config, "/api/openapi.json", "/api/docs", &openapi::document());
    let mut all = scope("").wrap(from_fn(access::identify));
    for (path, routes) in PLACES {
        all = all.service(routes(resource(pattern(path))));
    }
    for (path, routes) in PLACES {
        for alias in aliases(path) {
            all = all.service(routes(resource(pattern(&alias))));
        }
    }
    config.service(all);
}

/// Ids are numbers here, so that `…/{id}` takes nothing that has a name of its own.
fn pattern(path: &str) -> String {
    path.replace("{id}", "{id:[0-9]+}").replace("{conflict_id}", "{conflict_id:[0-9]+}")
}
