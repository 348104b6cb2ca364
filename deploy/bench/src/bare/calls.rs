use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use contracts::publishing::PublishContent;
use jiff::Timestamp;
use reqwest::header::CONTENT_TYPE;
use secrets::SigningKey;
use secrets::signature::SiteRequest;
use serde_json::json;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::Bare;
use crate::measure::Meter;
use crate::sites;
use crate::stack::Stack;

struct Call {
    site: i64,
    url: String,
    body: bytes::Bytes,
}

/// Signed `POST /publish`, so many at a time, from memory to the same stand-in.
pub async fn run(stack: &Stack, orders: &[PublishContent], at_a_time: usize) -> anyhow::Result<Bare> {
    let calls: Arc<Vec<Call>> = Arc::new(orders.iter().map(|order| call(order, stack.port)).collect());
    let next = Arc::new(AtomicUsize::new(0));
    let http = reqwest::Client::builder().no_proxy().retry(reqwest::retry::never()).build()?;
    let meter = Meter::start(&stack.programs)?;
    let begun = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..at_a_time {
        let (calls, next, http, key) =
            (Arc::clone(&calls), Arc::clone(&next), http.clone(), stack.key.clone());
        callers.spawn(async move {
            while let Some(call) = calls.get(next.fetch_add(1, Ordering::Relaxed)) {
                publish(&http, &key, call).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = callers.join_next().await {
        ended??;
    }
    Ok(Bare { name: "calls", count: calls.len(), took: begun.elapsed(), used: meter.read()? })
}

async fn publish(http: &reqwest::Client, key: &SigningKey, call: &Call) -> anyhow::Result<()> {
    let (id, now) = (format!("msg_{}", Uuid::now_v7().simple()), Timestamp::now().as_second());
    let signed =
        SiteRequest { site_id: call.site, method: "POST", target: "/igny8/v1/publish", body: &call.body };
    let signature = key.sign_request(&id, now, &signed);
    let answer = http
        .post(&call.url)
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", &id)
        .header("webhook-timestamp", now)
        .header("webhook-signature", signature)
        .body(call.body.clone())
        .send()
        .await?;
    anyhow::ensure!(answer.status() == 201, "the stand-in answered {}", answer.status());
    answer.bytes().await?;
    Ok(())
}

fn call(order: &PublishContent, port: u16) -> Call {
    let article = order.article.clone().unwrap_or_default();
    let body = json!({
        "operation_id": order.operation_id, "content_id": order.content_id, "revision": order.revision,
        "title": article.title, "content_html": article.content_html, "excerpt": article.excerpt, "slug": article.slug,
        "status": article.status, "post_type": article.post_type, "categories": article.categories, "tags": article.tags,
        "seo_title": "Bread and butter", "seo_description": "Everything about bread, and some of it about butter.",
        "primary_keyword": "bread", "secondary_keywords": ["butter", "flour"], "gallery_images": [], "meta": {}, "media": [],
    });
    Call {
        site: order.site_id,
        url: format!("{}igny8/v1/publish", sites::rest_url(order.site_id, port)),
        body: body.to_string().into(),
    }
}
