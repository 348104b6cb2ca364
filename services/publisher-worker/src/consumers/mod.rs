pub mod probe_site;
pub mod publish_content;
pub mod site_changed;

pub use probe_site::ProbeSiteHandler;
pub use publish_content::PublishContentHandler;
pub use site_changed::SiteChangedHandler;
