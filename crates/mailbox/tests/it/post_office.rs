//! A sender and a receiver of `DeliveryApplied`, who notes every delivery id it is given.

use contracts::content::DeliveryApplied;
use contracts::topology::{Queue, queues};
use database::{Database, EmbeddedMigrations, Tx};
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;
use diesel_migrations::embed_migrations;
use lifecycle::{Lifecycle, LifecycleSettings, Readiness, Stage};
use mailbox::{ConsumeSettings, Handler, HandlerError, OrFail, Relay, RelaySettings, Rush};
use messaging::Broker;
use testkit::{TestBroker, TestDatabase, eventually};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/webhook");

pub struct PostOffice {
    pub broker_server: TestBroker,
    pub database_server: TestDatabase,
    pub database: Database,
    pub broker: Broker,
    lifecycle: Lifecycle,
    readiness: Readiness,
}

impl PostOffice {
    pub async fn open() -> Self {
        Self::open_as("mailbox-test").await
    }

    /// Under this application name the connections can be told from those of other tests.
    pub async fn open_as(application: &'static str) -> Self {
        let (database_server, broker_server) = (TestDatabase::new(MIGRATIONS).await, TestBroker::new().await);
        let database = database_server.database(application);
        let connection = &mut database.connection().await.unwrap();
        diesel::sql_query("CREATE TABLE noted (delivery_id text NOT NULL)")
            .execute(connection)
            .await
            .unwrap();
        Self {
            broker: broker_server.broker(application),
            broker_server,
            database_server,
            database,
            lifecycle: Lifecycle::new(&LifecycleSettings::default()),
            readiness: Readiness::new(),
        }
    }

    pub async fn post(&self, delivery_id: &str) {
        let mut tx = self.database.begin().await.unwrap();
        mailbox::post(&mut tx, &message(delivery_id)).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub fn start_relay(&self) {
        self.start_relay_after(Rush::default(), 0);
    }

    /// One that gives way to a rush for so long.
    pub fn start_relay_after(&self, rush: Rush, give_way_ms: u64) {
        let relay = Relay {
            database: self.database.clone(),
            broker: self.broker.clone(),
            settings: RelaySettings { batch: 50, poll_ms: 100, linger_ms: 0, give_way_ms },
            rush,
            readiness: self.readiness.register("relay"),
        };
        self.lifecycle.spawn(Stage::Relay, "relay", move |shutdown| relay.clone().run(shutdown));
    }

    pub fn start_receiver(&self) {
        let (database, broker, readiness) =
            (self.database.clone(), self.broker.clone(), self.readiness.register("in"));
        self.lifecycle.spawn(Stage::Doors, "receiver", move |shutdown| {
            let (database, broker, readiness) = (database.clone(), broker.clone(), readiness.clone());
            async move {
                let settings = ConsumeSettings { batch: 20, prefetch: 40, patience_ms: 500 };
                mailbox::consume(&Noter, &database, &broker, &settings, &readiness, shutdown).await
            }
        });
    }

    /// Waits until `count` deliveries are noted, and then some: what was noted twice is in the list twice.
    pub async fn noted(&self, count: usize) -> Vec<String> {
        eventually("deliveries noted", async || (self.noted_now().await.len() >= count).then_some(())).await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        self.noted_now().await
    }

    pub async fn noted_now(&self) -> Vec<String> {
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = Text)]
            delivery_id: String,
        }
        let Ok(mut connection) = self.database.connection().await else { return Vec::new() };
        let rows = diesel::sql_query("SELECT delivery_id FROM noted ORDER BY delivery_id")
            .load::<Row>(&mut connection)
            .await;
        rows.unwrap_or_default().into_iter().map(|row| row.delivery_id).collect()
    }

    pub async fn count(&self, table: &str) -> i64 {
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = BigInt)]
            count: i64,
        }
        let connection = &mut self.database.connection().await.unwrap();
        diesel::sql_query(format!("SELECT count(*) FROM {table}"))
            .get_result::<Row>(connection)
            .await
            .unwrap()
            .count
    }
}

impl Drop for PostOffice {
    fn drop(&mut self) {
        self.lifecycle.stop();
    }
}

pub fn message(delivery_id: &str) -> DeliveryApplied {
    DeliveryApplied {
        delivery_id: delivery_id.to_owned(),
        site_id: 1,
        outcome: "applied".to_owned(),
        ..Default::default()
    }
}

/// Notes deliveries; can't bear the one called "poison", and panics at "panic".
pub struct Noter;

impl Handler for Noter {
    type Message = DeliveryApplied;
    const NAME: &'static str = "noter";
    const QUEUE: Queue = queues::WEBHOOK_DELIVERY_APPLIED;

    async fn apply(&self, tx: &mut Tx, messages: Vec<DeliveryApplied>) -> Result<(), HandlerError> {
        for message in messages {
            match message.delivery_id.as_str() {
                "poison" => Err("this can't be borne").or_park()?,
                "stubborn" => Err("not now").or_retry()?,
                "panic" => panic!("what is this"),
                _ => {}
            }
            diesel::sql_query("INSERT INTO noted VALUES ($1)")
                .bind::<Text, _>(message.delivery_id)
                .execute(tx.conn())
                .await
                .or_retry()?;
        }
        Ok(())
    }
}
