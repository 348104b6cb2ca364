//! The whole URL table.

use actix_web::middleware::from_fn;
use actix_web::web::{Data, ServiceConfig, get, head, post, resource, scope};
use web::{BodyLimit, BusyRoutes};

use crate::api::operators::{analytics, compatibility};
use crate::api::plugins::{check_update, download, download_grant, health_check, info, log, register};
use crate::app::AppState;
use crate::{limits, openapi, refusals};

/// The address itself, then its aliases.
pub const PREFIXES: [&str; 3] = ["/api/plugins", "/api/v1/plugins", "/v1/plugins"];

/// Asked for by every site, again and again.
const BUSY: [&str; 5] = ["check-update", "check_update", "download", "info", "log"];
/// What a site says of itself.
const REPORT: BodyLimit = BodyLimit(16 * 1024);

pub fn configure(config: &mut ServiceConfig, state: &AppState) {
    let busy = PREFIXES.iter().flat_map(|prefix| BUSY.map(|path| format!("{prefix}/{{slug}}/{path}")));
    config
        .app_data(state.directory.clone())
        .app_data(state.limits.clone())
        .app_data(BusyRoutes::new(busy))
        .app_data(Data::new(state.clone()));
    for prefix in PREFIXES {
        config.service(scope(&format!("{prefix}/{{slug}}")).configure(plugin));
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
        )
        .service(
            resource("/analytics").route(get().to(analytics::read_analytics)).wrap(from_fn(limits::keep_to)),
        )
        .service(
            resource("/compatibility")
                .route(get().to(compatibility::read_compatibility))
                .wrap(from_fn(limits::keep_to)),
        );
}
