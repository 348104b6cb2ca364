//! Which sites a version goes to first.

use sha2::{Digest, Sha256};
use url::Url;

/// Whether a version that goes to so many per cent of all sites goes to this one, named by the host of its address. More per cent add
/// sites and take none away; each version begins with others. A site without a host is reached with all the rest.
pub fn reaches(host: Option<&str>, version: &str, percent: u8) -> bool {
    percent >= 100 || host.is_some_and(|host| place(host, version) < u64::from(percent))
}

/// The host of a site's address, in one spelling.
pub fn host(site_url: &str) -> Option<String> {
    let url = Url::parse(site_url).ok()?;
    let host = url.host_str()?.trim_end_matches('.');
    (!host.is_empty()).then(|| host.to_owned())
}

/// 0 to 99, each as likely as any other.
fn place(host: &str, version: &str) -> u64 {
    let digest = Sha256::digest(format!("igny8-rollout v1\n{version}\n{host}\n"));
    digest.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte)) % 100
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(None, 100, true)]
    #[case(None, 99, false)]
    #[case(Some("example.com"), 0, false)]
    #[case(Some("example.com"), 100, true)]
    #[case(Some("example.com"), 255, true)]
    fn the_ends(#[case] host: Option<&str>, #[case] percent: u8, #[case] expected: bool) {
        assert_eq!(reaches(host, "2.1.0", percent), expected);
    }

    /// A site's place is part of the contract: a replica that counts otherwise would offer and take back by turns.
    #[rstest]
    #[case("example.com", "2.1.0", 49)]
    #[case("example.com", "2.2.0", 27)]
    #[case("example.org", "2.1.0", 31)]
    fn places(#[case] host: &str, #[case] version: &str, #[case] expected: u64) {
        assert_eq!(place(host, version), expected);
    }

    #[rstest]
    #[case("https://Example.COM/blog/", Some("example.com"))]
    #[case("http://example.com.:8080", Some("example.com"))]
    #[case("https://bücher.example", Some("xn--bcher-kva.example"))]
    #[case("https://[2001:DB8::1]/", Some("[2001:db8::1]"))]
    #[case("example.com", None)]
    #[case("data:text/plain,x", None)]
    #[case("", None)]
    fn hosts(#[case] url: &str, #[case] expected: Option<&str>) {
        assert_eq!(host(url).as_deref(), expected);
    }

    #[test]
    fn a_tenth_is_about_a_tenth() {
        let reached =
            (0..10_000).filter(|site| reaches(Some(&format!("site-{site}.example")), "2.1.0", 10)).count();
        assert!((900..1_100).contains(&reached), "{reached}");
    }

    proptest! {
        #[test]
        fn who_was_reached_stays_so(host in "[a-z]{1,20}\\.[a-z]{2,6}", percent in 0_u8..=100, more in 0_u8..=100) {
            if reaches(Some(&host), "2.1.0", percent) {
                prop_assert!(reaches(Some(&host), "2.1.0", percent.max(more)));
            }
        }
    }
}
