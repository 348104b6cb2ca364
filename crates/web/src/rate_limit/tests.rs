use std::net::Ipv4Addr;

use super::*;

const QUOTA: Quota = Quota { per_second: 10, burst: 5 };

fn at(begun: Instant, ms: u64) -> Instant {
    begun + Duration::from_millis(ms)
}

#[test]
fn a_burst_then_the_rate() {
    let (limit, begun) = (RateLimit::new("key", QUOTA), Instant::now());
    let take = |ms| limit.take("a", at(begun, ms)).unwrap();
    let remaining: Vec<_> = (0..5).map(|_| take(0).remaining).collect();
    assert_eq!(remaining, [4, 3, 2, 1, 0]);
    let refused = take(0);
    assert!(refused.is_exceeded());
    assert_eq!((refused.remaining, seconds(refused.full_in)), (0, 1));
    // Being refused costs nothing, and waiting as long as told is enough.
    let wait = refused.wait.unwrap();
    assert!(wait <= Duration::from_millis(101), "{wait:?}");
    assert!(!limit.take("a", begun + wait).unwrap().is_exceeded());
    assert!(limit.take("a", begun + wait).unwrap().is_exceeded());
    assert!(!limit.take("b", begun).unwrap().is_exceeded());
    // In the long run it is the rate.
    let taken = (1_000..11_000).filter(|ms| !take(*ms).is_exceeded()).count();
    assert!((103..=106).contains(&taken), "{taken}");
}

#[test]
fn without_a_rate_there_is_no_limit() {
    let limit = RateLimit::new("key", Quota { per_second: 0, burst: 0 });
    assert_eq!(limit.take("a", Instant::now()), None);
}

#[test]
fn strangers_in_any_number_take_nobodys_place() {
    let (limit, begun) = (RateLimit::new("ip", QUOTA), Instant::now());
    let busy: Vec<_> = (0..100).map(|nth| format!("busy {nth}")).collect();
    for _ in 0..5 {
        assert!(busy.iter().all(|key| !limit.take(key, begun).unwrap().is_exceeded()));
    }
    for nth in 0..500_000u32 {
        assert!(!limit.take(Ipv4Addr::from_bits(nth), begun).unwrap().is_exceeded());
    }
    assert!(busy.iter().all(|key| limit.take(key, begun).unwrap().is_exceeded()));
}

#[test]
fn headers_say_both_and_the_refusal_when_to_come_again() {
    let (limit, other) =
        (RateLimit::new("ip", Quota { per_second: 200, burst: 1_000 }), RateLimit::new("key", QUOTA));
    let now = Instant::now();
    let mut standings = vec![];
    for _ in 0..6 {
        standings = [limit.take(1, now), other.take(1, now)].into_iter().flatten().collect();
    }
    let mut headers = HeaderMap::new();
    tell(&standings, &mut headers);
    assert_eq!(headers.get("ratelimit-policy").unwrap(), "\"ip\";q=1000;w=5, \"key\";q=5;w=1");
    assert_eq!(headers.get("ratelimit").unwrap(), "\"ip\";r=994;t=1, \"key\";r=0;t=1");
    let problem = refusal(&standings).unwrap();
    assert_eq!((problem.status().as_u16(), problem.code()), (429, "rate_limited"));
    assert!(refusal(&standings[..1]).is_none());
    let mut none = HeaderMap::new();
    tell(&[], &mut none);
    assert!(none.is_empty());
}

#[test]
fn a_customer_with_many_addresses_is_one() {
    let of = |text: &str| neighbours(text.parse().unwrap()).to_string();
    assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    assert_eq!(of("203.0.113.9"), "203.0.113.9");
}
