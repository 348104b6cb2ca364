//! An HTTP server that does nothing but read a body and answer: what the same requests cost at least.

use std::net::Ipv4Addr;
use std::sync::Arc;

use actix_web::http::header::ContentType;
use actix_web::web::{self, Bytes, PayloadConfig};
use actix_web::{App, HttpResponse, HttpServer};

use super::Taken;
use super::load::{self, Arrival};
use super::sites::Request;
use super::stack::Stack;
use crate::measure::Meter;

#[derive(clap::Args)]
pub struct Options {
    #[arg(long)]
    port: u16,
}

/// As long as the answer to one event.
const ANSWER: &str = r#"{"success":true,"data":{"acks":[{"id":"0193511c-7a00-7000-8000-000000000001","status":"accepted","delivery_id":"0193511c-7a00-7000-8000-000000000001","code":"","detail":""}]}}"#;
const CONNECTIONS: usize = 64;

pub fn serve(options: &Options) -> anyhow::Result<()> {
    actix_web::rt::System::new().block_on(async {
        let make = || App::new().app_data(PayloadConfig::new(1 << 20)).default_service(web::to(answer));
        HttpServer::new(make).shutdown_timeout(0).bind((Ipv4Addr::LOCALHOST, options.port))?.run().await
    })?;
    Ok(())
}

async fn answer(body: Bytes) -> HttpResponse {
    let content = if body.is_empty() { "{}" } else { ANSWER };
    HttpResponse::Ok().content_type(ContentType::json()).body(content)
}

pub async fn measure(stack: &Stack, requests: Vec<Request>) -> anyhow::Result<Taken> {
    let meter = Meter::start(&stack.programs)?;
    let count = requests.len();
    let sent = load::send(stack.bare_port, Arc::new(requests), CONNECTIONS, Arrival::AtOnce).await?;
    Taken::of(count, sent.took, &meter)
}
