//! Who asks, and what that opens.
//!
//! [`identify`] looks once per request at what the caller presents: a site's API key (`X-IGNY8-API-KEY` or `Authorization: Bearer`), a
//! personal access token, or a session (`Bearer`, or the cookie). What an endpoint takes as its first argument decides:
//! [`Member`], [`Editor`], [`Owner`], [`Operator`] or [`SiteKey`]. A handler that runs has been allowed; whose the ids in the
//! path are remains its question, and a stranger's id is answered like one that does not exist.

mod identify;
mod person;
mod presented;
mod role;
mod site_key;

pub use identify::identify;
pub use person::{Anyone, Editor, Member, Operator, Owner};
pub use presented::SESSION_COOKIE;
pub use role::{Role, Scope};
pub use site_key::{OptionalSiteKey, SiteKey, find_site_key, invalid_key, missing_key, revoked_key};

use web::Problem;

/// What [`identify`] found. Extractors read it from the request's extensions.
#[derive(Clone, Debug)]
enum Caller {
    Nobody,
    Person(Result<Member, Problem>),
    Site(Result<SiteKey, Problem>),
}

#[cfg(test)]
mod tests;
