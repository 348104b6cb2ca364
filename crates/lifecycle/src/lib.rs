#![doc = include_str!("../README.md")]

mod backoff;
mod readiness;
mod shutdown;
mod stages;
mod supervise;

pub use readiness::{Check, Readiness, ReadinessHandle, ReadinessSnapshot};
pub use shutdown::Shutdown;
pub use stages::{Lifecycle, LifecycleSettings, Stage, Stopped};
pub use supervise::{chain, panic_text};

/// Any error; its chain of sources is logged.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What a supervised task returns: `Ok` when it is done for good.
pub type TaskResult = Result<(), BoxError>;
