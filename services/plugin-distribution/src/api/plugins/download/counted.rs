use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use bytes::Bytes;

use crate::counts::Outgoing;

/// A package on its way: complete when the server has come to its end, and broken off when it is dropped before.
pub struct Counted {
    body: BoxBody,
    outgoing: Option<Outgoing>,
}

impl Counted {
    pub fn new(body: impl MessageBody + 'static, outgoing: Option<Outgoing>) -> Self {
        Self { body: BoxBody::new(body), outgoing }
    }
}

impl MessageBody for Counted {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let piece = ready!(Pin::new(&mut self.body).poll_next(context));
        if piece.is_none()
            && let Some(outgoing) = self.outgoing.take()
        {
            outgoing.complete();
        }
        Poll::Ready(piece)
    }
}
