//! The plugin's package. Anyone may where the installation says so, else whoever has a grant.

use std::convert::Infallible;

use actix_web::HttpRequest;
use actix_web::body::SizedStream;
use actix_web::http::header::{self, ContentRange, ContentRangeSpec, ETag, EntityTag, LastModified};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use actix_web::{HttpResponse, HttpResponseBuilder};
use futures::stream;
use serde::Deserialize;
use utoipa::IntoParams;
use web::{ClientIp, Path, Problem, ProblemBody, Query, SendFile};

use crate::AppState;
use crate::artifact::{Package, ShelfError};
use crate::counts::{Download, Outcome};
use crate::grants::{Grant, GrantError};
use crate::offers;
use crate::refusals::Subject;

mod counted;
mod part;

use counted::Counted;
use part::{File, Part};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// The latest stable one if it is left out.
    version: Option<String>,
    /// As `download-grant` gives it.
    grant: Option<String>,
}

/// Download the plugin
#[utoipa::path(
    get,
    path = "/api/plugins/{slug}/download/",
    operation_id = "download_plugin",
    tag = "plugins",
    params(("slug" = String, Path), Wanted),
    responses(
        (status = 200, description = "The ZIP; its SHA-256 is the ETag", content_type = "application/zip", body = Vec<u8>),
        (status = 206, description = "One range of it", content_type = "application/zip", body = Vec<u8>),
        (status = 304, description = "The client has it already"),
        (status = 403, description = "grant_missing, grant_invalid, grant_expired", body = ProblemBody),
        (status = 404, description = "not_found", body = ProblemBody),
        (status = 410, description = "version_withdrawn", body = ProblemBody),
        (status = 412, description = "precondition_failed", body = ProblemBody),
        (status = 416, description = "range_not_satisfiable", body = ProblemBody),
        (status = 422, description = "invalid_query", body = ProblemBody),
        (status = 429, description = "rate_limited", body = ProblemBody),
        (status = 500, description = "package_damaged", body = ProblemBody),
        (status = 503, description = "unavailable", body = ProblemBody),
    )
)]
pub async fn download_plugin(
    request: HttpRequest,
    slug: Path<String>,
    wanted: Query<Wanted>,
    client: ClientIp,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let file = state.offers.plugin(&slug)?.file(wanted.version.as_deref())?;
    let mut subject = Subject { version_id: Some(file.version_id), site: None };
    subject.note(&request);
    if let Some(grant) = granted(&state, &slug, &file.version, wanted.grant.as_deref())? {
        subject.site = Some((grant.account, grant.site));
        subject.note(&request);
        state.limits.take_for(grant.site, &request)?;
    }
    let download = Download {
        version_id: file.version_id,
        site: subject.site,
        ip: client.0,
        user_agent: user_agent(&request),
        outcome: Outcome::Complete,
    };
    send(&request, &state, &slug, &file, download).await
}

/// A grant that is given has to be right, also where none is asked for.
fn granted(
    state: &AppState,
    slug: &str,
    version: &str,
    grant: Option<&str>,
) -> Result<Option<Grant>, Problem> {
    let refusal = |code, detail| Problem::new(StatusCode::FORBIDDEN, code, detail);
    match grant {
        None if state.settings.downloads.public => Ok(None),
        None => Err(refusal(
            "grant_missing",
            "Packages are given to connected sites only: ask for a grant with `download-grant`, or let the site's plugin do it.",
        )),
        Some(grant) => match state.grants.check(grant, slug, version, state.clock.now()) {
            Ok(grant) => Ok(Some(grant)),
            Err(GrantError::Expired) => {
                Err(refusal("grant_expired", "The grant has expired; ask for a new one and use it at once."))
            }
            Err(GrantError::Invalid) => Err(refusal(
                "grant_invalid",
                "The grant is not for this version of this plugin, or was changed on its way; ask for a new one.",
            )),
        },
    }
}

