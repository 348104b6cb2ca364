//! Which countries addresses are in. The database (`fixtures/countries.mmdb`) knows three networks of documentation addresses: two with a country,
//! and one of which it knows no more than the continent.

use rstest::rstest;

use crate::service::Service;

const DATABASE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/fixtures/countries.mmdb");

#[rstest]
#[case::ipv4("203.0.113.7", "DE")]
#[case::ipv6("2001:db8::7", "FR")]
#[case::no_country("198.51.100.7", "")]
#[case::unknown("192.0.2.7", "")]
#[tokio::test]
async fn a_download_is_counted_for_the_country_it_went_to(#[case] address: &str, #[case] country: &str) {
    let service = Service::start_with(&[
        ("IGNY8__GEOIP__FILE", DATABASE),
        ("IGNY8__HTTP__TRUSTED_PROXIES", "[\"127.0.0.1/32\"]"),
    ])
    .await;
    service.release("1.0.0", "").await.unwrap();
    let download = service.client.get(format!("{}/download/", service.base));
    let answer = download.header("X-Forwarded-For", address).send().await.unwrap();
    assert!(answer.status().is_success());
    answer.bytes().await.unwrap();
    service.write_counts().await;
    let counted = format!("plugin_downloads WHERE ip_address = '{address}' AND country = '{country}'");
    assert_eq!(service.count(&counted).await, 1);
}
