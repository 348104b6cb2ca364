use contracts::ReadReport;
use contracts::reading::{PostStanding, PostsRead, ReadPosts};
use contracts::topology::queues;
use testkit::Behaviour;
use uuid::Uuid;

use crate::world::{ACCOUNT, SITE, World};

impl World {
    async fn ask(&self, wanted: ReadPosts) -> String {
        let read_id = Uuid::now_v7().to_string();
        let (account_id, site_id, integration_id) = (ACCOUNT, SITE, 70);
        self.say(ReadPosts { read_id: read_id.clone(), account_id, site_id, integration_id, ..wanted }).await;
        read_id
    }

    async fn read(&self, wanted: ReadPosts) -> ReadReport {
        let asked = self.ask(wanted).await;
        let report: ReadReport = self.broker.receive(queues::INTEGRATION_SITE_READS.name).await;
        let answered = match &report {
            ReadReport::Read(it) => (&it.read_id, it.site_id),
            ReadReport::Failed(it) => (&it.read_id, it.site_id),
        };
        assert_eq!(answered, (&asked, SITE));
        report
    }

    async fn found(&self, wanted: ReadPosts) -> PostsRead {
        match self.read(wanted).await {
            ReadReport::Read(found) => found,
            ReadReport::Failed(failed) => panic!("{failed:?}"),
        }
    }
}

fn page(cursor: &str) -> ReadPosts {
    ReadPosts { post_type: "post".to_owned(), cursor: cursor.to_owned(), limit: 2, ..ReadPosts::default() }
}

fn ids(found: &PostsRead) -> Vec<i64> {
    found.posts.iter().map(|post| post.post_id).collect()
}

#[tokio::test]
async fn page_by_page_and_by_name() {
    let world = World::new().await;
    let site = world.site();
    let posts = site.has_posts_of_its_own(3);
    let _worker = world.worker();
    world.connect(SITE, &site.rest_url()).await;

    let first = world.found(page("")).await;
    assert_eq!((ids(&first), first.more, first.total), (posts[..2].to_vec(), true, 3));
    let post = &first.posts[0];
    assert_eq!((post.title.as_str(), post.content_html.as_str()), ("Post 0", "<p>What 0 says.</p>"));
    assert_eq!(
        (post.categories[0].path.as_str(), post.author.as_ref().unwrap().login.as_str()),
        ("Food > Bread", "ann")
    );
    let last = world.found(page(&first.cursor)).await;
    assert_eq!((ids(&last), last.more), (posts[2..].to_vec(), false));

    let named = world.found(ReadPosts { post_ids: vec![posts[1], 4_000], ..ReadPosts::default() }).await;
    assert_eq!((ids(&named), named.missing), (vec![posts[1]], vec![4_000]));
}

#[tokio::test]
async fn checksums_and_what_stands_behind_them() {
    let world = World::new().await;
    let site = world.site();
    let posts = site.has_posts_of_its_own(3);
    let _worker = world.worker();
    world.connect(SITE, &site.rest_url()).await;
    let ask = |order: &str, cursor: &str| ReadPosts { order: order.to_owned(), ..page(cursor) };

    let sums = world.found(ask("checksums", "")).await;
    assert_eq!((sums.order.as_str(), sums.cursor.as_str(), sums.more), ("checksums", "0", false));
    assert_eq!((sums.ranges.len(), sums.ranges[0].count, sums.ranges[0].checksum.len()), (1, 3, 64));
    let range = world.found(ask("range", "0")).await;
    let standing = |it: &PostStanding| (it.post_id, it.post_status.clone());
    let expected: Vec<_> = posts.iter().map(|id| (*id, "publish".to_owned())).collect();
    assert_eq!(range.standings.iter().map(standing).collect::<Vec<_>>(), expected);
    assert!(range.posts.is_empty());
}

#[tokio::test]
async fn what_fails_is_tried_again_and_then_told() {
    let world = World::new().await;
    let site = world.site();
    site.has_posts_of_its_own(1);
    let _worker = world.worker_with(&[("READING__FIRST_DELAY", "100ms"), ("READING__MAX_ATTEMPTS", "2")]);
    world.connect(SITE, &site.rest_url()).await;

    site.next("posts", Behaviour::DiesBefore);
    assert_eq!(ids(&world.found(page("")).await).len(), 1);
    assert_eq!(site.count("GET posts"), 2);

    site.always("posts", Behaviour::HtmlPage);
    let ReadReport::Failed(failed) = world.read(page("")).await else { panic!("it can't be read") };
    assert!(!failed.next_step.is_empty() && failed.evidence.contains("Coming soon"), "{failed:?}");
    assert_eq!(world.number("SELECT count(*) AS n FROM jobs WHERE finished_at IS NULL").await, 0);
}

#[tokio::test]
async fn a_read_whose_worker_died_is_done_by_the_next() {
    let world = World::new().await;
    let site = world.site();
    site.has_posts_of_its_own(1);
    site.next("posts", Behaviour::Hangs(std::time::Duration::from_secs(20)));
    let worker = world.worker_with(&[("JOBS__LEASE_SECONDS", "1"), ("EGRESS__TIMEOUT", "30s")]);
    world.connect(SITE, &site.rest_url()).await;
    let asked = world.ask(page("")).await;
    testkit::eventually("it is being read", async || (site.count("GET posts") == 1).then_some(())).await;
    worker.kill();
    let _worker = world.worker_with(&[("JOBS__LEASE_SECONDS", "1")]);
    let found: ReadReport = world.broker.receive(queues::INTEGRATION_SITE_READS.name).await;
    assert!(matches!(found, ReadReport::Read(found) if found.read_id == asked && found.posts.len() == 1));
}
