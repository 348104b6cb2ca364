use crate::publishing::{
    ContentMended, ContentPublished, ContentUpdated, PostMoved, Progress, PublishCancelled, PublishFailed,
    PublishRetrying, PublishStarted, PublishUnconfirmed, UpdateConflicted,
};
use crate::{DecodeError, FromWire, Message};

macro_rules! reports {
    ($($name:ident($message:ident)),+ $(,)?) => {
        /// Everything publisher-worker says of its orders.
        #[derive(Clone, Debug, PartialEq)]
        pub enum PublishReport {
            $($name($message)),+
        }

        impl PublishReport {
            pub fn progress(&self) -> Option<&Progress> {
                match self {
                    $(Self::$name(report) => report.progress.as_ref()),+
                }
            }
        }

        impl FromWire for PublishReport {
            fn from_wire(type_name: &str, body: &[u8]) -> Result<Self, DecodeError> {
                $(if type_name == $message::type_name() {
                    return FromWire::from_wire(type_name, body).map(Self::$name);
                })+
                Err(DecodeError::OtherType { expected: "a report".to_owned(), found: type_name.to_owned() })
            }
        }
    };
}

reports! {
    Started(PublishStarted),
    Published(ContentPublished),
    Updated(ContentUpdated),
    Moved(PostMoved),
    Conflicted(UpdateConflicted),
    Mended(ContentMended),
    Cancelled(PublishCancelled),
    Retrying(PublishRetrying),
    Unconfirmed(PublishUnconfirmed),
    Failed(PublishFailed),
}
