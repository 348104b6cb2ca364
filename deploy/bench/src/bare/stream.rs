use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{self, Bytes, Data, Query};
use actix_web::{App, HttpResponse, HttpServer};
use serde::Deserialize;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

#[derive(clap::Args)]
pub struct Options {
    #[arg(long)]
    port: u16,
}

type Everyone = broadcast::Sender<Bytes>;

/// Hands what is posted to everyone who listens, and knows nothing of accounts, places or a table.
pub fn serve(options: &Options) -> anyhow::Result<()> {
    // As many as may be posted at once.
    let everyone = Data::from(Arc::new(Everyone::new(512)));
    actix_web::rt::System::new().block_on(async {
        HttpServer::new(move || {
            App::new()
                .app_data(Data::clone(&everyone))
                .route("/", web::get().to(listen))
                .route("/", web::post().to(say))
                .route("/ready", web::get().to(HttpResponse::Ok))
        })
        .backlog(4096)
        .keep_alive(Duration::from_secs(75))
        .shutdown_timeout(0)
        .bind((Ipv4Addr::LOCALHOST, options.port))?
        .run()
        .await
    })?;
    Ok(())
}

async fn listen(everyone: Data<Everyone>) -> HttpResponse {
    let greeting = Bytes::from_static(b": listening\n\n");
    let frames =
        futures::stream::unfold((Some(greeting), everyone.subscribe()), async |(first, mut live)| {
            let frame = match first {
                Some(greeting) => greeting,
                None => loop {
                    match live.recv().await {
                        Ok(frame) => break frame,
                        Err(RecvError::Lagged(_)) => {}
                        Err(RecvError::Closed) => return None,
                    }
                },
            };
            Some((Ok::<_, actix_web::Error>(frame), (None, live)))
        });
    HttpResponse::Ok().content_type("text/event-stream").streaming(Box::pin(frames))
}

#[derive(Deserialize)]
struct Times {
    times: usize,
}

async fn say(everyone: Data<Everyone>, Query(Times { times }): Query<Times>, frame: Bytes) -> HttpResponse {
    for _ in 0..times {
        let _ = everyone.send(frame.clone());
    }
    HttpResponse::NoContent().finish()
}
