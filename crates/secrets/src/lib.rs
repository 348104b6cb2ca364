#![doc = include_str!("../README.md")]

pub mod password;
pub mod signature;

mod key;
mod pepper;
mod sealer;

pub use key::{KeyError, random_key};
pub use pepper::{Pepper, constant_time_eq};
pub use sealer::{OpenError, Sealer};
pub use secrecy::{ExposeSecret, SecretSlice, SecretString as Secret};
pub use signature::{SigningKey, VerifyingKey};
