//! A WordPress with the bridge plugin, as far as the platform can see it: receipts, one post per content, a media library, signatures.

use std::net::TcpListener;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::{Bytes, Data, PayloadConfig, to};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use secrets::VerifyingKey;

use crate::on_a_thread;

mod answers;
mod core;
mod doctor;
mod plugin;
mod reading;
mod state;

pub use self::core::CorePost;
use state::State;

/// How the site takes a request. A script's entries are used up one by one; then it just answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Behaviour {
    Answers,
    /// Does what it is told, then drops the connection.
    DiesAfter,
    /// Drops the connection and does nothing.
    DiesBefore,
    /// Does what it is told, after so long.
    Slow(Duration),
    /// Does what it is told at once, and answers after so long.
    SlowToAnswer(Duration),
    /// Says nothing for so long and does nothing.
    Hangs(Duration),
    /// Does what it is told and shows a web page.
    HtmlPage,
    /// Does what it is told; other plugins print around the answer.
    Noise,
    /// Something in front of WordPress answers; nothing is done.
    Status(u16, &'static str),
    /// 503 with `Retry-After`.
    Maintenance(u32),
    /// WordPress without the plugin.
    NoPlugin,
    /// The plugin refuses the request.
    Refuses(u16, &'static str),
}

/// Who may speak to it.
#[derive(Clone)]
pub enum Trust {
    /// The platform's key, and the ids under which the platform knows this site: a test may let one stand for many.
    Signature(VerifyingKey, RangeInclusive<i64>),
    Key(String),
    /// A site without the plugin: a person's login and application password.
    Password(String, String),
}

/// Stops with this value.
pub struct FakeSite {
    port: u16,
    state: Shared,
    handle: ServerHandle,
}

type Shared = Arc<Mutex<State>>;

impl FakeSite {
    pub fn start(trust: Trust) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state: Shared = Arc::new(Mutex::new(State::new(trust, port)));
        let (tell, told) = std::sync::mpsc::channel();
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(move || {
                    App::new()
                        .app_data(Data::new(Arc::clone(&shared)))
                        .app_data(PayloadConfig::new(32 * 1024 * 1024))
                        .default_service(to(take))
                })
                .workers(1)
                .disable_signals()
                .shutdown_timeout(0)
                .listen(listener)
                .unwrap()
                .run();
                tell.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        Self { port, state, handle: told.recv().unwrap() }
    }

    /// With pretty permalinks.
    pub fn rest_url(&self) -> String {
        format!("http://127.0.0.1:{}/wp-json/", self.port)
    }

    /// With plain permalinks.
    pub fn plain_rest_url(&self) -> String {
        format!("http://127.0.0.1:{}/?rest_route=/", self.port)
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// How the next request to this route is taken: `publish`, `posts`, `operations`, `media`, `status`, `doctor`,
    /// `collections`.
    pub fn next(&self, route: &'static str, behaviour: Behaviour) {
        self.state().script.entry(route).or_default().push_back(behaviour);
    }

    /// How every request to this route is taken, once the script is used up.
    pub fn always(&self, route: &'static str, behaviour: Behaviour) {
        self.state().always.insert(route, behaviour);
    }

    /// The next post that is made or changed has this warning.
    pub fn warns_next(&self, code: &str, subject: &str, part: &str) {
        let warning = serde_json::json!({"code": code, "subject": subject, "detail": "", "part": part});
        self.state().warnings.push_back(serde_json::Value::Array(vec![warning]));
    }

    /// Puts a file on the same server, outside of WordPress.
    pub fn host(&self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.state().files.insert(path.to_owned(), state::File::Bytes(bytes.into()));
    }

    /// Sends whoever asks for this path elsewhere.
    pub fn redirect(&self, path: &str, to: &str) {
        self.state().files.insert(path.to_owned(), state::File::Redirect(to.to_owned()));
    }

    /// Has a post for this content already, made by another operation.
    pub fn has_post(&self, content_id: i64) -> i64 {
        self.state().make_post(content_id, "another-operation", "publish", state::Text::default())
    }

    /// A person wrote so many posts in WordPress; their ids.
    pub fn has_posts_of_its_own(&self, many: usize) -> Vec<i64> {
        let mut state = self.state();
        (0..many)
            .map(|number| {
                let text = state::Text {
                    title: format!("Post {number}"),
                    content_html: format!("<p>What {number} says.</p>"),
                    excerpt: String::new(),
                };
                state.add_post(0, "", "publish", text)
            })
            .collect()
    }

    /// A person deleted the post of this content.
    pub fn post_was_deleted(&self, content_id: i64) {
        let mut state = self.state();
        state.posts.retain(|post| post.content_id != content_id);
        state.contents.insert(content_id, None);
    }

    /// A person edits the post of this content in WordPress.
    pub fn person_writes(&self, content_id: i64, html: &str) {
        let mut state = self.state();
        let post = state.post_of(content_id).expect("it has a post");
        html.clone_into(&mut post.text.content_html);
    }

    /// What the post of this content says.
    pub fn text_of(&self, content_id: i64) -> String {
        self.state().post_of(content_id).expect("it has a post").text.content_html.clone()
    }

    /// As WordPress calls it; `None` if there is no post.
    pub fn status_of(&self, content_id: i64) -> Option<String> {
        self.state().post_of(content_id).map(|post| post.status.clone())
    }

    /// Posts of this title on a site without the plugin, whatever their status.
    pub fn posts_titled(&self, title: &str) -> Vec<CorePost> {
        self.state().core.posts.iter().filter(|post| post.title == title).cloned().collect()
    }

    /// A post on a site without the plugin.
    pub fn core_post(&self, id: &str) -> Option<CorePost> {
        self.state().core.posts.iter().find(|post| post.id.to_string() == id).cloned()
    }

    /// A person edits a post of a site without the plugin.
    pub fn person_edits(&self, id: &str, html: &str) {
        let mut state = self.state();
        let post =
            state.core.posts.iter_mut().find(|post| post.id.to_string() == id).expect("it has the post");
        html.clone_into(&mut post.content);
    }

    /// What the person whose application password it is may not do.
    pub fn forbid(&self, capability: &str) {
        self.state().core.forbidden.insert(capability.to_owned());
    }

    /// The terms of a taxonomy on a site without the plugin, as `name` or `name below parent`.
    pub fn term_names(&self, taxonomy: &str) -> Vec<String> {
        self.state().core.term_names(taxonomy)
    }

    pub fn posts_of(&self, content_id: i64) -> usize {
        self.state().posts.iter().filter(|post| post.content_id == content_id).count()
    }

    pub fn posts(&self) -> usize {
        self.state().posts.len()
    }

    /// The body of the last article that was taken in.
    pub fn last_payload(&self) -> serde_json::Value {
        self.state().last_payload.clone()
    }

    pub fn images(&self) -> usize {
        self.state().media.len()
    }

    /// The image files that were uploaded, one after the other.
    pub fn uploads(&self) -> Vec<Vec<u8>> {
        self.state().uploads.clone()
    }

    /// What was asked of it so far, such as `POST publish`; uploads and downloads included.
    pub fn requests(&self) -> Vec<String> {
        self.state().requests.clone()
    }

    pub fn count(&self, request: &str) -> usize {
        self.state().requests.iter().filter(|it| *it == request).count()
    }

    /// How many requests it works on now.
    pub fn at_once(&self) -> usize {
        self.state().at_once
    }

    /// The most requests it has worked on at one time.
    pub fn most_at_once(&self) -> usize {
        self.state().most_at_once
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl Drop for FakeSite {
    fn drop(&mut self) {
        let handle = self.handle.clone();
        on_a_thread(async move { handle.stop(false).await });
    }
}

fn lock(state: &Shared) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn take(request: HttpRequest, body: Bytes, state: Data<Shared>) -> HttpResponse {
    if let Some((route, rest)) = answers::core_route(&request) {
        return take_by_core(request, body, state, route, rest).await;
    }
    let Some((route, rest)) = answers::route(&request) else { return answers::file(&request, &state) };
    let name = route.split('/').next().unwrap_or_default().to_owned();
    let asked = format!("{} {name}", request.method());
    let _busy = Busy::new(&state, asked);
    let behaviour = lock(&state).behaviour(&name);
    let answer = |state: &Shared| answers::answer(state, &request, &route, &rest, &body);
    match behaviour {
        Behaviour::Answers => answer(&state).framed(),
        Behaviour::DiesAfter => {
            answer(&state);
            die()
        }
        Behaviour::DiesBefore => die(),
        Behaviour::Slow(pause) => {
            let began = answers::begin(&state, &name, &body);
            actix_web::rt::time::sleep(pause).await;
            if began {
                lock(&state).open.remove(&answers::content_id(&body));
                answer(&state).framed()
            } else {
                answers::in_progress(&request).framed()
            }
        }
        Behaviour::SlowToAnswer(pause) => {
            let answer = answer(&state);
            actix_web::rt::time::sleep(pause).await;
            answer.framed()
        }
        Behaviour::Hangs(pause) => {
            actix_web::rt::time::sleep(pause).await;
            HttpResponse::GatewayTimeout().finish()
        }
        Behaviour::HtmlPage => {
            answer(&state);
            HttpResponse::Ok().content_type("text/html").body("<!DOCTYPE html><title>Coming soon</title>")
        }
        Behaviour::Noise => answer(&state).with_noise(),
        Behaviour::Status(status, page) => answers::page(status, page),
        Behaviour::Maintenance(seconds) => HttpResponse::ServiceUnavailable()
            .insert_header(("Retry-After", seconds.to_string()))
            .body("Briefly unavailable for scheduled maintenance. Check back in a minute."),
        Behaviour::NoPlugin => answers::no_route(),
        Behaviour::Refuses(status, code) => answers::refused(&request, status, code).framed(),
    }
}

/// WordPress' own REST API. Its routes are called `find`, `draft`, `read`, `write`, `drop` (of posts), `media`, `terms`, `users`.
async fn take_by_core(
    request: HttpRequest,
    body: Bytes,
    state: Data<Shared>,
    route: String,
    query: answers::Query,
) -> HttpResponse {
    let name = core::name(request.method().as_str(), &route);
    let _busy = Busy::new(&state, name.to_owned());
    let behaviour = lock(&state).behaviour(name);
    let answer = |state: &Shared| core::answer(&mut lock(state), &request, &route, &query, &body);
    match behaviour {
        Behaviour::DiesAfter => {
            answer(&state);
            die()
        }
        Behaviour::DiesBefore => die(),
        Behaviour::Slow(pause) => {
            actix_web::rt::time::sleep(pause).await;
            answer(&state)
        }
        Behaviour::SlowToAnswer(pause) => {
            let answer = answer(&state);
            actix_web::rt::time::sleep(pause).await;
            answer
        }
        Behaviour::Hangs(pause) => {
            actix_web::rt::time::sleep(pause).await;
            HttpResponse::GatewayTimeout().finish()
        }
        Behaviour::HtmlPage => {
            answer(&state);
            HttpResponse::Ok().content_type("text/html").body("<!DOCTYPE html><title>Coming soon</title>")
        }
        Behaviour::Status(status, page) => answers::page(status, page),
        Behaviour::NoPlugin => answers::no_route(),
        Behaviour::Refuses(status, code) => core::refused(status, code, &serde_json::Value::Null),
        Behaviour::Maintenance(seconds) => HttpResponse::ServiceUnavailable()
            .insert_header(("Retry-After", seconds.to_string()))
            .body("Briefly unavailable for scheduled maintenance. Check back in a minute."),
        Behaviour::Answers | Behaviour::Noise => answer(&state),
    }
}

/// A panic in a handler makes actix close the connection without a byte; this one is not printed.
fn die() -> HttpResponse {
    std::panic::resume_unwind(Box::new("the site died"))
}

/// Counts the requests being worked on.
struct Busy(Shared);

impl Busy {
    fn new(state: &Data<Shared>, asked: String) -> Self {
        let shared: Shared = state.get_ref().clone();
        let mut state = lock(&shared);
        state.requests.push(asked);
        state.at_once += 1;
        state.most_at_once = state.most_at_once.max(state.at_once);
        drop(state);
        Self(shared)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        lock(&self.0).at_once -= 1;
    }
}
