use actix_web::HttpResponse;
use actix_web::http::header;
use domain::{ContentId, SiteId};
use web::{IdempotencyKey, Json, Problem, ProblemBody, Success};

use super::if_match::etag;
use super::{ContentFields, ContentView};
use crate::access::Editor;
use crate::api::sites;
use crate::flows::review;
use crate::idempotency::Once;
use crate::store::{self, content, content_terms, publications, sync_events};

/// Write new content for a site. Editors and owners.
#[utoipa::path(
    post, path = "/api/v1/writer/content/", operation_id = "create_content", tag = "Content", request_body = ContentFields,
    params(IdempotencyKey),
    responses(
        (status = 201, description = "The content.", body = Success<ContentView>),
        (status = 404, description = "`site_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "`body_too_large`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`invalid_field`, with each field that is not valid", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn create_content(
    editor: Editor,
    once: Once,
    Json(body): Json<ContentFields>,
) -> Result<HttpResponse, Problem> {
    let account = editor.account_id;
    let site =
        body.site_id.ok_or_else(|| Problem::invalid_field("/site_id", "missing: the site it is for"))?;
    let status = body.first_status()?;
    let (text, terms) = body.clone().anew()?;
    once.run(&editor, &body, async move |tx, now| {
        store::sites::find(tx.conn(), account, SiteId::new(site)).await?.ok_or_else(sites::not_found)?;
        let made = content::create(tx.conn(), (account.get(), site), status, text, now).await?;
        content_terms::replace(tx.conn(), account, ContentId::new(made.id), &terms).await?;
        let publication = publications::create(tx.conn(), (account.get(), site, made.id), now).await?;
        let entry = review::entry(&made, "content_created", format!("Wrote “{}”", made.text.title));
        sync_events::record(tx, vec![entry.at(now)]).await?;
        let (location, tag) = (super::address(made.id), etag(made.version));
        Ok(Success::created(location, ContentView::new(made, terms, publication, None))
            .header(header::ETAG, tag))
    })
    .await
}
