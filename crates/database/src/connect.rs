use std::str::FromStr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use diesel::{ConnectionError, ConnectionResult};
use diesel_async::AsyncPgConnection;
use tokio_postgres_rustls::MakeRustlsConnect;

/// One connection with the limits every statement of ours lives under.
pub(crate) async fn connect(
    url: &str,
    application: &str,
    statement_timeout: Duration,
) -> ConnectionResult<AsyncPgConnection> {
    let mut config = tokio_postgres::Config::from_str(url).map_err(|error| bad_connection(&error))?;
    let limits = format!(
        "-c statement_timeout={} -c lock_timeout=3000 -c idle_in_transaction_session_timeout=15000",
        statement_timeout.as_millis()
    );
    let options = config.get_options().map_or_else(|| limits.clone(), |given| format!("{limits} {given}"));
    config
        .application_name(application)
        .options(options)
        .connect_timeout(Duration::from_secs(3))
        .tcp_user_timeout(Duration::from_secs(10))
        .keepalives_idle(Duration::from_secs(5))
        .keepalives_interval(Duration::from_secs(2))
        .keepalives_retries(3);
    let (client, connection) = config.connect(TLS.clone()).await.map_err(|error| bad_connection(&error))?;
    AsyncPgConnection::try_from_client_and_connection(client, connection).await
}

fn bad_connection(error: &tokio_postgres::Error) -> ConnectionError {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    ConnectionError::BadConnection(text)
}

static TLS: LazyLock<MakeRustlsConnect> = LazyLock::new(|| {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config =
        rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("invariant: ring offers the default protocol versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
    MakeRustlsConnect::new(config)
});
