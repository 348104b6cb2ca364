//! WordPress' own REST API, as far as it takes to publish: posts by slug and id, terms, the library, people.

use std::collections::HashSet;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::Trust;
use super::answers::Query;
use super::state::State;

#[derive(Default)]
pub struct Core {
    pub posts: Vec<CorePost>,
    pub forbidden: HashSet<String>,
    terms: Vec<Term>,
    files: Vec<File>,
}

#[derive(Clone, Debug, Default)]
pub struct CorePost {
    pub id: i64,
    pub slug: String,
    pub status: String,
    pub title: String,
    pub content: String,
    pub excerpt: String,
    /// Everything it was told beside its texts, under WordPress' own names.
    pub more: Value,
    /// The texts before: title, content, excerpt.
    revisions: Vec<[String; 3]>,
}

struct Term {
    id: i64,
    taxonomy: String,
    name: String,
    parent: i64,
}

struct File {
    id: i64,
    slug: String,
    alt: String,
}

impl Core {
    pub fn term_names(&self, taxonomy: &str) -> Vec<String> {
        let name = |id: i64| self.terms.iter().find(|it| it.id == id).map(|it| it.name.clone());
        let terms = self.terms.iter().filter(|it| it.taxonomy == taxonomy);
        terms
            .map(|it| name(it.parent).map_or(it.name.clone(), |parent| format!("{} below {parent}", it.name)))
            .collect()
    }
}

/// What a test calls a request.
pub fn name(method: &str, route: &str) -> &'static str {
    match (method, route.split('/').collect::<Vec<_>>().as_slice()) {
        ("GET", ["posts"]) => "find",
        ("POST", ["posts"]) => "draft",
        ("GET", ["posts", _]) => "read",
        ("POST", ["posts", _]) => "write",
        ("DELETE", _) => "drop",
        (_, ["media", ..]) => "media",
        (_, ["categories" | "tags", ..]) => "terms",
        (_, ["users", ..]) => "users",
        _ => "other",
    }
}

pub fn answer(
    state: &mut State,
    request: &HttpRequest,
    route: &str,
    query: &Query,
    body: &[u8],
) -> HttpResponse {
    if !knows(state, request) {
        return refused(401, "incorrect_password", &Value::Null);
    }
    let parts: Vec<&str> = route.split('/').collect();
    let told: Value = serde_json::from_slice(body).unwrap_or_default();
    match (request.method().as_str(), parts.as_slice()) {
        ("GET", ["users", "me"]) => ok(&person(state)),
        ("GET", ["users"]) => ok(&json!([{"id": 2, "name": "Ann", "slug": "ann", "username": "ann"}])),
        ("GET", ["posts"]) => find(state, query),
        ("POST", ["posts"]) => make(state, &told),
        ("GET", ["posts", id]) => with_post(state, id, |post| shown(post)),
        ("GET", ["posts", id, "revisions"]) => with_post(state, id, |post| {
            let raw = |text: &String| json!({ "raw": text });
            let revision = |it: &[String; 3]| json!({"title": raw(&it[0]), "content": raw(&it[1]), "excerpt": raw(&it[2])});
            post.revisions.iter().rev().map(revision).collect()
        }),
        ("POST", ["posts", id]) => write(state, id, &told),
        ("DELETE", ["posts", id]) => drop_post(state, id, query),
        ("GET", ["categories" | "tags"]) => find_terms(state, route, query),
        ("POST", ["categories" | "tags"]) => make_term(state, route, &told),
        ("GET", ["media"]) => find_files(state, query),
        ("POST", ["media"]) => take_file(state, query, body),
        ("GET", ["types"]) => ok(&json!({"post": {"rest_base": "posts"}, "page": {"rest_base": "pages"}})),
        (_, ["pages", ..]) => unknown(),
        ("GET", ["types", _]) => refused(404, "rest_type_invalid", &Value::Null),
        _ => refused(404, "rest_no_route", &Value::Null),
    }
}

pub fn refused(status: u16, code: &str, data: &Value) -> HttpResponse {
    let mut data = if data.is_object() { data.clone() } else { json!({}) };
    data["status"] = status.into();
    let body = json!({"code": code, "message": format!("WordPress says {code}."), "data": data});
    HttpResponse::build(StatusCode::from_u16(status).unwrap())
        .content_type("application/json")
        .body(body.to_string())
}

fn ok(value: &Value) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json; charset=UTF-8").body(value.to_string())
}

fn unknown() -> HttpResponse {
    refused(404, "rest_post_invalid_id", &Value::Null)
}

fn knows(state: &State, request: &HttpRequest) -> bool {
    use base64::Engine;
    let Trust::Password(user, password) = &state.trust else { return false };
    let both = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
    let given = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    given == Some(&format!("Basic {both}"))
}

fn person(state: &State) -> Value {
    let may = |name: &str| !state.core.forbidden.contains(name);
    let all =
        ["publish_posts", "edit_published_posts", "upload_files", "edit_others_posts", "unfiltered_html"];
    let capabilities: Value = all
        .iter()
        .map(|name| ((*name).to_owned(), may(name).into()))
        .collect::<serde_json::Map<_, _>>()
        .into();
    json!({"id": 1, "name": "Ed", "username": "ed", "roles": ["editor"], "capabilities": capabilities})
}

fn shown(post: &CorePost) -> Value {
    let link = if post.status == "draft" {
        format!("http://site.test/?p={}", post.id)
    } else {
        format!("http://site.test/{}/", post.slug)
    };
    json!({
        "id": post.id, "slug": post.slug, "status": post.status, "type": "post", "link": link, "modified_gmt": "2026-11-25T10:00:00",
        "title": {"raw": post.title}, "content": {"raw": post.content}, "excerpt": {"raw": post.excerpt}, "meta": [],
        "date_gmt": "2026-11-25T10:00:00", "author": 1, "categories": [], "tags": [], "featured_media": 0,
    })
}

