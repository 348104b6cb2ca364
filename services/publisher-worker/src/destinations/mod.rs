//! Where articles go. A new kind of destination is one folder that implements [`Destination`] and passes the conformance suite in
//! `tests/it/conformance.rs`.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use contracts::reading::{PostStanding, RangeChecksum, RemotePost};
use domain::content::{Article, Command};
use domain::delivery::{Answer, Cause, Part, ReceiptAnswer};
use domain::{ContentId, OperationId, SiteId};
use futures::future::BoxFuture;
use jiff::Timestamp;
use secrets::Secret;
use url::Url;

mod by_access;
pub mod wordpress_bridge;
pub mod wordpress_rest;

pub use by_access::ByAccess;
pub use wordpress_bridge::WordpressBridge;
pub use wordpress_rest::WordpressRest;

/// Makes single calls to a site and says what the answers mean. It tries nothing twice; that is decided elsewhere.
pub trait Destination: Send + Sync + 'static {
    /// Makes room for a content's post on a site that keeps no receipts; it comes before `carry_out`, and the post it names is noted before
    /// anything is written into it. An answer ends the try. `None`: this site, or this order, needs no such thing.
    fn reserve<'a>(
        &'a self,
        _site: &'a Site,
        _order: &'a Order,
    ) -> BoxFuture<'a, Option<Reply<Result<String, Answer>>>> {
        Box::pin(std::future::ready(None))
    }

    /// `media`: the article's images, as far as they are in the site's library.
    fn carry_out<'a>(
        &'a self,
        site: &'a Site,
        order: &'a Order,
        media: &'a [Media],
    ) -> BoxFuture<'a, Reply<Answer>>;

    /// What became of an operation whose answer was lost.
    fn look_up<'a>(&'a self, site: &'a Site, order: &'a Order) -> BoxFuture<'a, Reply<Receipt>>;

    /// Brings an image into the site's library, unless it is there.
    fn push_media<'a>(
        &'a self,
        site: &'a Site,
        picture: &'a Picture,
    ) -> BoxFuture<'a, Reply<Result<Media, MediaRefusal>>>;

    /// Reads posts that the site has.
    fn read<'a>(
        &'a self,
        site: &'a Site,
        wanted: &'a Wanted,
    ) -> BoxFuture<'a, Reply<Result<PostsFound, Answer>>>;

    /// Says what works: with posts of this type, or at all.
    fn probe<'a>(&'a self, site: &'a Site, post_type: Option<&'a str>) -> BoxFuture<'a, Reply<Findings>>;
}

/// How a site is reached.
#[derive(Clone, Debug)]
pub struct Site {
    pub id: SiteId,
    /// `…/wp-json/` or `…/?rest_route=/`.
    pub rest_url: Url,
    pub access: Access,
}

/// What proves to the site who is calling.
#[derive(Clone, Debug)]
pub enum Access {
    /// Our signature.
    Signed,
    /// The site's key, for a plugin that can't check signatures. Without one the site will say what is wrong.
    Key(Option<Secret>),
    /// A person's application password, for a site without the plugin.
    Password { username: String, password: Option<Secret> },
}

/// What a site is told to do with a content.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    pub operation: OperationId,
    pub content: ContentId,
    /// The post was made on the site, and becomes this content's.
    pub adopts: bool,
    pub task: Task,
    /// The post that was noted for this content, if `reserve` made one.
    pub post: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Task {
    Publish(Written),
    /// Let the post say this, if it still is as it was seen.
    Update(Written, Seen),
    /// Do these parts of it again.
    Mend(Written, Seen, Vec<Part>),
    /// Take the post with this id down, or bring it back.
    Move(Command, String),
}

impl Task {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Publish(_) => Command::Publish.as_str(),
            Self::Update(..) => Command::Update.as_str(),
            Self::Mend(..) => "mend",
            Self::Move(command, _) => command.as_str(),
        }
    }

    pub const fn article(&self) -> Option<&Article> {
        match self {
            Self::Publish(written) | Self::Update(written, _) | Self::Mend(written, ..) => {
                Some(&written.article)
            }
            Self::Move(..) => None,
        }
    }

    pub const fn article_mut(&mut self) -> Option<&mut Article> {
        match self {
            Self::Publish(written) | Self::Update(written, _) | Self::Mend(written, ..) => {
                Some(&mut written.article)
            }
            Self::Move(..) => None,
        }
    }
}

/// An article and its hash.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    pub revision: String,
    pub article: Article,
}

/// A post as it was last seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub post: String,
    /// Empty: whatever it says.
    pub revision: String,
}

/// Which posts are to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    Named(Vec<i64>),
    Page {
        post_type: String,
        order: PageOrder,
        cursor: String,
        limit: u32,
    },
    /// A checksum of each range of posts beyond this one.
    Checksums {
        post_type: String,
        after: i64,
    },
    /// How each post of one range stands.
    Range {
        post_type: String,
        range: i64,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageOrder {
    Id,
    /// By the time of the last change.
    Modified,
}

impl PageOrder {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Modified => "modified",
        }
    }
}

/// What was read, as it goes over the wire.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PostsFound {
    pub posts: Vec<RemotePost>,
    /// Of those named, the ones the site does not have.
    pub missing: Vec<i64>,
    /// Where a page ends.
    pub cursor: String,
    pub more: bool,
    pub total: i64,
    pub ranges: Vec<RangeChecksum>,
    pub standings: Vec<PostStanding>,
}

/// An image with its bytes.
#[derive(Clone, Debug)]
pub struct Picture {
    pub source_url: String,
    pub alt: String,
    pub caption: String,
    pub file_name: String,
    pub media_type: &'static str,
    pub sha256: String,
    pub bytes: Bytes,
}

/// An image in the site's library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    pub source_url: String,
    pub sha256: String,
    pub attachment_id: i64,
    /// Where the library has it; empty if the site puts it into the text by itself.
    pub url: String,
    pub alt: String,
    pub caption: String,
    /// It was there before.
    pub known: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaRefusal {
    pub cause: Cause,
    pub detail: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub answer: ReceiptAnswer,
    /// What came in place of a receipt, if nothing did.
    pub trouble: Option<Answer>,
}

/// What a probe found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    pub checks: Vec<Finding>,
    pub plugin_version: String,
    pub wordpress_version: String,
    pub php_version: String,
    /// What was in the way, if anything.
    pub cause: Option<Cause>,
}

impl Findings {
    pub fn ok(&self) -> bool {
        self.checks.iter().all(|check| check.ok)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub name: Cow<'static, str>,
    pub ok: bool,
    /// What came out, in words for people.
    pub detail: String,
    /// What it was seen by; may be empty.
    pub evidence: String,
    /// What to do about it; empty if it is well.
    pub fix: String,
}

/// What a call came to, and how it went.
#[derive(Clone, Debug)]
pub struct Reply<T> {
    pub value: T,
    pub call: Call,
}

/// A call, or several one after the other.
#[derive(Clone, Debug)]
pub struct Call {
    pub started_at: Timestamp,
    pub duration: Duration,
    pub http_status: Option<u16>,
    /// The first bytes of the answer, or the transport's error.
    pub evidence: String,
    pub request_id: String,
}

impl Call {
    pub const fn none(at: Timestamp) -> Self {
        Self {
            started_at: at,
            duration: Duration::ZERO,
            http_status: None,
            evidence: String::new(),
            request_id: String::new(),
        }
    }

    /// Both as one: the later tells how it went.
    #[must_use]
    pub fn and(self, next: Self) -> Self {
        Self { started_at: self.started_at, duration: self.duration + next.duration, ..next }
    }
}
