use proptest::prelude::*;
use rstest::rstest;

use super::*;

fn parse(text: &str) -> Result<SiteUrl, SiteUrlError> {
    SiteUrl::parse(text, &AddressPolicy::default())
}

#[rstest]
#[case("https://example.com", "https://example.com")]
#[case("https://example.com/", "https://example.com")]
#[case("https://example.com//", "https://example.com")]
#[case("  https://example.com \n", "https://example.com")]
#[case("HTTPS://EXAMPLE.com", "https://example.com")]
#[case("http://example.com:80/blog/", "http://example.com/blog")]
#[case("https://example.com:443/blog/?a=b#c", "https://example.com/blog")]
#[case("https://example.com:80", "https://example.com:80")]
#[case("https://example.com/a/../b/", "https://example.com/b")]
#[case("https://example.com/@me", "https://example.com/@me")]
#[case("https://example.com/?next=a@b", "https://example.com")]
#[case("https://example.com.", "https://example.com")]
#[case("https://bücher.example", "https://xn--bcher-kva.example")]
#[case("https://xn--bcher-kva.example", "https://xn--bcher-kva.example")]
#[case("https://EXAMPLE。com", "https://example.com")]
#[case("https://a.b.c.d.example.co.uk/wp", "https://a.b.c.d.example.co.uk/wp")]
#[case("https://localhost.example.com", "https://localhost.example.com")]
#[case("https://mylocal.com", "https://mylocal.com")]
#[case("http://8.8.8.8", "http://8.8.8.8")]
#[case("http://134744072", "http://8.8.8.8")]
#[case("http://[2606:4700:4700::1111]", "http://[2606:4700:4700::1111]")]
#[case("http://[::ffff:8.8.8.8]/x", "http://[::ffff:808:808]/x")]
#[case("http://127.0.0.1.example.com", "http://127.0.0.1.example.com")]
fn one_spelling(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(parse(text).unwrap().to_string(), expected);
}

#[test]
fn parts() {
    let url = parse("https://Example.com:443/blog/").unwrap();
    assert_eq!((url.host(), url.port(), url.is_https()), ("example.com", 443, true));
    assert_eq!(url.origin(), "https://example.com");
    assert_eq!(url.as_url().as_str(), "https://example.com/blog");
    assert_eq!(format!("{url:?}"), "\"https://example.com/blog\"");
    assert_eq!(url, parse("https://example.com/blog?x").unwrap());
}

