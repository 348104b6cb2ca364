//! Every download that is refused is counted, whoever asked and why.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest};
use domain::{AccountId, SiteId};
use web::rate_limit::neighbours;
use web::{ClientIp, Problem};

use crate::AppState;
use crate::counts::Refusal;

/// What a handler found out of a request before it refused it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Subject {
    pub version_id: Option<i64>,
    pub site: Option<(AccountId, SiteId)>,
}

impl Subject {
    pub fn note(self, request: &HttpRequest) {
        request.extensions_mut().insert(self);
    }
}

/// Counts the refusal, if it is one. Of a plugin that there is not nothing is kept: anyone can make up names.
pub async fn record<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let response = next.call(request).await?;
    if response.status().is_client_error() || response.status().is_server_error() {
        count(&response);
    }
    Ok(response)
}

fn count<B>(response: &ServiceResponse<B>) -> Option<()> {
    let request = response.request();
    let state = request.app_data::<Data<AppState>>()?;
    let plugin = state.offers.plugin(request.match_info().get("slug")?).ok()?;
    let code = response.response().extensions().get::<Problem>().map(|it| it.code().to_owned())?;
    let subject = request.extensions().get::<Subject>().copied().unwrap_or_default();
    state.counts.refused(Refusal {
        plugin_id: plugin.id,
        version_id: subject.version_id,
        site: subject.site,
        code,
        ip: neighbours(ClientIp::of(request).0),
    });
    Some(())
}
