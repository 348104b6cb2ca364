//! What may be connected to.
//!
//! The cast: a *URL* somebody else wrote, the *names* it leads to, and the *addresses* those resolve to at this moment. A name that
//! was public a minute ago may be private now, so checking it beforehand proves nothing.
//!
//! The story of a call:
//! 1. [`Guard::check`] looks at the URL: scheme, user info, port, names that are local by their spelling, and literal addresses. The
//!    HTTP client never asks a resolver about a literal, so this is the only place where one can be stopped.
//! 2. The client asks [`Guard`] as its resolver. It resolves the name once and refuses if *any* answer is forbidden; a mixed answer is
//!    how rebinding begins. The client connects to exactly these addresses, and to no others.
//! 3. A redirect of a POST is never followed. An image's may be, three times at most, and each hop begins again at 1.
//!
//! Deliberately absent: a list of forbidden names to maintain, proxies from the environment, cookies, and any second HTTP client.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use domain::AddressPolicy;
use domain::address::{SiteUrl, SiteUrlError, forbidden_range};
use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Url;

#[derive(Clone)]
pub struct Guard {
    policy: AddressPolicy,
    lookup: Arc<dyn Lookup>,
}

/// Asks for the addresses of a name.
pub trait Lookup: Send + Sync + 'static {
    fn lookup(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// As the system resolves names.
pub struct SystemLookup;

#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Url(#[from] SiteUrlError),
    #[error("{name} leads to {ip}, which is not a public address ({kind})")]
    Address { name: String, ip: IpAddr, kind: &'static str },
    #[error("{name} has no address")]
    NoAddress { name: String },
    #[error("{name} could not be resolved: {source}")]
    Unresolved { name: String, source: io::Error },
}

impl Guard {
    pub fn new(policy: AddressPolicy, lookup: Arc<dyn Lookup>) -> Self {
        Self { policy, lookup }
    }

    /// Whether a request to this URL may be begun.
    pub fn check(&self, url: &Url) -> Result<(), Refused> {
        SiteUrl::parse(url.as_str(), &self.policy)?;
        Ok(())
    }

    async fn addresses(self, name: String) -> Result<Vec<SocketAddr>, Refused> {
        let found = self.lookup.lookup(name.clone()).await;
        let found = found.map_err(|source| Refused::Unresolved { name: name.clone(), source })?;
        for ip in &found {
            if let Some(kind) = forbidden_range(*ip, &self.policy) {
                return Err(Refused::Address { name, ip: *ip, kind });
            }
        }
        if found.is_empty() {
            return Err(Refused::NoAddress { name });
        }
        // Port 0: the client puts the URL's own in its place.
        Ok(found.into_iter().map(|ip| SocketAddr::new(ip, 0)).collect())
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let answer = self.clone().addresses(name.as_str().to_owned());
        Box::pin(async move {
            let addresses: Addrs = Box::new(answer.await?.into_iter());
            Ok(addresses)
        })
    }
}

impl Lookup for SystemLookup {
    fn lookup(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
        })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    struct Answers(Vec<IpAddr>);

    impl Lookup for Answers {
        fn lookup(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
            let answer = self.0.clone();
            Box::pin(async move { Ok(answer) })
        }
    }

    fn guard(addresses: &[&str]) -> Guard {
        let addresses = addresses.iter().map(|ip| ip.parse().unwrap()).collect();
        Guard::new(AddressPolicy::default(), Arc::new(Answers(addresses)))
    }

    #[rstest]
    #[case(&["93.184.215.14"], true)]
    #[case(&["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"], true)]
    #[case(&["127.0.0.1"], false)]
    #[case(&["93.184.215.14", "10.0.0.1"], false)]
    #[case(&["2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::1"], false)]
    #[case(&["::ffff:169.254.169.254"], false)]
    #[case(&["64:ff9b::7f00:1"], false)]
    #[case(&[], false)]
    #[tokio::test]
    async fn one_forbidden_answer_spoils_all(#[case] addresses: &[&str], #[case] fine: bool) {
        let answer = guard(addresses).addresses("example.com".to_owned()).await;
        assert_eq!(answer.is_ok(), fine, "{answer:?}");
    }
}
