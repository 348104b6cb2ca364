#![doc = include_str!("../README.md")]

pub mod ids;

pub mod credential;

pub mod content;

pub mod publishing;

pub mod delivery;

pub mod wordpress;

pub mod plugin;

pub mod address;

pub mod text;

mod clock;
mod text_enum;

pub use address::{AddressPolicy, SiteUrl};
pub use clock::{Clock, ClockHand};
pub use credential::{AccessToken, ApiKey, SessionToken};
pub use ids::{
    AccountId, ContentId, DeliveryId, EventId, IntegrationId, JobId, MessageId, OperationId, ProbeId, SiteId,
    TokenId, UserId,
};
