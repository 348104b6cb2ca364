use bytes::Bytes;
use diesel::QueryResult;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::store::release_log::EntryRow;

/// Entries that are given at once.
pub const AT_ONCE: usize = 100;

/// A part of a plugin's log.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogPage {
    /// 100 at most, from the first that was asked for.
    entries: Vec<LogEntry>,
    /// There are later ones.
    more: bool,
}

/// What became of a version, signed, and chained to the entry before it.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogEntry {
    index: i64,
    /// The hash of the entry before, 64 zeros for the first.
    previous: String,
    /// `beta`, `release` or `withdraw`.
    action: String,
    version: String,
    sha256: String,
    size: i64,
    at: Timestamp,
    key_id: String,
    signature: String,
    /// SHA-256 of the signed text.
    hash: String,
}

/// A plugin's log, each entry as the JSON it is given as.
pub struct Log(Vec<Written>);

struct Written {
    index: i64,
    hash: String,
    json: String,
}

/// An answer, and what tells it from all others at its address.
pub struct Page {
    pub tag: String,
    pub json: Bytes,
}

impl Log {
    /// `rows` in their order.
    pub fn new(slug: &str, rows: &[EntryRow]) -> QueryResult<Self> {
        rows.iter().map(|row| written(slug, row)).collect::<QueryResult<_>>().map(Self)
    }

    /// The entries after this index.
    pub fn after(&self, index: i64) -> Page {
        let rest = &self.0[self.0.partition_point(|it| it.index <= index)..];
        let entries = &rest[..rest.len().min(AT_ONCE)];
        let more = rest.len() > entries.len();
        let texts: Vec<&str> = entries.iter().map(|it| it.json.as_str()).collect();
        // Entries never change and each stands on those before: the last one names the page.
        let last = entries.last().map_or("none", |it| it.hash.as_str());
        Page {
            tag: format!("{last}{}", if more { "-more" } else { "" }),
            json: format!(r#"{{"success":true,"data":{{"entries":[{}],"more":{more}}}}}"#, texts.join(","))
                .into(),
        }
    }
}

fn written(slug: &str, row: &EntryRow) -> QueryResult<Written> {
    let hash = row.entry(slug)?.hash();
    let json = serde_json::to_string(&LogEntry {
        index: row.index,
        previous: row.previous.clone(),
        action: row.action.clone(),
        version: row.version.clone(),
        sha256: row.sha256.clone(),
        size: row.size,
        at: row.at,
        key_id: row.key_id.clone(),
        signature: row.signature.clone(),
        hash: hash.clone(),
    });
    Ok(Written { index: row.index, hash, json: json.expect("invariant: these have string keys only") })
}
