//! The body, and how much of what there may be.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use utoipa::ToSchema;
use web::Problem;

use crate::api::integrations::content_types::FETCH_LIMITS;
use crate::flows::structure::{Structure, Term};
use crate::store::content_types::{Fact, POST_TYPE, TAXONOMY};

const MOST_TYPES: usize = 200;
const MOST_TERMS: usize = 2_000;
const MOST_TERMS_IN_ALL: usize = 20_000;
const MOST_AUTHORS: usize = 1_000;
const MOST_NAMES: usize = 200;
/// As JSON.
const LARGEST_CAPABILITIES: usize = 64 * 1024;
/// WordPress has 20 for types and 32 for taxonomies.
const LONGEST_SLUG: usize = 64;
/// WordPress has 200 for names and slugs of terms; longer ones are cut.
const LONGEST_TEXT: usize = 200;
const DEFAULT_FETCH_LIMIT: i32 = 100;

/// What a site says of itself. An empty list stands for no entries, as PHP writes it.
#[derive(Debug, Deserialize, ToSchema)]
pub struct GivenStructure {
    #[serde(deserialize_with = "entries")]
    post_types: BTreeMap<String, GivenType>,
    #[serde(deserialize_with = "entries")]
    taxonomies: BTreeMap<String, GivenTaxonomy>,
    authors: Option<Vec<GivenAuthor>>,
    #[serde(default, deserialize_with = "some_entries")]
    #[schema(value_type = Option<Object>)]
    capabilities: Option<BTreeMap<String, Value>>,
    plugin_connection_enabled: Option<bool>,
    two_way_sync_enabled: Option<bool>,
    /// When the site wrote it; an older one that comes later changes nothing.
    timestamp: Option<Timestamp>,
    /// Where the WordPress is; another address than the site's is refused.
    pub site_url: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
struct GivenType {
    #[serde(default)]
    label: String,
    #[serde(default, deserialize_with = "number")]
    #[schema(value_type = i64)]
    count: i64,
    #[serde(default)]
    hierarchical: bool,
    #[serde(default)]
    supports: Vec<String>,
    #[serde(default)]
    taxonomies: Vec<String>,
    /// What the choice begins with, from older plugins.
    enabled: Option<bool>,
    fetch_limit: Option<i64>,
}

#[derive(Debug, Deserialize, ToSchema)]
struct GivenTaxonomy {
    #[serde(default)]
    label: String,
    #[serde(default, deserialize_with = "number")]
    #[schema(value_type = i64)]
    count: i64,
    #[serde(default)]
    hierarchical: bool,
    #[serde(default)]
    post_types: Vec<String>,
    #[serde(default)]
    truncated: bool,
    /// Absent: the terms stay as they are known.
    terms: Option<Vec<GivenTerm>>,
    enabled: Option<bool>,
    fetch_limit: Option<i64>,
}

#[derive(Debug, Deserialize, ToSchema)]
struct GivenTerm {
    id: i64,
    #[serde(default)]
    parent: i64,
    name: String,
    #[serde(default)]
    slug: String,
    #[serde(default, deserialize_with = "number")]
    #[schema(value_type = i64)]
    count: i64,
}

#[derive(Debug, Deserialize, ToSchema)]
struct GivenAuthor {
    id: i64,
    #[serde(default)]
    login: String,
    #[serde(default)]
    name: String,
}

impl GivenStructure {
    /// How many post types and taxonomies there are.
    pub fn counts(&self) -> (usize, usize) {
        (self.post_types.len(), self.taxonomies.len())
    }

