use diesel::QueryResult;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::{AccountId, IntegrationId, SiteId};
use jiff::{SignedDuration, Timestamp};
use jiff_diesel::ToDiesel;

mod passwords;
mod reading;

use self::passwords::NoPassword;
pub use self::passwords::{Login, forget_password, password_works, use_password};
pub use self::reading::{SyncStatus, note_comparison, note_sync, to_compare, to_pull};
use super::schema::integrations;

pub const WORDPRESS: &str = "wordpress";

/// How far the connection is; what each means stands at the column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = IntegrationState)]
pub enum State {
    /// Never connected.
    Pending,
    Connected,
    /// The address changed and is not proven yet.
    Suspended,
    /// There is no key.
    Revoked,
    #[serde(skip)]
    Deleted,
}

impl State {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Connected => "connected",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
            Self::Deleted => "deleted",
        }
    }
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = integrations)]
pub struct Integration {
    pub id: i64,
    pub account_id: i64,
    pub site_id: i64,
    pub platform: String,
    pub site_url: String,
    pub rest_url: String,
    pub state: String,
    pub is_active: bool,
    pub sync_enabled: bool,
    pub sync_status: String,
    pub sync_error: String,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub last_sync_at: Option<Timestamp>,
    pub site_public_key: Option<Vec<u8>>,
    pub sealed_key: Option<Vec<u8>>,
    pub plugin_version: String,
    pub wp_version: String,
    pub php_version: String,
    pub debug_enabled: bool,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub connected_at: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
    pub connection: String,
    pub username: String,
    pub sealed_application_password: Option<Vec<u8>>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub clone_suspected_at: Option<Timestamp>,
    pub clone_site_url: Option<String>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub compared_at: Option<Timestamp>,
}

/// What the site is spoken to through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Connection {
    Plugin,
    /// WordPress' own REST API, for a site that can't have the plugin.
    ApplicationPassword,
}

impl Connection {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plugin => "plugin",
            Self::ApplicationPassword => "application_password",
        }
    }
}

impl Integration {
    pub fn connection(&self) -> Connection {
        let all = [Connection::Plugin, Connection::ApplicationPassword];
        let known = all.into_iter().find(|it| it.as_str() == self.connection);
        known.expect("invariant: integrations_connection_known")
    }

    pub fn state(&self) -> State {
        let all = [State::Pending, State::Connected, State::Suspended, State::Revoked, State::Deleted];
        all.into_iter().find(|it| it.as_str() == self.state).expect("invariant: integrations_state_known")
    }
}

/// The account's integration, unless it is deleted.
pub async fn find(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    id: IntegrationId,
) -> QueryResult<Option<Integration>> {
    visible(account)
        .filter(integrations::id.eq(id.get()))
        .select(Integration::as_select())
        .first(connection)
        .await
        .optional()
}

/// The site's WordPress integration, unless it is deleted.
pub async fn of_site(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    site: SiteId,
) -> QueryResult<Option<Integration>> {
    visible(account)
        .filter(integrations::site_id.eq(site.get()))
        .filter(integrations::platform.eq(WORDPRESS))
        .select(Integration::as_select())
        .first(connection)
        .await
        .optional()
}

/// The WordPress integrations of these sites, whosever they are, without deleted ones.
pub async fn of_sites(connection: &mut AsyncPgConnection, sites: &[i64]) -> QueryResult<Vec<Integration>> {
    integrations::table
        .filter(integrations::site_id.eq_any(sites))
        .filter(integrations::platform.eq(WORDPRESS))
        .filter(integrations::state.ne(State::Deleted.as_str()))
        .select(Integration::as_select())
        .load(connection)
        .await
}

/// Also a deleted one, for what is said about it.
pub async fn of_site_in_any_state(
    connection: &mut AsyncPgConnection,
    site: SiteId,
) -> QueryResult<Option<Integration>> {
    integrations::table
        .filter(integrations::site_id.eq(site.get()))
        .filter(integrations::platform.eq(WORDPRESS))
        .select(Integration::as_select())
        .first(connection)
        .await
        .optional()
}

