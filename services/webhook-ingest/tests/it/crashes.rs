//! The database crashes, again and again, while events come in.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use contracts::topology::queues;
use contracts::webhook::WordpressStatusChanged;
use contracts::{FromWire, WordpressEvent};
use domain::Clock;
use futures::{future, join};
use testkit::{OwnPostgres, TestBroker, TestDatabase, eventually};
use uuid::Uuid;

use crate::service::Service;
use crate::site::Site;

const CRASHES: usize = 4;
const SENDERS: u8 = 16;
/// Acknowledged between two crashes, at least.
const BETWEEN: usize = 300;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_is_kept_once_and_sent_whenever_the_database_crashes() {
    let (mut postgres, broker) = (OwnPostgres::start().await, TestBroker::new().await);
    let database = TestDatabase::on(postgres.url(), webhook_ingest::MIGRATIONS).await;
    let broker_url = secrets::ExposeSecret::expose_secret(&broker.settings().url).to_owned();
    let service = Service::start_with(database, None, Some(&broker_url), &Clock::system());
    let site = Site::signing(1);
    service.knows(&site).await;

    let senders = Senders {
        service: &service,
        site: &site,
        acknowledged: AtomicUsize::new(0),
        over: AtomicBool::new(false),
    };
    let crashing = async {
        for crash in 1..=CRASHES {
            senders.have_sent(crash * BETWEEN).await;
            postgres.crash().await;
        }
        senders.have_sent((CRASHES + 1) * BETWEEN).await;
        senders.over.store(true, Ordering::Relaxed);
    };
    let (acknowledged, ()) = join!(future::join_all((0..SENDERS).map(|nth| senders.send(nth))), crashing);

    let acknowledged: HashSet<Uuid> = acknowledged.into_iter().flatten().collect();
    let kept = service.deliveries().await;
    let lost: Vec<_> = acknowledged.difference(&kept).collect();
    assert!(lost.is_empty(), "{} of {} were acknowledged and lost", lost.len(), acknowledged.len());
    assert_eq!(kept.len(), acknowledged.len(), "an event was kept twice");
    assert_eq!(sent(&broker, kept.len()).await, kept);
    eventually("the outbox is empty", async || (service.count("FROM outbox").await == 0).then_some(())).await;
    service.stop().await;
}

struct Senders<'a> {
    service: &'a Service,
    site: &'a Site,
    acknowledged: AtomicUsize,
    over: AtomicBool,
}

impl Senders<'_> {
    /// As a plugin sends: one event after the other, each again until it is taken. Returns the deliveries they were told.
    async fn send(&self, sender: u8) -> Vec<Uuid> {
        let mut deliveries = Vec::new();
        for seq in (i64::from(sender)..).step_by(SENDERS.into()) {
            if self.over.load(Ordering::Relaxed) {
                break;
            }
            let event = self.site.event(seq, 7, "draft");
            let answer = loop {
                let answer = self.service.send(self.site, std::slice::from_ref(&event)).await;
                if answer.status.is_success() {
                    break answer;
                }
                assert_eq!(answer.refusal(), (503, "unavailable"));
                tokio::time::sleep(Duration::from_millis(20)).await;
            };
            assert!(["accepted", "duplicate"].contains(&answer.acks()[0]));
            deliveries.push(answer.delivery_ids()[0].parse().unwrap());
            self.acknowledged.fetch_add(1, Ordering::Relaxed);
        }
        deliveries
    }

    async fn have_sent(&self, events: usize) {
        eventually("events are taken", async || {
            (self.acknowledged.load(Ordering::Relaxed) >= events).then_some(())
        })
        .await;
    }
}

/// The deliveries that came out of the broker; one may come twice.
async fn sent(broker: &TestBroker, awaited: usize) -> HashSet<Uuid> {
    let queue = queues::INTEGRATION_WORDPRESS_EVENTS.name;
    let mut consumer = broker.broker("integration-api").consumer(queue, 500).await.unwrap();
    let mut deliveries = HashSet::new();
    while deliveries.len() < awaited {
        let next = tokio::time::timeout(Duration::from_secs(15), consumer.next_batch(500)).await;
        let batch = next.unwrap_or_else(|_| panic!("{} of {awaited} came out", deliveries.len())).unwrap();
        for message in &batch {
            let WordpressEvent::StatusChanged(WordpressStatusChanged { delivery_id, .. }) =
                WordpressEvent::from_wire(&message.type_name, &message.body).unwrap()
            else {
                panic!("{} was not sent", message.type_name)
            };
            deliveries.insert(delivery_id.parse().unwrap());
        }
        consumer.ack_through(batch.last().unwrap()).await.unwrap();
    }
    consumer.close().await;
    deliveries
}
