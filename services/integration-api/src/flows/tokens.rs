//! Every change of which access tokens open what only operators may do: one place, so that each raises the person's version and tells the
//! other services.
//!
//! The person's row is locked first: a token is not made while its person ceases to be an operator.

use contracts::access::OperatorTokenChanged;
use database::Tx;
use diesel::QueryResult;
use jiff::Timestamp;

use crate::access::Scope;
use crate::store::tokens::{self, NewToken, Token};
use crate::store::users::{self, User};

/// Makes a token. `None`: it was to have the scope `operator`, and its person is no operator by now.
pub async fn make(
    tx: &mut Tx,
    new: NewToken<'_>,
    expires_at: Option<Timestamp>,
    now: Timestamp,
) -> QueryResult<Option<Token>> {
    if !new.scopes.contains(&Scope::Operator.as_str()) {
        return tokens::create(tx.conn(), new, now, expires_at).await.map(Some);
    }
    let person = users::lock(tx.conn(), new.user_id).await?;
    let Some(person) = person.filter(|it| it.is_operator) else { return Ok(None) };
    let made = tokens::create(tx.conn(), new, now, expires_at).await?;
    announce(tx, &person, std::slice::from_ref(&made), Opens::Everything, now).await?;
    Ok(Some(made))
}

/// Deletes a person's own token; false if they have no such one.
pub async fn delete(tx: &mut Tx, user_id: i64, id: i64, now: Timestamp) -> QueryResult<bool> {
    let Some(person) = users::lock(tx.conn(), user_id).await? else { return Ok(false) };
    let Some(deleted) = tokens::delete(tx.conn(), user_id, id).await? else { return Ok(false) };
    if deleted.has_scope(Scope::Operator.as_str()) {
        announce(tx, &person, &[deleted], Opens::Nothing, now).await?;
    }
    Ok(true)
}

/// What became of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appointed {
    pub was_operator: bool,
    /// Their access tokens with the scope `operator`, all of which were announced.
    pub tokens: usize,
}

/// Makes whoever has this e-mail address an operator, or one no longer. Someone who is so already has their tokens announced again.
pub async fn set_operator(
    tx: &mut Tx,
    email: &str,
    is_operator: bool,
    now: Timestamp,
) -> QueryResult<Option<Appointed>> {
    let Some(person) = users::lock_by_email(tx.conn(), email).await? else { return Ok(None) };
    users::set_operator(tx.conn(), person.id, is_operator).await?;
    let tokens = tokens::with_scope(tx.conn(), person.id, Scope::Operator.as_str()).await?;
    let opens = if is_operator { Opens::Everything } else { Opens::Nothing };
    announce(tx, &person, &tokens, opens, now).await?;
    Ok(Some(Appointed { was_operator: person.is_operator, tokens: tokens.len() }))
}

/// What a token opens of what only operators may do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Opens {
    Everything,
    Nothing,
}

async fn announce(
    tx: &mut Tx,
    person: &User,
    tokens: &[Token],
    opens: Opens,
    now: Timestamp,
) -> QueryResult<()> {
    let version = users::next_operator_version(tx.conn(), person.id).await?;
    let said: Vec<_> = tokens
        .iter()
        .map(|token| OperatorTokenChanged {
            token_id: token.id,
            digest: token.digest.clone(),
            user_id: person.id,
            email: person.email.clone(),
            expires_at_ms: token.expires_at.map(Timestamp::as_millisecond),
            revoked: opens == Opens::Nothing,
            version,
            occurred_at_ms: now.as_millisecond(),
        })
        .collect();
    mailbox::post_all(tx, &said).await?;
    Ok(())
}
