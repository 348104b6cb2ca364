pub mod create;
pub mod delete;
pub mod list;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Scope;
use crate::store::tokens::Token;

/// A personal access token, without the token itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenView {
    pub id: i64,
    pub name: String,
    /// Enough to recognise it.
    #[schema(examples("igny8_pat_…3kF9"))]
    pub hint: String,
    pub scopes: Vec<Scope>,
    pub created_at: Timestamp,
    /// Null: never.
    pub expires_at: Option<Timestamp>,
    /// To the minute or so; null: never.
    pub last_used_at: Option<Timestamp>,
}

impl From<Token> for TokenView {
    fn from(it: Token) -> Self {
        Self {
            id: it.id,
            name: it.name,
            hint: it.hint,
            scopes: it.scopes.iter().flatten().filter_map(|scope| scope.parse().ok()).collect(),
            created_at: it.created_at,
            expires_at: it.expires_at,
            last_used_at: it.last_used_at,
        }
    }
}

#[cfg(test)]
mod tests;
