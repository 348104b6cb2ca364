//! What every destination must do, run for each of them. One that keeps no receipts ([`Bench::is_forgetful`]) is told things as the runner tells it,
//! which notes the post that is reserved; it may do a thing twice where the others say that it is done.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::content::Article;
use domain::delivery::{Answer, Cause, Part, ReceiptAnswer, SitePost};
use domain::{Clock, ContentId, OperationId, SiteId};
use publisher_worker::destinations::{
    Access, Destination, Order, Picture, Seen, Site, Task, WordpressBridge, WordpressRest, Written,
};
use publisher_worker::egress::{Egress, Guard, SystemLookup};
use publisher_worker::settings::EgressSettings;
use secrets::SigningKey;
use testkit::{Behaviour, FakeSite, Trust};

use crate::world::SITE;

struct Bench {
    fake: FakeSite,
    site: Site,
    destination: Box<dyn Destination>,
    /// Which post was reserved for which content.
    noted: Mutex<HashMap<i64, String>>,
}

fn settings() -> EgressSettings {
    EgressSettings {
        allow_loopback: true,
        allowed_ports: vec![80, 443],
        timeout: Duration::from_millis(500),
        connect_timeout: Duration::from_millis(300),
        max_answer_bytes: 100_000,
    }
}

fn bridge(access: Access, trust: impl FnOnce(&SigningKey) -> Trust, plain: bool) -> Bench {
    let key = SigningKey::generate();
    let fake = FakeSite::start(trust(&key));
    let settings = settings();
    let egress = Egress::new(&settings, Guard::new(settings.policy(), Arc::new(SystemLookup))).unwrap();
    let rest_url = if plain { fake.plain_rest_url() } else { fake.rest_url() };
    let site = Site { id: SiteId::new(SITE), rest_url: rest_url.parse().unwrap(), access };
    let destination = Box::new(WordpressBridge { egress, key, clock: Clock::system() });
    Bench { fake, site, destination, noted: Mutex::default() }
}

fn core(plain: bool) -> Bench {
    let fake = FakeSite::start(Trust::Password("ed".to_owned(), "abcd efgh".to_owned()));
    let settings = settings();
    let policy = settings.policy();
    let egress = Egress::new(&settings, Guard::new(policy.clone(), Arc::new(SystemLookup))).unwrap();
    let rest_url = if plain { fake.plain_rest_url() } else { fake.rest_url() };
    let access = Access::Password { username: "ed".to_owned(), password: Some("abcd efgh".into()) };
    let site = Site { id: SiteId::new(SITE), rest_url: rest_url.parse().unwrap(), access };
    let destination = Box::new(WordpressRest { egress, clock: Clock::system(), policy });
    Bench { fake, site, destination, noted: Mutex::default() }
}

fn benches() -> Vec<Bench> {
    bridges().into_iter().chain([core(false), core(true)]).collect()
}

fn bridges() -> Vec<Bench> {
    let key = "igny8_live_secret";
    vec![
        bridge(Access::Signed, |key| Trust::Signature(key.verifying_key(), SITE..=SITE), false),
        bridge(Access::Signed, |key| Trust::Signature(key.verifying_key(), SITE..=SITE), true),
        bridge(Access::Key(Some(key.into())), |_| Trust::Key(key.to_owned()), false),
    ]
}

fn order(content: i64) -> Order {
    Order {
        adopts: false,
        operation: OperationId::generate(),
        content: ContentId::new(content),
        task: Task::Publish(written("<p>Öl</p>")),
        post: None,
    }
}

fn written(html: &str) -> Written {
    Written { revision: "ab".to_owned(), article: Article::new("Brot & Käse", html) }
}

fn told(content: i64, task: Task) -> Order {
    Order {
        operation: OperationId::generate(),
        content: ContentId::new(content),
        adopts: false,
        task,
        post: None,
    }
}

impl Bench {
    fn is_forgetful(&self) -> bool {
        matches!(self.site.access, Access::Password { .. })
    }

    async fn tell(&self, order: &Order) -> Answer {
        let mut order = self.as_noted(order);
        if let Some(reserved) = self.destination.reserve(&self.site, &order).await {
            assert!(!reserved.call.request_id.is_empty());
            match reserved.value {
                Ok(post) => drop(self.noted.lock().unwrap().insert(order.content.get(), post)),
                Err(answer) => return answer,
            }
            order = self.as_noted(&order);
        }
        let reply = self.destination.carry_out(&self.site, &order, &[]).await;
        assert!(!reply.call.request_id.is_empty());
        reply.value
    }

    async fn receipt(&self, order: &Order) -> ReceiptAnswer {
        self.destination.look_up(&self.site, &self.as_noted(order)).await.value.answer
    }

    fn as_noted(&self, order: &Order) -> Order {
        Order { post: self.noted.lock().unwrap().get(&order.content.get()).cloned(), ..order.clone() }
    }

    /// What is answered to what was done before.
    fn again(&self, answer: Answer) -> SitePost {
        match answer {
            Answer::Replayed(post) => post,
            Answer::Done(post) | Answer::AlreadyExists(post) if self.is_forgetful() => post,
            other => panic!("not as before: {other:?}"),
        }
    }

