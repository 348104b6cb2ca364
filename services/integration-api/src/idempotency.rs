//! One effect for a repeated POST.
//!
//! A handler that creates or queues takes [`Once`] and makes its effect in the transaction it is given:
//!
//! ```ignore
//! pub async fn publish_content(editor: Editor, once: Once, id: Path<i64>, Json(body): Json<PublishOptions>) -> Result<HttpResponse, Problem> {
//!     once.run(&editor, &body, async |tx, now| {
//!         let job = flows::command::order_one(tx, now, …).await?;
//!         Ok(Success::accepted(format!("/api/v1/…/{}/", job.content_id), PublishJob::from(job)))
//!     })
//!     .await
//! }
//! ```
//!
//! `run` opens the transaction, commits on `Ok` and rolls back on `Err`. With the header `Idempotency-Key` the answer is kept in the same
//! transaction: the same key with the same body gets it again, with `Idempotency-Replayed: true`, and with another body,
//! or from another person of the account, 422. A request that is refused keeps nothing: its repetition is judged anew. Answers are sealed, as they may hold a key that is shown once, and
//! forgotten after a day.

use std::future::{Ready, ready};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder};
use database::Tx;
use domain::{AccountId, UserId};
use jiff::Timestamp;
use secrets::ExposeSecret;
use serde::Serialize;
use sha2::{Digest, Sha256};
use web::{IdempotencyKey, Problem};

use crate::access::Member;
use crate::store::idempotency_keys::{self, Kept};
use crate::{AppState, codes, routes};

/// The request, as far as its repetition is concerned.
pub struct Once {
    request: HttpRequest,
    state: Data<AppState>,
    key: Option<String>,
}

impl Once {
    /// Makes the effect, or gives the answer it had before. `body` is the parsed request: two bodies that read alike are the same.
    pub async fn run<R: Responder<Body = BoxBody>>(
        self,
        member: &Member,
        body: &impl Serialize,
        effect: impl AsyncFnOnce(&mut Tx, Timestamp) -> Result<R, Problem>,
    ) -> Result<HttpResponse, Problem> {
        let (account, now) = (member.account_id, self.state.clock.now());
        self.state
            .database
            .transaction(async |tx| {
                let Some(key) = self.key.as_deref() else {
                    return Ok(effect(tx, now).await?.respond_to(&self.request));
                };
                let fingerprint = self.fingerprint(member.user_id, body)?;
                match idempotency_keys::claim(tx.conn(), account, key, &fingerprint, now).await {
                    Ok(true) => {
                        let answer = effect(tx, now).await?.respond_to(&self.request);
                        self.keep(tx, account, key, answer).await
                    }
                    Ok(false) => self.replay(tx, account, key, &fingerprint).await,
                    Err(error) if is_lock_timeout(&error) => Err(in_progress()),
                    Err(error) => Err(error.into()),
                }
            })
            .await
    }

    /// The person is part of it: what one was given is nobody else's, even in the same account.
    fn fingerprint(&self, user: UserId, body: &impl Serialize) -> Result<Vec<u8>, Problem> {
        let body = serde_json::to_vec(body).map_err(|error| Problem::internal(&error))?;
        let head = format!("{user} {} {}\n", self.request.method(), routes::canonical(&self.request));
        Ok(Sha256::new().chain_update(head).chain_update(body).finalize().to_vec())
    }

    async fn keep(
        &self,
        tx: &mut Tx,
        account: AccountId,
        key: &str,
        answer: HttpResponse,
    ) -> Result<HttpResponse, Problem> {
        let (head, body) = answer.into_parts();
        let Ok(body) = body.try_into_bytes() else {
            return Err(Problem::internal(&std::io::Error::other("an answer that streams can't be kept")));
        };
        let sealed = self.state.sealer.seal(&body, &context(account, key));
        let status = i16::try_from(head.status().as_u16()).expect("invariant: a status has three digits");
        let location = head.headers().get(header::LOCATION).and_then(|it| it.to_str().ok());
        idempotency_keys::keep(tx.conn(), account, key, status, location, &sealed).await?;
        Ok(head.set_body(BoxBody::new(body)))
    }

    async fn replay(
        &self,
        tx: &mut Tx,
        account: AccountId,
        key: &str,
        fingerprint: &[u8],
    ) -> Result<HttpResponse, Problem> {
        let kept = idempotency_keys::find(tx.conn(), account, key).await?.ok_or_else(in_progress)?;
        if kept.fingerprint != fingerprint {
            let detail = "This Idempotency-Key was used for another request. Use a new one for each request.";
            return Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                codes::IDEMPOTENCY_KEY_REUSED,
                detail,
            ));
        }
        self.answer_again(kept, account, key)
    }

    fn answer_again(&self, kept: Kept, account: AccountId, key: &str) -> Result<HttpResponse, Problem> {
        let body = self.state.sealer.open_text(&kept.body, &context(account, key));
        let body = body.map_err(|error| Problem::internal(&error))?;
        let status = u16::try_from(kept.status)
            .ok()
            .and_then(|it| StatusCode::from_u16(it).ok())
            .unwrap_or(StatusCode::OK);
        let mut response = HttpResponse::build(status);
        response.insert_header(("Idempotency-Replayed", "true")).content_type("application/json");
        if let Some(location) = kept.location {
            response.insert_header((header::LOCATION, location));
        }
        Ok(response.body(body.expose_secret().to_owned()))
    }
}

/// Bound to the row, so that an answer copied to another account's opens nowhere.
fn context(account: AccountId, key: &str) -> String {
    format!("idempotency|{account}|{key}")
}

fn in_progress() -> Problem {
    let detail =
        "The first request with this Idempotency-Key is still being answered. Ask again in a moment.";
    Problem::new(StatusCode::CONFLICT, codes::REQUEST_IN_PROGRESS, detail)
        .retry_after(std::time::Duration::from_secs(1))
}

/// Diesel keeps the message of a lock timeout but not its SQLSTATE.
fn is_lock_timeout(error: &diesel::result::Error) -> bool {
    matches!(error, diesel::result::Error::DatabaseError(_, info) if info.message().contains("lock timeout"))
}

impl FromRequest for Once {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let state =
            request.app_data::<Data<AppState>>().expect("invariant: routes::configure gives it").clone();
        let key = IdempotencyKey::from_request(request, payload).into_inner();
        ready(key.map(|key| Self { request: request.clone(), state, key: key.0 }))
    }
}

#[cfg(test)]
mod tests;
