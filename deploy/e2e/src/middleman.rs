use std::sync::{Arc, Mutex};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use reqwest::{Client, Method};
use serde_json::Value;

use crate::client;

type Change = dyn Fn(&str, Vec<u8>) -> Vec<u8> + Send + Sync;

/// What is made of an answer: of its path below the plugin's, such as `log/`, and its body.
#[derive(Clone)]
pub struct Lie(Arc<Change>);

impl Lie {
    /// Other data in the answer to this path.
    pub fn about(path: &'static str, change: impl Fn(&mut Value) + Send + Sync + 'static) -> Self {
        Self(Arc::new(move |asked, body| {
            if asked != path {
                return body;
            }
            let mut answer: Value = serde_json::from_slice(&body).unwrap();
            change(&mut answer["data"]);
            serde_json::to_vec(&answer).unwrap()
        }))
    }

    /// Other bytes of the package.
    pub fn package(change: impl Fn(Vec<u8>) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self(Arc::new(move |asked, body| if asked == "download/" { change(body) } else { body }))
    }

    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(Arc::new(move |asked, body| (other.0)(asked, (self.0)(asked, body))))
    }
}

/// Stands between a site and plugin-distribution, passes everything on, and lies if told to.
pub struct Middleman {
    pub address: String,
    lie: Arc<Mutex<Option<Lie>>>,
}

impl Middleman {
    /// Before a plugin-distribution at this address.
    pub fn before(upstream: &str) -> Self {
        let lie = Arc::default();
        let state = web::Data::new((client(), upstream.to_owned(), Arc::clone(&lie)));
        let server =
            HttpServer::new(move || App::new().app_data(state.clone()).default_service(web::to(pass_on)));
        let server = server.workers(2).disable_signals().bind(("127.0.0.1", 0)).unwrap();
        let address = format!("http://{}", server.addrs()[0]);
        tokio::spawn(server.run());
        Self { address, lie }
    }

    pub fn lies(&self, lie: Lie) {
        *self.lie.lock().unwrap() = Some(lie);
    }

    pub fn is_honest(&self) {
        *self.lie.lock().unwrap() = None;
    }
}

type State = (Client, String, Arc<Mutex<Option<Lie>>>);

async fn pass_on(request: HttpRequest, body: web::Bytes, state: web::Data<State>) -> HttpResponse {
    let (http, upstream, lie) = state.get_ref();
    let method = Method::from_bytes(request.method().as_str().as_bytes()).unwrap();
    let mut onward = http.request(method, format!("{upstream}{}", request.uri())).body(body.to_vec());
    for (name, value) in request.headers() {
        // What belongs to this connection alone.
        if !["host", "connection", "content-length", "expect", "accept-encoding"].contains(&name.as_str()) {
            onward = onward.header(name.as_str(), value.as_bytes());
        }
    }
    let Ok(answer) = onward.send().await else { return HttpResponse::BadGateway().finish() };
    let (mut status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let mut said = answer.bytes().await.unwrap().to_vec();
    let asked = request.path().splitn(5, '/').nth(4).unwrap_or_default();
    if let Some(Lie(change)) = lie.lock().unwrap().clone() {
        let lied = change(asked, said.clone());
        if lied != said {
            (status, said) = (200, lied);
        }
    }
    let mut passed = HttpResponse::build(status.try_into().unwrap());
    for name in ["content-type", "retry-after"] {
        if let Some(value) = headers.get(name) {
            passed.insert_header((name, value.as_bytes()));
        }
    }
    passed.body(said)
}
