use bytes::Bytes;
use contracts::Message;
use lapin::BasicProperties;
use lapin::message::Delivery;
use lapin::types::{AMQPValue, FieldTable};
use uuid::Uuid;

/// A message on its way out.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub message_id: Uuid,
    pub exchange: String,
    pub routing_key: String,
    pub type_name: String,
    pub subject: String,
    pub body: Bytes,
    /// Trace context and the like.
    pub headers: Vec<(String, String)>,
    pub sent_at_s: u64,
}

/// A message that came in.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// `None` when the sender broke the convention; such a message can only be parked.
    pub message_id: Option<Uuid>,
    pub type_name: String,
    pub body: Bytes,
    pub headers: Vec<(String, String)>,
    pub redelivered: bool,
    pub(crate) tag: u64,
}

impl Arrived {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn from_delivery(delivery: Delivery) -> Self {
        let properties = &delivery.properties;
        let text = |value: &Option<lapin::types::ShortString>| {
            value.as_ref().map(|v| v.as_str().to_owned()).unwrap_or_default()
        };
        Self {
            message_id: Uuid::parse_str(&text(properties.message_id())).ok(),
            type_name: text(properties.kind()),
            headers: properties.headers().as_ref().map(string_headers).unwrap_or_default(),
            redelivered: delivery.redelivered,
            tag: delivery.delivery_tag,
            body: Bytes::from(delivery.data),
        }
    }
}

impl Outgoing {
    /// The message as it is sent first, without headers.
    pub fn of<M: Message>(message: &M) -> Self {
        let message_id = Uuid::now_v7();
        Self {
            message_id,
            exchange: M::EXCHANGE.0.to_owned(),
            routing_key: M::ROUTING_KEY.to_owned(),
            type_name: M::type_name(),
            subject: message.subject(),
            body: message.to_bytes(),
            headers: Vec::new(),
            sent_at_s: message_id.get_timestamp().map_or(0, |time| time.to_unix().0),
        }
    }

    pub(crate) fn properties(&self, application: &str) -> BasicProperties {
        let mut headers = FieldTable::default();
        headers.insert("subject".into(), AMQPValue::LongString(self.subject.as_str().into()));
        for (key, value) in &self.headers {
            headers.insert(key.as_str().into(), AMQPValue::LongString(value.as_str().into()));
        }
        BasicProperties::default()
            .with_message_id(self.message_id.to_string().into())
            .with_type(self.type_name.as_str().into())
            .with_content_type("application/protobuf".into())
            .with_delivery_mode(PERSISTENT)
            .with_timestamp(self.sent_at_s)
            .with_app_id(application.into())
            .with_headers(headers)
    }
}

const PERSISTENT: u8 = 2;

fn string_headers(table: &FieldTable) -> Vec<(String, String)> {
    table
        .inner()
        .iter()
        .filter_map(|(key, value)| match value {
            AMQPValue::LongString(text) => Some((key.to_string(), text.to_string())),
            AMQPValue::ShortString(text) => Some((key.to_string(), text.to_string())),
            _ => None,
        })
        .collect()
}
