//! The endpoints: one folder per resource, one file each.

pub mod operators;
pub mod plugins;