    fn posts_of(&self, content: i64) -> usize {
        if self.is_forgetful() {
            self.fake.posts_titled("Brot & Käse").len()
        } else {
            self.fake.posts_of(content)
        }
    }

    fn person_writes(&self, content: i64, post: &str, html: &str) {
        if self.is_forgetful() {
            self.fake.person_edits(post, html);
        } else {
            self.fake.person_writes(content, html);
        }
    }

    fn text_of(&self, content: i64, post: &str) -> String {
        if self.is_forgetful() {
            self.fake.core_post(post).unwrap().content
        } else {
            self.fake.text_of(content)
        }
    }
}

#[tokio::test]
async fn one_operation_is_one_post() {
    for bench in benches() {
        let order = order(1);
        assert_eq!(bench.receipt(&order).await, ReceiptAnswer::Unknown);
        let Answer::Done(made) = bench.tell(&order).await else { panic!("not made") };
        let again = bench.again(bench.tell(&order).await);
        assert_eq!((made.id.as_str(), &again), ("77", &made));
        assert_eq!(bench.receipt(&order).await, ReceiptAnswer::Done(made));
        assert_eq!(bench.posts_of(1), 1);
    }
}

#[tokio::test]
async fn another_operation_finds_the_post() {
    for bench in bridges() {
        let id = bench.fake.has_post(1);
        let Answer::AlreadyExists(post) = bench.tell(&order(1)).await else { panic!("not found") };
        assert_eq!(post.id, id.to_string());
        bench.fake.post_was_deleted(2);
        assert!(matches!(bench.tell(&order(2)).await, Answer::Gone { .. }));
    }
}

#[tokio::test]
async fn another_operation_finds_the_noted_post() {
    for bench in [core(false), core(true)] {
        let Answer::Done(made) = bench.tell(&order(1)).await else { panic!("not made") };
        let Answer::AlreadyExists(post) = bench.tell(&order(1)).await else { panic!("not found") };
        assert_eq!(post, made);
    }
}

#[tokio::test]
async fn an_update_needs_the_post_as_it_was_seen() {
    for bench in benches() {
        let Answer::Done(made) = bench.tell(&order(1)).await else { panic!("not made") };
        let seen = Seen { post: made.id.clone(), revision: made.revision.clone() };
        let update = told(1, Task::Update(written("<p>Butter</p>"), seen.clone()));
        let Answer::Done(updated) = bench.tell(&update).await else { panic!("not updated") };
        assert_eq!(updated.id, made.id);
        assert_ne!(updated.revision, made.revision);
        assert_eq!(bench.again(bench.tell(&update).await), updated);
        assert_eq!(bench.receipt(&update).await, ReceiptAnswer::Done(updated.clone()));

        bench.person_writes(1, &made.id, "<p>By hand</p>");
        let late = told(1, Task::Update(written("<p>Late</p>"), Seen { revision: updated.revision, ..seen }));
        let Answer::Conflict(conflict) = bench.tell(&late).await else { panic!("not noticed") };
        assert_eq!(conflict.theirs.content_html, "<p>By hand</p>");
        assert_eq!(conflict.base.unwrap().content_html, "<p>Butter</p>");
        assert_eq!(bench.text_of(1, &made.id), "<p>By hand</p>");
        let seen = Seen { post: made.id.clone(), revision: conflict.post.revision };
        assert!(matches!(
            bench.tell(&told(1, Task::Update(written("<p>Late</p>"), seen))).await,
            Answer::Done(_)
        ));
        assert_eq!(bench.text_of(1, &made.id), "<p>Late</p>");
    }
}

#[tokio::test]
async fn posts_come_and_go() {
    use domain::content::Command::{Delete, Restore, Trash, Unpublish};
    for bench in benches() {
        let Answer::Done(made) = bench.tell(&order(1)).await else { panic!("not made") };
        for (command, status) in [
            (Unpublish, "draft"),
            (Restore, "publish"),
            (Trash, "trash"),
            (Restore, "publish"),
            (Delete, "deleted"),
            (Delete, "deleted"),
        ] {
            let order = told(1, Task::Move(command, made.id.clone()));
            let Answer::Done(post) = bench.tell(&order).await else { panic!("{command} failed") };
            assert_eq!((post.id.as_str(), post.status.as_str()), (made.id.as_str(), status));
            assert_eq!(bench.again(bench.tell(&order).await).status, status);
            assert!(matches!(bench.receipt(&order).await, ReceiptAnswer::Done(_)));
        }
        let gone = bench.tell(&told(1, Task::Move(Restore, made.id.clone()))).await;
        assert!(matches!(gone, Answer::Gone { .. }), "{gone:?}");
        let strange = bench.tell(&told(9, Task::Move(Trash, "12345".to_owned()))).await;
        assert!(
            matches!(&strange, Answer::Refused(refusal) if refusal.cause == Cause::UnknownPost)
                // Nothing tells a stranger's id from one that was deleted.
                || (bench.is_forgetful() && matches!(strange, Answer::Gone { .. })),
            "{strange:?}"
        );
    }
}

