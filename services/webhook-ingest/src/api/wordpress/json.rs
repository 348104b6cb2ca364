use serde::Serialize;

/// JSON that was read, as it is kept and sent on. A [`Value`](serde_json::Value)'s own `to_string` goes through a formatter, piece by piece.
pub fn to_text(json: &impl Serialize) -> String {
    serde_json::to_string(json).expect("invariant: what was JSON can be written as JSON")
}
