//! The description of a service and a page to browse it, from the binary alone.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::http::header;
use actix_web::web::{Bytes, Data, Path, ServiceConfig, get, resource};
use actix_web::{HttpRequest, HttpResponse};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{Deprecated, OpenApi};
use utoipa_swagger_ui::Config;

/// The page runs its own scripts and asks its own origin; Swagger UI sets styles inline and draws with `data:` images.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// Serves the description at `json_path` (`/api/openapi.json`) and the page below `docs_path` (`/api/docs`).
pub fn serve(config: &mut ServiceConfig, json_path: &str, docs_path: &str, document: &OpenApi) {
    let docs_path = docs_path.trim_end_matches('/');
    let text = document.to_json().expect("invariant: an OpenAPI document has string keys only");
    let page = Page { root: docs_path.to_owned(), config: Arc::new(Config::from(json_path.to_owned())) };
    config
        .app_data(AllowedMethods::of(document))
        .app_data(Data::new(Document(Bytes::from(text))))
        .app_data(Data::new(page))
        .service(resource(json_path).route(get().to(description)))
        .service(resource(docs_path).route(get().to(entrance)))
        .service(resource(format!("{docs_path}/{{file:.*}}")).route(get().to(file)));
}

/// Adds the other ways to write each path, marked deprecated.
pub fn with_aliases(mut document: OpenApi, aliases: impl Fn(&str) -> Vec<String>) -> OpenApi {
    let mut all = Vec::new();
    for (path, item) in &document.paths.paths {
        for (place, alias) in aliases(path).into_iter().enumerate() {
            all.push((alias, deprecated(item.clone(), path, place + 1)));
        }
    }
    document.paths.paths.extend(all);
    document
}

fn deprecated(mut item: PathItem, canonical: &str, place: usize) -> PathItem {
    for operation in operations(&mut item) {
        operation.deprecated = Some(Deprecated::True);
        operation.description = Some(format!("The same as `{canonical}`."));
        // Ids of operations are unique in a document.
        operation.operation_id = operation.operation_id.take().map(|id| format!("{id}_alias_{place}"));
    }
    item
}

/// What can be done at a path.
pub fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
}

struct Document(Bytes);

struct Page {
    root: String,
    config: Arc<Config<'static>>,
}

async fn description(document: Data<Document>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(document.0.clone())
}

/// The page names its files relative to itself, so it needs an address that ends below the root.
async fn entrance(page: Data<Page>) -> HttpResponse {
    HttpResponse::Found().insert_header((header::LOCATION, format!("{}/index.html", page.root))).finish()
}

async fn file(name: Path<String>, page: Data<Page>) -> HttpResponse {
    match utoipa_swagger_ui::serve(&name, Arc::clone(&page.config)) {
        Ok(Some(file)) => HttpResponse::Ok()
            .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
            .content_type(file.content_type)
            .body(file.bytes.into_owned()),
        Ok(None) => HttpResponse::NotFound().finish(),
        Err(error) => {
            tracing::error!(%error, "a page of the API description could not be made");
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// Which methods each described path takes, for the `Allow` of a 405.
#[derive(Clone)]
pub(crate) struct AllowedMethods(Arc<HashMap<String, String>>);

impl AllowedMethods {
    fn of(document: &OpenApi) -> Self {
        let paths = document.paths.paths.iter();
        let rows = paths.map(|(path, item)| (shape(path), methods(item).join(", ")));
        Self(Arc::new(rows.collect()))
    }

    pub(crate) fn at(request: &HttpRequest) -> Option<String> {
        let pattern = request.match_pattern()?;
        request.app_data::<Self>()?.0.get(&shape(&pattern)).cloned()
    }
}

/// Parameters may be called differently, and have a pattern, in routes and descriptions.
fn shape(path: &str) -> String {
    let segments = path.trim_end_matches('/').split('/');
    segments.map(|it| if it.starts_with('{') { "{}" } else { it }).collect::<Vec<_>>().join("/")
}

fn methods(item: &PathItem) -> Vec<&'static str> {
    let operations = [
        ("GET", &item.get),
        ("HEAD", &item.head),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ];
    operations.into_iter().filter(|(_, operation)| operation.is_some()).map(|(method, _)| method).collect()
}
