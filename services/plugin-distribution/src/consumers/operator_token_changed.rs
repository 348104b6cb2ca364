use std::collections::BTreeMap;

use contracts::access::OperatorTokenChanged;
use contracts::topology::{Queue, queues};
use database::Tx;
use domain::Clock;
use jiff::Timestamp;
use mailbox::{Handler, HandlerError, OrFail};

use crate::store::operator_tokens::{self, Said};

/// Which access tokens are operators': from integration-api, the highest version of a token counts.
pub struct OperatorTokenChanges {
    pub clock: Clock,
}

impl Handler for OperatorTokenChanges {
    type Message = OperatorTokenChanged;
    const NAME: &'static str = "operator_token_changed";
    const QUEUE: Queue = queues::PLUGIN_OPERATOR_TOKEN_CHANGED;

    async fn apply(&self, tx: &mut Tx, messages: Vec<OperatorTokenChanged>) -> Result<(), HandlerError> {
        let newest = newest_of_each(&messages);
        let said = newest.into_iter().map(said).collect::<Result<Vec<_>, _>>().or_park()?;
        operator_tokens::put(tx.conn(), &said, self.clock.now()).await.or_retry()?;
        Ok(())
    }
}

/// Ordered by token, so that two transactions lock rows in one order.
fn newest_of_each(messages: &[OperatorTokenChanged]) -> Vec<&OperatorTokenChanged> {
    let mut newest: BTreeMap<i64, &OperatorTokenChanged> = BTreeMap::new();
    for message in messages {
        let known = newest.entry(message.token_id).or_insert(message);
        if known.version < message.version {
            *known = message;
        }
    }
    newest.into_values().collect()
}

#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error("the digest of token {0} has not 32 bytes")]
    Digest(i64),
    #[error("a token's expires_at_ms is out of range")]
    ExpiresAt(#[from] jiff::Error),
}

fn said(message: &OperatorTokenChanged) -> Result<Said<'_>, Unusable> {
    if message.digest.len() != 32 {
        return Err(Unusable::Digest(message.token_id));
    }
    Ok(Said {
        token_id: message.token_id,
        digest: &message.digest,
        user_id: message.user_id,
        email: &message.email,
        version: message.version,
        expires_at: message.expires_at_ms.map(Timestamp::from_millisecond).transpose()?,
        revoked: message.revoked,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(token_id: i64, version: i64) -> OperatorTokenChanged {
        OperatorTokenChanged { token_id, version, digest: vec![7; 32], ..Default::default() }
    }

    #[test]
    fn of_several_messages_about_a_token_the_newest_counts() {
        let messages = [message(2, 1), message(1, 3), message(1, 2), message(2, 4)];
        let newest: Vec<_> =
            newest_of_each(&messages).into_iter().map(|it| (it.token_id, it.version)).collect();
        assert_eq!(newest, [(1, 3), (2, 4)]);
    }

    #[test]
    fn what_no_token_can_be_is_put_aside() {
        assert!(said(&message(1, 1)).is_ok());
        assert!(said(&OperatorTokenChanged { digest: vec![7; 31], ..message(1, 1) }).is_err());
        assert!(said(&OperatorTokenChanged { expires_at_ms: Some(i64::MAX), ..message(1, 1) }).is_err());
    }
}