/// What no production platform may call, however it is written.
const FORBIDDEN: &[&str] = &[
    // Loopback.
    "http://127.0.0.1",
    "http://127.0.0.1/",
    "http://127.0.0.2",
    "http://127.255.255.255",
    "http://127.1",
    "http://127.0.1",
    "http://2130706433",
    "http://0x7f000001",
    "http://0x7f.1",
    "http://0x7f.0.0.0x1",
    "http://017700000001",
    "http://0177.0.0.1",
    "http://0177.0.0.01",
    "http://00000177.0.0.1",
    "http://127.0.0.1.",
    "http://１２７.０.０.１",
    "http://127。0。0。1",
    "http://①②⑦.0.0.1",
    "http://%31%32%37.0.0.1",
    "http://[::1]",
    "http://[0:0:0:0:0:0:0:1]",
    "http://[0000::0001]",
    "http://[::ffff:127.0.0.1]",
    "http://[::ffff:7f00:1]",
    "http://[0:0:0:0:0:ffff:127.0.0.1]",
    "http://[::127.0.0.1]",
    "http://[64:ff9b::127.0.0.1]",
    "http://[64:ff9b::7f00:1]",
    "http://[2002:7f00:1::]",
    // This network, unspecified.
    "http://0.0.0.0",
    "http://0",
    "http://0x0",
    "http://0.1.2.3",
    "http://[::]",
    "http://[::ffff:0.0.0.0]",
    // Private.
    "http://10.0.0.1",
    "http://10.255.255.255",
    "http://167772161",
    "http://012.0.0.1",
    "http://172.16.0.1",
    "http://172.31.255.255",
    "http://192.168.0.1",
    "http://192.168.1.1/wp-admin",
    "http://3232235777",
    "http://0xc0.0xa8.1.1",
    "http://[::ffff:10.0.0.1]",
    "http://[::ffff:192.168.0.1]",
    "http://[64:ff9b::10.0.0.1]",
    "http://[64:ff9b::c0a8:1]",
    "http://[64:ff9b:1::a00:1]",
    "http://[2002:a00:1::1]",
    "http://[2002:c0a8:1::1]",
    "http://[fc00::1]",
    "http://[fd00::1]",
    "http://[fd12:3456:789a::1]",
    // Cloud metadata.
    "http://169.254.169.254",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166",
    "http://0xa9fea9fe",
    "http://0251.0376.0251.0376",
    "http://[::ffff:169.254.169.254]",
    "http://[::ffff:a9fe:a9fe]",
    "http://[64:ff9b::a9fe:a9fe]",
    "http://[2002:a9fe:a9fe::]",
    "http://[fd00:ec2::254]",
    "http://[fd20:ce::254]",
    "http://168.63.129.16",
    "http://100.100.100.200",
    "http://192.0.0.192",
    "http://169.254.170.2",
    "http://metadata.google.internal",
    "http://metadata.google.internal.",
    "http://metadata",
    // Link-local, carrier-grade NAT.
    "http://169.254.0.1",
    "http://[fe80::1]",
    "http://[febf::1]",
    "http://[fec0::1]",
    "http://100.64.0.1",
    "http://100.127.255.255",
    // Multicast, reserved, broadcast.
    "http://224.0.0.1",
    "http://239.255.255.250",
    "http://240.0.0.1",
    "http://255.255.255.255",
    "http://4294967295",
    "http://[ff02::1]",
    "http://[ff0e::1]",
    // Documentation, benchmarking, protocol assignments.
    "http://192.0.2.1",
    "http://198.51.100.1",
    "http://203.0.113.1",
    "http://198.18.0.1",
    "http://198.19.255.255",
    "http://192.0.0.1",
    "http://192.0.0.8",
    "http://192.88.99.1",
    "http://192.31.196.1",
    "http://192.52.193.1",
    "http://192.175.48.1",
    "http://[2001:db8::1]",
    "http://[3fff::1]",
    "http://[2001:2::1]",
    "http://[2001:10::1]",
    "http://[2001:20::1]",
    // Tunnels and what is not global unicast at all.
    "http://[2001::1]",
    "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
    "http://[2002:808:808::1]",
    "http://[::8.8.8.8]",
    "http://[::ffff:0:8.8.8.8]",
    "http://[100::1]",
    "http://[5f00::1]",
    "http://[4000::1]",
    "http://[8000::1]",
    "http://[2606:4700::5efe:a00:1]",
    "http://[2606:4700::200:5efe:a00:1]",
    "http://[2620:4f:8000::1]",
    // Names of local networks.
    "http://localhost",
    "http://LOCALHOST",
    "http://localhost.",
    "http://ｌｏｃａｌｈｏｓｔ",
    "http://loc%61lhost",
    "http://foo.localhost",
    "http://localhost.localdomain",
    "http://ip6-localhost",
    "http://printer.local",
    "http://db.internal",
    "http://router.lan",
    "http://nas.home",
    "http://nas.home.arpa",
    "http://files.corp",
    "http://integration-api",
    "http://rabbitmq.default.svc",
    "http://postgres.default.svc.cluster.local",
    "http://kubernetes.default.svc.",
    // Ports of other services.
    "http://example.com:0",
    "http://example.com:22",
    "http://example.com:25",
    "http://example.com:5432",
    "http://example.com:5672",
    "http://example.com:6379",
    "https://example.com:8443",
    "http://example.com:8080",
    "http://8.8.8.8:53",
    "http://example.com:65536",
    "http://example.com:-1",
    // User info, and what looks like another host than it is.
    "http://user@example.com",
    "http://user:password@example.com",
    "http://@example.com",
    "http://:@example.com",
    "http://example.com@127.0.0.1",
    "http://example.com:80@127.0.0.1",
    "http:example.com@127.0.0.1",
    "http:///example.com@127.0.0.1",
    "http://example.com\\@127.0.0.1",
    "http://127.0.0.1\\@example.com",
    "http://exam\tple.com",
    "http://exam\nple.com",
    "http://example.com/\r\nHost: 127.0.0.1",
    "http://example.com /",
    "http://example.com\0",
    // No web address.
    "",
    " ",
    "example.com",
    "//example.com",
    "/wp-json",
    "http://",
    "http:///",
    "https://?",
    "http://.",
    "http://..",
    "http://.example.com",
    "http://example..com",
    "http://example.com..",
    "http://[::1",
    "http://[fe80::1%25eth0]",
    "http://[v1.fe80::a]",
    "http://256.256.256.256",
    "http://1.2.3.4.5",
    "http://1.2.3.0x1ff",
    "http://exa mple.com",
    "http://exa<mple.com",
    "http://%00.example.com",
    "http://%zz.example.com",
    // Other schemes.
    "ftp://example.com",
    "file:///etc/passwd",
    "gopher://example.com:80/_x",
    "dict://example.com",
    "ldap://example.com",
    "javascript:alert(1)",
    "data:text/html,x",
    "blob:https://example.com/x",
    "view-source:http://example.com",
    "unix:/var/run/docker.sock",
    "ws://example.com",
    "httpx://example.com",
];

