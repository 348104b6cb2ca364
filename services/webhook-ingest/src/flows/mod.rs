//! What several doors do alike, in a transaction they bring.

pub mod accept;
pub mod tell_elsewhere;