fn find(state: &State, query: &Query) -> HttpResponse {
    let named = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let statuses: Vec<&str> = named("status").split(',').collect();
    let ids: Vec<&str> = named("include").split(',').collect();
    let is_it = |post: &&CorePost| {
        (named("slug").is_empty() || post.slug == named("slug"))
            && (named("include").is_empty() || ids.contains(&post.id.to_string().as_str()))
            && statuses.contains(&post.status.as_str())
    };
    let skip = named("offset").parse().unwrap_or(0);
    let most = named("per_page").parse().unwrap_or(10);
    ok(&state.core.posts.iter().filter(is_it).skip(skip).take(most).map(shown).collect())
}

fn make(state: &mut State, told: &Value) -> HttpResponse {
    let mut post = CorePost { id: state.new_id(), more: json!({}), ..CorePost::default() };
    apply(&mut post, told);
    state.core.posts.push(post.clone());
    HttpResponse::Created().content_type("application/json").body(shown(&post).to_string())
}

fn with_post(state: &mut State, id: &str, answer: impl FnOnce(&mut CorePost) -> Value) -> HttpResponse {
    match state.core.posts.iter_mut().find(|post| post.id.to_string() == id) {
        Some(post) => ok(&answer(post)),
        None => unknown(),
    }
}

fn write(state: &mut State, id: &str, told: &Value) -> HttpResponse {
    if told["author"].as_i64().is_some_and(|it| it > 1) && state.core.forbidden.contains("edit_others_posts")
    {
        return refused(403, "rest_cannot_edit_others", &Value::Null);
    }
    if told["template"].as_str().is_some_and(|it| !it.is_empty()) {
        return refused(400, "rest_invalid_param", &json!({"params": {"template": "Invalid parameter."}}));
    }
    with_post(state, id, |post| {
        apply(post, told);
        post.revisions.push([post.title.clone(), post.content.clone(), post.excerpt.clone()]);
        shown(post)
    })
}

fn apply(post: &mut CorePost, told: &Value) {
    for (name, value) in told.as_object().into_iter().flatten() {
        let place = match name.as_str() {
            "title" => &mut post.title,
            "content" => &mut post.content,
            "excerpt" => &mut post.excerpt,
            "slug" => &mut post.slug,
            "status" => &mut post.status,
            _ => {
                post.more[name] = value.clone();
                continue;
            }
        };
        value.as_str().unwrap_or_default().clone_into(place);
    }
    if post.slug.is_empty() && post.status != "draft" {
        post.slug = post.title.to_lowercase().replace(' ', "-");
    }
}

fn drop_post(state: &mut State, id: &str, query: &Query) -> HttpResponse {
    let Some(place) = state.core.posts.iter().position(|post| post.id.to_string() == id) else {
        return unknown();
    };
    if query.get("force").is_some_and(|it| it == "true") {
        let post = state.core.posts.remove(place);
        return ok(&json!({"deleted": true, "id": post.id}));
    }
    let post = &mut state.core.posts[place];
    if post.status == "trash" {
        return refused(410, "rest_already_trashed", &Value::Null);
    }
    "trash".clone_into(&mut post.status);
    ok(&shown(post))
}

fn find_terms(state: &State, taxonomy: &str, query: &Query) -> HttpResponse {
    let named = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let is_it = |it: &&Term| {
        it.taxonomy == taxonomy
            && it.name.to_lowercase().contains(&named("search").to_lowercase())
            && (named("parent").is_empty() || it.parent.to_string() == named("parent"))
    };
    ok(&state
        .core
        .terms
        .iter()
        .filter(is_it)
        .map(|it| json!({"id": it.id, "name": it.name, "parent": it.parent}))
        .collect())
}

/// Like WordPress, it keeps an ampersand escaped.
fn make_term(state: &mut State, taxonomy: &str, told: &Value) -> HttpResponse {
    let name = told["name"].as_str().unwrap_or_default().replace('&', "&amp;");
    let parent = told["parent"].as_i64().unwrap_or(0);
    let same = |it: &&Term| it.taxonomy == taxonomy && it.name == name && it.parent == parent;
    if let Some(known) = state.core.terms.iter().find(same) {
        return refused(400, "term_exists", &json!({"term_id": known.id}));
    }
    if taxonomy == "categories" && state.core.forbidden.contains("manage_categories") {
        return refused(403, "rest_cannot_create", &Value::Null);
    }
    let id = state.new_id();
    state.core.terms.push(Term { id, taxonomy: taxonomy.to_owned(), name, parent });
    HttpResponse::Created().content_type("application/json").body(json!({ "id": id }).to_string())
}

fn find_files(state: &State, query: &Query) -> HttpResponse {
    let is_it = |it: &&File| query.get("slug").is_some_and(|slug| *slug == it.slug);
    ok(&state.core.files.iter().filter(is_it).map(file).collect())
}

fn take_file(state: &mut State, query: &Query, body: &[u8]) -> HttpResponse {
    let named = |name: &str| query.get(name).cloned().unwrap_or_default();
    let made = File { id: state.new_id(), slug: named("slug"), alt: named("alt_text") };
    state.uploads.push(body.to_owned());
    let body = file(&made).to_string();
    state.core.files.push(made);
    HttpResponse::Created().content_type("application/json").body(body)
}

fn file(file: &File) -> Value {
    json!({"id": file.id, "alt_text": file.alt, "source_url": format!("http://site.test/up/{}.jpg", file.slug)})
}
