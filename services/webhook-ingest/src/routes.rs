//! The whole URL table.

use actix_web::middleware::from_fn;
use actix_web::web::{Data, ServiceConfig, get, post, resource, scope};
use web::{BodyLimit, BusyRoutes};

use crate::api::{deliveries, wordpress};
use crate::app::AppState;
use crate::{limits, openapi};

/// The address itself, then the alias under which the first plugins know it.
pub const PREFIXES: [&str; 2] = ["/api/v1", "/v1"];
/// Where events come in. Each is kept with its id, so that few need a line in the log.
const BUSY: [&str; 4] = [
    "webhooks/wordpress/events",
    "webhooks/wordpress/status",
    "webhooks/wordpress/metadata",
    "webhook/wordpress",
];

pub fn configure(config: &mut ServiceConfig, state: &AppState) {
    let busy = PREFIXES.iter().flat_map(|prefix| BUSY.map(|path| format!("{prefix}/integration/{path}")));
    config
        .app_data(BusyRoutes::new(busy))
        .app_data(state.directory.clone())
        .app_data(state.limits.clone())
        .app_data(Data::new(state.clone()));
    let batch_limit = BodyLimit(state.settings.intake.batch_limit_bytes);
    for prefix in PREFIXES {
        config.service(
            scope(&format!("{prefix}/integration/webhooks"))
                .service(
                    resource("/wordpress/events")
                        .app_data(batch_limit)
                        .route(post().to(wordpress::events::receive_events)),
                )
                .service(resource("/wordpress/status").route(post().to(wordpress::status::receive_status)))
                .service(
                    resource("/wordpress/metadata").route(post().to(wordpress::metadata::receive_metadata)),
                )
                .service(resource("/deliveries/{id}").route(get().to(deliveries::get_delivery)))
                .wrap(from_fn(limits::keep_to)),
        );
        config.service(
            resource(format!("{prefix}/integration/webhook/wordpress"))
                .route(post().to(wordpress::thin::receive_notice))
                .wrap(from_fn(limits::keep_to)),
        );
    }
    web::openapi::serve(config, "/api/openapi.json", "/api/docs", &openapi::document());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_routes_are_routes() {
        let paths = openapi::document().paths.paths;
        for path in BUSY {
            let path = format!("{}/integration/{path}/", PREFIXES[0]);
            assert!(paths.contains_key(&path), "{path} is none of {:?}", paths.keys());
        }
    }
}
