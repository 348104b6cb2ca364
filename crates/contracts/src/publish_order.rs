use crate::publishing::{CancelOperation, MovePost, PublishContent, UpdateContent};
use crate::{DecodeError, FromWire, Message};

/// Everything publisher-worker is told to do with a content.
#[derive(Clone, Debug, PartialEq)]
pub enum PublishOrder {
    Publish(PublishContent),
    Update(UpdateContent),
    Move(MovePost),
    Cancel(CancelOperation),
}

impl FromWire for PublishOrder {
    fn from_wire(type_name: &str, body: &[u8]) -> Result<Self, DecodeError> {
        if type_name == PublishContent::type_name() {
            FromWire::from_wire(type_name, body).map(Self::Publish)
        } else if type_name == UpdateContent::type_name() {
            FromWire::from_wire(type_name, body).map(Self::Update)
        } else if type_name == MovePost::type_name() {
            FromWire::from_wire(type_name, body).map(Self::Move)
        } else {
            FromWire::from_wire(type_name, body).map(Self::Cancel)
        }
    }
}
