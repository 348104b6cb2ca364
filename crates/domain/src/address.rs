//! Which addresses a site may have. What this refuses must never be connected to: `SiteUrl` checks the text a person
//! enters, and [`is_allowed_ip`] every address a name resolves to, at the moment of connecting.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::LazyLock,
};

use ipnet::{Ipv4Net, Ipv6Net};
use url::{Host, Url};

/// Production allows the public internet at the usual ports. A demo on one machine also needs loopback, by an explicit setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressPolicy {
    pub allow_loopback: bool,
    /// Loopback, where allowed, may have any port.
    pub allowed_ports: Vec<u16>,
}

impl Default for AddressPolicy {
    fn default() -> Self {
        Self { allow_loopback: false, allowed_ports: vec![80, 443] }
    }
}

impl AddressPolicy {
    pub fn with_loopback() -> Self {
        Self { allow_loopback: true, ..Self::default() }
    }
}

/// A site's base URL in one spelling: scheme, host, port if unusual, path without a trailing slash; nothing else.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SiteUrl {
    url: Url,
    text: String,
    is_loopback: bool,
}

impl SiteUrl {
    pub fn parse(text: &str, policy: &AddressPolicy) -> Result<Self, SiteUrlError> {
        let text = text.trim();
        // The URL parser would drop or turn these, and what a person reads would not be where we connect.
        if text.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\') {
            return Err(SiteUrlError::NotAUrl);
        }
        let mut url = Url::parse(text).map_err(|_| SiteUrlError::NotAUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(SiteUrlError::Scheme);
        }
        if has_user_info(text) {
            return Err(SiteUrlError::UserInfo);
        }
        drop_trailing_dot(&mut url)?;
        let is_loopback = check_host(&url, policy)?;
        let port = url.port_or_known_default().ok_or(SiteUrlError::NotAUrl)?;
        if port == 0 || !(is_loopback || policy.allowed_ports.contains(&port)) {
            return Err(SiteUrlError::Port(port));
        }
        url.set_query(None);
        url.set_fragment(None);
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        let text = url.as_str().trim_end_matches('/').to_owned();
        Ok(Self { url, text, is_loopback })
    }

    /// Without a trailing slash: append a path that begins with one.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub const fn as_url(&self) -> &Url {
        &self.url
    }

    /// Scheme, host and port: what a site's proof of ownership is about.
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    pub fn host(&self) -> &str {
        self.url.host_str().expect("invariant: checked when parsed")
    }

    pub fn port(&self) -> u16 {
        self.url.port_or_known_default().expect("invariant: http and https have one")
    }

    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether a password may be sent there: encrypted, or without leaving this machine.
    pub fn is_confidential(&self) -> bool {
        self.is_https() || self.is_loopback
    }
}

impl fmt::Display for SiteUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for SiteUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SiteUrlError {
    #[error(
        "this is not a web address; enter the site's address as the browser shows it, such as https://example.com"
    )]
    NotAUrl,
    #[error("the site's address must begin with https:// or http://")]
    Scheme,
    #[error("the site's address must not contain a user name or password")]
    UserInfo,
    #[error("port {0} is not allowed; a site must be reachable at the usual port, 443 or 80")]
    Port(u16),
    #[error("{0} is a name for local networks; enter the site's public address")]
    LocalName(String),
    #[error("{ip} is not a public address ({kind}); enter the site's public address")]
    ForbiddenAddress { ip: IpAddr, kind: &'static str },
}

impl SiteUrlError {
    pub const fn code(&self) -> &'static str {
        "invalid_site_url"
    }
}

/// Whether a connection to this address may be made.
pub fn is_allowed_ip(ip: IpAddr, policy: &AddressPolicy) -> bool {
    forbidden_range(ip, policy).is_none()
}

/// What kind of address it is that may not be connected to.
pub fn forbidden_range(ip: IpAddr, policy: &AddressPolicy) -> Option<&'static str> {
    if policy.allow_loopback && is_loopback(ip) {
        return None;
    }
    match ip {
        IpAddr::V4(ip) => forbidden_v4(ip),
        IpAddr::V6(ip) => match embedded_v4(ip) {
            Some(ip) => forbidden_v4(ip),
            None => forbidden_v6(ip),
        },
    }
}

fn is_loopback(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_loopback(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.to_ipv4_mapped().is_some_and(|ip| ip.is_loopback()),
    }
}

/// The IPv4 address that a connection to this one reaches: mapped by the system, or by a network's NAT64.
fn embedded_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    ip.to_ipv4_mapped().or_else(|| match ip.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
        }
        _ => None,
    })
}

