//! The whole URL table.

use actix_web::web::{Data, ServiceConfig, get, post, resource, scope};

use crate::api::plugins::{check_update, download, health_check, info, register};
use crate::app::AppState;
use crate::openapi;

/// The address itself, then its aliases.
pub const PREFIXES: [&str; 3] = ["/api/plugins", "/api/v1/plugins", "/v1/plugins"];

pub fn configure(config: &mut ServiceConfig, state: &AppState) {
    config.app_data(state.directory.clone()).app_data(Data::new(state.clone()));
    for prefix in PREFIXES {
        config.service(
            scope(&format!("{prefix}/{{slug}}"))
                .service(resource("/download").route(get().to(download::download_plugin)))
                .service(resource("/info").route(get().to(info::get_plugin_info)))
                .service(
                    resource(["/check-update", "/check_update"]).route(post().to(check_update::check_update)),
                )
                .service(resource("/register").route(post().to(register::register_installation)))
                .service(
                    resource(["/health-check", "/health_check"])
                        .route(post().to(health_check::report_health)),
                ),
        );
    }
    web::openapi::serve(config, "/api/openapi.json", "/api/docs", &openapi::document());
}
