use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::http::{Method, StatusCode, header};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use domain::{AccountId, UserId};
use web::Problem;

use super::{Caller, Role, Scope};
use crate::codes;

/// A person of the account, whatever the role. With an access token, its scope `read` or `write` is needed, by the method.
#[derive(Clone, Debug)]
pub struct Member {
    pub account_id: AccountId,
    pub user_id: UserId,
    pub role: Role,
    /// Also runs the installation.
    pub is_operator: bool,
    pub scopes: Vec<Scope>,
    /// Digest of the session, if it is one and not an access token.
    pub session: Option<[u8; 32]>,
}

/// A person with a valid token or session, whatever its scopes.
#[derive(Clone, Debug)]
pub struct Anyone(pub Member);

/// Someone who writes and publishes: an editor or owner.
#[derive(Clone, Debug)]
pub struct Editor(pub Member);

/// Someone who connects sites and handles keys.
#[derive(Clone, Debug)]
pub struct Owner(pub Member);

/// Someone who runs the installation; with an access token, its scope `operator` is needed.
#[derive(Clone, Debug)]
pub struct Operator(pub Member);

impl Member {
    fn of(request: &HttpRequest) -> Result<Self, Problem> {
        match request.extensions().get::<Caller>() {
            Some(Caller::Person(person)) => person.clone(),
            Some(Caller::Site(_)) => Err(unauthenticated(
                "A site's API key does not open this address; send a personal access token.",
            )),
            Some(Caller::Nobody) | None => Err(unauthenticated(
                "Send a personal access token as `Authorization: Bearer igny8_pat_…`, or log in.",
            )),
        }
    }

    fn scoped(request: &HttpRequest) -> Result<Self, Problem> {
        let is_read = request.method() == Method::GET || request.method() == Method::HEAD;
        Self::of(request)?.having(if is_read { Scope::Read } else { Scope::Write })
    }

    fn having(self, scope: Scope) -> Result<Self, Problem> {
        if self.scopes.contains(&scope) {
            return Ok(self);
        }
        let detail = format!("The access token lacks the scope `{0}`. Make one that has it.", scope.as_str());
        Err(Problem::new(StatusCode::FORBIDDEN, codes::SCOPE_MISSING, detail))
    }

    fn at_least(self, role: Role) -> Result<Self, Problem> {
        if self.role >= role {
            return Ok(self);
        }
        let detail = format!("This takes the role {}; yours is {}.", role.as_str(), self.role.as_str());
        Err(Problem::new(StatusCode::FORBIDDEN, codes::ROLE_TOO_LOW, detail))
    }
}

pub(super) fn unauthenticated(detail: impl Into<String>) -> Problem {
    refused(web::codes::UNAUTHENTICATED, detail)
}

pub(super) fn invalid_token(detail: impl Into<String>) -> Problem {
    refused(codes::TOKEN_INVALID, detail)
}

fn refused(code: &'static str, detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, code, detail)
        .header(header::WWW_AUTHENTICATE, "Bearer realm=\"igny8\"")
}

macro_rules! extracted {
    ($name:ident, |$request:ident| $member:expr) => {
        impl FromRequest for $name {
            type Error = Problem;
            type Future = Ready<Result<Self, Problem>>;

            fn from_request($request: &HttpRequest, _: &mut Payload) -> Self::Future {
                ready($member)
            }
        }
    };
}

extracted!(Member, |request| Self::scoped(request));
extracted!(Anyone, |request| Member::of(request).map(Self));
extracted!(Editor, |request| Member::scoped(request).and_then(|it| it.at_least(Role::Editor)).map(Self));
extracted!(Owner, |request| Member::scoped(request).and_then(|it| it.at_least(Role::Owner)).map(Self));
extracted!(Operator, |request| Member::of(request).and_then(|it| it.having(Scope::Operator)).map(Self));

macro_rules! is_a_member {
    ($($name:ident)+) => {$(
        impl Deref for $name {
            type Target = Member;

            fn deref(&self) -> &Member {
                &self.0
            }
        }
    )+};
}

is_a_member!(Anyone Editor Owner Operator);
