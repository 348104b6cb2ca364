use crate::publishing::{
    ContentPublished, Progress, PublishFailed, PublishRetrying, PublishStarted, PublishUnconfirmed,
};
use crate::{DecodeError, FromWire, Message};

/// Everything publisher-worker says of a publication.
#[derive(Clone, Debug, PartialEq)]
pub enum PublishReport {
    Started(PublishStarted),
    Published(ContentPublished),
    Retrying(PublishRetrying),
    Unconfirmed(PublishUnconfirmed),
    Failed(PublishFailed),
}

impl PublishReport {
    pub fn progress(&self) -> Option<&Progress> {
        match self {
            Self::Started(report) => report.progress.as_ref(),
            Self::Published(report) => report.progress.as_ref(),
            Self::Retrying(report) => report.progress.as_ref(),
            Self::Unconfirmed(report) => report.progress.as_ref(),
            Self::Failed(report) => report.progress.as_ref(),
        }
    }
}

impl FromWire for PublishReport {
    fn from_wire(type_name: &str, body: &[u8]) -> Result<Self, DecodeError> {
        if type_name == PublishStarted::type_name() {
            FromWire::from_wire(type_name, body).map(Self::Started)
        } else if type_name == ContentPublished::type_name() {
            FromWire::from_wire(type_name, body).map(Self::Published)
        } else if type_name == PublishRetrying::type_name() {
            FromWire::from_wire(type_name, body).map(Self::Retrying)
        } else if type_name == PublishUnconfirmed::type_name() {
            FromWire::from_wire(type_name, body).map(Self::Unconfirmed)
        } else {
            FromWire::from_wire(type_name, body).map(Self::Failed)
        }
    }
}
