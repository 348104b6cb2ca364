//! What can be promised of a connection, in words for its owner. `publisher-worker`'s destinations are what keeps it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::store::integrations::{Connection, Integration, State};

/// One thing a connection gives, or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Guarantee {
    /// `one_post`, `edits_noticed`, `changes_arrive`, `images_once`, `seo_and_fields` or `proof`.
    pub name: &'static str,
    pub kept: Kept,
    pub detail: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    Fully,
    InPart,
    No,
}

pub fn of(integration: &Integration) -> Vec<Guarantee> {
    let unsigned = integration.state() == State::Connected && integration.site_public_key.is_none();
    match integration.connection() {
        Connection::ApplicationPassword => PASSWORD.to_vec(),
        Connection::Plugin if unsigned => OLDER_PLUGIN.to_vec(),
        Connection::Plugin => PLUGIN.to_vec(),
    }
}

const fn guarantee(name: &'static str, kept: Kept, detail: &'static str) -> Guarantee {
    Guarantee { name, kept, detail }
}

const PLUGIN: [Guarantee; 6] = [
    guarantee("one_post", Kept::Fully, "Content has one post at most, whatever breaks off on the way."),
    guarantee("edits_noticed", Kept::Fully, "What somebody edited on the site is never overwritten unseen."),
    guarantee("changes_arrive", Kept::Fully, "The site reports what happens to its posts."),
    guarantee("images_once", Kept::Fully, "An image is in the library once, however often it is used."),
    guarantee(
        "seo_and_fields",
        Kept::Fully,
        "SEO and custom fields are written where the site has a place for them.",
    ),
    guarantee("proof", Kept::Fully, "Requests are signed both ways; no secret travels."),
];

const OLDER_PLUGIN: [Guarantee; 6] = [
    guarantee(
        "one_post",
        Kept::InPart,
        "The plugin finds a post by its content, but keeps no receipts: two requests at the same moment may make two posts. Update the plugin.",
    ),
    guarantee("edits_noticed", Kept::InPart, "That depends on the plugin's version. Update the plugin."),
    guarantee("changes_arrive", Kept::Fully, "The site reports what happens to its posts."),
    guarantee("images_once", Kept::InPart, "That depends on the plugin's version. Update the plugin."),
    guarantee(
        "seo_and_fields",
        Kept::Fully,
        "SEO and custom fields are written where the site has a place for them.",
    ),
    guarantee("proof", Kept::InPart, "Requests carry the API key itself. Update the plugin."),
];

const PASSWORD: [Guarantee; 6] = [
    guarantee(
        "one_post",
        Kept::InPart,
        "A post is made as a draft first, which is found again after a failure, so that one is published at most. A very slow site may be left \
         with a second draft, named igny8-…, until the content is published again; and a post that somebody deleted is made anew by another \
         publish.",
    ),
    guarantee(
        "edits_noticed",
        Kept::InPart,
        "The post is compared before it is written. Who saves it in the moment between is overwritten; WordPress keeps that text among the \
         post's revisions.",
    ),
    guarantee(
        "changes_arrive",
        Kept::InPart,
        "The site reports nothing; the platform reads every quarter of an hour what was changed on it. That a post was deleted is noticed when it \
         is read by name, updated or moved.",
    ),
    guarantee(
        "images_once",
        Kept::InPart,
        "Images are found again by their name in the library; used by two posts at the same moment, one may be there twice.",
    ),
    guarantee(
        "seo_and_fields",
        Kept::No,
        "SEO fields are not written, and custom fields only where the site offers them in its REST API; each is named in a warning. Restoring \
         makes a post public, whatever it was before.",
    ),
    guarantee(
        "proof",
        Kept::InPart,
        "Requests carry the person's application password, over HTTPS only. It can do all that the person may do on the site.",
    ),
];
