//! The keys as they are in the database.

use std::collections::HashMap;
use std::sync::Arc;

use database::{Database, DatabaseError};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{AccountId, SiteId};
use jiff::Timestamp;

use crate::schema::{credential_keys, credentials};
use crate::site::Signs;
use crate::{Site, State};

/// HMAC-SHA256 of a key under the pepper.
pub(crate) type Digest = [u8; 32];

pub(crate) struct Key {
    pub site: Arc<Site>,
    pub valid_until: Option<Timestamp>,
    pub revoked: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = credentials)]
struct SiteRow {
    site_id: i64,
    account_id: i64,
    state: String,
    site_url: String,
    site_public_key: Option<Vec<u8>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = credential_keys)]
struct KeyRow {
    digest: Vec<u8>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    valid_until: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    revoked_at: Option<Timestamp>,
}

/// Those of the keys that there are.
pub(crate) async fn find(
    database: &Database,
    digests: &[Digest],
) -> Result<HashMap<Digest, Key>, DatabaseError> {
    let asked: Vec<&[u8]> = digests.iter().map(<[u8; 32]>::as_slice).collect();
    let found: Vec<(KeyRow, SiteRow)> = credential_keys::table
        .inner_join(credentials::table)
        .filter(credential_keys::digest.eq_any(asked))
        .select((KeyRow::as_select(), SiteRow::as_select()))
        .load(&mut database.connection().await?)
        .await?;
    let known = found
        .into_iter()
        .filter_map(|(key, site)| Some((key.digest.as_slice().try_into().ok()?, known(&key, site))));
    Ok(known.collect())
}

fn known(key: &KeyRow, site: SiteRow) -> Key {
    Key {
        site: Arc::new(Site {
            id: SiteId::new(site.site_id),
            account: AccountId::new(site.account_id),
            state: State::of(&site.state),
            url: site.site_url,
            signs: Signs::with(site.site_public_key.as_deref()),
        }),
        valid_until: key.valid_until,
        revoked: key.revoked_at.is_some(),
    }
}
