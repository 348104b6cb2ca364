use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;

use actix_web::web::Data;
use diesel_async::AsyncPgConnection;
use domain::IntegrationId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use web::{Json, Path, Problem, ProblemBody, Success};

use super::not_found;
use crate::AppState;
use crate::access::{Editor, Member};
use crate::store::content_types::{self, Choice, ContentType, POST_TYPE, TAXONOMY};
use crate::store::integrations::{self, Integration};
use crate::store::publications::{self, Synced};
use crate::store::{site_terms, structures};

/// How many may be read of a type at most.
pub const FETCH_LIMITS: RangeInclusive<i32> = 1..=10_000;

/// So many types may be named in one request.
const MOST_CHOICES: usize = 400;

/// What the site has, what is chosen of it, and how much of it is here.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContentTypesView {
    pub post_types: BTreeMap<String, ContentTypeView>,
    pub taxonomies: BTreeMap<String, ContentTypeView>,
    /// Null: the site has not told yet.
    pub last_structure_fetch: Option<Timestamp>,
    /// As the site says it: `seo_plugin`, `builder`, `block_editor` …
    #[schema(value_type = Object)]
    pub capabilities: Value,
    /// Who may write there: `{id, login, name}` each.
    #[schema(value_type = Vec<Object>)]
    pub authors: Value,
    pub plugin_connection_enabled: Option<bool>,
    pub two_way_sync_enabled: Option<bool>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ContentTypeView {
    pub label: String,
    /// On the site, as it said last.
    pub count: i64,
    pub enabled: bool,
    pub fetch_limit: i32,
    /// Posts of the site that are content here; of a taxonomy, its terms that are known here.
    pub synced_count: i64,
    /// When the platform and the site were last of one mind about one of them.
    pub last_synced: Option<Timestamp>,
    pub hierarchical: bool,
    /// Of a post type.
    pub supports: Vec<String>,
    /// The taxonomies of a post type, or the post types of a taxonomy.
    pub related: Vec<String>,
    /// The site has more terms of it than are known here.
    pub truncated: bool,
    /// Since when the site does not have it any more.
    pub vanished_at: Option<Timestamp>,
}

/// `{"post_types": {"product": {"enabled": true, "fetch_limit": 50}}}`; what is not named stays.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ContentTypeChoices {
    #[serde(default)]
    post_types: BTreeMap<String, ContentTypeChoice>,
    #[serde(default)]
    taxonomies: BTreeMap<String, ContentTypeChoice>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct ContentTypeChoice {
    /// Whether it is synchronised.
    enabled: Option<bool>,
    /// How many of it are read at most.
    #[schema(minimum = 1, maximum = 10_000)]
    fetch_limit: Option<i32>,
}

