use std::collections::BTreeMap;

use contracts::site::{SiteCredentialChanged, SiteState};
use database::Tx;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use mailbox::{HandlerError, OrFail};

use crate::State;
use crate::directory::CHANGED;
use crate::schema::credential_keys;

/// Takes over what integration-api says of its sites. An older message than the one last taken changes nothing.
pub async fn apply(
    tx: &mut Tx,
    now: Timestamp,
    messages: Vec<SiteCredentialChanged>,
) -> Result<(), HandlerError> {
    let newest = newest_of_each(messages);
    let states = newest.iter().map(state).collect::<Result<Vec<_>, _>>().or_park()?;
    let taken = put_sites(tx, now, &newest, &states).await.or_retry()?;
    let newest: Vec<_> = newest.into_iter().filter(|message| taken.contains(&message.site_id)).collect();
    if newest.is_empty() {
        return Ok(());
    }
    let keys = Keys::of(&newest).or_park()?;
    revoke_others(tx, now, &taken, &keys.digests).await.or_retry()?;
    put_keys(tx, keys).await.or_retry()?;
    tx.wake_after_commit(CHANGED);
    Ok(())
}

/// Ordered by site, so that two transactions lock rows in one order.
fn newest_of_each(messages: Vec<SiteCredentialChanged>) -> Vec<SiteCredentialChanged> {
    let mut newest: BTreeMap<i64, SiteCredentialChanged> = BTreeMap::new();
    for message in messages {
        match newest.get(&message.site_id) {
            Some(known) if known.version >= message.version => {}
            _ => drop(newest.insert(message.site_id, message)),
        }
    }
    newest.into_values().collect()
}

#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error("the message of site {0} has no state")]
    NoState(i64),
    #[error("a key's valid_until_ms is out of range")]
    ValidUntil(#[from] jiff::Error),
}

fn state(message: &SiteCredentialChanged) -> Result<&'static str, Unusable> {
    match message.state() {
        SiteState::Unspecified => Err(Unusable::NoState(message.site_id)),
        SiteState::Pending => Ok(State::Pending.as_str()),
        SiteState::Connected => Ok(State::Connected.as_str()),
        SiteState::Suspended => Ok(State::Suspended.as_str()),
        SiteState::Deleted => Ok(State::Deleted.as_str()),
    }
}

/// Returns the sites for which the message was news.
async fn put_sites(
    tx: &mut Tx,
    now: Timestamp,
    messages: &[SiteCredentialChanged],
    states: &[&str],
) -> QueryResult<Vec<i64>> {
    #[derive(QueryableByName)]
    struct Taken {
        #[diesel(sql_type = BigInt)]
        site_id: i64,
    }
    let column = |of: fn(&SiteCredentialChanged) -> i64| messages.iter().map(of).collect::<Vec<_>>();
    let public_keys: Vec<Option<&[u8]>> =
        messages.iter().map(|it| Some(it.site_public_key.as_slice()).filter(|key| !key.is_empty())).collect();
    let taken: Vec<Taken> = diesel::sql_query(
        "INSERT INTO credentials (site_id, account_id, version, state, site_url, site_public_key, updated_at)
         SELECT *, $7 FROM unnest($1, $2, $3, $4, $5, $6)
         ON CONFLICT (site_id) DO UPDATE SET
             account_id = excluded.account_id, version = excluded.version, state = excluded.state,
             site_url = excluded.site_url, site_public_key = excluded.site_public_key, updated_at = excluded.updated_at
         WHERE credentials.version < excluded.version
         RETURNING site_id",
    )
    .bind::<Array<BigInt>, _>(column(|it| it.site_id))
    .bind::<Array<BigInt>, _>(column(|it| it.account_id))
    .bind::<Array<BigInt>, _>(column(|it| it.version))
    .bind::<Array<Text>, _>(states)
    .bind::<Array<Text>, _>(messages.iter().map(|it| it.site_url.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Binary>>, _>(public_keys)
    .bind::<Timestamptz, _>(now.to_diesel())
    .load(tx.conn())
    .await?;
    Ok(taken.into_iter().map(|row| row.site_id).collect())
}

#[derive(Default)]
struct Keys<'a> {
    digests: Vec<&'a [u8]>,
    sites: Vec<i64>,
    accounts: Vec<i64>,
    valid_until: Vec<Option<jiff_diesel::Timestamp>>,
}

impl<'a> Keys<'a> {
    fn of(messages: &'a [SiteCredentialChanged]) -> Result<Self, Unusable> {
        let mut keys = Self::default();
        for (message, key) in messages.iter().flat_map(|it| it.accepted_keys.iter().map(move |key| (it, key)))
        {
            // A row can be written once per statement.
            if keys.digests.contains(&key.digest.as_slice()) {
                continue;
            }
            let valid_until = key.valid_until_ms.map(Timestamp::from_millisecond).transpose()?;
            keys.digests.push(&key.digest);
            keys.sites.push(message.site_id);
            keys.accounts.push(message.account_id);
            keys.valid_until.push(valid_until.map(ToDiesel::to_diesel));
        }
        Ok(keys)
    }
}

async fn revoke_others(tx: &mut Tx, now: Timestamp, sites: &[i64], accepted: &[&[u8]]) -> QueryResult<usize> {
    diesel::update(credential_keys::table)
        .filter(credential_keys::site_id.eq_any(sites))
        .filter(credential_keys::digest.ne_all(accepted))
        .filter(credential_keys::revoked_at.is_null())
        .set(credential_keys::revoked_at.eq(now.to_diesel()))
        .execute(tx.conn())
        .await
}

async fn put_keys(tx: &mut Tx, keys: Keys<'_>) -> QueryResult<usize> {
    diesel::sql_query(
        "INSERT INTO credential_keys (digest, site_id, account_id, valid_until)
         SELECT * FROM unnest($1, $2, $3, $4)
         ON CONFLICT (digest) DO UPDATE SET
             site_id = excluded.site_id, account_id = excluded.account_id,
             valid_until = excluded.valid_until, revoked_at = NULL",
    )
    .bind::<Array<Binary>, _>(keys.digests)
    .bind::<Array<BigInt>, _>(keys.sites)
    .bind::<Array<BigInt>, _>(keys.accounts)
    .bind::<Array<Nullable<Timestamptz>>, _>(keys.valid_until)
    .execute(tx.conn())
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_messages_for_a_site_the_newest_counts() {
        let message = |site_id, version| SiteCredentialChanged { site_id, version, ..Default::default() };
        let newest = newest_of_each(vec![message(2, 1), message(1, 3), message(1, 2), message(2, 4)]);
        assert_eq!(newest.iter().map(|it| (it.site_id, it.version)).collect::<Vec<_>>(), [(1, 3), (2, 4)]);
    }
}