#[test]
fn nothing_forbidden_is_let_through() {
    assert!(FORBIDDEN.len() >= 150, "{}", FORBIDDEN.len());
    for text in FORBIDDEN {
        for text in [(*text).to_owned(), text.replacen("http://", "https://", 1)] {
            assert!(parse(&text).is_err(), "{text:?} gave {:?}", parse(&text));
        }
    }
}

#[rstest]
#[case("example.com", SiteUrlError::NotAUrl)]
#[case("ftp://example.com", SiteUrlError::Scheme)]
#[case("https://me@example.com", SiteUrlError::UserInfo)]
#[case("https://example.com:8443", SiteUrlError::Port(8443))]
#[case("https://nas.local", SiteUrlError::LocalName("nas.local".to_owned()))]
#[case("https://0x7f.1", SiteUrlError::ForbiddenAddress { ip: [127, 0, 0, 1].into(), kind: "loopback" })]
fn refusals_say_why(#[case] text: &str, #[case] expected: SiteUrlError) {
    assert_eq!(parse(text), Err(expected));
}

#[rstest]
#[case("http://127.0.0.1:8123/", true)]
#[case("http://localhost:8123", true)]
#[case("http://localhost.:8123", true)]
#[case("http://site.localhost:8123/blog", true)]
#[case("http://[::1]:8123", true)]
#[case("http://[::ffff:127.0.0.1]:8123", true)]
#[case("http://2130706433:8123", true)]
#[case("https://example.com", true)]
#[case("https://example.com:8123", false)]
#[case("http://10.0.0.1", false)]
#[case("http://0.0.0.0:8123", false)]
#[case("http://[::]:8123", false)]
#[case("http://169.254.169.254", false)]
#[case("http://metadata.google.internal", false)]
#[case("http://rabbitmq", false)]
#[case("http://127.0.0.1:0", false)]
#[case("http://user@127.0.0.1:8123", false)]
fn loopback_needs_the_setting(#[case] text: &str, #[case] allowed: bool) {
    assert_eq!(SiteUrl::parse(text, &AddressPolicy::with_loopback()).is_ok(), allowed);
}

#[test]
fn ports_are_a_setting() {
    let policy = AddressPolicy { allowed_ports: vec![443, 8443], ..AddressPolicy::default() };
    assert!(SiteUrl::parse("https://example.com:8443", &policy).is_ok());
    assert_eq!(SiteUrl::parse("http://example.com", &policy), Err(SiteUrlError::Port(80)));
}

