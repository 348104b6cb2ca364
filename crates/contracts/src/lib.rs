#![doc = include_str!("../README.md")]

mod message;
mod publish_order;
mod publish_report;
mod read_order;
mod read_report;
pub mod topology;
mod wordpress_event;

pub use message::{DecodeError, FromWire, Message};
pub use publish_order::PublishOrder;
pub use publish_report::PublishReport;
pub use read_order::ReadOrder;
pub use read_report::ReadReport;
pub use wordpress_event::WordpressEvent;

macro_rules! package {
    ($name:ident) => {
        #[allow(clippy::pedantic, reason = "generated code")]
        pub mod $name {
            include!(concat!(env!("OUT_DIR"), "/igny8.", stringify!($name), ".v1.rs"));
        }
    };
}

package!(access);
package!(content);
package!(publishing);
package!(reading);
package!(site);
package!(webhook);