    pub fn checked(self) -> Result<Structure, Problem> {
        at_most("/post_types", self.post_types.len(), MOST_TYPES)?;
        at_most("/taxonomies", self.taxonomies.len(), MOST_TYPES)?;
        let in_all = self.taxonomies.values().filter_map(|it| it.terms.as_ref()).map(Vec::len).sum();
        at_most("/taxonomies", in_all, MOST_TERMS_IN_ALL)?;
        let mut types = Vec::with_capacity(self.post_types.len() + self.taxonomies.len());
        for (slug, given) in self.post_types {
            types.push(given.fact(slug)?);
        }
        let mut terms = BTreeMap::new();
        for (slug, given) in self.taxonomies {
            let (fact, its_terms) = given.fact(slug)?;
            if let Some(its_terms) = its_terms {
                terms.insert(fact.slug.clone(), its_terms);
            }
            types.push(fact);
        }
        Ok(Structure {
            types,
            terms,
            authors: self.authors.map(authors).transpose()?,
            capabilities: self.capabilities.map(capabilities).transpose()?,
            plugin_connection_enabled: self.plugin_connection_enabled,
            two_way_sync_enabled: self.two_way_sync_enabled,
            told_at: self.timestamp,
        })
    }
}

impl GivenType {
    fn fact(self, slug: String) -> Result<Fact, Problem> {
        let at = place("post_types", &slug)?;
        at_most(&format!("{at}/supports"), self.supports.len(), MOST_NAMES)?;
        at_most(&format!("{at}/taxonomies"), self.taxonomies.len(), MOST_NAMES)?;
        Ok(Fact {
            kind: POST_TYPE,
            label: label(self.label, &slug),
            count: self.count.max(0),
            hierarchical: self.hierarchical,
            supports: short(self.supports),
            related: short(self.taxonomies),
            truncated: false,
            enabled: self.enabled.unwrap_or(matches!(slug.as_str(), "post" | "page")),
            fetch_limit: fetch_limit(self.fetch_limit),
            slug,
        })
    }
}

impl GivenTaxonomy {
    fn fact(self, slug: String) -> Result<(Fact, Option<Vec<Term>>), Problem> {
        let at = place("taxonomies", &slug)?;
        at_most(&format!("{at}/post_types"), self.post_types.len(), MOST_NAMES)?;
        let terms = self.terms.map(|terms| read_terms(&format!("{at}/terms"), terms)).transpose()?;
        let fact = Fact {
            kind: TAXONOMY,
            label: label(self.label, &slug),
            count: self.count.max(0),
            hierarchical: self.hierarchical,
            supports: Vec::new(),
            related: short(self.post_types),
            truncated: self.truncated,
            enabled: self.enabled.unwrap_or(matches!(slug.as_str(), "category" | "post_tag")),
            fetch_limit: fetch_limit(self.fetch_limit),
            slug,
        };
        Ok((fact, terms))
    }
}

/// In the order of their ids, each once.
fn read_terms(at: &str, given: Vec<GivenTerm>) -> Result<Vec<Term>, Problem> {
    at_most(at, given.len(), MOST_TERMS)?;
    let mut terms = HashMap::with_capacity(given.len());
    for (place, it) in given.into_iter().enumerate() {
        if it.id < 1 {
            return Err(Problem::invalid_field(format!("{at}/{place}/id"), "the id of a term"));
        }
        let term = Term {
            id: it.id,
            parent: it.parent.max(0),
            name: cut(it.name),
            slug: cut(it.slug),
            count: it.count.max(0),
        };
        terms.insert(it.id, term);
    }
    let mut terms: Vec<Term> = terms.into_values().collect();
    terms.sort_unstable_by_key(|it| it.id);
    Ok(terms)
}

fn authors(given: Vec<GivenAuthor>) -> Result<Value, Problem> {
    at_most("/authors", given.len(), MOST_AUTHORS)?;
    let author =
        |it: GivenAuthor| serde_json::json!({"id": it.id, "login": cut(it.login), "name": cut(it.name)});
    Ok(given.into_iter().map(author).collect())
}

fn capabilities(given: BTreeMap<String, Value>) -> Result<Value, Problem> {
    let value: Value = given.into_iter().collect();
    if value.to_string().len() > LARGEST_CAPABILITIES {
        return Err(Problem::invalid_field("/capabilities", format!("at most {LARGEST_CAPABILITIES} bytes")));
    }
    Ok(value)
}

fn at_most(at: &str, count: usize, most: usize) -> Result<(), Problem> {
    if count <= most {
        return Ok(());
    }
    Err(Problem::invalid_field(at.to_owned(), format!("at most {most}, not {count}")))
}

fn place(kind: &str, slug: &str) -> Result<String, Problem> {
    if (1..=LONGEST_SLUG).contains(&slug.chars().count()) {
        return Ok(format!("/{kind}/{slug}"));
    }
    Err(Problem::invalid_field(format!("/{kind}"), format!("names have 1 to {LONGEST_SLUG} characters")))
}

fn label(given: String, slug: &str) -> String {
    if given.trim().is_empty() { slug.to_owned() } else { cut(given) }
}

fn fetch_limit(given: Option<i64>) -> i32 {
    let (least, most) = (*FETCH_LIMITS.start(), *FETCH_LIMITS.end());
    let within = |it: i64| i32::try_from(it.clamp(least.into(), most.into())).unwrap_or(DEFAULT_FETCH_LIMIT);
    given.map_or(DEFAULT_FETCH_LIMIT, within)
}

fn short(texts: Vec<String>) -> Vec<String> {
    texts.into_iter().map(cut).collect()
}

fn cut(text: String) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => text[..end].to_owned(),
        None => text,
    }
}

/// WordPress' functions count in numbers and in texts.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Count {
        Number(i64),
        Text(String),
    }
    match Count::deserialize(deserializer)? {
        Count::Number(number) => Ok(number),
        Count::Text(text) => text.trim().parse().map_err(|_| de::Error::custom("expected a number")),
    }
}

fn entries<'de, D: Deserializer<'de>, V: Deserialize<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, V>, D::Error> {
    deserializer.deserialize_any(Entries(PhantomData))
}

fn some_entries<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<BTreeMap<String, Value>>, D::Error> {
    #[derive(Deserialize)]
    struct Given(#[serde(deserialize_with = "entries")] BTreeMap<String, Value>);
    Ok(Option::<Given>::deserialize(deserializer)?.map(|it| it.0))
}

/// An object, or PHP's empty list.
struct Entries<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for Entries<V> {
    type Value = BTreeMap<String, V>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some((name, value)) = map.next_entry()? {
            entries.insert(name, value);
        }
        Ok(entries)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        match list.next_element::<de::IgnoredAny>()? {
            None => Ok(BTreeMap::new()),
            Some(_) => Err(de::Error::invalid_type(de::Unexpected::Seq, &self)),
        }
    }
}
