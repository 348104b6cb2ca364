use crate::webhook::{
    WordpressElsewhere, WordpressEventsMissing, WordpressPostUpdated, WordpressStatusChanged,
};
use crate::{DecodeError, FromWire, Message};

/// Everything webhook-ingest passes on from sites.
#[derive(Clone, Debug, PartialEq)]
pub enum WordpressEvent {
    StatusChanged(WordpressStatusChanged),
    PostUpdated(WordpressPostUpdated),
    Missing(WordpressEventsMissing),
    Elsewhere(WordpressElsewhere),
}

impl FromWire for WordpressEvent {
    fn from_wire(type_name: &str, body: &[u8]) -> Result<Self, DecodeError> {
        if type_name == WordpressStatusChanged::type_name() {
            FromWire::from_wire(type_name, body).map(Self::StatusChanged)
        } else if type_name == WordpressPostUpdated::type_name() {
            FromWire::from_wire(type_name, body).map(Self::PostUpdated)
        } else if type_name == WordpressElsewhere::type_name() {
            FromWire::from_wire(type_name, body).map(Self::Elsewhere)
        } else {
            FromWire::from_wire(type_name, body).map(Self::Missing)
        }
    }
}
