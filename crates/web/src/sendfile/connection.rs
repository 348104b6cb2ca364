use std::cell::RefCell;
use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};

use rustix::net::SendFlags;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;

use super::SealedFile;

/// A client's connection. What is written to it while a file waits is that response's head: the file follows it.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    lane: Lane,
}

/// From a response to its connection, both on one thread. There is one response at a time: the server asks for no other before the body
/// of this one has ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lane(Rc<RefCell<Option<Waiting>>>);

#[derive(Debug)]
struct Waiting {
    file: SealedFile,
    rest: Range<u64>,
    /// The head is out; whatever is written now comes behind the file.
    begun: bool,
    sent: Waker,
}

impl Lane {
    /// Has this part of the file sent behind what the server has still to write. `sent` is woken when it is.
    pub fn hand(&self, file: SealedFile, part: Range<u64>, sent: Waker) {
        *self.0.borrow_mut() = Some(Waiting { file, rest: part, begun: false, sent });
    }

    /// Whether nothing waits any more; else `waker` is woken then.
    pub fn is_free(&self, waker: &Waker) -> bool {
        match &mut *self.0.borrow_mut() {
            None => true,
            Some(waiting) => {
                waiting.sent.clone_from(waker);
                false
            }
        }
    }
}

impl Connection {
    pub fn new(stream: TcpStream) -> io::Result<Self> {
        // What is written is all there is for now: nothing is gained by waiting for more, and the end of a file would.
        stream.set_nodelay(true)?;
        Ok(Self { stream, lane: Lane::default() })
    }

    pub(crate) fn lane(&self) -> Lane {
        self.lane.clone()
    }

    /// Sends what waits, if something does.
    fn poll_send(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut waiting = self.lane.0.borrow_mut();
        let Some(Waiting { file, rest, begun, .. }) = &mut *waiting else { return Poll::Ready(Ok(())) };
        *begun = true;
        while rest.start < rest.end {
            let most = usize::try_from(rest.end - rest.start).unwrap_or(usize::MAX);
            let sent = ready!(self.poll_io(context, || {
                Ok(rustix::fs::sendfile(&self.stream, &*file, Some(&mut rest.start), most)?)
            }))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
        }
        if let Some(Waiting { sent, .. }) = waiting.take() {
            sent.wake();
        }
        Poll::Ready(Ok(()))
    }

    /// Does it now, or when the client takes more.
    fn poll_io<T>(
        &self,
        context: &mut Context<'_>,
        mut write: impl FnMut() -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        loop {
            ready!(self.stream.poll_write_ready(context))?;
            match self.stream.try_io(Interest::WRITABLE, &mut write) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => return Poll::Ready(done),
            }
        }
    }

    fn has_file_behind(&self) -> bool {
        self.lane.0.borrow().as_ref().is_some_and(|it| !it.begun)
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.has_file_behind() {
            // The head and the beginning of the file share a packet, and wake the client once.
            return self.poll_io(context, || {
                Ok(rustix::net::send(&self.stream, bytes, SendFlags::MORE | SendFlags::NOSIGNAL)?)
            });
        }
        ready!(self.poll_send(context))?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_send(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_file_goes_between_what_was_written_before_and_after_it_began() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let mut connection = Connection::new(listener.accept().await.unwrap().0).unwrap();
        let bytes: Vec<u8> = (0..20_000_000).map(|at| u8::try_from(at % 251).unwrap()).collect();
        let (lane, length) = (connection.lane(), bytes.len() as u64);
        lane.hand(SealedFile::new(&bytes).unwrap(), 1..length, Waker::noop().clone());

        connection.write_all(b"head").await.unwrap();
        let full = tokio::time::timeout(Duration::from_millis(50), connection.flush()).await;
        assert!(full.is_err() && !lane.is_free(Waker::noop()), "the client has not read yet");
        let write = async {
            connection.write_all(b"tail").await.unwrap();
            assert!(lane.is_free(Waker::noop()));
            connection.shutdown().await.unwrap();
        };
        let mut read = Vec::new();
        let ((), count) = tokio::join!(write, client.read_to_end(&mut read));
        assert_eq!(count.unwrap() as u64, 4 + length - 1 + 4);
        assert!(read[..4] == *b"head" && read[4..read.len() - 4] == bytes[1..] && read.ends_with(b"tail"));
    }
}
