use std::sync::Arc;
use std::time::Duration;

use contracts::topology::Queue;
use database::Database;
use lifecycle::{Lifecycle, Stage};
use messaging::Broker;

use crate::{ConsumeSettings, Handler, Relay, RelaySettings, Rush, consume, drain_dead_queues, forget_old};

/// Sets a service's mailbox going: its relay, its consumers, and what keeps both clean.
pub struct Mailroom<'a> {
    lifecycle: &'a Lifecycle,
    database: Database,
    broker: Broker,
    relay: RelaySettings,
    consume: ConsumeSettings,
    queues: Vec<Queue>,
    rush: Rush,
}

/// A message may come again as long as its sender keeps it; nobody keeps one for a month.
const FORGET_AFTER: Duration = Duration::from_hours(30 * 24);

impl<'a> Mailroom<'a> {
    pub fn new(
        lifecycle: &'a Lifecycle,
        database: &Database,
        broker: &Broker,
        relay: &RelaySettings,
        consume: &ConsumeSettings,
    ) -> Self {
        Self {
            lifecycle,
            database: database.clone(),
            broker: broker.clone(),
            relay: relay.clone(),
            consume: consume.clone(),
            queues: Vec::new(),
            rush: Rush::default(),
        }
    }

    /// The relay gives way to this, as its settings allow.
    #[must_use]
    pub fn after(mut self, rush: Rush) -> Self {
        self.rush = rush;
        self
    }

    /// Consumes the handler's queue. A service stays ready while the broker is away: its senders' outboxes wait.
    #[must_use]
    pub fn consume<H: Handler>(mut self, handler: H) -> Self {
        let (handler, database, broker) = (Arc::new(handler), self.database.clone(), self.broker.clone());
        let (settings, readiness) = (self.consume.clone(), self.lifecycle.readiness().watch(H::QUEUE.name));
        self.lifecycle.spawn(Stage::Doors, H::QUEUE.name, move |shutdown| {
            let (handler, database, broker) = (Arc::clone(&handler), database.clone(), broker.clone());
            let (settings, readiness) = (settings.clone(), readiness.clone());
            async move { consume(&*handler, &database, &broker, &settings, &readiness, shutdown).await }
        });
        self.queues.push(H::QUEUE);
        self
    }

    /// Starts the relay and the housekeeping.
    pub fn start(self) {
        let relay = Relay {
            database: self.database.clone(),
            broker: self.broker.clone(),
            settings: self.relay,
            readiness: self.lifecycle.readiness().watch("relay"),
            rush: self.rush,
        };
        self.lifecycle.spawn(Stage::Relay, "relay", move |shutdown| relay.clone().run(shutdown));

        let (database, broker, queues) = (self.database.clone(), self.broker, self.queues);
        self.lifecycle.spawn(Stage::Work, "dead queues", move |shutdown| {
            let (database, broker, queues) = (database.clone(), broker.clone(), queues.clone());
            async move { drain_dead_queues(&queues, &database, &broker, shutdown).await }
        });
        let database = self.database;
        self.lifecycle.spawn(Stage::Work, "forget messages", move |shutdown| {
            let database = database.clone();
            async move { forget_old(&database, FORGET_AFTER, shutdown).await }
        });
    }
}
