//! Many WordPress sites in one process, as far as a worker can see them: the bridge's routes, framed answers, kept-alive connections, and
//! a memory of what was published, by which the run is judged. One thread, little work per request: it shares the machine with what is
//! measured.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::http::Method;
use actix_web::web::{self, Bytes, Data, PayloadConfig, Query};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use secrets::VerifyingKey;
use serde::Deserialize;

mod answers;
mod pace;
mod proof;
mod state;

use self::answers::Answer;
use self::pace::{Desks, Pace};
use self::state::State;
pub use self::state::{Counts, Post};
use crate::sites;

#[derive(clap::Args)]
pub struct Options {
    #[arg(long)]
    port: u16,
    /// How many sites; each gets an address of its own, from 127.1.0.1 on.
    #[arg(long)]
    sites: i64,
    /// A number of milliseconds, or "wordpress": four PHP workers per site, half of the answers within 55 ms, one in a hundred over 250 ms.
    #[arg(long, default_value = "0")]
    latency: Pace,
    /// Check every request's signature with this public key of the platform's, in base64.
    #[arg(long)]
    verify: Option<String>,
}

struct Sites {
    state: Mutex<State>,
    in_flight: AtomicU64,
    pace: Pace,
    desks: Desks,
    verify: Option<VerifyingKey>,
}

pub fn serve(options: &Options) -> anyhow::Result<()> {
    anyhow::ensure!((1..=sites::MOST).contains(&options.sites), "between 1 and {} sites", sites::MOST);
    let verify = options.verify.as_deref().map(VerifyingKey::from_base64).transpose()?;
    let desks = Desks::new(options.sites);
    let (state, in_flight) = (Mutex::new(State::default()), AtomicU64::new(0));
    let sites = Data::new(Sites { state, in_flight, pace: options.latency, desks, verify });
    actix_web::rt::System::new().block_on(async {
        let shared = Data::clone(&sites);
        let connected = Arc::clone(&sites);
        let mut server = HttpServer::new(move || {
            App::new()
                .app_data(Data::clone(&shared))
                .app_data(PayloadConfig::new(32 << 20))
                .route("/control/slow", web::put().to(slow_down))
                .route("/control/posts", web::get().to(posts))
                .route("/control/counts", web::get().to(counts))
                .default_service(web::to(take))
        })
        .on_connect(move |_, _| lock(&connected.state).counts.connections += 1)
        .workers(1)
        .backlog(4096)
        .max_connections(100_000)
        .max_connection_rate(100_000)
        .keep_alive(Duration::from_secs(75))
        .shutdown_timeout(0)
        .bind((Ipv4Addr::LOCALHOST, options.port))?;
        for site in 1..=options.sites {
            server = server.bind((sites::address(site), options.port))?;
        }
        server.run().await
    })?;
    Ok(())
}

/// What the bridge's routes do.
async fn take(request: HttpRequest, body: Bytes, sites: Data<Sites>) -> HttpResponse {
    let address = request.app_config().local_addr().ip();
    let (Some(site), Some(route)) =
        (sites::site_at(address), request.path().strip_prefix("/wp-json/igny8/v1/"))
    else {
        return answers::no_route();
    };
    let here = Here::new(&sites.in_flight);
    let slow = {
        let mut state = lock(&sites.state);
        state.counts.arrived(here.count);
        state.slow.get(&site).copied()
    };
    match slow {
        Some(pause) => tokio::time::sleep(pause).await,
        None => sites.desks.wait(site, sites.pace).await,
    }
    let mut state = lock(&sites.state);
    if let Some(key) = &sites.verify
        && let Err(code) = proof::check(key, &request, site, route, &body)
    {
        state.counts.unproven += 1;
        return Answer::refused(401, code).framed(&request);
    }
    answer(&mut state, request.method(), site, route, &body).framed(&request)
}

/// A request that is being answered; its caller may hang up at any time.
struct Here<'a> {
    in_flight: &'a AtomicU64,
    count: u64,
}

impl<'a> Here<'a> {
    fn new(in_flight: &'a AtomicU64) -> Self {
        Self { in_flight, count: in_flight.fetch_add(1, Ordering::Relaxed) + 1 }
    }
}

impl Drop for Here<'_> {
    fn drop(&mut self) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

fn answer(state: &mut State, method: &Method, site: i64, route: &str, body: &[u8]) -> Answer {
    match (method, route) {
        (&Method::POST, "publish") => answers::publish(state, site, body),
        (&Method::POST, "media") => answers::take_media(state),
        (&Method::GET, "media") => Answer::refused(404, "unknown_media"),
        (&Method::GET, "status") => answers::status(site),
        _ => match route.strip_prefix("operations/") {
            Some(operation) if method == Method::GET => answers::receipt(state, site, operation),
            _ => Answer::refused(404, "rest_no_route"),
        },
    }
}

#[derive(Deserialize)]
struct Slow {
    site: i64,
    /// 0: like the others again.
    ms: u64,
}

/// One site takes so long from now on.
async fn slow_down(request: HttpRequest, slow: Query<Slow>, sites: Data<Sites>) -> HttpResponse {
    if !is_control(&request) {
        return answers::no_route();
    }
    let mut state = lock(&sites.state);
    match slow.ms {
        0 => state.slow.remove(&slow.site),
        ms => state.slow.insert(slow.site, Duration::from_millis(ms)),
    };
    HttpResponse::NoContent().finish()
}

async fn posts(request: HttpRequest, sites: Data<Sites>) -> HttpResponse {
    if !is_control(&request) {
        return answers::no_route();
    }
    HttpResponse::Ok().json(lock(&sites.state).all())
}

async fn counts(request: HttpRequest, sites: Data<Sites>) -> HttpResponse {
    if !is_control(&request) {
        return answers::no_route();
    }
    HttpResponse::Ok().json(&lock(&sites.state).counts)
}

fn is_control(request: &HttpRequest) -> bool {
    request.app_config().local_addr().ip() == IpAddr::V4(Ipv4Addr::LOCALHOST)
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