#[tokio::test]
async fn parts_are_done_again() {
    for bench in benches() {
        let Answer::Done(made) = bench.tell(&order(1)).await else { panic!("not made") };
        let seen = Seen { post: made.id.clone(), revision: made.revision.clone() };
        let mend = |seen: Seen| told(1, Task::Mend(written("<p>Ignored</p>"), seen, vec![Part::Images]));
        assert!(matches!(bench.tell(&mend(seen.clone())).await, Answer::Done(_)));
        assert_eq!(bench.text_of(1, &made.id), "<p>Öl</p>");
        let other = Seen { revision: "00".repeat(32), ..seen };
        assert!(matches!(bench.tell(&mend(other)).await, Answer::Conflict(_)));
    }
}

#[tokio::test]
async fn what_comes_in_place_of_an_answer() {
    for bench in bridges() {
        let answer = async |behaviour: Behaviour, content: i64| {
            bench.fake.next("publish", behaviour);
            bench.tell(&order(content)).await
        };
        assert!(matches!(answer(Behaviour::DiesAfter, 1).await, Answer::BrokenAnswer { status: None, .. }));
        assert!(matches!(answer(Behaviour::DiesBefore, 2).await, Answer::BrokenAnswer { .. }));
        assert!(matches!(answer(Behaviour::Hangs(Duration::from_secs(1)), 3).await, Answer::Timeout { .. }));
        let page = answer(Behaviour::HtmlPage, 4).await;
        assert!(
            matches!(page, Answer::BrokenAnswer { status: Some(200), cause: Cause::HtmlInsteadOfJson, .. }),
            "{page:?}"
        );
        assert!(matches!(answer(Behaviour::Noise, 5).await, Answer::Done(_)));
        let busy = answer(Behaviour::Refuses(409, "in_progress"), 6).await;
        assert!(matches!(busy, Answer::InProgress { retry_after: Some(_), .. }), "{busy:?}");
        for (behaviour, status, cause) in [
            (Behaviour::Maintenance(120), 503, Cause::Maintenance),
            (Behaviour::Status(403, "Generated by Wordfence"), 403, Cause::Blocked),
            (Behaviour::Status(504, ""), 504, Cause::Timeout),
            (Behaviour::NoPlugin, 404, Cause::PluginMissing),
            (Behaviour::Refuses(401, "key_invalid"), 401, Cause::WrongKey),
            (Behaviour::Refuses(422, "invalid_payload"), 422, Cause::InvalidPayload),
            (Behaviour::Refuses(500, "insert_failed"), 500, Cause::InsertFailed),
        ] {
            let from_plugin = matches!(behaviour, Behaviour::Refuses(..));
            let Answer::Refused(refusal) = answer(behaviour, 7).await else {
                panic!("{status} is a refusal")
            };
            let plain_json = matches!(bench.site.access, Access::Key(_)) && status == 404;
            assert_eq!((refusal.status, refusal.cause), (status, cause));
            assert!(refusal.from_plugin == from_plugin || plain_json, "{refusal:?}");
            assert_eq!(refusal.retry_after, (status == 503).then_some(Duration::from_mins(2)));
        }
    }
}

#[tokio::test]
async fn no_connection_says_why() {
    let bench = bridge(Access::Signed, |key| Trust::Signature(key.verifying_key(), SITE..=SITE), false);
    for (url, cause) in [
        ("http://127.0.0.1:1/wp-json/", Cause::Unreachable),
        ("http://no-such-name.invalid/wp-json/", Cause::Dns),
        ("http://10.0.0.1/wp-json/", Cause::ForbiddenAddress),
        ("https://127.0.0.1:PORT/wp-json/", Cause::Tls),
    ] {
        let port = bench.site.rest_url.port().unwrap().to_string();
        let site = Site { rest_url: url.replace("PORT", &port).parse().unwrap(), ..bench.site.clone() };
        let answer = bench.destination.carry_out(&site, &order(1), &[]).await.value;
        assert!(
            matches!(&answer, Answer::Connect { cause: found, .. } if *found == cause),
            "{url}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn media_are_brought_once() {
    use sha2::{Digest, Sha256};
    let bytes = b"GIF89a".to_vec();
    let picture = Picture {
        source_url: "https://cdn.example.com/ä b.gif?x=1&y=2".to_owned(),
        alt: "Brot + Käse & Öl".to_owned(),
        caption: String::new(),
        file_name: "a.gif".to_owned(),
        media_type: "image/gif",
        sha256: hex::encode(Sha256::digest(&bytes)),
        bytes: bytes.into(),
    };
    for bench in benches() {
        let first = bench.destination.push_media(&bench.site, &picture).await.value.unwrap();
        let again = bench.destination.push_media(&bench.site, &picture).await.value.unwrap();
        assert_eq!((first.attachment_id, first.known, again.known), (again.attachment_id, false, true));
        bench.fake.next("media", Behaviour::Status(413, "too large"));
        let refusal = bench.destination.push_media(&bench.site, &picture).await.value.unwrap_err();
        assert_eq!(refusal.cause, Cause::TooLarge);
    }
}