/// The account's integrations by id, of one site or all.
pub async fn page(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    site: Option<i64>,
    after: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<Integration>> {
    let mut query = visible(account)
        .filter(integrations::id.gt(after.unwrap_or(0)))
        .select(Integration::as_select())
        .into_boxed();
    if let Some(site) = site {
        query = query.filter(integrations::site_id.eq(site));
    }
    query.order(integrations::id).limit(limit).load(connection).await
}

/// Makes the site's integration, or lets a deleted one begin again. `None`: it has one.
pub async fn create(
    connection: &mut AsyncPgConnection,
    (account, site): (AccountId, SiteId),
    site_url: &str,
    now: Timestamp,
) -> QueryResult<Option<Integration>> {
    let upsert = diesel::insert_into(integrations::table)
        .values((
            integrations::account_id.eq(account.get()),
            integrations::site_id.eq(site.get()),
            integrations::platform.eq(WORDPRESS),
            integrations::site_url.eq(site_url),
            integrations::rest_url.eq(default_rest_url(site_url)),
            integrations::state.eq(State::Pending.as_str()),
            integrations::created_at.eq(now.to_diesel()),
            integrations::updated_at.eq(now.to_diesel()),
        ))
        .on_conflict((integrations::site_id, integrations::platform))
        .do_update()
        .set((
            integrations::site_url.eq(site_url),
            integrations::rest_url.eq(default_rest_url(site_url)),
            integrations::state.eq(State::Pending.as_str()),
            integrations::is_active.eq(true),
            integrations::sync_enabled.eq(true),
            integrations::sync_status.eq("idle"),
            integrations::sync_error.eq(""),
            integrations::connected_at.eq(None::<Timestamp>.to_diesel()),
            integrations::updated_at.eq(now.to_diesel()),
        ));
    diesel::query_dsl::methods::FilterDsl::filter(upsert, integrations::state.eq(State::Deleted.as_str()))
        .returning(Integration::as_returning())
        .get_result(connection)
        .await
        .optional()
}

/// What the owner decides; `None` leaves as it is.
#[derive(Debug, Default, AsChangeset)]
#[diesel(table_name = integrations)]
pub struct Choice {
    pub is_active: Option<bool>,
    pub sync_enabled: Option<bool>,
}

pub async fn choose(
    connection: &mut AsyncPgConnection,
    id: IntegrationId,
    choice: &Choice,
    now: Timestamp,
) -> QueryResult<Integration> {
    diesel::update(integrations::table.find(id.get()))
        .set((choice, integrations::updated_at.eq(now.to_diesel())))
        .returning(Integration::as_returning())
        .get_result(connection)
        .await
}

/// What the site says of itself when it proves its key.
#[derive(Debug, AsChangeset)]
#[diesel(table_name = integrations, treat_none_as_null = true)]
pub struct Proof<'a> {
    pub site_url: &'a str,
    pub rest_url: &'a str,
    pub site_public_key: Option<Vec<u8>>,
    pub sealed_key: Option<Vec<u8>>,
    pub plugin_version: &'a str,
    pub wp_version: &'a str,
    pub php_version: &'a str,
    pub debug_enabled: bool,
}

pub async fn connect(
    connection: &mut AsyncPgConnection,
    id: IntegrationId,
    proof: Proof<'_>,
    now: Timestamp,
) -> QueryResult<Integration> {
    diesel::update(integrations::table.find(id.get()))
        .set((
            proof,
            // The plugin is the better way: a password there was is not kept.
            NoPassword::default(),
            integrations::state.eq(State::Connected.as_str()),
            integrations::clone_suspected_at.eq(None::<Timestamp>.to_diesel()),
            integrations::clone_site_url.eq(None::<String>),
            integrations::connected_at.eq(now.to_diesel()),
            integrations::updated_at.eq(now.to_diesel()),
        ))
        .returning(Integration::as_returning())
        .get_result(connection)
        .await
}