fn forbidden_v4(ip: Ipv4Addr) -> Option<&'static str> {
    /// IANA's special-purpose registry, and two clouds' metadata services that stand outside of it.
    const RANGES: &[(&str, &str)] = &[
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "cloud metadata"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "AS112"),
        ("192.52.193.0/24", "AMT"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "AS112"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    ];
    static NETS: LazyLock<Vec<(Ipv4Net, &str)>> = LazyLock::new(|| {
        RANGES
            .iter()
            .map(|(net, kind)| (net.parse().expect("invariant: the table is well-formed"), *kind))
            .collect()
    });
    NETS.iter().find(|(net, _)| net.contains(&ip)).map(|(_, kind)| *kind)
}

fn forbidden_v6(ip: Ipv6Addr) -> Option<&'static str> {
    /// Exceptions inside 2000::/3, the only part that is global unicast. Tunnels are refused whatever they carry.
    const RANGES: &[(&str, &str)] = &[
        ("2001::/32", "Teredo"),
        ("2001:2::/48", "benchmarking"),
        ("2001::/23", "protocol assignments"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("2620:4f:8000::/48", "AS112"),
        ("3fff::/20", "documentation"),
    ];
    static NETS: LazyLock<Vec<(Ipv6Net, &str)>> = LazyLock::new(|| {
        RANGES
            .iter()
            .map(|(net, kind)| (net.parse().expect("invariant: the table is well-formed"), *kind))
            .collect()
    });
    if ip.segments()[0] & 0xe000 != 0x2000 {
        return Some(outside_global_unicast(ip));
    }
    if is_isatap(ip) {
        return Some("ISATAP");
    }
    NETS.iter().find(|(net, _)| net.contains(&ip)).map(|(_, kind)| *kind)
}

/// Only for the message: all of it is refused.
fn outside_global_unicast(ip: Ipv6Addr) -> &'static str {
    match ip.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => "loopback",
        [0, 0, 0, 0, 0, 0, 0, 0] => "unspecified",
        [0xff00..=0xffff, ..] => "multicast",
        [0xfec0..=0xfeff, ..] => "site-local",
        [0xfe80..=0xfebf, ..] => "link-local",
        [0xfc00..=0xfdff, ..] => "unique local",
        [0, 0, 0, 0, 0, 0, ..] => "IPv4-compatible",
        _ => "reserved",
    }
}

fn is_isatap(ip: Ipv6Addr) -> bool {
    matches!(ip.segments(), [_, _, _, _, 0 | 0x200, 0x5efe, _, _])
}

fn has_user_info(text: &str) -> bool {
    let after_scheme = text.split_once(':').map_or(text, |(_, rest)| rest.trim_start_matches('/'));
    after_scheme.split(['/', '?', '#']).next().is_some_and(|authority| authority.contains('@'))
}

fn drop_trailing_dot(url: &mut Url) -> Result<(), SiteUrlError> {
    if let Some(Host::Domain(name)) = url.host()
        && let Some(name) = name.strip_suffix('.')
    {
        let name = name.to_owned();
        url.set_host(Some(&name)).map_err(|_| SiteUrlError::NotAUrl)?;
    }
    Ok(())
}

/// Says whether the host is loopback, where that is allowed.
fn check_host(url: &Url, policy: &AddressPolicy) -> Result<bool, SiteUrlError> {
    let ip: IpAddr = match url.host() {
        Some(Host::Domain(name)) => return check_name(name, policy),
        Some(Host::Ipv4(ip)) => ip.into(),
        Some(Host::Ipv6(ip)) => ip.into(),
        None => return Err(SiteUrlError::NotAUrl),
    };
    match forbidden_range(ip, policy) {
        Some(kind) => Err(SiteUrlError::ForbiddenAddress { ip, kind }),
        None => Ok(is_loopback(ip)),
    }
}

fn check_name(name: &str, policy: &AddressPolicy) -> Result<bool, SiteUrlError> {
    /// Names that resolve inside networks and clusters, never on the internet.
    const LOCAL: &[&str] = &[
        "localhost",
        "local",
        "localdomain",
        "internal",
        "intranet",
        "lan",
        "home",
        "corp",
        "home.arpa",
        "svc",
    ];
    let is_or_ends =
        |suffix: &str| name.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    if name.is_empty() || name.starts_with('.') || name.ends_with('.') || name.contains("..") {
        return Err(SiteUrlError::NotAUrl);
    }
    if policy.allow_loopback && is_or_ends("localhost") {
        return Ok(true);
    }
    if !name.contains('.') || LOCAL.iter().any(|suffix| is_or_ends(suffix)) {
        return Err(SiteUrlError::LocalName(name.to_owned()));
    }
    Ok(false)
}

#[cfg(test)]
mod tests;
