use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::{HttpRequest, HttpResponseBuilder};
use bytes::Bytes;

use super::{Lane, SealedFile};

/// A part of a file as the body of a response. Where there is no [`Connection`](super::Connection), as in tests of handlers, it is read.
pub struct SendFile {
    file: SealedFile,
    rest: Range<u64>,
    lane: Option<Lane>,
    handed: bool,
}

const PIECE: u64 = 64 * 1024;

impl SendFile {
    /// `part` has to lie in the file.
    pub fn answer(
        request: &HttpRequest,
        response: &mut HttpResponseBuilder,
        file: SealedFile,
        part: Range<u64>,
    ) -> Self {
        response.no_chunking(part.end - part.start);
        Self { file, rest: part, lane: request.conn_data::<Lane>().cloned(), handed: false }
    }
}

impl MessageBody for SendFile {
    type Error = io::Error;

    /// For the server it is a stream: its bytes never pass there, and their number is in the head already.
    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        let this = &mut *self;
        match &this.lane {
            None => {
                let piece = this.file.read_at(this.rest.start, PIECE.min(this.rest.end - this.rest.start))?;
                this.rest.start += piece.len() as u64;
                Poll::Ready((!piece.is_empty()).then_some(Ok(piece)))
            }
            Some(lane) if !this.handed => {
                this.handed = true;
                lane.hand(this.file.clone(), this.rest.clone(), context.waker().clone());
                Poll::Pending
            }
            Some(lane) if lane.is_free(context.waker()) => Poll::Ready(None),
            Some(_) => Poll::Pending,
        }
    }
}