/// Whosever it is, unless it is deleted.
pub async fn by_id(
    connection: &mut AsyncPgConnection,
    id: IntegrationId,
) -> QueryResult<Option<Integration>> {
    integrations::table
        .find(id.get())
        .filter(integrations::state.ne(State::Deleted.as_str()))
        .select(Integration::as_select())
        .first(connection)
        .await
        .optional()
}

/// What runs on the site; what was not told stays as it is.
#[derive(Debug, Default, AsChangeset)]
#[diesel(table_name = integrations)]
#[expect(clippy::struct_field_names, reason = "named like their columns")]
pub struct Versions<'a> {
    plugin_version: Option<&'a str>,
    wp_version: Option<&'a str>,
    php_version: Option<&'a str>,
}

impl<'a> Versions<'a> {
    pub fn told(plugin: &'a str, wordpress: &'a str, php: &'a str) -> Self {
        let told = |text: &'a str| Some(text).filter(|it| !it.is_empty());
        Self { plugin_version: told(plugin), wp_version: told(wordpress), php_version: told(php) }
    }
}

pub async fn note_versions(
    connection: &mut AsyncPgConnection,
    id: IntegrationId,
    versions: &Versions<'_>,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(integrations::table.find(id.get()))
        .set((versions, integrations::updated_at.eq(now.to_diesel())))
        .execute(connection)
        .await?;
    Ok(())
}

/// The site's key came from another address. `None` if there is no integration, or this one is noted; another address within
/// `pause` of the last note is not noted either.
pub async fn note_clone(
    connection: &mut AsyncPgConnection,
    site: SiteId,
    site_url: &str,
    pause: SignedDuration,
    now: Timestamp,
) -> QueryResult<Option<Integration>> {
    let of_site = integrations::table
        .filter(integrations::site_id.eq(site.get()))
        .filter(integrations::platform.eq(WORDPRESS))
        .filter(integrations::state.ne(State::Deleted.as_str()));
    let is_new = integrations::clone_suspected_at.is_null().or(integrations::clone_site_url
        .is_distinct_from(site_url)
        .and(integrations::clone_suspected_at.lt((now - pause).to_diesel())));
    diesel::update(of_site.filter(is_new))
        .set((
            integrations::clone_suspected_at.eq(now.to_diesel()),
            integrations::clone_site_url.eq(site_url),
        ))
        .returning(Integration::as_returning())
        .get_result(connection)
        .await
        .optional()
}

/// `None` if the site has no integration.
pub async fn set_state(
    connection: &mut AsyncPgConnection,
    site: SiteId,
    state: State,
    now: Timestamp,
) -> QueryResult<Option<Integration>> {
    diesel::update(
        integrations::table
            .filter(integrations::site_id.eq(site.get()))
            .filter(integrations::state.ne(State::Deleted.as_str())),
    )
    .set((integrations::state.eq(state.as_str()), integrations::updated_at.eq(now.to_diesel())))
    .returning(Integration::as_returning())
    .get_result(connection)
    .await
    .optional()
}

/// Forgets what the site can be spoken to with.
pub async fn forget_credentials(connection: &mut AsyncPgConnection, site: SiteId) -> QueryResult<()> {
    diesel::update(integrations::table.filter(integrations::site_id.eq(site.get())))
        .set((
            integrations::site_public_key.eq(None::<Vec<u8>>),
            integrations::sealed_key.eq(None::<Vec<u8>>),
            NoPassword::default(),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// Where WordPress' REST API answers unless the site says otherwise.
pub fn default_rest_url(site_url: &str) -> String {
    format!("{site_url}/wp-json/")
}

#[diesel::dsl::auto_type(no_type_alias)]
fn visible(account: AccountId) -> _ {
    let account_id: i64 = account.get();
    integrations::table
        .filter(integrations::account_id.eq(account_id))
        .filter(integrations::state.ne("deleted"))
}
