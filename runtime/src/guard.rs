//! Where requests may go: credentials reach the origins that the plan names, and nothing else.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use connc_plan::ErrorKind;
use url::{Host, Url};

use crate::Error;

/// Scheme, host and port (RFC 6454).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

impl Origin {
    /// The origin of a URL that has a host.
    pub(crate) fn of(url: &Url) -> Option<Self> {
        Some(Self { scheme: url.scheme().to_owned(), host: url.host_str()?.to_ascii_lowercase(), port: url.port_or_known_default()? })
    }

    /// Reads `http://127.0.0.1:8080`. A path other than `/` is refused, because it would be ignored.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let error = || Error::invalid(format!("`{text}` is not an origin such as `http://127.0.0.1:8080`"));
        let url = Url::parse(text).map_err(|_| error())?;
        let plain = matches!(url.scheme(), "http" | "https")
            && matches!(url.path(), "" | "/")
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if plain { Self::of(&url).ok_or_else(error) } else { Err(error()) }
    }

    /// Puts this origin into `url`.
    fn put(&self, url: &mut Url) -> Result<(), Error> {
        let failed = || Error::new(ErrorKind::Security, format!("a request cannot be sent to {self}"));
        url.set_scheme(&self.scheme).map_err(|()| failed())?;
        url.set_host(Some(&self.host)).map_err(|_| failed())?;
        url.set_port(Some(self.port)).map_err(|()| failed())
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        let default = match self.scheme.as_str() {
            "https" => 443,
            "http" => 80,
            _ => 0,
        };
        if self.port == default { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

/// What the embedder permits besides the plan: local servers, and which of them stands for which origin.
#[derive(Clone, Debug, Default)]
pub(crate) struct Permits {
    /// Exact origins that may be `http`, private or loopback.
    pub(crate) allowed: Vec<Origin>,
    /// Requests to the first go to the second.
    pub(crate) mapped: Vec<(Origin, Origin)>,
    /// Where requests to the base URL's origin go instead.
    pub(crate) base: Option<Origin>,
}

/// The origins of one call.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    allowed: Vec<Origin>,
    permits: Permits,
}

impl Guard {
    /// A guard for a call whose base URL and literal URLs have these origins. The base is none while nothing says where it is: if it is
    /// mapped, any other origin could be it, and only those that are mapped themselves are sent to.
    pub(crate) fn new(base: Option<Origin>, others: Vec<Origin>, permits: &Permits) -> Self {
        let mut permits = permits.clone();
        if let Some(base) = &base
            && let Some(to) = permits.base.take()
        {
            permits.mapped.push((base.clone(), to));
        }
        let mut allowed: Vec<Origin> = base.into_iter().collect();
        for origin in others {
            if !allowed.contains(&origin) {
                allowed.push(origin);
            }
        }
        Self { allowed, permits }
    }

    /// Adds the origin of a request that the plan itself spells out.
    pub(crate) fn admit(&mut self, url: &Url) {
        if let Some(origin) = Origin::of(url).filter(|origin| !self.allowed.contains(origin)) {
            self.allowed.push(origin);
        }
    }

    /// Holds a URL that a provider or a caller gave against the origins, and gives it its real name where it has the local server's.
    pub(crate) fn accept(&self, mut url: Url, current: &Url) -> Result<Url, Error> {
        let origin = Origin::of(&url).ok_or_else(|| Error::new(ErrorKind::Security, "a next link has no host"))?;
        if let Some(real) = self.real(&origin, current) {
            real.put(&mut url)?;
        } else if !self.allowed.contains(&origin) {
            let known = self.allowed.iter().map(|origin| format!("`{origin}`")).collect::<Vec<_>>().join(", ");
            return Err(Error::new(ErrorKind::Security, format!("a link leads to {origin}, where this connector sends nothing"))
                .with_help(format!("it may go to {known}; its credentials stay there")));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Error::new(ErrorKind::Security, "a link holds credentials"));
        }
        Ok(url)
    }

    /// The origin that a local server stands for: the current request's where it is one of several.
    fn real(&self, local: &Origin, current: &Url) -> Option<&Origin> {
        let current = Origin::of(current);
        let mut candidates = self.permits.mapped.iter().filter(|(_, to)| to == local).map(|(from, _)| from);
        let first = candidates.clone().next()?;
        Some(candidates.find(|from| current.as_ref() == Some(from)).unwrap_or(first))
    }

    /// The URL that is sent to: mapped, then held against scheme and address.
    pub(crate) fn target(&self, url: &Url) -> Result<Url, Error> {
        let mut url = url.clone();
        let mut origin = Origin::of(&url).ok_or_else(|| Error::new(ErrorKind::Security, "the URL has no host"))?;
        if let Some((_, to)) = self.permits.mapped.iter().find(|(from, _)| *from == origin) {
            to.put(&mut url)?;
            return Ok(url);
        }
        let own = self.permits.base.as_ref() == Some(&origin);
        if own || self.permits.allowed.contains(&origin) || self.permits.mapped.iter().any(|(_, to)| *to == origin) {
            return Ok(url);
        }
        if self.permits.base.is_some() {
            let help = format!("say where `{origin}` is to go as well: `--origin {origin}=http://127.0.0.1:8080`, or `map_origin`");
            return Err(Error::new(
                ErrorKind::Security,
                format!("what goes to the base URL is mapped, whose host is not known yet, and {origin} could be it"),
            )
            .with_help(help));
        }
        if url.scheme() != "https" {
            origin.scheme = url.scheme().to_owned();
            return Err(Error::new(ErrorKind::Security, format!("{origin} is not https"))
                .with_help(format!("allow the origin `{origin}` where it is a server of your own")));
        }
        if !public_host(&url) {
            return Err(Error::new(ErrorKind::Security, format!("{origin} is not a public address"))
                .with_help(format!("allow the origin `{origin}` where it is a server of your own")));
        }
        Ok(url)
    }
}

/// Whether the host of a URL is a name, or an address that is public. What a name resolves to is the transport's to check.
pub(crate) fn public_host(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => public(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => public(IpAddr::V6(address)),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            name != "localhost" && !name.ends_with(".localhost")
        }
        None => false,
    }
}

/// Whether an address is one of the public internet: no loopback, private, link-local, shared, metadata, multicast or reserved one.
pub(crate) fn public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => public_v4(address),
        IpAddr::V6(address) => public_v6(address),
    }
}

fn public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let protocol = a == 192 && b == 0 && c == 0;
    let benchmark = a == 198 && (18..20).contains(&b);
    let relay = a == 192 && b == 88 && c == 99;
    !(a == 0
        || a >= 240
        || shared
        || protocol
        || benchmark
        || relay
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast())
}

fn public_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let embedded = |high: u16, low: u16| {
        let ([w, x], [y, z]) = (high.to_be_bytes(), low.to_be_bytes());
        public_v4(Ipv4Addr::new(w, x, y, z))
    };
    match (a, b, c, d, e, f) {
        // ::ffff:a.b.c.d, and the NAT64 and 6to4 forms, reach the IPv4 address inside.
        (0, 0, 0, 0, 0, 0xffff) | (0x64, 0xff9b, 0, 0, 0, 0) => embedded(g, h),
        (0x2002, high, low, ..) => embedded(high, low),
        // Local-use NAT64, Teredo and documentation.
        (0x64, 0xff9b, 1, ..) | (0x2001, 0, ..) | (0x2001, 0xdb8, ..) | (0x3fff, ..) => false,
        // Only 2000::/3 is global unicast.
        _ => a & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests;