async fn send(
    request: &HttpRequest,
    state: &AppState,
    slug: &str,
    offered: &offers::File,
    download: Download,
) -> Result<HttpResponse, Problem> {
    let file = File {
        tag: EntityTag::new_strong(offered.sha256.clone()),
        modified: part::date(offered.released_at),
        length: offered.size,
    };
    let range = match file.wanted(request) {
        Part::NotModified => return Ok(described(HttpResponse::NotModified(), &file).finish()),
        Part::Changed => return Err(changed()),
        Part::Beyond => return Err(beyond(&file)),
        Part::Whole => 0..file.length,
        Part::Bytes(range) => range,
    };
    let package = state
        .shelf
        .open(&offered.path, &offered.sha256, file.length)
        .await
        .map_err(|error| problem(&error))?;
    let mut response = described(HttpResponse::Ok(), &file);
    if range.end - range.start < file.length {
        let range = Some((range.start, range.end - 1));
        let of = ContentRangeSpec::Bytes { range, instance_length: Some(file.length) };
        response.status(StatusCode::PARTIAL_CONTENT).insert_header(ContentRange(of));
    }
    let file_name = format!("attachment; filename=\"{slug}-{}.zip\"", offered.version);
    response
        .content_type("application/zip")
        .insert_header((header::CONTENT_DISPOSITION, file_name))
        .insert_header((header::CONTENT_ENCODING, "identity"));
    if request.method() == Method::HEAD {
        return Ok(response.body(SizedStream::new(file.length, stream::empty::<Result<_, Infallible>>())));
    }
    // What goes on with a part was counted when it began.
    let outgoing = (range.start == 0).then(|| state.counts.begin(download));
    Ok(match package {
        Package::Memory(package) => {
            let body = SendFile::answer(request, &mut response, package, range);
            response.body(Counted::new(body, outgoing))
        }
        Package::Stored(stored) => {
            let length = range.end - range.start;
            let mut pieces = stored.read(range).await.map_err(|error| problem(&error))?;
            let pieces = stream::poll_fn(move |context| pieces.poll_recv(context));
            response.body(Counted::new(SizedStream::new(length, pieces), outgoing))
        }
    })
}

/// What every answer about the file says of it.
fn described(mut response: HttpResponseBuilder, file: &File) -> HttpResponseBuilder {
    response
        .insert_header(ETag(file.tag.clone()))
        .insert_header(LastModified(file.modified))
        .insert_header((header::ACCEPT_RANGES, "bytes"))
        // To be kept, but asked about: the address is the same for every version.
        .insert_header((header::CACHE_CONTROL, "private, no-cache"));
    response
}

fn user_agent(request: &HttpRequest) -> String {
    let given = request.headers().get(header::USER_AGENT).and_then(|it| it.to_str().ok());
    given.unwrap_or_default().chars().take(300).collect()
}

fn changed() -> Problem {
    let detail = "The package is not the one that `If-Match` or `If-Unmodified-Since` names; download it without the condition.";
    Problem::new(StatusCode::PRECONDITION_FAILED, "precondition_failed", detail)
}

fn beyond(file: &File) -> Problem {
    let detail = format!("The package has {} bytes, and none in this range.", file.length);
    Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, "range_not_satisfiable", detail)
        .header(header::CONTENT_RANGE, format!("bytes */{}", file.length))
}

/// Nothing of a package that is not what was released leaves the house.
pub fn problem(error: &ShelfError) -> Problem {
    match error {
        ShelfError::Missing(_) | ShelfError::Damaged { .. } => {
            tracing::error!(error = %lifecycle::chain(error), "a released package can't be given out");
            let detail = "What is stored of this version is not what was released, so it is not given out. An operator has to put it back, \
                or to release a higher version.";
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "package_damaged", detail)
        }
        ShelfError::Away(_) | ShelfError::TooSlow | ShelfError::NoMemory(_) => Problem::unavailable(error),
        ShelfError::Settings(_) => Problem::internal(error),
    }
}
