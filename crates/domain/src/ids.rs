//! Typed ids: a swapped argument is a compile error.
//!
//! Accounts, sites, integrations and content have 64-bit numbers, which an old installation's rows and the content ids kept
//! in its WordPress posts bring along; everything that happens has a UUIDv7.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! number_ids {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            pub const fn new(number: i64) -> Self {
                Self(number)
            }

            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let number: i64 = text.parse().map_err(|_| InvalidId)?;
                if number > 0 && text.starts_with(|c: char| c.is_ascii_digit()) { Ok(Self(number)) } else { Err(InvalidId) }
            }
        }
    )+};
}

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new one, later than all this process made before.
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }

            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::try_parse(text).map(Self).map_err(|_| InvalidId)
            }
        }
    )+};
}

number_ids! {
    AccountId
    UserId
    SiteId
    /// A site's connection to the platform.
    IntegrationId
    ContentId
    /// A personal access token.
    TokenId
}

uuid_ids! {
    /// One command to a site, however often it is sent.
    OperationId
    /// One piece of a worker's work.
    JobId
    /// One webhook request that came in.
    DeliveryId
    /// Something that happened, here or on a site.
    EventId
    /// One message on the broker.
    MessageId
    /// One "call the site and say what works".
    ProbeId
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a valid id")]
pub struct InvalidId;

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("1", Some(1))]
    #[case("9223372036854775807", Some(i64::MAX))]
    #[case("0", None)]
    #[case("-1", None)]
    #[case("+1", None)]
    #[case(" 1", None)]
    #[case("9223372036854775808", None)]
    #[case("", None)]
    #[case("one", None)]
    fn numbers(#[case] text: &str, #[case] expected: Option<i64>) {
        assert_eq!(text.parse::<SiteId>().ok().map(SiteId::get), expected);
    }

    #[test]
    fn uuids_round_trip_and_rise() {
        let first = OperationId::generate();
        let second = OperationId::generate();
        assert!(first < second);
        assert_eq!(first.as_uuid().get_version_num(), 7);
        assert_eq!(first.to_string().parse(), Ok(first));
        assert_eq!(OperationId::from_uuid(first.as_uuid()), first);
        assert_eq!("nonsense".parse::<OperationId>(), Err(InvalidId));
    }

    #[test]
    fn json_has_the_bare_value() {
        assert_eq!(serde_json::to_string(&SiteId::new(7)).unwrap(), "7");
        let id = EventId::generate();
        assert_eq!(serde_json::from_str::<EventId>(&format!("\"{id}\"")).unwrap(), id);
    }
}
