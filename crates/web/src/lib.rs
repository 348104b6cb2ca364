#![doc = include_str!("../README.md")]

pub mod codes;
pub mod openapi;
pub mod rate_limit;
pub mod test;

mod problem;
mod success;

mod body;
mod client_ip;
mod database;
mod idempotency;
mod json;
mod page;
mod params;
mod text;

mod edge;
mod passage;
mod probes;
mod request_id;
mod root_span;
mod sendfile;
mod server;
mod settings;
mod tidy_path;

pub use body::{BodyLimit, BodyTimeout, RawBody};
pub use client_ip::ClientIp;
pub use idempotency::IdempotencyKey;
pub use json::{Json, OptionalJson};
pub use page::{Page, decode_cursor, encode_cursor};
pub use params::{Path, Query};
pub use passage::BusyRoutes;
pub use problem::{FieldError, Problem, ProblemBody};
pub use rate_limit::{Quota, RateLimit};
pub use request_id::RequestId;
pub use sendfile::{SealedFile, SendFile};
pub use server::{app, serve};
pub use settings::HttpSettings;
pub use success::{List, Pagination, Success};
