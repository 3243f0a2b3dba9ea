//! Name resolution that gives public addresses only, checked after the answer so that a name cannot be bent to an inner one.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::guard::public;

/// Finds the addresses of a host name. It is asked anew for each connection, and what it gives is held against the rules each time.
pub trait Resolver: Send + Sync {
    /// The addresses of `host`.
    fn addresses(&self, host: &str) -> BoxFuture<'static, std::io::Result<Vec<IpAddr>>>;
}

/// The system's own name resolution.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn addresses(&self, host: &str) -> BoxFuture<'static, std::io::Result<Vec<IpAddr>>> {
        let host = host.to_owned();
        Box::pin(async move { Ok(tokio::net::lookup_host((host.as_str(), 0)).await?.map(|address| address.ip()).collect()) })
    }
}

/// Refuses a name that has any address which is not public.
pub(super) struct PublicOnly(pub(super) Arc<dyn Resolver>);

/// Why a name was not resolved: found again in the chain of causes to tell it from a failed look-up.
#[derive(Debug)]
pub(super) struct NotPublic(String);

impl std::fmt::Display for NotPublic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` resolves to an address that is not public", self.0)
    }
}

impl std::error::Error for NotPublic {}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.0.addresses(name.as_str());
        Box::pin(async move {
            let found = found.await?;
            if found.iter().any(|address| !public(*address)) {
                let refused: Box<dyn std::error::Error + Send + Sync> = Box::new(NotPublic(name.as_str().to_owned()));
                return Err(refused);
            }
            let addresses: Addrs = Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Arc, NotPublic, PublicOnly, Resolve, SystemResolver};

    #[tokio::test]
    async fn a_name_of_an_inner_address_is_refused_after_resolution() {
        let refused = PublicOnly(Arc::new(SystemResolver)).resolve("localhost".parse().unwrap()).await.err().unwrap();
        assert!(refused.downcast_ref::<NotPublic>().is_some(), "{refused}");
        assert_eq!(refused.to_string(), "`localhost` resolves to an address that is not public");
    }
}
