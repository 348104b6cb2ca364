pub mod orders;
pub mod probe_site;
pub mod site_changed;

pub use orders::OrdersHandler;
pub use probe_site::ProbeSiteHandler;
pub use site_changed::SiteChangedHandler;
