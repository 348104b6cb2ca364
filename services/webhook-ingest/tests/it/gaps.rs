//! Numbers of events that should have come.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use contracts::WordpressEvent;
use contracts::webhook::WordpressEventsMissing;
use database::Database;
use diesel::sql_types::{Array, BigInt, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;
use testkit::TestDatabase;
use uuid::Uuid;
use webhook_ingest::jobs::find_gaps::{self, Found};

use crate::service::{DELIVERIES, Service};
use crate::site::Site;

const PATIENCE: Duration = Duration::from_mins(5);

/// Looks until there is nothing more to look through.
async fn pass(database: &Database, until: Timestamp, patience: Duration) -> Found {
    let mut all = Found::default();
    loop {
        let found = find_gaps::pass(database, until, patience).await.unwrap();
        all.noticed += found.noticed;
        all.closed += found.closed;
        all.announced += found.announced;
        if !found.more {
            return all;
        }
    }
}

/// A moment that PostgreSQL writes down as it is, after the tables were made.
fn soon() -> Timestamp {
    let now = Timestamp::now() + SignedDuration::from_secs(5);
    Timestamp::from_second(now.as_second()).unwrap()
}

fn missing(events: &[WordpressEvent]) -> Vec<(i64, i64, i64)> {
    let one = |event: &WordpressEvent| match event {
        WordpressEvent::Missing(WordpressEventsMissing { site_id, from_sequence, to_sequence, .. }) => {
            Some((*site_id, *from_sequence, *to_sequence))
        }
        _ => None,
    };
    events.iter().filter_map(one).collect()
}

#[tokio::test]
async fn what_stays_away_is_announced_once_and_shown() {
    let (service, site) = (Service::start().await, Site::signing(1));
    service.knows(&site).await;
    let sent = [site.event(100, 7, "draft"), site.event(101, 7, "draft"), site.event(105, 7, "draft")];
    let answer = service.send(&site, &sent).await;
    let now = Timestamp::now() + SignedDuration::from_secs(1);
    let look = async |at| pass(&service.database, at, PATIENCE).await;
    assert_eq!(look(now).await, Found { noticed: 1, ..Found::default() });
    assert_eq!(look(now + PATIENCE - Duration::from_secs(1)).await, Found::default());
    let path = format!("{DELIVERIES}{}/", answer.delivery_ids()[0]);
    let shown = async || service.get(&path, site.headers("")).await.json["data"]["missing"].clone();
    let gap = shown().await[0].clone();
    assert_eq!((&gap["from_seq"], &gap["to_seq"]), (&102.into(), &104.into()));
    assert!(gap["announced_at"].is_null() && gap["noticed_at"].is_string());
    assert!(missing(&service.events().await).is_empty());

    assert_eq!(look(now + PATIENCE).await, Found { announced: 1, ..Found::default() });
    assert_eq!(missing(&service.events().await), [(1, 102, 104)]);
    assert!(shown().await[0]["announced_at"].is_string());
    assert_eq!(look(now + PATIENCE * 9).await, Found::default());
    assert_eq!(missing(&service.events().await).len(), 1);
    let metrics = service.get_text("/metrics").await;
    assert!(metrics.contains("webhook_gaps_total{what=\"announced\"}"), "{metrics}");
    service.stop().await;
}

/// Deliveries with ids made at a moment of the test's choice.
async fn arrive(database: &Database, at: Timestamp, numbers: &[(i64, i64)]) {
    let ms = u128::try_from(at.as_millisecond()).unwrap();
    let id = |_| Uuid::from_u128((ms << 80) | (Uuid::now_v7().as_u128() & ((1 << 80) - 1)));
    diesel::sql_query(
        "INSERT INTO deliveries (id, account_id, site_id, type, seq, occurred_at, received_at, signed, body)
         SELECT id, site + 1000, site, 'post.updated', seq, now(), now(), true, '{}' FROM unnest($1, $2, $3) AS new (id, site, seq)",
    )
    .bind::<Array<SqlUuid>, _>((0..numbers.len()).map(id).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(numbers.iter().map(|(site, _)| *site).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(numbers.iter().map(|(_, seq)| *seq).collect::<Vec<_>>())
    .execute(&mut *database.connection().await.unwrap())
    .await
    .unwrap();
}

/// More than one transaction looks through, most of them within one millisecond.
#[tokio::test]
async fn much_is_looked_through_in_pieces() {
    let server = TestDatabase::new(webhook_ingest::MIGRATIONS).await;
    let database = server.database("test");
    let begun = soon();
    let at = |ms: i64| begun + SignedDuration::from_millis(ms);
    let numbers = |seqs: std::ops::Range<i64>| seqs.map(|seq| (1, seq)).collect::<Vec<_>>();
    for (ms, seqs) in [(0, 0..2_500), (1, 2_500..2_600), (7, 2_601..4_000)] {
        arrive(&database, at(ms), &numbers(seqs)).await;
    }
    let mut pieces = 1;
    while find_gaps::pass(&database, at(8), PATIENCE).await.unwrap().more {
        pieces += 1;
    }
    assert_eq!(pieces, 4);
    assert_eq!(pass(&database, at(8) + PATIENCE, PATIENCE).await.announced, 1);
    assert_eq!(of_site(&database, 1).await, [(2_600, 2_600)]);
}

#[tokio::test]
async fn what_comes_late_was_never_missing() {
    let server = TestDatabase::new(webhook_ingest::MIGRATIONS).await;
    let database = server.database("test");
    let begun = soon();
    let at = |s: i64| begun + SignedDuration::from_secs(s);
    arrive(&database, at(0), &[(1, 10), (1, 12), (1, 15), (2, 7)]).await;
    assert_eq!(pass(&database, at(1), PATIENCE).await.noticed, 2);
    arrive(&database, at(2), &[(1, 11), (1, 14), (2, 6)]).await;
    let found = pass(&database, at(3), PATIENCE).await;
    assert_eq!((found.noticed, found.closed), (0, 1));
    // Of the second gap one number is still missing.
    let found = pass(&database, at(3) + PATIENCE, PATIENCE).await;
    assert_eq!((found.closed, found.announced), (0, 1));
    let gaps = of_site(&database, 1).await;
    assert_eq!(gaps, [(13, 13)]);
    // Too late: it is taken in, and nobody is told anything anymore.
    arrive(&database, at(400), &[(1, 13), (1, 16)]).await;
    while pass(&database, at(401), PATIENCE).await.more {}
    assert_eq!(pass(&database, at(401) + PATIENCE, PATIENCE).await, Found::default());
    assert_eq!(of_site(&database, 1).await, [(13, 13)]);
}

#[tokio::test]
async fn a_site_that_leaves_out_every_other_number_is_one_announcement() {
    let server = TestDatabase::new(webhook_ingest::MIGRATIONS).await;
    let database = server.database("test");
    let now = soon();
    let numbers: Vec<_> = (0..2_000).map(|nth| (1, nth * 2)).chain([(1, i64::MAX), (1, 0)]).collect();
    arrive(&database, now, &numbers).await;
    let found = pass(&database, now + Duration::from_secs(1), PATIENCE).await;
    assert_eq!((found.noticed, found.announced), (1_999, 1));
    assert_eq!(of_site(&database, 1).await, [(1, 3_997)]);
}

#[tokio::test]
async fn two_replicas_announce_a_gap_once() {
    let server = TestDatabase::new(webhook_ingest::MIGRATIONS).await;
    let (one, other) = (server.database("test"), server.database("test"));
    let now = soon();
    arrive(&one, now, &[(1, 1), (1, 3)]).await;
    for step in 1..=20u32 {
        let at = now + PATIENCE * step / 10;
        tokio::join!(pass(&one, at, PATIENCE), pass(&other, at, PATIENCE));
    }
    assert_eq!(of_site(&one, 1).await, [(2, 2)]);
}

async fn of_site(database: &Database, site: i64) -> Vec<(i64, i64)> {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        from_seq: i64,
        #[diesel(sql_type = BigInt)]
        to_seq: i64,
    }
    let rows: Vec<Row> =
        diesel::sql_query("SELECT from_seq, to_seq FROM gaps WHERE site_id = $1 ORDER BY from_seq")
            .bind::<BigInt, _>(site)
            .load(&mut *database.connection().await.unwrap())
            .await
            .unwrap();
    rows.iter().map(|row| (row.from_seq, row.to_seq)).collect()
}

/// What anybody would do with unlimited memory.
#[derive(Default)]
struct Model(BTreeMap<i64, (BTreeSet<i64>, BTreeSet<i64>)>);

impl Model {
    fn see(&mut self, numbers: &[(i64, i64)]) {
        for (site, seq) in numbers {
            self.0.entry(*site).or_default().0.insert(*seq);
        }
    }

    /// Numbers between a site's first and last that neither came nor were announced.
    fn missing(&self, site: i64) -> BTreeSet<i64> {
        let Some((seen, told)) = self.0.get(&site) else { return BTreeSet::new() };
        let (Some(first), Some(last)) = (seen.iter().next(), seen.iter().next_back()) else {
            return BTreeSet::new();
        };
        (*first..*last).filter(|seq| !seen.contains(seq) && !told.contains(seq)).collect()
    }

    /// All that is missing is announced; the first and last of each site.
    fn give_up(&mut self) -> Vec<(i64, i64, i64)> {
        let sites: Vec<i64> = self.0.keys().copied().collect();
        let mut announced = Vec::new();
        for site in sites {
            let missing = self.missing(site);
            if let (Some(first), Some(last)) = (missing.iter().next(), missing.iter().next_back()) {
                announced.push((site, *first, *last));
            }
            self.0.get_mut(&site).unwrap().1.extend(missing);
        }
        announced
    }
}

/// Rounds of arrivals at three sites: in any order, repeated, and now and then from a plugin installed anew, which counts from a later
/// clock.
fn rounds() -> impl Strategy<Value = Vec<Vec<(i64, i64)>>> {
    let number = (prop_oneof![4 => Just(0i64), 1 => Just(300), 1 => Just(2_000)], 1..60i64);
    vec(vec((1..=3i64, number.prop_map(|(base, offset)| base + offset)), 0..40), 1..8)
}

#[test]
fn gaps_are_what_the_numbers_leave_out() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(rounds in rounds())| {
        runtime.block_on(Box::pin(play(&rounds)));
    });
}

