//! Which versions of a plugin work where: as they declare, and as the sites that run them say. Operators may.

use std::collections::HashMap;

use actix_web::web::Data;
use domain::plugin::compatibility::{Experience, Verdict};
use serde::Serialize;
use utoipa::ToSchema;
use web::{List, Page, Path, Problem, ProblemBody};

use super::{plugin_id, seen_since};
use crate::AppState;
use crate::access::Operator;
use crate::store::compatibility::{self, Declared, Told};

/// Environments shown of a version: sites write themselves what they run.
const MOST_ENVIRONMENTS: i64 = 100;

#[derive(Debug, Serialize, ToSchema)]
pub struct Compatibility {
    version: String,
    /// `development`, `beta`, `released` or `deprecated`.
    status: String,
    /// The oldest WordPress it declares to run on.
    requires: String,
    /// The newest WordPress it declares to be tested with.
    tested: String,
    /// The oldest PHP it declares to run on.
    requires_php: String,
    #[serde(flatten)]
    sites: Sites,
    /// Those that most sites have, at most 100.
    environments: Vec<Environment>,
    /// How many there are.
    environment_count: i64,
}

/// What a version is tried in. Empty: not known.
#[derive(Debug, Serialize, ToSchema)]
pub struct Environment {
    #[schema(examples("6.5"))]
    wordpress: String,
    #[schema(examples("8.2"))]
    php: String,
    #[serde(flatten)]
    sites: Sites,
}

/// What active installations say.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Sites {
    /// They run it.
    installations: i64,
    /// Those of them that are in error, and not over an update that they undid.
    in_error: i64,
    /// They tried it, and run another one.
    failed_updates: i64,
    /// `errors`: at least two of these sites are in trouble, and at least one in twenty. `works`: otherwise, where at least three run
    /// it well. `unknown`: otherwise.
    verdict: SaidVerdict,
}

#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SaidVerdict {
    Works,
    Errors,
    #[default]
    Unknown,
}

/// Read which versions of a plugin work where
#[utoipa::path(
    get,
    path = "/api/plugins/{slug}/compatibility/",
    operation_id = "read_compatibility",
    tag = "Operators",
    params(("slug" = String, Path), Page),
    security(("operator_token" = [])),
    responses(
        (status = 200, description = "The last version made comes first.", body = List<Compatibility>),
        (status = 400, description = "invalid_cursor", body = ProblemBody),
        (status = 401, description = "unauthenticated, token_invalid", body = ProblemBody),
        (status = 404, description = "not_found", body = ProblemBody),
        (status = 422, description = "invalid_query", body = ProblemBody),
        (status = 429, description = "rate_limited", body = ProblemBody),
        (status = 503, description = "unavailable", body = ProblemBody),
    )
)]
pub async fn read_compatibility(
    _: Operator,
    slug: Path<String>,
    page: Page,
    state: Data<AppState>,
) -> Result<List<Compatibility>, Problem> {
    let before = page.after()?;
    let connection = &mut *state.database.connection().await?;
    let plugin_id = plugin_id(connection, &slug).await?;
    let declared = compatibility::declared(connection, plugin_id, before, page.limit_plus_one()).await?;
    let versions: Vec<_> = declared.iter().map(|it| it.version.as_str()).collect();
    let told =
        compatibility::told(connection, plugin_id, &versions, seen_since(&state), MOST_ENVIRONMENTS).await?;
    let mut of_version: HashMap<String, Vec<Told>> = HashMap::new();
    for row in told {
        of_version.entry(row.version.clone()).or_default().push(row);
    }
    Ok(page.list(
        declared,
        |row| row.id,
        |row| {
            let told = of_version.remove(&row.version).unwrap_or_default();
            compatibility_of(row, told)
        },
    ))
}

fn compatibility_of(declared: Declared, told: Vec<Told>) -> Compatibility {
    let mut compatibility = Compatibility {
        version: declared.version,
        status: declared.status,
        requires: declared.requires_version,
        tested: declared.tested_version,
        requires_php: declared.requires_php,
        sites: Sites::default(),
        environments: Vec::new(),
        environment_count: 0,
    };
    for row in told {
        let sites = Sites::from(&row);
        if let (Some(wordpress), Some(php)) = (row.wordpress, row.php) {
            compatibility.environments.push(Environment { wordpress, php, sites });
        } else {
            compatibility.sites = sites;
            compatibility.environment_count = row.environments;
        }
    }
    compatibility
}

impl From<&Told> for Sites {
    fn from(it: &Told) -> Self {
        // What was counted is not negative.
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        let experience = Experience {
            installations: count(it.installations),
            in_error: count(it.in_error),
            failed_updates: count(it.failed_updates),
        };
        Self {
            installations: it.installations,
            in_error: it.in_error,
            failed_updates: it.failed_updates,
            verdict: experience.verdict().into(),
        }
    }
}

impl From<Verdict> for SaidVerdict {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Works => Self::Works,
            Verdict::Errors => Self::Errors,
            Verdict::Unknown => Self::Unknown,
        }
    }
}
