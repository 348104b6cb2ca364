//! How a committed event reaches everyone who listens.
//!
//! One poller in each process reads what is new in `sync_events`, of all accounts, and hands it to those of the account who listen here;
//! they hold no connection to the database. It looks whenever a transaction of this process recorded something, and twice a second
//! besides, for what other replicas recorded.
//!
//! Ids are given before commits, so an event may become visible after one with a higher id. The poller therefore remembers what it has
//! not seen below the highest id (a [`Place`]) and looks there again, until every transaction that could still fill such a hole has
//! ended. Each event carries the place after it as its `id:`, so a listener that comes back, to whichever replica, gets what it
//! missed and nothing else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use actix_web::web::Bytes;
use database::{Database, DatabaseError};
use diesel::result::Error as QueryError;
use lifecycle::{Lifecycle, Shutdown, Stage, TaskResult};
use tokio::sync::{Notify, broadcast, watch};

use super::place::Place;
use super::view::EventView;
use crate::store::sync_events::{self, RECORDED, Snapshot, SyncEvent};

/// Events an account's listener may be behind before it has to read them from the table.
const BEHIND: usize = 512;
const POLL: Duration = Duration::from_millis(500);
/// While something below the highest id has not shown itself.
const POLL_HOLES: Duration = Duration::from_millis(50);
/// What happens within this time is handed out together.
const GATHER: Duration = Duration::from_millis(10);
const BATCH: i64 = 1_000;
/// How far below the highest id a transaction under way may hold one.
const LOOK_BACK: i64 = 5_000;

/// Where listeners come in. Cheap to clone.
#[derive(Clone, Default)]
pub struct Hub(Arc<Inner>);

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    /// Somebody listens.
    wanted: Notify,
    closing: OnceLock<Shutdown>,
}

struct State {
    /// What was handed out; `None` while nobody listens.
    place: Option<Place>,
    accounts: HashMap<i64, broadcast::Sender<Arc<Live>>>,
    listeners: usize,
    begun: Instant,
    ready: watch::Sender<bool>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            place: None,
            accounts: HashMap::new(),
            listeners: 0,
            begun: Instant::now(),
            ready: watch::Sender::new(false),
        }
    }
}

/// An event on its way.
pub struct Live {
    pub id: i64,
    pub site_id: i64,
    pub content_id: Option<i64>,
    /// With it.
    pub place: Place,
    /// As it goes over the wire.
    pub frame: Bytes,
}

impl Live {
    pub fn new(event: SyncEvent, place: &Place) -> Self {
        let (id, site_id, content_id) = (event.id, event.site_id, event.content_id);
        let data =
            serde_json::to_string(&EventView::from(event)).expect("invariant: events have string keys only");
        Self {
            id,
            site_id,
            content_id,
            place: place.clone(),
            frame: Bytes::from(format!("id: {place}\ndata: {data}\n\n")),
        }
    }
}

/// One listener's seat; given back when dropped.
pub struct Seat {
    hub: Hub,
    account: i64,
}

impl Hub {
    /// Starts the poller. Listeners end with the doors.
    pub fn start(&self, lifecycle: &Lifecycle, database: &Database) {
        self.0.closing.get_or_init(|| lifecycle.shutdown(Stage::Doors));
        let (hub, database) = (self.clone(), database.clone());
        lifecycle.spawn(Stage::Doors, "event stream", move |shutdown| {
            let (hub, database) = (hub.clone(), database.clone());
            async move { hub.poll(&database, &shutdown).await }
        });
    }

    /// A seat, unless there are `most` listeners already.
    pub fn sit(&self, account: i64, most: usize) -> Option<Seat> {
        let mut state = self.state();
        if state.listeners >= most {
            return None;
        }
        state.listeners += 1;
        drop(state);
        self.0.wanted.notify_one();
        Some(Seat { hub: self.clone(), account })
    }

    pub fn closing(&self) -> Shutdown {
        self.0.closing.get_or_init(Shutdown::new).clone()
    }

    pub fn listeners(&self) -> usize {
        self.state().listeners
    }

    async fn poll(&self, database: &Database, shutdown: &Shutdown) -> TaskResult {
        let recorded = database.wakeup(RECORDED);
        let mut settling = None;
        while !shutdown.is_cancelled() {
            if self.rest_if_alone() {
                settling = None;
                shutdown.unless_cancelled(self.0.wanted.notified()).await;
                continue;
            }
            let pause = match self.pass(database, &mut settling).await? {
                Pass::More => continue,
                Pass::Holes => POLL_HOLES,
                Pass::Clear => POLL,
            };
            let woken = tokio::time::timeout(pause, shutdown.unless_cancelled(recorded.notified())).await;
            if woken.is_ok() {
                shutdown.sleep(GATHER).await;
            }
        }
        Ok(())
    }

