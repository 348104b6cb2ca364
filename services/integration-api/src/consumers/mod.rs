//! The messages this service listens to, one file each.

pub mod publish_result;
pub mod site_probed;
pub mod site_reads;
pub mod wordpress_events;

#[cfg(test)]
mod tests;
