use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use bytes::Bytes;
use tokio::sync::mpsc::Receiver;

use crate::artifact::ShelfError;
use crate::counts::Outgoing;

/// A file on its way, in pieces, so that a slow client holds a piece of it and not a copy.
pub struct Pieces {
    from: Source,
    left: u64,
    /// Told how it ends; counts as broken off when it is dropped before.
    outgoing: Option<Outgoing>,
}

enum Source {
    Memory(Bytes),
    Store(Receiver<Result<Bytes, ShelfError>>),
}

/// The server asks for no more before this is sent. Most packages go at once: each piece wakes the other side, which costs more than its bytes.
const PIECE: usize = 256 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum PieceError {
    #[error("the store broke off")]
    Store(#[source] ShelfError),
    #[error("the store gave too little")]
    Short,
}

impl Pieces {
    pub fn in_memory(bytes: Bytes, outgoing: Option<Outgoing>) -> Self {
        Self { left: bytes.len() as u64, from: Source::Memory(bytes), outgoing }
    }

    pub fn from_store(
        pieces: Receiver<Result<Bytes, ShelfError>>,
        length: u64,
        outgoing: Option<Outgoing>,
    ) -> Self {
        Self { from: Source::Store(pieces), left: length, outgoing }
    }

    /// For `HEAD`: as long as the file, and nothing of it.
    pub fn of_length(length: u64) -> Self {
        Self { from: Source::Memory(Bytes::new()), left: length, outgoing: None }
    }

    fn give(&mut self, piece: Bytes) -> Bytes {
        self.left = self.left.saturating_sub(piece.len() as u64);
        if self.left == 0
            && let Some(outgoing) = self.outgoing.take()
        {
            outgoing.complete();
        }
        piece
    }
}

impl MessageBody for Pieces {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.left)
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = &mut *self;
        let piece = match &mut this.from {
            Source::Memory(bytes) if bytes.is_empty() => return Poll::Ready(None),
            Source::Memory(bytes) => bytes.split_to(bytes.len().min(PIECE)),
            Source::Store(pieces) => match pieces.poll_recv(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Ok(piece))) => piece,
                Poll::Ready(Some(Err(error))) => {
                    return Poll::Ready(Some(Err(PieceError::Store(error).into())));
                }
                Poll::Ready(None) if this.left == 0 => return Poll::Ready(None),
                Poll::Ready(None) => return Poll::Ready(Some(Err(PieceError::Short.into()))),
            },
        };
        Poll::Ready(Some(Ok(this.give(piece))))
    }
}
