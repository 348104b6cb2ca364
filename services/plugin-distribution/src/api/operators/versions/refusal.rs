use actix_web::http::StatusCode;
use web::Problem;

use crate::api::plugins::download;
use crate::artifact::{BuildError, LintError};
use crate::flows::ActError;

impl From<ActError> for Problem {
    fn from(error: ActError) -> Self {
        let detail = sentence(&error);
        let conflict = |code| Self::new(StatusCode::CONFLICT, code, detail.clone());
        let unprocessable = |code| Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail.clone());
        match error {
            ActError::NoPlugin(_) => Self::new(StatusCode::NOT_FOUND, "not_found", detail),
            ActError::NoVersion { .. } => Self::new(StatusCode::NOT_FOUND, "version_not_found", detail),
            ActError::NotReleased(_) => conflict("version_not_released"),
            ActError::WasReleased(_) => conflict("version_released"),
            ActError::Deprecated(_) => conflict("version_deprecated"),
            ActError::Withdrawn(_) => conflict("version_withdrawn"),
            ActError::Paused { .. } => conflict("version_paused"),
            ActError::OtherBytes { sha256, .. } => conflict("version_released").with("sha256", sha256),
            ActError::NotHigher { .. } => conflict("version_not_higher"),
            ActError::UnknownKey { .. } => conflict("signing_key_unknown"),
            ActError::HasVersions(_) => conflict("plugin_has_versions"),
            ActError::ReplacedMeanwhile(_) => conflict("version_replaced"),
            ActError::NoPercent => unprocessable("invalid_field"),
            ActError::NoNumber(_) => unprocessable("invalid_version"),
            ActError::OtherPlugin { .. } => unprocessable("other_plugin"),
            ActError::Build(BuildError::Lint(LintError::NoPhp(..))) => Self::unavailable(&error),
            ActError::Build(_) => unprocessable("source_refused"),
            ActError::Shelf(error) => download::problem(&error),
            ActError::Database(error) => error.into(),
            ActError::CutOff(error) => Self::internal(&error),
        }
    }
}

/// With its causes, as a sentence. What begins with a file's name is left as it is.
fn sentence(error: &ActError) -> String {
    let text = lifecycle::chain(error);
    if matches!(error, ActError::Build(_)) {
        return format!("{}.", text.trim_end_matches('.'));
    }
    let mut letters = text.chars();
    let first = letters.next().map(|it| it.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
