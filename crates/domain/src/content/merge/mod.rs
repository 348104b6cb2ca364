//! What becomes of a post that was edited here and on its site.
//!
//! *Base* is the post as our last command left it, *ours* what we want it to be, *theirs* what somebody made of it. All three are cut into
//! blocks (`blocks`), which are compared by what a person wrote in them (`key`). The changes from base to ours and from base to theirs (`diff`)
//! are laid side by side (`touching`, `three_way`); where none touches another, both are written into one text (`join`).

use super::excerpt::{EXCERPT_LENGTH, excerpt};
use crate::text_enum::text_enum;

mod blocks;
mod diff;
mod join;
mod key;
mod policy;
mod three_way;
mod touching;
mod version;

use self::key::key;
pub use self::policy::{ConflictPolicy, Reason, Settlement, settle};
use self::three_way::ThreeWay;

/// A post's text as a site has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostText {
    pub title: String,
    pub content_html: String,
    pub excerpt: String,
}

/// A content's text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OurText {
    pub title: String,
    pub content_html: String,
    /// `None`: the post gets the beginning of its text.
    pub excerpt: Option<String>,
}

text_enum! {
    /// How a piece fared on both sides.
    Kind {
        Same = "same",
        OursChanged = "ours_changed",
        TheirsChanged = "theirs_changed",
        /// Both sides made the same change.
        BothSame = "both_same",
        Conflict = "conflict",
    }
}

impl Kind {
    fn of<T: PartialEq + ?Sized>(base: &T, ours: &T, theirs: &T) -> Self {
        match (ours == base, theirs == base) {
            (true, true) => Self::Same,
            (false, true) => Self::OursChanged,
            (true, false) => Self::TheirsChanged,
            (false, false) if ours == theirs => Self::BothSame,
            (false, false) => Self::Conflict,
        }
    }
}

/// A piece in its three versions, as far as they have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub kind: Kind,
    pub base: Option<String>,
    pub ours: Option<String>,
    pub theirs: Option<String>,
}

/// Three versions of a post, compared.
#[derive(Debug)]
pub struct Comparison<'a> {
    base: Option<&'a PostText>,
    ours: &'a OurText,
    theirs: &'a PostText,
    title: Kind,
    excerpt: Kind,
    content: ThreeWay<'a>,
}

impl<'a> Comparison<'a> {
    pub fn new(base: Option<&'a PostText>, ours: &'a OurText, theirs: &'a PostText) -> Self {
        let content = match base {
            Some(base) => ThreeWay::new(&base.content_html, &ours.content_html, &theirs.content_html),
            None => ThreeWay::without_base(&ours.content_html, &theirs.content_html),
        };
        Self {
            base,
            ours,
            theirs,
            title: whole(base.map(|it| it.title.as_str()), &ours.title, &theirs.title),
            excerpt: excerpts(base, ours, theirs),
            content,
        }
    }

    /// Both sides say the same.
    pub fn is_agreed(&self) -> bool {
        !self.is(Kind::OursChanged) && !self.is(Kind::TheirsChanged) && !self.is(Kind::Conflict)
    }

    /// Somebody edited the post on the site, as far as is known.
    pub fn is_theirs_edited(&self) -> bool {
        self.base.is_none()
            || self.is(Kind::TheirsChanged)
            || self.is(Kind::BothSame)
            || self.is(Kind::Conflict)
    }

    /// Somebody edited ours since, as far as is known.
    pub fn is_ours_edited(&self) -> bool {
        self.base.is_none()
            || self.is(Kind::OursChanged)
            || self.is(Kind::BothSame)
            || self.is(Kind::Conflict)
    }

    /// Our text once it says what theirs does; `None` if it was edited, too. What nobody edited there stays as we wrote it.
    pub fn taken_over(&self) -> Option<OurText> {
        if self.is_ours_edited() {
            return None;
        }
        let theirs = || OurText {
            title: self.theirs.title.clone(),
            content_html: self.theirs.content_html.clone(),
            excerpt: Some(self.theirs.excerpt.clone()).filter(|it| !it.trim().is_empty()),
        };
        Some(self.merged().unwrap_or_else(theirs))
    }

    fn is(&self, kind: Kind) -> bool {
        self.title == kind || self.excerpt == kind || self.content.has(kind)
    }

    /// Both edits in one, if they don't touch.
    pub fn merged(&self) -> Option<OurText> {
        let base = self.base?;
        let (ours, theirs) = (self.ours, self.theirs);
        if self.title == Kind::Conflict || self.excerpt == Kind::Conflict {
            return None;
        }
        let takes_theirs = |kind, ours: &str, base: &str| kind == Kind::TheirsChanged || ours == base;
        Some(OurText {
            content_html: join::join(&self.content)?,
            title: if takes_theirs(self.title, &ours.title, &base.title) {
                &theirs.title
            } else {
                &ours.title
            }
            .clone(),
            excerpt: if self.excerpt == Kind::TheirsChanged {
                Some(theirs.excerpt.clone()).filter(|it| !it.trim().is_empty())
            } else {
                ours.excerpt.clone()
            },
        })
    }

    pub fn title(&self) -> Row {
        self.row(self.title, |it| &it.title, self.ours.title.clone())
    }

    pub fn excerpt(&self) -> Row {
        self.row(self.excerpt, |it| &it.excerpt, self.ours.sent_excerpt())
    }

    /// The text, block by block.
    pub fn content(&self) -> impl Iterator<Item = Row> + '_ {
        self.content.rows()
    }

    fn row(&self, kind: Kind, of: impl Fn(&PostText) -> &String, ours: String) -> Row {
        Row {
            kind,
            base: self.base.map(|it| of(it).clone()),
            ours: Some(ours),
            theirs: Some(of(self.theirs).clone()),
        }
    }
}

impl OurText {
    fn own_excerpt(&self) -> Option<&str> {
        self.excerpt.as_deref().filter(|it| !it.trim().is_empty())
    }

    /// What a post with this text is told to have.
    pub fn sent_excerpt(&self) -> String {
        self.own_excerpt().map_or_else(|| excerpt(&self.content_html, EXCERPT_LENGTH), str::to_owned)
    }
}

fn whole(base: Option<&str>, ours: &str, theirs: &str) -> Kind {
    let (ours, theirs) = (key(ours), key(theirs));
    match base {
        Some(base) => Kind::of(&key(base), &ours, &theirs),
        None if ours == theirs => Kind::Same,
        None => Kind::Conflict,
    }
}

/// An excerpt that is the beginning of a text changes with it, and nobody edited it.
fn excerpts(base: Option<&PostText>, ours: &OurText, theirs: &PostText) -> Kind {
    let sent = ours.sent_excerpt();
    let is_ours_automatic = ours.own_excerpt().is_none();
    if is_ours_automatic && theirs.excerpt.trim().is_empty() {
        return Kind::Same;
    }
    let was_automatic =
        |base: &&PostText| key(&base.excerpt) == key(&excerpt(&base.content_html, EXCERPT_LENGTH));
    let Some(base) = base.filter(was_automatic).filter(|_| is_ours_automatic) else {
        return whole(base.map(|it| it.excerpt.as_str()), &sent, &theirs.excerpt);
    };
    let is_theirs_automatic = [&base.excerpt, &sent].map(|it| key(it)).contains(&key(&theirs.excerpt));
    if is_theirs_automatic { Kind::Same } else { Kind::TheirsChanged }
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