async fn play(rounds: &[Vec<(i64, i64)>]) {
    let server = TestDatabase::new(webhook_ingest::MIGRATIONS).await;
    let database = server.database("test");
    let (mut model, mut now) = (Model::default(), soon());
    for (nth, numbers) in rounds.iter().enumerate() {
        now += SignedDuration::from_secs(10);
        arrive(&database, now, numbers).await;
        model.see(numbers);
        now += SignedDuration::from_secs(1);
        // At every third look everything has been missing for long enough.
        let given_up = nth % 3 == 2;
        let found = pass(&database, now, if given_up { Duration::ZERO } else { PATIENCE }).await;
        let told = if given_up { model.give_up() } else { vec![] };
        for site in 1..=3 {
            assert_eq!(open(&database, site).await, model.missing(site));
        }
        assert_eq!(found.announced, told.len());
        assert_eq!(announced(&database, now).await, told);
    }
}

/// Numbers that are missing at present.
async fn open(database: &Database, site: i64) -> BTreeSet<i64> {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        seq: i64,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT seq FROM gaps JOIN sequences USING (site_id), generate_series(from_seq, to_seq) AS seq
         WHERE site_id = $1 AND announced_at IS NULL AND NOT seen @> seq",
    )
    .bind::<BigInt, _>(site)
    .load(&mut *database.connection().await.unwrap())
    .await
    .unwrap();
    rows.iter().map(|row| row.seq).collect()
}

async fn announced(database: &Database, at: Timestamp) -> Vec<(i64, i64, i64)> {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        site_id: i64,
        #[diesel(sql_type = BigInt)]
        from_seq: i64,
        #[diesel(sql_type = BigInt)]
        to_seq: i64,
    }
    let rows: Vec<Row> = diesel::sql_query(format!(
        "SELECT site_id, from_seq, to_seq FROM gaps WHERE announced_at = '{at}' ORDER BY site_id"
    ))
    .load(&mut *database.connection().await.unwrap())
    .await
    .unwrap();
    rows.iter().map(|row| (row.site_id, row.from_seq, row.to_seq)).collect()
}