    /// Without listeners nothing is read, and the place is forgotten.
    fn rest_if_alone(&self) -> bool {
        let mut state = self.state();
        if state.listeners == 0 {
            state.place = None;
            state.ready.send_replace(false);
        }
        state.listeners == 0
    }

    /// Reads what is new and hands it out.
    async fn pass(
        &self,
        database: &Database,
        settling: &mut Option<Settling>,
    ) -> Result<Pass, DatabaseError> {
        let connection = &mut *database.connection().await?;
        // Read before the events: what had ended by then is among them.
        let snapshot = sync_events::snapshot(connection).await?;
        let known = self.state().place.clone();
        let Some(mut place) = known else {
            let place = begin(connection).await?;
            *settling = None;
            self.state().begin(place);
            return Ok(Pass::More);
        };
        // Whoever holds an id of a hole got it before this snapshot, and so is known to it.
        let next = Settling::of(&place, snapshot);
        let late = sync_events::within(connection, &few(place.holes())).await?;
        let new = sync_events::above(connection, place.top(), BATCH).await?;
        let more = new.len() >= usize::try_from(BATCH).unwrap_or(usize::MAX);
        let mut state = self.state();
        for row in late.into_iter().chain(new) {
            if place.see(row.id) {
                state.hand_out(row, &place);
            }
        }
        if let Some(over) = settling.take_if(|it| it.is_over(snapshot)) {
            place.close_holes_up_to(over.up_to);
        }
        *settling = settling.take().or(next);
        let holes = !place.holes().is_empty();
        state.reach(place);
        Ok(if more {
            Pass::More
        } else if holes {
            Pass::Holes
        } else {
            Pass::Clear
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// What was handed out so far, and everything from then on. `None`: the database can't be read at present.
    pub async fn listen(&self) -> Option<(Place, broadcast::Receiver<Arc<Live>>)> {
        let mut ready = self.hub.state().ready.subscribe();
        tokio::time::timeout(Duration::from_secs(5), ready.wait_for(|ready| *ready)).await.ok()?.ok()?;
        let mut state = self.hub.state();
        let place = state.place.clone()?;
        let sender = state.accounts.entry(self.account).or_insert_with(|| broadcast::Sender::new(BEHIND));
        Some((place, sender.subscribe()))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut state = self.hub.state();
        state.listeners -= 1;
        // Receivers are dropped before their seat.
        state.accounts.retain(|account, sender| *account != self.account || sender.receiver_count() > 0);
    }
}

impl State {
    fn begin(&mut self, place: Place) {
        self.place = Some(place);
        self.begun = Instant::now();
    }

    /// Listeners wait a moment until the holes from before their time are closed: a place could not tell of many.
    fn reach(&mut self, place: Place) {
        if place.can_be_told() || self.begun.elapsed() > Duration::from_secs(1) {
            self.ready.send_replace(true);
        }
        self.place = Some(place);
    }

    fn hand_out(&mut self, event: SyncEvent, place: &Place) {
        if let Some(sender) = self.accounts.get(&event.account_id) {
            // Nobody may be listening any more.
            let _ = sender.send(Arc::new(Live::new(event, place)));
        }
    }
}

/// What is left after a pass.
enum Pass {
    More,
    /// Something below the highest id has not shown itself.
    Holes,
    Clear,
}

/// Holes up to `up_to` will not be filled once every transaction below `next` has ended.
struct Settling {
    next: i64,
    up_to: i64,
}

impl Settling {
    /// `snapshot` is younger than the place.
    fn of(place: &Place, snapshot: Snapshot) -> Option<Self> {
        let (_, last) = place.holes().last()?;
        Some(Self { next: snapshot.next, up_to: *last })
    }

    fn is_over(&self, snapshot: Snapshot) -> bool {
        snapshot.ended_below >= self.next
    }
}

/// The newest ids, with the holes between them.
async fn begin(connection: &mut diesel_async::AsyncPgConnection) -> Result<Place, QueryError> {
    let ids = sync_events::newest_ids(connection, LOOK_BACK).await?;
    let mut place = Place::up_to(ids.first().map_or(0, |lowest| lowest - 1));
    for id in ids {
        place.see(id);
    }
    Ok(place)
}

/// Many holes are looked through as one, what was seen between them included.
fn few(holes: &[(i64, i64)]) -> Vec<(i64, i64)> {
    match (holes.first(), holes.last()) {
        (Some((first, _)), Some((_, last))) if holes.len() > 32 => vec![(*first, *last)],
        _ => holes.to_vec(),
    }
}
