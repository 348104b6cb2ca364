use crate::reading::{PostsRead, ReadFailed};
use crate::{DecodeError, FromWire, Message};

/// What publisher-worker says of what it was asked to read.
#[derive(Clone, Debug, PartialEq)]
pub enum ReadReport {
    Read(PostsRead),
    Failed(ReadFailed),
}

impl FromWire for ReadReport {
    fn from_wire(type_name: &str, body: &[u8]) -> Result<Self, DecodeError> {
        if type_name == PostsRead::type_name() {
            FromWire::from_wire(type_name, body).map(Self::Read)
        } else {
            FromWire::from_wire(type_name, body).map(Self::Failed)
        }
    }
}
