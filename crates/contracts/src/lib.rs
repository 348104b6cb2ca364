#![doc = include_str!("../README.md")]

mod message;
mod publish_order;
mod publish_report;
pub mod topology;

pub use message::{DecodeError, FromWire, Message};
pub use publish_order::PublishOrder;
pub use publish_report::PublishReport;

macro_rules! package {
    ($name:ident) => {
        #[allow(clippy::pedantic, reason = "generated code")]
        pub mod $name {
            include!(concat!(env!("OUT_DIR"), "/igny8.", stringify!($name), ".v1.rs"));
        }
    };
}

package!(content);
package!(publishing);
package!(site);
package!(webhook);
