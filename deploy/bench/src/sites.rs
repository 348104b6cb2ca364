//! Which address stands for which site: each has one of its own, so that a client keeps connections to each, as it would in life.

use std::net::{IpAddr, Ipv4Addr};

pub const MOST: i64 = 50_000;
const PER_BLOCK: i64 = 250;

/// 127.1.0.1 is the first site's; 127.0.0.1 is no site's.
pub fn address(site: i64) -> Ipv4Addr {
    let (block, place) = ((site - 1) / PER_BLOCK, (site - 1) % PER_BLOCK);
    let byte = |number: i64| u8::try_from(number).expect("invariant: there are no more sites than addresses");
    Ipv4Addr::new(127, 1, byte(block), byte(place + 1))
}

pub fn site_at(address: IpAddr) -> Option<i64> {
    match address {
        IpAddr::V4(v4) => match v4.octets() {
            [127, 1, block, place] => Some(i64::from(block) * PER_BLOCK + i64::from(place)),
            _ => None,
        },
        IpAddr::V6(_) => None,
    }
}

pub fn rest_url(site: i64, port: u16) -> String {
    format!("http://{}:{port}/wp-json/", address(site))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_site_has_an_address_of_its_own() {
        for site in [1, 2, 250, 251, 1_000, MOST] {
            assert_eq!(site_at(address(site).into()), Some(site));
        }
        assert_eq!(site_at(Ipv4Addr::LOCALHOST.into()), None);
    }
}
