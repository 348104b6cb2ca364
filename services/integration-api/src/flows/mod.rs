//! What happens inside one transaction, from whichever door: flows take `&mut Tx`, the time and parsed values, and commit nothing.

pub mod apply_publish_report;
pub mod apply_wordpress_status;
pub mod apply_wordpress_update;
pub mod article;
pub mod cancel;
pub mod command;
pub mod compare;
pub mod conflict;
pub mod connect_site;
pub mod credentials;
pub mod imports;
pub mod known_posts;
pub mod known_terms;
pub mod open_account;
pub mod release;
pub mod review;
pub mod schedule;
pub mod structure;
pub mod suspect_clone;
pub mod sync_log;
pub mod take_posts;
pub mod timetable;
pub mod tokens;
