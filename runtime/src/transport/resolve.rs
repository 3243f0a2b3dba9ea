//! Name resolution that gives public addresses only, checked after the answer so that a name cannot be bent to an inner one.

use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::guard::public;

/// Resolves on the system, and refuses a name that has any address which is not public.
#[derive(Debug)]
pub(super) struct PublicOnly;

impl PublicOnly {
    pub(super) fn shared() -> Arc<Self> {
        Arc::new(Self)
    }
}

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
        let name = name.as_str().to_owned();
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if found.iter().any(|address| !public(address.ip())) {
                let refused: Box<dyn std::error::Error + Send + Sync> = Box::new(NotPublic(name));
                return Err(refused);
            }
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{NotPublic, PublicOnly, Resolve};

    #[tokio::test]
    async fn a_name_of_an_inner_address_is_refused_after_resolution() {
        let refused = PublicOnly.resolve("localhost".parse().unwrap()).await.err().unwrap();
        assert!(refused.downcast_ref::<NotPublic>().is_some(), "{refused}");
        assert_eq!(refused.to_string(), "`localhost` resolves to an address that is not public");
    }
}
