use std::net::SocketAddr;
use std::time::Duration;

use ipnet::IpNet;
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct HttpSettings {
    /// Port 0 takes any free one.
    pub bind: SocketAddr,
    /// Threads that answer requests; 0 is one per processor.
    pub workers: usize,
    /// Open connections per worker; beyond it they wait in the backlog.
    pub max_connections: usize,
    /// For routes that don't set a [`BodyLimit`](crate::BodyLimit) of their own.
    pub body_limit_bytes: usize,
    /// For the whole body, on routes that don't set a [`BodyTimeout`](crate::BodyTimeout).
    #[serde(with = "jiff::fmt::serde::unsigned_duration::required")]
    pub body_timeout: Duration,
    /// For the request line and headers.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::required")]
    pub head_timeout: Duration,
    /// How long an idle connection stays open. Longer than the load balancer's, or it meets closed doors.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::required")]
    pub keep_alive: Duration,
    /// Of answers on [`BusyRoutes`](crate::BusyRoutes) one in so many gets a line in the log and a span.
    pub log_one_in: u32,
    /// Whose `X-Forwarded-For` is believed, such as `10.0.0.0/8`.
    pub trusted_proxies: Vec<IpNet>,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from(([0, 0, 0, 0], 8080)),
            workers: 0,
            max_connections: 2_000,
            body_limit_bytes: 1024 * 1024,
            body_timeout: Duration::from_secs(10),
            head_timeout: Duration::from_secs(5),
            keep_alive: Duration::from_secs(75),
            log_one_in: 100,
            trusted_proxies: Vec::new(),
        }
    }
}
