use std::collections::BTreeMap;

use database::Tx;
use diesel::QueryResult;
use domain::wordpress::{TermPlace, term_key, term_paths};
use domain::{AccountId, IntegrationId, SiteId};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::sync_log::{Entry, WP_TO_IGNY8};
use crate::store::content_types::{self, Fact, POST_TYPE, TAXONOMY, enabled_post_types};
use crate::store::integrations::Integration;
use crate::store::site_terms::{self, Gaps};
use crate::store::structures::{self, Told};
use crate::store::sync_events;

/// What a site says of itself, checked.
#[derive(Clone, Debug, Default)]
pub struct Structure {
    /// Post types and taxonomies.
    pub types: Vec<Fact>,
    /// The terms of each taxonomy; of one that is not here, nothing was said.
    pub terms: BTreeMap<String, Vec<Term>>,
    pub authors: Option<Value>,
    pub capabilities: Option<Value>,
    pub plugin_connection_enabled: Option<bool>,
    pub two_way_sync_enabled: Option<bool>,
    /// When the site wrote it, by its own clock.
    pub told_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    pub id: i64,
    /// 0: none.
    pub parent: i64,
    pub name: String,
    pub slug: String,
    pub count: i64,
}

/// What the site is told in return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub sync_post_types: Vec<String>,
}

/// Takes in what the site has now, with as many statements whatever the number of types and terms. Two pushes go one after the other, and
/// one that was written before the last one changes nothing.
pub async fn take_structure(
    tx: &mut Tx,
    integration: &Integration,
    structure: Structure,
    now: Timestamp,
) -> QueryResult<Taken> {
    let id = IntegrationId::new(integration.id);
    let owner = (AccountId::new(integration.account_id), id);
    let known = structures::lock(tx.conn(), owner).await?;
    let told_at = structure.told_at.map_or(now, |it| it.min(now));
    let digest = digest(&structure);
    if known.told_at.is_some_and(|it| it > told_at) {
        structures::note_fetch(tx.conn(), id, now).await?;
    } else {
        let told = Told {
            digest: &digest,
            told_at,
            fetched_at: now,
            capabilities: structure.capabilities.as_ref(),
            authors: structure.authors.as_ref(),
            plugin_connection_enabled: structure.plugin_connection_enabled,
            two_way_sync_enabled: structure.two_way_sync_enabled,
        };
        structures::write(tx.conn(), id, told).await?;
        if known.digest.as_deref() != Some(&digest[..]) {
            replace(tx, integration, &structure, now).await?;
        }
    }
    let all = content_types::of(tx.conn(), id).await?;
    Ok(Taken { sync_post_types: enabled_post_types(&all) })
}

async fn replace(
    tx: &mut Tx,
    integration: &Integration,
    structure: &Structure,
    now: Timestamp,
) -> QueryResult<()> {
    let (account, id) = (AccountId::new(integration.account_id), IntegrationId::new(integration.id));
    let types = content_types::replace(tx.conn(), (account, id), &structure.types, now).await?;
    let owner = (account, SiteId::new(integration.site_id), id);
    let facts = term_facts(&structure.terms);
    let terms = site_terms::replace(tx.conn(), owner, &facts, &gaps(structure), now).await?;
    let of_kind = |kind: &str| structure.types.iter().filter(|it| it.kind == kind).count();
    let (post_types, taxonomies) = (of_kind(POST_TYPE), of_kind(TAXONOMY));
    let entry = Entry {
        details: json!({
            "post_types": post_types, "taxonomies": taxonomies, "terms": facts.len(),
            "new": types.new, "vanished": types.vanished,
            "terms_changed": terms.written, "terms_vanished": terms.vanished,
        }),
        ..Entry::of_site(
            integration,
            "structure_updated",
            WP_TO_IGNY8,
            format!(
                "WordPress told what it has: {post_types} post types, {taxonomies} taxonomies, {} terms",
                facts.len()
            ),
        )
    };
    sync_events::record(tx, vec![entry.at(now)]).await
}

fn term_facts(terms: &BTreeMap<String, Vec<Term>>) -> Vec<site_terms::Fact> {
    let mut facts = Vec::with_capacity(terms.values().map(Vec::len).sum());
    for (taxonomy, terms) in terms {
        let places: Vec<TermPlace<'_>> =
            terms.iter().map(|it| TermPlace { id: it.id, parent: it.parent, name: &it.name }).collect();
        facts.extend(terms.iter().zip(term_paths(&places)).map(|(term, path)| site_terms::Fact {
            taxonomy: taxonomy.clone(),
            wordpress_id: term.id,
            parent: term.parent,
            name: term.name.clone(),
            slug: term.slug.clone(),
            name_key: term_key(&term.name),
            path_key: path.as_deref().map(term_key),
            path,
            count: term.count,
        }));
    }
    facts
}

fn gaps(structure: &Structure) -> Gaps {
    let taxonomies = || structure.types.iter().filter(|it| it.kind == TAXONOMY);
    let slugs = |matching: &dyn Fn(&Fact) -> bool| {
        taxonomies().filter(|it| matching(it)).map(|it| it.slug.clone()).collect()
    };
    Gaps {
        untold: slugs(&|it| !structure.terms.contains_key(&it.slug)),
        truncated: slugs(&|it| it.truncated),
    }
}

/// Of all that is worth a word when it is different. The time of the last cron run changes by itself.
fn digest(structure: &Structure) -> [u8; 32] {
    let mut capabilities = structure.capabilities.clone().unwrap_or_default();
    if let Some(cron) = capabilities.get_mut("cron").and_then(Value::as_object_mut) {
        cron.remove("last_run_at");
    }
    let mut sha = Sha256::new();
    let mut part = |value: &Value| {
        sha.update(value.to_string());
        sha.update([0]);
    };
    part(&json!(structure.types));
    for (taxonomy, terms) in &structure.terms {
        part(&json!(taxonomy));
        for term in terms {
            part(&json!([term.id, term.parent, term.name, term.slug, term.count]));
        }
    }
    part(&json!([structure.authors, capabilities]));
    sha.finalize().into()
}
