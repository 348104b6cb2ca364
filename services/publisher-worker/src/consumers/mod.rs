pub mod orders;
pub mod probe_site;
pub mod reads;
pub mod site_changed;

pub use orders::OrdersHandler;
pub use probe_site::ProbeSiteHandler;
pub use reads::ReadsHandler;
pub use site_changed::SiteChangedHandler;
