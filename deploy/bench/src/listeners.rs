//! Many who follow a stream of Server-Sent Events, each over a connection of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::stack::until;

/// Every event has this once, and nothing else has it.
const EVENT: &[u8] = b"\ndata: ";
/// The last line of the greeting of both servers.
const GREETING: &[u8] = b": listening\n\n";

pub struct Listeners {
    counts: Arc<Counts>,
    all: JoinSet<()>,
    many: usize,
}

struct Counts {
    begun: Instant,
    greeted: AtomicUsize,
    /// How many listeners have heard the event of this number, and when the last one did, in microseconds.
    heard: Vec<(AtomicUsize, AtomicU64)>,
    many: usize,
    complete: Notify,
    broken: AtomicBool,
}

impl Listeners {
    /// Opens as many streams, and waits until all have been greeted. They hear at most `events`.
    pub async fn open(
        address: &str,
        path: &str,
        token: &str,
        many: usize,
        events: usize,
    ) -> anyhow::Result<Self> {
        let counts = Arc::new(Counts {
            begun: Instant::now(),
            greeted: AtomicUsize::new(0),
            heard: (0..events).map(|_| Default::default()).collect(),
            many,
            complete: Notify::new(),
            broken: AtomicBool::new(false),
        });
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\naccept: text/event-stream\r\n\r\n"
        );
        let mut all = JoinSet::new();
        for opened in 0..many {
            let mut stream = TcpStream::connect(address).await.context("a listener could not connect")?;
            stream.write_all(request.as_bytes()).await?;
            let theirs = Arc::clone(&counts);
            all.spawn(async move {
                theirs.listen(stream).await;
                theirs.broken.store(true, Ordering::Relaxed);
                theirs.complete.notify_one();
            });
            // So many at a time; people don't come all at once either.
            if opened % 100 == 99 {
                counts.are_greeted(opened + 1).await?;
            }
        }
        counts.are_greeted(many).await?;
        Ok(Self { counts, all, many })
    }

    /// Waits until everybody has heard the event of this number; when that was.
    pub async fn have_heard(&self, event: usize) -> anyhow::Result<Instant> {
        let (heard, last) = &self.counts.heard[event];
        let waited = tokio::time::timeout(Duration::from_mins(1), async {
            while heard.load(Ordering::Acquire) < self.many && !self.counts.broken.load(Ordering::Relaxed) {
                self.counts.complete.notified().await;
            }
        });
        let found = waited.await.is_ok() && !self.counts.broken.load(Ordering::Relaxed);
        anyhow::ensure!(found, "event {event} came to {} of {}", heard.load(Ordering::Acquire), self.many);
        Ok(self.counts.begun + Duration::from_micros(last.load(Ordering::Acquire)))
    }

    pub async fn close(mut self) {
        self.all.shutdown().await;
    }
}

impl Counts {
    async fn are_greeted(&self, many: usize) -> anyhow::Result<()> {
        let what = format!("{many} listeners are greeted");
        until(&what, Duration::from_mins(1), async || {
            anyhow::ensure!(!self.broken.load(Ordering::Relaxed), "a stream was refused or has ended");
            Ok(self.greeted.load(Ordering::Acquire) >= many)
        })
        .await
    }

    /// Until the stream ends.
    async fn listen(&self, mut stream: TcpStream) {
        let mut bytes = vec![0; 16 << 10];
        let (mut events, mut greeting) = (Finder::of(EVENT), Finder::of(GREETING));
        let (mut heard, mut is_greeted) = (0, false);
        while let Ok(length @ 1..) = stream.read(&mut bytes).await {
            let bytes = &bytes[..length];
            if !is_greeted && greeting.count(bytes) > 0 {
                is_greeted = true;
                self.greeted.fetch_add(1, Ordering::AcqRel);
            }
            let count = events.count(bytes);
            let now = u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX);
            for number in heard..heard + count {
                // More than were said: nobody waits for it in vain, but it is no success either.
                let Some((listeners, last)) = self.heard.get(number) else { return };
                last.fetch_max(now, Ordering::AcqRel);
                if listeners.fetch_add(1, Ordering::AcqRel) + 1 == self.many {
                    self.complete.notify_one();
                }
            }
            heard += count;
        }
    }
}

/// Counts how often something stands in a text that comes in pieces.
struct Finder {
    wanted: &'static [u8],
    matched: usize,
}

impl Finder {
    fn of(wanted: &'static [u8]) -> Self {
        Self { wanted, matched: 0 }
    }

    /// What is wanted begins with a byte that it has nowhere else, or at its end.
    fn count(&mut self, piece: &[u8]) -> usize {
        let mut found = 0;
        for byte in piece {
            if *byte == self.wanted[self.matched] {
                self.matched += 1;
            } else {
                self.matched = usize::from(*byte == self.wanted[0]);
            }
            if self.matched == self.wanted.len() {
                self.matched = 0;
                found += 1;
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_in_pieces_is_counted() {
        let text = b"id: 1\ndata: {}\n\nid: 2\n\ndata: {}\n\n: data: \n\n";
        for size in 1..text.len() {
            let mut finder = Finder::of(EVENT);
            let found: usize = text.chunks(size).map(|piece| finder.count(piece)).sum();
            assert_eq!(found, 2, "in pieces of {size}");
        }
    }
}
