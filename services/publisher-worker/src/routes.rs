//! The whole URL table: this service answers only `/livez`, `/readyz` and `/metrics`, which `web` brings along.

use web::HttpSettings;

/// Opens the door for the probes.
pub fn serve(
    settings: &HttpSettings,
    lifecycle: &lifecycle::Lifecycle,
) -> std::io::Result<std::net::SocketAddr> {
    web::serve(settings, lifecycle, |_| {})
}
