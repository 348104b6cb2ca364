use actix_web::http::StatusCode;
use actix_web::http::header::WWW_AUTHENTICATE;
use database::DatabaseError;
use domain::credential::CredentialError;
use secrets::signature::SignatureError;
use web::Problem;

/// Why a request is not taken as a site's.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("send the site's API key in the header X-IGNY8-API-KEY or as Authorization: Bearer")]
    KeyMissing,
    #[error("the API key is given once, as X-IGNY8-API-KEY or as Authorization: Bearer, or the same in both")]
    KeyUnclear,
    #[error("{0}")]
    KeyMistyped(CredentialError),
    #[error("no site has this API key; copy it again from the site's page")]
    KeyUnknown,
    #[error("this API key was revoked or has expired; enter the site's new key in the plugin")]
    KeyRevoked,
    #[error("this site's address changed and is not confirmed yet; run the connection test in the plugin")]
    SiteSuspended,
    #[error("{0}")]
    Signature(#[from] SignatureError),
    #[error("the key could not be looked up")]
    Unavailable(#[source] DatabaseError),
    #[error("the key could not be looked up in time")]
    TooSlow,
}

impl Refusal {
    fn code(&self) -> &'static str {
        match self {
            Self::KeyMissing => "key_missing",
            Self::KeyUnclear | Self::KeyUnknown => "key_invalid",
            Self::KeyMistyped(error) => error.code(),
            Self::KeyRevoked => "key_revoked",
            Self::SiteSuspended => "site_suspended",
            Self::Signature(error) => error.code(),
            Self::Unavailable(_) | Self::TooSlow => web::codes::UNAVAILABLE,
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match &refusal {
            Refusal::Unavailable(error) if !error.is_transient() => Self::internal(&refusal),
            Refusal::Unavailable(_) | Refusal::TooSlow => Self::unavailable(&refusal),
            Refusal::SiteSuspended => Self::new(StatusCode::FORBIDDEN, refusal.code(), sentence(&refusal)),
            _ => Self::new(StatusCode::UNAUTHORIZED, refusal.code(), sentence(&refusal))
                .header(WWW_AUTHENTICATE, "Bearer"),
        }
    }
}

fn sentence(refusal: &Refusal) -> String {
    let text = refusal.to_string();
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).chain(['.']).collect()).unwrap_or_default()
}
