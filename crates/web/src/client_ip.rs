use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use ipnet::IpNet;

use crate::{HttpSettings, Problem};

/// Whom the request comes from: the nearest address that isn't a trusted proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientIp(pub IpAddr);

impl ClientIp {
    pub fn of(request: &HttpRequest) -> Self {
        let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |it| it.ip()).to_canonical();
        let trusted = request.app_data::<Arc<HttpSettings>>().map_or(&[][..], |it| &it.trusted_proxies);
        let forwarded = request.headers().get_all("x-forwarded-for");
        let hops: Vec<&str> =
            forwarded.filter_map(|it| it.to_str().ok()).flat_map(|it| it.split(',')).collect();
        Self(nearest_stranger(peer, &hops, trusted))
    }
}

impl FromRequest for ClientIp {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

/// Each proxy appends whom it heard it from, so only what stands right of a trusted one is believed.
fn nearest_stranger(peer: IpAddr, hops: &[&str], trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: IpAddr| trusted.iter().any(|net| net.contains(&ip));
    let mut nearest = peer;
    for hop in hops.iter().rev() {
        if !is_trusted(nearest) {
            break;
        }
        let Some(ip) = address(hop) else { break };
        nearest = ip;
    }
    nearest
}

/// `1.2.3.4`, `1.2.3.4:5`, `2001:db8::1`, `[2001:db8::1]:5`.
fn address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let with_port = || hop.parse::<std::net::SocketAddr>().map(|it| it.ip());
    let bracketed = || hop.trim_matches(['[', ']']).parse();
    hop.parse().or_else(|_| with_port()).or_else(|_| bracketed()).ok().map(|it: IpAddr| it.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forwarded_addresses_count_from_the_right() {
        let trusted: Vec<IpNet> = ["10.0.0.0/8", "fd00::/8"].iter().map(|it| it.parse().unwrap()).collect();
        let cases: [(&str, &[&str], &str); 9] = [
            ("203.0.113.9", &[], "203.0.113.9"),
            ("203.0.113.9", &["1.2.3.4"], "203.0.113.9"),
            ("10.0.0.1", &["1.2.3.4"], "1.2.3.4"),
            ("10.0.0.1", &["6.6.6.6", "1.2.3.4"], "1.2.3.4"),
            ("10.0.0.1", &["6.6.6.6", " 1.2.3.4:5", "10.9.9.9 "], "1.2.3.4"),
            ("10.0.0.1", &["6.6.6.6", "garbage"], "10.0.0.1"),
            ("fd00::1", &["[2001:db8::1]:443"], "2001:db8::1"),
            ("10.0.0.1", &["::ffff:1.2.3.4"], "1.2.3.4"),
            ("10.0.0.1", &["10.0.0.2"], "10.0.0.2"),
        ];
        for (peer, hops, client) in cases {
            let found = nearest_stranger(peer.parse().unwrap(), hops, &trusted);
            assert_eq!(found.to_string(), client, "{peer} {hops:?}");
        }
    }
}
