#![doc = include_str!("../README.md")]

pub mod app;
pub mod settings;

pub mod consumers;
pub mod jobs;

pub mod destinations;
pub mod egress;

mod routes;
mod store;
