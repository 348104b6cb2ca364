//! Nothing of ours connects where it must not. The judge is a listener on this machine that counts who comes.

use std::io;
use std::net::{IpAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use publisher_worker::egress::{CallError, Egress, Guard, Lookup, Request, SystemLookup};
use publisher_worker::settings::EgressSettings;
use reqwest::Method;
use testkit::{FakeSite, Trust};

/// Counts connections and says nothing.
struct Canary {
    port: u16,
    visits: Arc<AtomicUsize>,
}

impl Canary {
    fn start() -> Self {
        // All addresses of the machine, so that no spelling of it goes unnoticed.
        let listener = TcpListener::bind("0.0.0.0:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let visits = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&visits);
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                count.fetch_add(1, Ordering::SeqCst);
                drop(connection);
            }
        });
        Self { port, visits }
    }

    fn visits(&self) -> usize {
        self.visits.load(Ordering::SeqCst)
    }
}

struct Answers(Vec<IpAddr>);

impl Lookup for Answers {
    fn lookup(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let answer = self.0.clone();
        Box::pin(async move { Ok(answer) })
    }
}

fn egress(allow_loopback: bool, ports: &[u16], lookup: impl Lookup) -> Egress {
    let settings = EgressSettings {
        allow_loopback,
        allowed_ports: ports.to_vec(),
        timeout: Duration::from_millis(1500),
        connect_timeout: Duration::from_millis(500),
        max_answer_bytes: 10_000,
    };
    Egress::new(&settings, Guard::new(settings.policy(), Arc::new(lookup))).unwrap()
}

fn get(url: &str) -> Option<Request> {
    let url = url.parse().ok()?;
    Some(Request { method: Method::GET, url, headers: Vec::new(), content_type: "", body: Vec::new().into() })
}

const HOSTS: &[&str] = &[
    // loopback, in every spelling
    "127.0.0.1",
    "127.0.0.2",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "017700000001",
    "0177.0.0.1",
    "0",
    "0.0.0.0",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "a.localhost",
    "localhost.localdomain",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    // private and special
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "169.254.0.1",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "192.88.99.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[fc00::1]",
    "[fd12:3456::1]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[2001:db8::1]",
    "[100::1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:192.168.0.1]",
    "[64:ff9b::a00:1]",
    // metadata of clouds
    "169.254.169.254",
    "[fd00:ec2::254]",
    "168.63.129.16",
    "100.100.100.200",
    "192.0.0.192",
    "[::ffff:169.254.169.254]",
    "metadata.google.internal",
    "0xa9fea9fe",
    "2852039166",
    // names inside networks
    "router",
    "router.local",
    "db.internal",
    "nas.lan",
    "printer.home.arpa",
    "api.default.svc",
    "a.corp",
];

#[tokio::test]
async fn no_forbidden_host_is_connected_to() {
    let canary = Canary::start();
    let egress = egress(false, &[80, 443, canary.port], SystemLookup);
    let mut tried = 0;
    for host in HOSTS {
        for url in [
            format!("http://{host}:{}/", canary.port),
            format!("http://{host}/"),
            format!("https://{host}:{}/a", canary.port),
        ] {
            let Some(request) = get(&url) else { continue };
            let result = egress.call(request, egress.max_answer()).await;
            assert!(matches!(result, Err(CallError::Connect { .. })), "{url}: {result:?}");
            let image = egress.fetch(&url.parse().unwrap(), 1000).await;
            assert!(matches!(image, Err(CallError::Connect { .. })), "{url}: {image:?}");
            tried += 2;
        }
    }
    assert!(tried >= 350, "{tried}");
    assert_eq!(canary.visits(), 0);
}

#[tokio::test]
async fn other_schemes_ports_and_user_names_are_refused() {
    let canary = Canary::start();
    let egress = egress(false, &[80, 443], Answers(vec!["93.184.215.14".parse().unwrap()]));
    for url in [
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "ws://example.com/",
        "http://example.com:22/",
        "http://example.com:8080/",
        "https://example.com:5432/",
        "http://user@example.com/",
        "http://user:pw@example.com/",
        "http://example.com:0/",
        "http://127.0.0.1@example.com/",
    ] {
        let Some(request) = get(url) else { continue };
        assert!(egress.call(request, egress.max_answer()).await.is_err(), "{url}");
    }
    assert_eq!(canary.visits(), 0);
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_followed() {
    let canary = Canary::start();
    for answer in [
        &["127.0.0.1"][..],
        &["::1"],
        &["10.0.0.1"],
        &["169.254.169.254"],
        &["93.184.215.14", "127.0.0.1"],
        &["127.0.0.1", "93.184.215.14"],
        &["::ffff:127.0.0.1"],
        &["64:ff9b::7f00:1"],
    ] {
        let answer = answer.iter().map(|ip| ip.parse().unwrap()).collect();
        let egress = egress(false, &[80, 443, canary.port], Answers(answer));
        let result = egress
            .call(get(&format!("http://example.com:{}/", canary.port)).unwrap(), egress.max_answer())
            .await;
        let Err(CallError::Connect { cause, evidence }) = result else { panic!("{result:?}") };
        assert_eq!(cause, domain::delivery::Cause::ForbiddenAddress, "{evidence}");
    }
    assert_eq!(canary.visits(), 0);
}

/// Loopback is allowed here so that the redirecting server can be reached; what it points to is not.
#[tokio::test]
async fn redirects_are_checked_hop_by_hop_and_posts_follow_none() {
    let site = FakeSite::start(Trust::Key("k".to_owned()));
    let egress = egress(true, &[80, 443], SystemLookup);
    for (nth, to) in [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/",
        "http://[fd00:ec2::254]/",
        "ftp://127.0.0.1/",
        "http://metadata.google.internal/",
    ]
    .iter()
    .enumerate()
    {
        let path = format!("/to/{nth}");
        site.redirect(&path, to);
        let result = egress.fetch(&site.url(&path).parse().unwrap(), 1000).await;
        assert!(matches!(result, Err(CallError::Connect { .. })), "{to}: {result:?}");
    }
    site.redirect("/1", "/2");
    site.redirect("/2", "/3");
    site.redirect("/3", "/file");
    site.host("/file", "here");
    assert_eq!(egress.fetch(&site.url("/1").parse().unwrap(), 1000).await.unwrap().body, b"here");
    site.redirect("/0", "/1");
    assert!(matches!(
        egress.fetch(&site.url("/0").parse().unwrap(), 1000).await,
        Err(CallError::Broken { .. })
    ));

    site.redirect("/post", "/file");
    let before = site.count("GET /file");
    let request =
        Request { method: Method::POST, body: b"{}".to_vec().into(), ..get(&site.url("/post")).unwrap() };
    assert_eq!(egress.call(request, egress.max_answer()).await.unwrap().status, 302);
    assert_eq!(site.count("GET /file"), before);
}

#[tokio::test]
async fn loopback_only_where_it_is_allowed_and_answers_are_bounded() {
    let site = FakeSite::start(Trust::Key("k".to_owned()));
    site.host("/large", vec![b'x'; 50_000]);
    let request = || get(&site.url("/large")).unwrap();
    assert!(egress(false, &[80, 443], SystemLookup).call(request(), 1 << 20).await.is_err());
    assert_eq!(site.requests().len(), 0);
    let answer = egress(true, &[80, 443], SystemLookup).call(request(), 10_000).await.unwrap();
    assert_eq!((answer.body.len(), answer.cut), (10_000, true));
}
