use database::{DatabaseError, Tx};
use diesel::result::Error as QueryError;
use jiff::Timestamp;

use crate::access::Role;
use crate::store::users::NewUser;
use crate::store::{accounts, users};

#[derive(Clone, Copy, Debug)]
pub struct NewAccount<'a> {
    pub name: &'a str,
    pub email: &'a str,
    /// The owner also runs the installation.
    pub operator: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    Now {
        account_id: i64,
    },
    /// Somebody has this e-mail address.
    Before {
        account_id: i64,
    },
}

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{0:?} is not an e-mail address")]
    NotAnAddress(String),
    #[error("an account's name has 1 to 200 characters")]
    Name,
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<QueryError> for OpenError {
    fn from(error: QueryError) -> Self {
        Self::Database(error.into())
    }
}

/// Makes an account with its first owner. An e-mail address that is known already stays with its account, unchanged.
pub async fn open(
    tx: &mut Tx,
    new: &NewAccount<'_>,
    password_hash: &str,
    now: Timestamp,
) -> Result<Opened, OpenError> {
    let (name, email) = (new.name.trim(), new.email.trim());
    if !(1..=200).contains(&name.chars().count()) {
        return Err(OpenError::Name);
    }
    if !is_address(email) {
        return Err(OpenError::NotAnAddress(email.to_owned()));
    }
    if let Some(user) = users::by_email(tx.conn(), email).await? {
        return Ok(Opened::Before { account_id: user.account_id });
    }
    let account_id = accounts::create(tx.conn(), name, now).await?;
    let owner =
        NewUser { account_id, email, password_hash, role: Role::Owner.as_str(), is_operator: new.operator };
    users::create(tx.conn(), &owner, now).await?;
    Ok(Opened::Now { account_id })
}

/// Whether mail could go there; who reads it, only a mail would tell.
fn is_address(text: &str) -> bool {
    let plain = text.len() <= 254 && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    plain
        && text
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
}
