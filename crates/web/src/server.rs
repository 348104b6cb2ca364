use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use actix_http::HttpService;
use actix_http::error::DispatchError;
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::body::BoxBody;
use actix_web::dev::{AppConfig, Server, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::middleware::from_fn;
use actix_web::web::{Data, ServiceConfig, to};
use actix_web::{App, Error, HttpRequest, HttpResponse};
use lifecycle::{Lifecycle, Readiness, Shutdown, Stage, TaskResult};
use tokio::net::TcpStream;

use crate::openapi::AllowedMethods;
use crate::sendfile::Connection;
use crate::{HttpSettings, Problem, codes, edge, probes};

/// Opens the door: listens at once, answers until [`Stage::Doors`] stops, then lets the requests in flight finish. Returns the
/// address, which matters when the settings ask for port 0.
pub fn serve<F>(settings: &HttpSettings, lifecycle: &Lifecycle, configure: F) -> io::Result<SocketAddr>
where
    F: Fn(&mut ServiceConfig) + Clone + Send + 'static,
{
    let listener = TcpListener::bind(settings.bind)?;
    let address = listener.local_addr()?;
    let settings = Arc::new(settings.clone());
    let readiness = lifecycle.readiness().clone();
    // Ends a little before the stage is cut off, so that it ends by itself.
    let grace = lifecycle.limit(Stage::Doors).saturating_sub(Duration::from_millis(500));
    lifecycle.spawn(Stage::Doors, "http", move |shutdown| {
        let server = listen(&listener, &settings, &readiness, grace, &configure, &shutdown);
        async move { run(server?, shutdown).await }
    });
    tracing::info!(%address, "listening");
    Ok(address)
}

/// Bytes of a streamed body that wait for the connection, but for the last piece: a thousand listeners that read slowly hold so much each.
const STREAMED: usize = 8 << 10;

/// As actix-web's own `HttpServer` does, but on connections that send files.
fn listen<F>(
    listener: &TcpListener,
    settings: &Arc<HttpSettings>,
    readiness: &Readiness,
    grace: Duration,
    configure: &F,
    shutdown: &Shutdown,
) -> io::Result<Server>
where
    F: Fn(&mut ServiceConfig) + Clone + Send + 'static,
{
    let (shared, readiness, configure) = (Arc::clone(settings), readiness.clone(), configure.clone());
    let shutdown = shutdown.clone();
    let connections = move || {
        let (app, shutdown) = (app(&shared, &readiness, &configure).into_factory(), shutdown.clone());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let shutdown = shutdown.clone();
                async move { shutdown.cancelled().await }
            })
            .client_request_timeout(shared.head_timeout)
            .client_disconnect_timeout(Duration::from_secs(1))
            .keep_alive(shared.keep_alive)
            .h1_write_buffer_size(STREAMED)
            .on_connect_ext(|connection: &Connection, data| {
                data.insert(connection.lane());
            })
            .h1(map_config(app, |()| AppConfig::default()).map_err(|error| error.error_response()));
        fn_service(|stream: TcpStream| async {
            let peer = stream.peer_addr().ok();
            Ok::<_, DispatchError>((Connection::new(stream)?, peer))
        })
        .and_then(http)
    };
    let mut server = Server::build()
        .max_concurrent_connections(settings.max_connections)
        .shutdown_timeout(grace.as_secs())
        .disable_signals();
    if settings.workers > 0 {
        server = server.workers(settings.workers);
    }
    Ok(server.listen("http", listener.try_clone()?, connections)?.run())
}

async fn run(server: Server, shutdown: Shutdown) -> TaskResult {
    let handle = server.handle();
    let mut server = pin!(server);
    tokio::select! {
        ended = &mut server => {
            ended?;
            return Err("the HTTP server ended by itself".into());
        }
        () = shutdown.cancelled() => {}
    }
    let (ended, ()) = tokio::join!(server, handle.stop(true));
    Ok(ended?)
}

/// What [`serve`] serves. Routes are written without a trailing slash; requests may have one.
pub fn app(
    settings: &Arc<HttpSettings>,
    readiness: &Readiness,
    configure: &dyn Fn(&mut ServiceConfig),
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    > + use<>,
> {
    App::new()
        .app_data(Arc::clone(settings))
        .app_data(Data::new(readiness.clone()))
        .configure(probes::configure)
        .configure(configure)
        .default_service(to(nowhere))
        .wrap(from_fn(edge::pass))
}

/// No route took it: the address is unknown, or only its method.
async fn nowhere(request: HttpRequest) -> Result<HttpResponse, Problem> {
    if request.match_pattern().is_none() {
        return Err(Problem::not_found("There is nothing at this address."));
    }
    let detail = "This address takes other methods.";
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, codes::METHOD_NOT_ALLOWED, detail);
    Err(match AllowedMethods::at(&request) {
        Some(methods) => problem.header(header::ALLOW, methods),
        None => problem,
    })
}
