//! The same bytes from an actix-web handler that does nothing else.

use std::net::Ipv4Addr;
use std::path::PathBuf;

use actix_web::http::header::ContentType;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpResponse, HttpServer};

#[derive(clap::Args)]
pub struct Options {
    #[arg(long)]
    port: u16,
    /// What to answer to an update check.
    #[arg(long)]
    answer: PathBuf,
    /// What to answer to a download.
    #[arg(long)]
    package: PathBuf,
}

#[derive(Clone)]
struct Files {
    answer: Bytes,
    package: Bytes,
}

pub fn serve(options: &Options) -> anyhow::Result<()> {
    let (answer, package) = (std::fs::read(&options.answer)?.into(), std::fs::read(&options.package)?.into());
    let files = Files { answer, package };
    actix_web::rt::System::new().block_on(async move {
        let make = move || {
            App::new()
                .app_data(Data::new(files.clone()))
                .route("/", web::get().to(HttpResponse::Ok))
                .route("/api/plugins/{slug}/check-update/", web::post().to(check))
                .route("/api/plugins/{slug}/download/", web::get().to(download))
        };
        HttpServer::new(make).shutdown_timeout(0).bind((Ipv4Addr::LOCALHOST, options.port))?.run().await
    })?;
    Ok(())
}

async fn check(_: Bytes, files: Data<Files>) -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).body(files.answer.clone())
}

async fn download(files: Data<Files>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/zip").body(files.package.clone())
}
