//! Sends requests that were made before, with as little work of its own as possible: it shares the machine with what is measured.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::LEFT_OUT;
use super::sites::Request;
pub use crate::round::Arrival;

pub struct Sent {
    /// From the first request until the last answer.
    pub took: Duration,
    /// From when a request was due until it was answered; in no order, and at a steady rate without the first second's.
    pub waits: Vec<Duration>,
    /// The same from when it was sent: without what the sender's own timer was late, and without a wait for one of its connections.
    pub waits_once_sent: Vec<Duration>,
    /// The bodies.
    pub answers: Vec<Vec<u8>>,
}

struct Answered {
    due: Instant,
    sent: Instant,
    answered: Instant,
    answer: Vec<u8>,
}

/// Over so many connections, one request after the other on each.
pub async fn send(
    port: u16,
    requests: Arc<Vec<Request>>,
    connections: usize,
    arrival: Arrival,
) -> anyhow::Result<Sent> {
    let mut streams = Vec::new();
    for _ in 0..connections {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        streams.push(stream);
    }
    let next = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let mut senders = JoinSet::new();
    for stream in streams {
        let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
        senders.spawn(one_after_the_other(stream, requests, next, begun, arrival));
    }
    let (mut waits, mut waits_once_sent, mut answers) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(ended) = senders.join_next().await {
        for it in ended?? {
            if matches!(arrival, Arrival::AtOnce) || it.due - begun >= LEFT_OUT {
                waits.push(it.answered - it.due);
                waits_once_sent.push(it.answered - it.sent);
            }
            answers.push(it.answer);
        }
    }
    Ok(Sent { took: begun.elapsed(), waits, waits_once_sent, answers })
}

async fn one_after_the_other(
    mut stream: TcpStream,
    requests: Arc<Vec<Request>>,
    next: Arc<AtomicUsize>,
    begun: Instant,
    arrival: Arrival,
) -> anyhow::Result<Vec<Answered>> {
    let (mut done, mut buffer) = (Vec::new(), Vec::with_capacity(64 * 1024));
    loop {
        let place = next.fetch_add(1, Ordering::Relaxed);
        let Some(request) = requests.get(place) else { return Ok(done) };
        let due = match arrival {
            Arrival::AtOnce => Instant::now(),
            Arrival::PerSecond(_) => begun + arrival.due(place),
        };
        tokio::time::sleep_until(due.into()).await;
        let sent = Instant::now();
        stream.write_all(&request.bytes).await?;
        let answer = read(&mut stream, &mut buffer).await?;
        done.push(Answered { due, sent, answered: Instant::now(), answer });
    }
}

/// One answer's body; anything but a 200 ends the run.
async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> anyhow::Result<Vec<u8>> {
    buffer.clear();
    loop {
        ensure!(stream.read_buf(buffer).await? > 0, "the connection was closed");
        let Some(end) = buffer.windows(4).position(|it| it == b"\r\n\r\n") else { continue };
        let head = std::str::from_utf8(&buffer[..end])?;
        let length =
            head.lines().find_map(|line| line.strip_prefix("content-length: ")).context("no length")?;
        let length: usize = length.parse()?;
        while buffer.len() < end + 4 + length {
            ensure!(stream.read_buf(buffer).await? > 0, "the connection was closed");
        }
        let (head, body) = (std::str::from_utf8(&buffer[..end])?, &buffer[end + 4..]);
        ensure!(head.starts_with("HTTP/1.1 200 "), "answered {head}\n{}", String::from_utf8_lossy(body));
        return Ok(body.to_vec());
    }
}
