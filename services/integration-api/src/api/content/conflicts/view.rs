use domain::content::merge::{Comparison, Row};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::store::conflicts::{Conflict, PostText};

/// Edits on both sides since the last sync.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConflictView {
    pub id: i64,
    /// The update that was not made.
    pub operation_id: Uuid,
    /// What both sides have in common: the post as our last command left it. Null: the site does not know any more.
    pub base: Option<PostText>,
    /// The content's text as it was when this was settled. Null: it is open, and ours is the content itself; or it is superseded.
    pub ours: Option<PostText>,
    /// The post as it stands on the site.
    pub theirs: PostText,
    pub theirs_modified_at: Option<Timestamp>,
    pub found_at: Timestamp,
    /// keep_ours, keep_theirs, merged, or superseded by a newer conflict. Null: it is open.
    pub resolution: Option<String>,
    /// It was settled by the site's policy, not by a person.
    pub by_policy: bool,
    pub resolved_at: Option<Timestamp>,
    /// The three versions side by side; of an open conflict only.
    pub diff: Option<ConflictDiff>,
    /// The edits don't touch: `merged` can be taken as it is.
    pub mergeable: bool,
    /// Both edits in one text.
    pub merged: Option<PostText>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ConflictDiff {
    pub title: DiffRow,
    pub excerpt: DiffRow,
    /// The text, block by block.
    pub content: Vec<DiffRow>,
    #[serde(skip)]
    merged: Option<PostText>,
}

/// A piece in its three versions. Null: that version does not have it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DiffRow {
    /// same, ours_changed, theirs_changed, both_same (the same change on both sides) or conflict. Changes by no person, such as classes and
    /// blanks, don't count.
    #[schema(examples("ours_changed"))]
    pub kind: &'static str,
    pub base: Option<String>,
    pub ours: Option<String>,
    pub theirs: Option<String>,
}

impl ConflictView {
    pub fn new(row: Conflict, mut diff: Option<ConflictDiff>) -> Self {
        let merged = diff.as_mut().and_then(|diff| diff.merged.take());
        let is_settled = row.resolution.as_deref().is_some_and(|it| it != "superseded");
        Self {
            id: row.id,
            operation_id: row.operation_id,
            base: row.base.map(|it| it.0),
            ours: row.ours.map(|it| it.0),
            theirs: row.theirs.0,
            theirs_modified_at: row.theirs_modified_at,
            found_at: row.found_at,
            resolution: row.resolution,
            by_policy: is_settled && row.resolved_by.is_none(),
            resolved_at: row.resolved_at,
            diff,
            mergeable: merged.is_some(),
            merged,
        }
    }
}

impl ConflictDiff {
    pub fn of(versions: &Comparison<'_>) -> Self {
        Self {
            title: versions.title().into(),
            excerpt: versions.excerpt().into(),
            content: versions.content().map(DiffRow::from).collect(),
            merged: versions.merged().map(PostText::from),
        }
    }
}

impl From<Row> for DiffRow {
    fn from(row: Row) -> Self {
        Self { kind: row.kind.as_str(), base: row.base, ours: row.ours, theirs: row.theirs }
    }
}
