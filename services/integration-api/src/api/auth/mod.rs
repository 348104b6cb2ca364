pub mod login;
pub mod logout;
pub mod me;

mod gate;

pub use gate::LoginGate;

use serde::Serialize;
use utoipa::ToSchema;

use crate::access::{Role, Scope};
use crate::store::users::User;

/// A person, as they see themselves.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    pub user_id: i64,
    #[schema(examples("anna@example.com"))]
    pub email: String,
    pub role: Role,
    /// Also runs the installation.
    pub is_operator: bool,
    pub account: MyAccount,
    /// What this token or session is good for.
    pub scopes: Vec<Scope>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MyAccount {
    pub id: i64,
    pub name: String,
}

impl Me {
    fn new(user: User, role: Role, account_name: String, scopes: Vec<Scope>) -> Self {
        Self {
            user_id: user.id,
            email: user.email,
            role,
            is_operator: user.is_operator,
            account: MyAccount { id: user.account_id, name: account_name },
            scopes,
        }
    }
}

#[cfg(test)]
mod tests;
