//! Sites that are spoken to by a person's application password.

use diesel::QueryResult;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::IntegrationId;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use super::{Connection, Integration, State};
use crate::store::schema::integrations;

/// A person's application password, and where it is for.
#[derive(Debug, AsChangeset)]
#[diesel(table_name = integrations)]
pub struct Login<'a> {
    pub username: &'a str,
    pub sealed_application_password: &'a [u8],
    pub site_url: &'a str,
    pub rest_url: &'a str,
}

/// From now on the site is spoken to by this password, once that is known to work.
pub async fn use_password(
    connection: &mut AsyncPgConnection,
    id: IntegrationId,
    login: &Login<'_>,
    now: Timestamp,
) -> QueryResult<Integration> {
    diesel::update(integrations::table.find(id.get()))
        .set((
            login,
            integrations::connection.eq(Connection::ApplicationPassword.as_str()),
            integrations::site_public_key.eq(None::<Vec<u8>>),
            integrations::sealed_key.eq(None::<Vec<u8>>),
            integrations::plugin_version.eq(""),
            integrations::state.eq(State::Pending.as_str()),
            integrations::connected_at.eq(None::<Timestamp>.to_diesel()),
            integrations::updated_at.eq(now.to_diesel()),
        ))
        .returning(Integration::as_returning())
        .get_result(connection)
        .await
}

/// The password works.
pub async fn password_works(
    connection: &mut AsyncPgConnection,
    id: IntegrationId,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(integrations::table.find(id.get()))
        .set((
            integrations::state.eq(State::Connected.as_str()),
            integrations::connected_at.eq(now.to_diesel()),
            integrations::updated_at.eq(now.to_diesel()),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// It was given for another address; whose it was stays, so that it can be given again.
pub async fn forget_password(connection: &mut AsyncPgConnection, id: IntegrationId) -> QueryResult<()> {
    diesel::update(integrations::table.find(id.get()))
        .set(integrations::sealed_application_password.eq(None::<Vec<u8>>))
        .execute(connection)
        .await?;
    Ok(())
}

#[derive(Debug, AsChangeset)]
#[diesel(table_name = integrations, treat_none_as_null = true)]
pub(super) struct NoPassword {
    connection: &'static str,
    username: &'static str,
    sealed_application_password: Option<Vec<u8>>,
}

impl Default for NoPassword {
    fn default() -> Self {
        Self { connection: Connection::Plugin.as_str(), username: "", sealed_application_password: None }
    }
}