#[rstest]
#[case("8.8.8.8")]
#[case("1.1.1.1")]
#[case("9.255.255.255")]
#[case("11.0.0.0")]
#[case("100.63.255.255")]
#[case("100.128.0.0")]
#[case("126.255.255.255")]
#[case("128.0.0.0")]
#[case("168.63.129.15")]
#[case("169.253.255.255")]
#[case("169.255.0.0")]
#[case("172.15.255.255")]
#[case("172.32.0.0")]
#[case("192.0.1.0")]
#[case("192.167.255.255")]
#[case("192.169.0.0")]
#[case("198.17.255.255")]
#[case("198.20.0.0")]
#[case("223.255.255.255")]
#[case("2606:4700:4700::1111")]
#[case("2a00:1450:4001::200e")]
#[case("2001:4860:4860::8888")]
#[case("2001:200::1")]
#[case("2003::1")]
#[case("::ffff:8.8.8.8")]
#[case("64:ff9b::808:808")]
fn the_public_internet_is_allowed_up_to_its_edges(#[case] ip: IpAddr) {
    assert_eq!(forbidden_range(ip, &AddressPolicy::default()), None);
}

#[rstest]
#[case("127.0.0.1", "loopback")]
#[case("::1", "loopback")]
#[case("::", "unspecified")]
#[case("169.254.169.254", "link-local")]
#[case("168.63.129.16", "cloud metadata")]
#[case("fd00:ec2::254", "unique local")]
#[case("::ffff:10.1.2.3", "private")]
#[case("64:ff9b::a01:203", "private")]
#[case("64:ff9b:1::a01:203", "reserved")]
#[case("::10.1.2.3", "IPv4-compatible")]
#[case("2002::1", "6to4")]
#[case("2001::1", "Teredo")]
#[case("2001:1::1", "protocol assignments")]
#[case("fe80::1", "link-local")]
#[case("fec0::1", "site-local")]
#[case("ff02::1", "multicast")]
#[case("100::1", "reserved")]
fn the_kind_is_named(#[case] ip: IpAddr, #[case] kind: &str) {
    assert_eq!(forbidden_range(ip, &AddressPolicy::default()), Some(kind));
}

#[test]
fn loopback_addresses_need_the_setting() {
    for ip in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
        let ip = ip.parse().unwrap();
        assert!(
            is_allowed_ip(ip, &AddressPolicy::with_loopback())
                && !is_allowed_ip(ip, &AddressPolicy::default())
        );
    }
    for ip in ["0.0.0.0", "::", "10.0.0.1", "fe80::1", "64:ff9b::7f00:1", "::127.0.0.1", "2002:7f00:1::"] {
        assert!(!is_allowed_ip(ip.parse().unwrap(), &AddressPolicy::with_loopback()), "{ip}");
    }
}

proptest! {
    #[test]
    fn what_is_let_through_reads_the_same_again(text in "(https?://)?[a-z0-9.:@/\\[\\]%?#-]{0,40}|.*") {
        for policy in [AddressPolicy::default(), AddressPolicy::with_loopback()] {
            if let Ok(url) = SiteUrl::parse(&text, &policy) {
                prop_assert_eq!(SiteUrl::parse(url.as_str(), &policy), Ok(url.clone()));
                prop_assert!(!url.as_str().ends_with('/') && !url.as_str().contains(['?', '#']));
            }
        }
    }

    #[test]
    fn a_literal_is_judged_like_the_address(bits: u32) {
        let ip = Ipv4Addr::from_bits(bits);
        let allowed = is_allowed_ip(ip.into(), &AddressPolicy::default());
        let mapped = ip.to_ipv6_mapped();
        prop_assert_eq!(is_allowed_ip(mapped.into(), &AddressPolicy::default()), allowed);
        for text in [format!("http://{ip}"), format!("http://{bits}"), format!("http://{bits:#x}"), format!("http://[{mapped}]")] {
            prop_assert_eq!(parse(&text).is_ok(), allowed, "{}", text);
        }
    }

    #[test]
    fn outside_2000_3_only_embedded_addresses_pass(bits: u128) {
        let ip = Ipv6Addr::from_bits(bits);
        let global = bits >> 125 == 1;
        prop_assert!(global || embedded_v4(ip).is_some() || !is_allowed_ip(ip.into(), &AddressPolicy::default()));
    }
}
