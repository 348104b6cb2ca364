//! The whole URL table.

use std::time::Duration;

use actix_web::Resource;
use actix_web::dev::HttpServiceFactory;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, ServiceConfig, delete, get, head, patch, post, resource, scope};
use web::{BodyLimit, BodyTimeout, BusyRoutes};

use crate::api::operators::{analytics, catalogue, compatibility, versions};
use crate::api::plugins::{check_update, download, download_grant, health_check, info, log, register};
use crate::app::AppState;
use crate::{access, limits, openapi, refusals};

/// The address itself, then its aliases.
pub const PREFIXES: [&str; 3] = ["/api/plugins", "/api/v1/plugins", "/v1/plugins"];

/// Asked for by every site, again and again.
const BUSY: [&str; 5] = ["check-update", "check_update", "download", "info", "log"];
/// What a site says of itself.
const REPORT: BodyLimit = BodyLimit(16 * 1024);
/// A plugin as a ZIP. The largest there are have less.
const UPLOAD: BodyLimit = BodyLimit(32 << 20);
const UPLOADING: BodyTimeout = BodyTimeout(Duration::from_mins(2));

pub fn configure(config: &mut ServiceConfig, state: &AppState) {
    let busy = PREFIXES.iter().flat_map(|prefix| BUSY.map(|path| format!("{prefix}/{{slug}}/{path}")));
    config
        .app_data(state.directory.clone())
        .app_data(state.limits.clone())
        .app_data(BusyRoutes::new(busy))
        .app_data(Data::new(state.clone()));
    for prefix in PREFIXES {
        config
            .service(operators_only(
                resource(prefix)
                    .route(get().to(catalogue::list::list_plugins))
                    .route(post().to(catalogue::create::create_plugin)),
            ))
            .service(scope(&format!("{prefix}/{{slug}}")).configure(plugin).configure(operators));
    }
    web::openapi::serve(config, "/api/openapi.json", "/api/docs", &openapi::document());
}

fn plugin(config: &mut ServiceConfig) {
    let check = || post().to(check_update::check_update);
    config
        .service(resource("/check-update").app_data(REPORT).route(check()))
        .service(
            resource("/download")
                .route(get().to(download::download_plugin))
                .route(head().to(download::download_plugin))
                .wrap(from_fn(limits::keep_to))
                .wrap(from_fn(refusals::record)),
        )
        .service(resource("/info").route(get().to(info::get_plugin_info)))
        .service(resource("/log").route(get().to(log::read_release_log)))
        // A list of patterns is slower to match, and the first two are asked for most.
        .service(resource("/check_update").app_data(REPORT).route(check()))
        .service(
            resource(["/download-grant", "/download_grant"])
                .app_data(REPORT)
                .route(post().to(download_grant::grant_download))
                .wrap(from_fn(limits::keep_to))
                .wrap(from_fn(refusals::record)),
        )
        .service(
            resource("/register")
                .app_data(REPORT)
                .route(post().to(register::register_installation))
                .wrap(from_fn(limits::keep_to)),
        )
        .service(
            resource(["/health-check", "/health_check"])
                .app_data(REPORT)
                .route(post().to(health_check::report_health))
                .wrap(from_fn(limits::keep_to)),
        );
}

fn operators(config: &mut ServiceConfig) {
    let act =
        |name: &str, route| operators_only(resource(format!("/versions/{{version}}/{name}")).route(route));
    config
        .service(operators_only(
            resource("")
                .route(get().to(catalogue::get::get_plugin))
                .route(patch().to(catalogue::change::change_plugin))
                .route(delete().to(catalogue::delete::delete_plugin)),
        ))
        .service(operators_only(
            resource("/versions")
                .app_data(UPLOAD)
                .app_data(UPLOADING)
                .route(get().to(versions::list::list_versions))
                .route(post().to(versions::upload::upload_version)),
        ))
        .service(operators_only(
            resource("/versions/{version}")
                .route(get().to(versions::get::get_version))
                .route(delete().to(versions::delete::delete_version)),
        ))
        .service(operators_only(resource("/analytics").route(get().to(analytics::read_analytics))))
        .service(operators_only(
            resource("/compatibility").route(get().to(compatibility::read_compatibility)),
        ))
        .service(act("release", post().to(versions::release::release_version)))
        .service(act("pause", post().to(versions::roll_out::pause_version)))
        .service(act("resume", post().to(versions::roll_out::resume_version)))
        .service(act("roll-out", post().to(versions::roll_out::roll_out_version)))
        .service(act("deprecate", post().to(versions::deprecate::deprecate_version)))
        .service(act("withdraw", post().to(versions::withdraw::withdraw_version)))
        .service(act("revert", post().to(versions::revert::revert_version)));
}

fn operators_only(place: Resource) -> impl HttpServiceFactory {
    place.wrap(from_fn(access::admit)).wrap(from_fn(limits::keep_to))
}