/// Show the post types and taxonomies of a site, with what is chosen and how much is here.
#[utoipa::path(
    get, path = "/api/v1/integration/integrations/{id}/content-types/", operation_id = "get_content_types", tag = "Integrations",
    params(("id" = i64, Path)),
    responses(
        (status = 200, description = "The types by their names.", body = Success<ContentTypesView>),
        (status = 404, description = "`integration_not_found`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn get_content_types(
    member: Member,
    state: Data<AppState>,
    id: Path<i64>,
) -> Result<Success<ContentTypesView>, Problem> {
    let connection = &mut *state.database.connection().await?;
    let integration = integrations::find(connection, member.account_id, IntegrationId::new(*id)).await?;
    view(connection, &integration.ok_or_else(not_found)?).await
}

/// Choose which types are synchronised, and how many of each are read. Editors and owners.
#[utoipa::path(
    patch, path = "/api/v1/integration/integrations/{id}/content-types/", operation_id = "update_content_types", tag = "Integrations",
    params(("id" = i64, Path)), request_body = ContentTypeChoices,
    responses(
        (status = 200, description = "The types as they are now.", body = Success<ContentTypesView>),
        (status = 404, description = "`integration_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`invalid_field`: the site never told of such a type, or the limit is out of bounds. Nothing is changed.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn update_content_types(
    editor: Editor,
    state: Data<AppState>,
    id: Path<i64>,
    Json(body): Json<ContentTypeChoices>,
) -> Result<Success<ContentTypesView>, Problem> {
    let id = IntegrationId::new(*id);
    state
        .database
        .transaction(async |tx| {
            let integration = integrations::find(tx.conn(), editor.account_id, id).await?;
            let integration = integration.ok_or_else(not_found)?;
            let choices = choices(body, &content_types::of(tx.conn(), id).await?)?;
            content_types::choose(tx.conn(), id, &choices).await?;
            view(tx.conn(), &integration).await
        })
        .await
}

fn choices(body: ContentTypeChoices, known: &[ContentType]) -> Result<Vec<Choice>, Problem> {
    if body.post_types.len() + body.taxonomies.len() > MOST_CHOICES {
        return Err(Problem::invalid_field("", format!("at most {MOST_CHOICES} types at once")));
    }
    let of_kind = |kind, name, given: BTreeMap<String, ContentTypeChoice>| {
        given.into_iter().map(move |(slug, choice)| {
            if !known.iter().any(|it| it.kind == kind && it.slug == slug) {
                return Err(Problem::invalid_field(format!("/{name}/{slug}"), "the site has no such type"));
            }
            if choice.fetch_limit.is_some_and(|it| !FETCH_LIMITS.contains(&it)) {
                let at = format!("/{name}/{slug}/fetch_limit");
                let (least, most) = (FETCH_LIMITS.start(), FETCH_LIMITS.end());
                return Err(Problem::invalid_field(at, format!("{least} to {most}")));
            }
            Ok(Choice { kind, slug, enabled: choice.enabled, fetch_limit: choice.fetch_limit })
        })
    };
    of_kind(POST_TYPE, "post_types", body.post_types)
        .chain(of_kind(TAXONOMY, "taxonomies", body.taxonomies))
        .collect()
}

async fn view(
    connection: &mut AsyncPgConnection,
    integration: &Integration,
) -> Result<Success<ContentTypesView>, Problem> {
    let id = IntegrationId::new(integration.id);
    let types = content_types::of(connection, id).await?;
    let structure = structures::find(connection, id).await?;
    let posts = publications::synced_by_type(connection, integration.site_id).await?;
    let terms = site_terms::counts(connection, id).await?;
    let fetched_at = structure.as_ref().and_then(|it| it.fetched_at);
    let terms: HashMap<String, Synced> = terms
        .into_iter()
        .map(|(taxonomy, count)| (taxonomy, Synced { count, last_at: fetched_at }))
        .collect();
    let (post_types, taxonomies): (Vec<_>, Vec<_>) = types.into_iter().partition(|it| it.kind == POST_TYPE);
    let shown = |types: Vec<ContentType>, synced: &HashMap<String, Synced>| {
        types
            .into_iter()
            .map(|it| {
                let synced = synced.get(&it.slug).copied().unwrap_or_default();
                (it.slug.clone(), ContentTypeView::of(it, synced))
            })
            .collect()
    };
    Ok(Success::ok(ContentTypesView {
        post_types: shown(post_types, &posts),
        taxonomies: shown(taxonomies, &terms),
        last_structure_fetch: fetched_at,
        plugin_connection_enabled: structure.as_ref().and_then(|it| it.plugin_connection_enabled),
        two_way_sync_enabled: structure.as_ref().and_then(|it| it.two_way_sync_enabled),
        authors: structure.as_ref().map_or_else(|| Value::Array(Vec::new()), |it| it.authors.clone()),
        capabilities: structure.map_or_else(|| Value::Object(serde_json::Map::new()), |it| it.capabilities),
    }))
}

impl ContentTypeView {
    fn of(it: ContentType, synced: Synced) -> Self {
        Self {
            label: it.label,
            count: it.count,
            enabled: it.enabled,
            fetch_limit: it.fetch_limit,
            synced_count: synced.count,
            last_synced: synced.last_at,
            hierarchical: it.hierarchical,
            supports: it.supports.0,
            related: it.related.0,
            truncated: it.truncated,
            vanished_at: it.vanished_at,
        }
    }
}

#[cfg(test)]
mod tests;
