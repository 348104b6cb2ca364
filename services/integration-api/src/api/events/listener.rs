use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::web::{Bytes, BytesMut};
use database::{Database, DatabaseError};
use domain::AccountId;
use futures::Stream;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::hub::{Live, Seat};
use super::place::Place;
use crate::store::sync_events::{self, SyncEvent};

const HEARTBEAT: Duration = Duration::from_secs(15);
/// Then the client comes back, and shows again who it is.
const LIFETIME: Duration = Duration::from_mins(30);
const PAGE: i64 = 200;
/// Bytes of events written together, but for the last of them.
const TOGETHER: usize = 8 << 10;

/// Which of the account's events are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    pub site_id: Option<i64>,
    pub content_id: Option<i64>,
}

impl Wanted {
    fn takes(&self, site_id: i64, content_id: Option<i64>) -> bool {
        self.site_id.is_none_or(|it| it == site_id)
            && (self.content_id.is_none() || self.content_id == content_id)
    }
}

/// One open stream.
pub struct Listener {
    // Before the seat, which looks whether anybody listens when it is given back.
    live: Receiver<Arc<Live>>,
    seat: Seat,
    account: AccountId,
    database: Database,
    wanted: Wanted,
    /// When it began; the events that come live carry their own places.
    seen: Place,
    last: Option<Arc<Live>>,
    catching_up: Option<CatchingUp>,
    ready: VecDeque<Bytes>,
    ends: Instant,
}

/// What was handed out before the listener came, and is still to be read from the table.
struct CatchingUp {
    /// Read up to here.
    after: i64,
    until: Place,
}

impl Listener {
    /// Listens from `seen` on, or from now. `None`: the database can't be read at present.
    pub async fn new(
        seat: Seat,
        account: AccountId,
        database: Database,
        wanted: Wanted,
        seen: Option<Place>,
    ) -> Option<Self> {
        let (now, live) = seat.listen().await?;
        let seen = seen.unwrap_or_else(|| now.clone());
        let greeting = format!("retry: 2000\nid: {seen}\n: listening\n\n");
        let mut this = Self {
            live,
            seat,
            account,
            database,
            wanted,
            last: None,
            catching_up: None,
            ready: VecDeque::from([Bytes::from(greeting)]),
            ends: Instant::now() + LIFETIME,
            seen,
        };
        this.catch_up(now);
        Some(this)
    }

    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes, actix_web::Error>> {
        futures::stream::unfold(
            self,
            |mut this| async move { this.next().await.map(|bytes| (Ok(bytes), this)) },
        )
    }

    fn catch_up(&mut self, until: Place) {
        self.catching_up = Some(CatchingUp { after: self.seen.bottom(), until });
    }

    /// The next bytes; `None` when it is over.
    async fn next(&mut self) -> Option<Bytes> {
        let closing = self.seat.hub().closing();
        while !closing.is_cancelled() {
            if let Some(bytes) = self.ready.pop_front() {
                return Some(bytes);
            }
            if self.catching_up.is_some() {
                if let Err(error) = self.read_page().await {
                    tracing::warn!(error = lifecycle::chain(&error), "an event stream ends early");
                    return None;
                }
                continue;
            }
            let event = tokio::time::timeout(HEARTBEAT, closing.unless_cancelled(self.live.recv())).await;
            match event {
                Ok(None) => return None,
                _ if self.ends <= Instant::now() => return None,
                Err(_) => return Some(Bytes::from_static(b": still here\n\n")),
                Ok(Some(Ok(event))) => {
                    if let Some(bytes) = self.gather(event) {
                        return Some(bytes);
                    }
                }
                Ok(Some(Err(RecvError::Lagged(_) | RecvError::Closed))) => self.listen_again().await?,
            }
        }
        None
    }

    /// This event and those right behind it.
    fn gather(&mut self, first: Arc<Live>) -> Option<Bytes> {
        let mut bytes = BytesMut::new();
        self.put(first, &mut bytes);
        while bytes.len() < TOGETHER {
            match self.live.try_recv() {
                Ok(event) => self.put(event, &mut bytes),
                // Too far behind: the next `recv` says so again.
                Err(TryRecvError::Empty | TryRecvError::Lagged(_) | TryRecvError::Closed) => break,
            }
        }
        (!bytes.is_empty()).then(|| bytes.freeze())
    }

    fn put(&mut self, event: Arc<Live>, bytes: &mut BytesMut) {
        // A listener that comes from a replica which is ahead has seen some of what is new here.
        if !self.seen.has(event.id) && self.wanted.takes(event.site_id, event.content_id) {
            bytes.extend_from_slice(&event.frame);
        }
        self.last = Some(event);
    }

    /// Too slow for what happens: the rest is read from the table.
    async fn listen_again(&mut self) -> Option<()> {
        let (now, live) = self.seat.listen().await?;
        self.live = live;
        if let Some(last) = self.last.take() {
            self.seen = self.seen.joined(&last.place, i64::MAX);
        }
        self.catch_up(now);
        Some(())
    }

    async fn read_page(&mut self) -> Result<(), DatabaseError> {
        let Some(CatchingUp { after, until }) = &mut self.catching_up else { return Ok(()) };
        let rows = if *after < until.top() {
            let connection = &mut *self.database.connection().await?;
            sync_events::between(connection, self.account, *after, until.top(), PAGE).await?
        } else {
            Vec::new()
        };
        let Some(last) =
            rows.last().map(|row| row.id).filter(|_| rows.len() == usize::try_from(PAGE).unwrap_or(0))
        else {
            let until = until.clone();
            self.catching_up = None;
            self.pass_on(rows, &until);
            self.seen = self.seen.joined(&until, i64::MAX);
            return Ok(());
        };
        *after = last;
        let until = until.clone();
        self.pass_on(rows, &until);
        Ok(())
    }

    fn pass_on(&mut self, rows: Vec<SyncEvent>, until: &Place) {
        for row in rows {
            // What `until` has not seen was not handed out yet, and will be.
            if self.seen.has(row.id) || !until.has(row.id) {
                continue;
            }
            self.seen = self.seen.joined(until, row.id);
            if self.wanted.takes(row.site_id, row.content_id) {
                self.ready.push_back(Live::new(row, &self.seen).frame);
            }
        }
    }
}
