use bytes::Bytes;
use prost::Name;

use crate::topology::{Exchange, exchanges};
use crate::{access, content, publishing, reading, site, webhook};

/// A message that crosses a service border: what it is called on the wire and where it is sent.
pub trait Message: prost::Message + Name + Default + 'static {
    const EXCHANGE: Exchange;
    const ROUTING_KEY: &'static str;

    /// What it is about, such as one content; it stands in the header `subject`.
    fn subject(&self) -> String;

    /// The fully qualified protobuf name; it stands in the AMQP `type` property.
    fn type_name() -> String {
        <Self as Name>::full_name()
    }

    fn to_bytes(&self) -> Bytes {
        self.encode_to_vec().into()
    }
}

/// What a receiver reads from the wire: one kind of message, or an enum of several.
pub trait FromWire: Sized {
    fn from_wire(type_name: &str, body: &[u8]) -> Result<Self, DecodeError>;
}

impl<M: Message> FromWire for M {
    fn from_wire(type_name: &str, body: &[u8]) -> Result<Self, DecodeError> {
        if type_name != M::type_name() {
            return Err(DecodeError::OtherType { expected: M::type_name(), found: type_name.to_owned() });
        }
        Ok(<M as prost::Message>::decode(body)?)
    }
}

/// A message this receiver can't read.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    #[error("expected {expected}, found {found}")]
    OtherType { expected: String, found: String },
    #[error("not a valid message")]
    Malformed(#[from] prost::DecodeError),
    #[error("{field} is not valid: {why}")]
    Field { field: &'static str, why: String },
}

macro_rules! message {
    ($type:path, $exchange:expr, $key:literal, |$m:ident| $subject:expr) => {
        impl Message for $type {
            const EXCHANGE: Exchange = $exchange;
            const ROUTING_KEY: &'static str = $key;

            fn subject(&self) -> String {
                let $m = self;
                $subject
            }
        }
    };
}

fn content_of(progress: Option<&publishing::Progress>) -> String {
    format!("content:{}", progress.map_or(0, |p| p.content_id))
}

message!(publishing::PublishContent, exchanges::PUBLISHER_COMMANDS, "publish_content.v1", |m| {
    format!("content:{}", m.content_id)
});
message!(publishing::UpdateContent, exchanges::PUBLISHER_COMMANDS, "update_content.v1", |m| {
    format!("content:{}", m.content_id)
});
message!(publishing::MovePost, exchanges::PUBLISHER_COMMANDS, "move_post.v1", |m| {
    format!("content:{}", m.content_id)
});
message!(publishing::CancelOperation, exchanges::PUBLISHER_COMMANDS, "cancel_operation.v1", |m| {
    format!("content:{}", m.content_id)
});
message!(publishing::ProbeSite, exchanges::PUBLISHER_COMMANDS, "probe_site.v1", |m| {
    format!("site:{}", m.site_id)
});
message!(publishing::PublishStarted, exchanges::PUBLISHER_EVENTS, "publish.started.v1", |m| {
    content_of(m.progress.as_ref())
});
message!(publishing::ContentPublished, exchanges::PUBLISHER_EVENTS, "content.published.v1", |m| {
    content_of(m.progress.as_ref())
});
message!(publishing::PublishRetrying, exchanges::PUBLISHER_EVENTS, "publish.retrying.v1", |m| {
    content_of(m.progress.as_ref())
});
message!(publishing::PublishUnconfirmed, exchanges::PUBLISHER_EVENTS, "publish.unconfirmed.v1", |m| {
    content_of(m.progress.as_ref())
});
message!(publishing::PublishFailed, exchanges::PUBLISHER_EVENTS, "publish.failed.v1", |m| {
    content_of(m.progress.as_ref())
});
message!(publishing::PublishCancelled, exchanges::PUBLISHER_EVENTS, "publish.cancelled.v1", |m| {
    content_of(m.progress.as_ref())
});
message!(publishing::ContentUpdated, exchanges::PUBLISHER_EVENTS, "content.updated.v1", |m| {
    content_of(m.progress.as_ref())
});
message!(publishing::ContentMended, exchanges::PUBLISHER_EVENTS, "content.mended.v1", |m| {
    content_of(m.progress.as_ref())
});
message!(publishing::UpdateConflicted, exchanges::PUBLISHER_EVENTS, "content.conflicted.v1", |m| {
    content_of(m.progress.as_ref())
});
message!(publishing::PostMoved, exchanges::PUBLISHER_EVENTS, "post.moved.v1", |m| {
    content_of(m.progress.as_ref())
});
message!(publishing::SiteProbed, exchanges::PUBLISHER_EVENTS, "site.probed.v1", |m| {
    format!("site:{}", m.site_id)
});
message!(reading::ReadPosts, exchanges::PUBLISHER_COMMANDS, "read_posts.v1", |m| {
    format!("site:{}", m.site_id)
});
message!(reading::PostsRead, exchanges::PUBLISHER_EVENTS, "posts.read.v1", |m| {
    format!("site:{}", m.site_id)
});
message!(reading::ReadFailed, exchanges::PUBLISHER_EVENTS, "posts.not_read.v1", |m| {
    format!("site:{}", m.site_id)
});
message!(site::SiteCredentialChanged, exchanges::INTEGRATION_EVENTS, "site.credential_changed.v1", |m| {
    format!("site:{}", m.site_id)
});
message!(access::OperatorTokenChanged, exchanges::INTEGRATION_EVENTS, "operator_token.changed.v1", |m| {
    format!("token:{}", m.token_id)
});
message!(content::DeliveryApplied, exchanges::INTEGRATION_EVENTS, "delivery.applied.v1", |m| {
    format!("site:{}", m.site_id)
});
message!(webhook::WordpressStatusChanged, exchanges::WEBHOOK_EVENTS, "wordpress.status.v1", |m| {
    format!("site:{}", m.site_id)
});
message!(webhook::WordpressPostUpdated, exchanges::WEBHOOK_EVENTS, "wordpress.updated.v1", |m| {
    format!("site:{}", m.site_id)
});
message!(webhook::WordpressEventsMissing, exchanges::WEBHOOK_EVENTS, "wordpress.missing.v1", |m| {
    format!("site:{}", m.site_id)
});
message!(webhook::WordpressElsewhere, exchanges::WEBHOOK_EVENTS, "wordpress.elsewhere.v1", |m| {
    format!("site:{}", m.site_id)
});
