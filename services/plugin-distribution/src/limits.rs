//! How often an address and a site may ask, and what is left of it, said in every answer.

use std::sync::Arc;
use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, ResponseError};
use domain::SiteId;
use web::rate_limit::{self, RateLimit, Standing};
use web::{ClientIp, Problem};

use crate::settings::DownloadsSettings;

/// Shared by all threads of this process. Cheap to clone.
#[derive(Clone)]
pub struct Limits(Arc<Both>);

struct Both {
    per_ip: RateLimit,
    per_site: RateLimit,
}

/// Left in the request by its handler.
struct OfSite(Standing);

impl Limits {
    pub fn new(settings: &DownloadsSettings) -> Self {
        let per_ip = RateLimit::new("ip", settings.per_ip);
        Self(Arc::new(Both { per_ip, per_site: RateLimit::new("site", settings.per_site) }))
    }

    /// Takes one of the site's, once it is known whose request this is.
    pub fn take_for(&self, site: SiteId, request: &HttpRequest) -> Result<(), Problem> {
        let Some(standing) = self.0.per_site.take(site, Instant::now()) else { return Ok(()) };
        request.extensions_mut().insert(OfSite(standing));
        rate_limit::refusal(&[standing]).map_or(Ok(()), Err)
    }
}

/// Lets the request through, or refuses it for its address.
pub async fn keep_to<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let limits = request.app_data::<Limits>().expect("invariant: the application carries its limits").clone();
    let address = rate_limit::neighbours(ClientIp::of(request.request()).0);
    let of_address = limits.0.per_ip.take(address, Instant::now());
    let mut response = match rate_limit::refusal(of_address.as_slice()) {
        Some(problem) => request.into_response(problem.error_response()).map_into_right_body(),
        None => next.call(request).await?.map_into_left_body(),
    };
    let of_site = response.request().extensions().get::<OfSite>().map(|it| it.0);
    let standings: Vec<Standing> = of_address.into_iter().chain(of_site).collect();
    rate_limit::tell(&standings, response.headers_mut());
    Ok(response)
}
