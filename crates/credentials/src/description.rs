use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};

/// Adds the two ways to present a site's key, `site_key` and `bearer`, to an API's description.
pub fn describe(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    let key = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-IGNY8-API-KEY")));
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    components
        .security_schemes
        .extend([("site_key".to_owned(), key.into()), ("bearer".to_owned(), bearer.into())]);
}
