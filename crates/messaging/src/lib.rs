#![doc = include_str!("../README.md")]

mod broker;
mod consumer;
mod message;
mod publisher;
mod reader;
mod topology;

pub use broker::{Broker, BrokerError, BrokerSettings};
pub use consumer::Consumer;
pub use message::{Arrived, Outgoing};
pub use publisher::{Publisher, Sent};
pub use reader::Reader;
