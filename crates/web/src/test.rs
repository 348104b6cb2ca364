//! For tests of endpoints: the application as [`serve`](crate::serve) builds it, without a socket.

use std::rc::Rc;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::body::to_bytes;
use actix_web::dev::Service;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
pub use actix_web::test::TestRequest;
use actix_web::web::ServiceConfig;
use bytes::Bytes;
use futures::future::LocalBoxFuture;
use lifecycle::Readiness;
use serde::Serialize;
use serde_json::Value;

use crate::HttpSettings;

/// An application to send requests to.
pub struct TestApp(Box<dyn Fn(TestRequest) -> LocalBoxFuture<'static, Answer>>);

/// The application with these routes and the usual settings.
pub async fn app(configure: impl Fn(&mut ServiceConfig)) -> TestApp {
    app_with(HttpSettings::default(), &Readiness::new(), configure).await
}

pub async fn app_with(
    settings: HttpSettings,
    readiness: &Readiness,
    configure: impl Fn(&mut ServiceConfig),
) -> TestApp {
    let app = actix_web::test::init_service(crate::app(&Arc::new(settings), readiness, &configure)).await;
    let app = Rc::new(app);
    TestApp(Box::new(move |request| {
        let answer = app.call(request.to_request());
        Box::pin(async move {
            match answer.await {
                Ok(response) => Answer::read(response.into_parts().1).await,
                // What the server would make of it.
                Err(error) => Answer::read(error.error_response()).await,
            }
        })
    }))
}

impl TestApp {
    pub async fn send(&self, request: TestRequest) -> Answer {
        (self.0)(request).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(TestRequest::get().uri(path)).await
    }

    pub async fn post_json(&self, path: &str, body: impl Serialize) -> Answer {
        self.send(TestRequest::post().uri(path).set_json(body)).await
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    async fn read(response: HttpResponse) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, body: to_bytes(response.into_body()).await.unwrap_or_default() }
    }

    /// The body; null if it isn't JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The `code` of a problem; empty if it is none.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default()
    }
}
