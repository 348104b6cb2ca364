//! What needs a transaction and is asked for from more than one door.

pub mod release;
