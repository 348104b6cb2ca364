//! Whether there is a newer version for a site. Anyone may.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use web::{Json, Path, Problem, ProblemBody, Success};

use super::{offered, package_url};
use crate::AppState;
use crate::flows::release::is_at_least;

#[derive(Debug, Deserialize, ToSchema)]
pub struct Installed {
    #[serde(rename = "current_version")]
    #[schema(example = "1.3.4")]
    plugin: String,
    #[serde(rename = "wp_version")]
    wordpress: Option<String>,
    #[serde(rename = "php_version")]
    php: Option<String>,
}

/// In the words of WordPress' updater.
#[derive(Debug, Serialize, ToSchema)]
pub struct Update {
    /// Newer than what is installed, and the site's WordPress and PHP are new enough for it.
    #[serde(rename = "update_available")]
    available: bool,
    slug: String,
    plugin: String,
    version: String,
    new_version: String,
    url: String,
    /// Where the package is; the same for every version.
    package: String,
    requires: String,
    tested: String,
    requires_php: String,
    #[schema(value_type = Object)]
    icons: Value,
    #[schema(value_type = Object)]
    banners: Value,
    size: i64,
    md5: String,
    sha256: String,
}

/// Check for an update
#[utoipa::path(
    post,
    path = "/api/plugins/{slug}/check-update/",
    operation_id = "check_update",
    tag = "plugins",
    params(("slug" = String, Path)),
    request_body = Installed,
    responses(
        (status = 200, body = Success<Update>),
        (status = 404, description = "not_found", body = ProblemBody),
        (status = 422, description = "invalid_field", body = ProblemBody),
    )
)]
pub async fn check_update(
    slug: Path<String>,
    installed: Json<Installed>,
    state: Data<AppState>,
) -> Result<Success<Update>, Problem> {
    let installed = installed.0;
    let (plugin, version) = offered(&mut *state.database.connection().await?, &slug).await?;
    let newer = !is_at_least(&installed.plugin, &version.version);
    let fits = |has: &Option<String>, needs: &str| has.as_deref().is_none_or(|has| is_enough(has, needs));
    let available = newer
        && fits(&installed.wordpress, &version.requires_version)
        && fits(&installed.php, &version.requires_php);
    let picture = |name: &str, url: &str| {
        if url.is_empty() { serde_json::json!({}) } else { serde_json::json!({name: url}) }
    };
    Ok(Success::ok(Update {
        available,
        package: package_url(&state, &plugin.slug),
        icons: picture("2x", &plugin.icon_url),
        banners: picture("low", &plugin.banner_url),
        plugin: format!("{0}/{0}.php", plugin.slug),
        slug: plugin.slug,
        new_version: version.version.clone(),
        version: version.version,
        url: plugin.plugin_url,
        requires: version.requires_version,
        tested: version.tested_version,
        requires_php: version.requires_php,
        size: version.file_size,
        md5: version.checksum_md5,
        sha256: version.checksum_sha256,
    }))
}

/// WordPress and PHP count `6.5` and `8.2.21`, with suffixes at will: compared number by number.
fn is_enough(has: &str, needs: &str) -> bool {
    numbers(has) >= numbers(needs)
}

fn numbers(version: &str) -> Vec<u32> {
    let digits =
        |part: &str| part.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
    let mut numbers: Vec<u32> = version.split('.').take(3).map(digits).collect();
    numbers.resize(3, 0);
    numbers
}

#[cfg(test)]
mod tests {
    use super::is_enough;

    #[test]
    fn compares_number_by_number() {
        for (has, needs, expected) in [
            ("6.10", "6.9", true),
            ("5.6", "5.6.0", true),
            ("8.2.21-1~deb12", "7.4", true),
            ("7.3.33", "7.4", false),
        ] {
            assert_eq!(is_enough(has, needs), expected, "{has} {needs}");
        }
    }
}
