//! URLs: their hosts, path segments and query values are replaced one by one, so that links still lead where they led.

use connc_expr::text::encode_query;
use connc_runtime::Error;

use super::stand_in::StandIns;

impl StandIns {
    /// An absolute URL.
    pub(crate) fn link(&mut self, text: &str) -> Result<String, Error> {
        let Some((scheme, rest)) = text.split_once("://") else { return self.runs.text(text) };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
        // Credentials in a link are nothing that a recording needs.
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        if let Some((_, real)) = self.local.clone().filter(|(local, _)| local == authority) {
            return Ok(format!("https://{}{}", self.host(&real)?, self.reference(rest)?));
        }
        let (host, port) =
            authority.rsplit_once(':').filter(|(_, port)| port.chars().all(|c| c.is_ascii_digit())).unwrap_or((authority, ""));
        let port = if port.is_empty() { String::new() } else { format!(":{port}") };
        Ok(format!("{scheme}://{}{port}{}", self.host(host)?, self.reference(rest)?))
    }

    /// Path, query and fragment.
    pub(crate) fn reference(&mut self, text: &str) -> Result<String, Error> {
        let (text, fragment) = text.split_once('#').map_or((text, None), |(text, fragment)| (text, Some(fragment)));
        let (path, query) = text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query)));
        let segments: Vec<String> = path.split('/').map(|segment| self.segment(segment)).collect::<Result<_, _>>()?;
        let mut out = segments.join("/");
        if let Some(query) = query {
            let pairs: Vec<String> = query.split('&').map(|pair| self.pair(pair)).collect::<Result<_, _>>()?;
            out.push('?');
            out.push_str(&pairs.join("&"));
        }
        if let Some(fragment) = fragment {
            out.push('#');
            out.push_str(&self.runs.text(fragment)?);
        }
        Ok(out)
    }

    fn segment(&mut self, segment: &str) -> Result<String, Error> {
        if segment.is_empty() || self.known.segment(segment) || self.is_small(segment) {
            return Ok(segment.to_owned());
        }
        // `35436.json`: the record's number, and the format's ending.
        if let Some((own, ending)) = segment.rsplit_once('.').filter(|(_, ending)| self.known.segment(ending)) {
            return Ok(format!("{}.{ending}", self.segment(own)?));
        }
        let plain = decoded(segment);
        let made = self.text(&plain, None)?;
        Ok(if made == plain { segment.to_owned() } else { connc_expr::text::encode_path(&made) })
    }

    fn pair(&mut self, pair: &str) -> Result<String, Error> {
        let Some((name, value)) = pair.split_once('=') else { return Ok(pair.to_owned()) };
        let plain_name = decoded(name);
        let made_name = self.member(&plain_name)?;
        let name = if made_name == plain_name { name.to_owned() } else { encode_query(&made_name) };
        let plain = decoded(&value.replace('+', " "));
        if self.is_small(&plain) {
            return Ok(format!("{name}={value}"));
        }
        let made = self.text(&plain, Some(&plain_name))?;
        Ok(format!("{name}={}", if made == plain { value.to_owned() } else { encode_query(&made) }))
    }

    /// A host: one that the spec names stays, and so does the domain that it is confined to.
    pub(crate) fn host(&mut self, host: &str) -> Result<String, Error> {
        let host = host.to_lowercase();
        if let Some(made) = self.hosts.get(&host) {
            return Ok(made.clone());
        }
        if self.known.host(&host) || host.ends_with(".example") || host == "example.com" {
            return Ok(host);
        }
        let made = if host.parse::<std::net::Ipv4Addr>().is_ok() || host.contains([':', '[']) {
            // Addresses for documentation (RFC 5737).
            format!("192.0.2.{}", self.runs.below(254)?.saturating_add(1))
        } else if let Some(domain) = self.known.domain(&host).map(str::to_owned) {
            let own = host.strip_suffix(&domain).unwrap_or_default().trim_end_matches('.');
            format!("{}.{domain}", self.runs.text(own)?)
        } else {
            let own = host.rsplit_once('.').map_or(host.as_str(), |(own, _)| own);
            format!("{}.example", self.runs.text(own)?)
        };
        self.hosts.insert(host, made.clone());
        Ok(made)
    }

    /// A `Link` header (RFC 8288): targets in angle brackets, each with its parameters.
    pub(crate) fn link_header(&mut self, text: &str) -> Result<String, Error> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('<') {
            out.push_str(&self.parameters(before)?);
            let (target, after) = after.split_once('>').unwrap_or((after, ""));
            let target = if target.contains("://") { self.link(target)? } else { self.reference(target)? };
            out.push_str(&format!("<{target}>"));
            rest = after;
        }
        out.push_str(&self.parameters(rest)?);
        Ok(out)
    }

    /// `; rel="next"; title="…"`.
    fn parameters(&mut self, text: &str) -> Result<String, Error> {
        const RELATIONS: &[&str] = &["next", "prev", "previous", "first", "last", "self", "true", "false"];
        let mut parts = Vec::new();
        for part in text.split(';') {
            let value = part.split_once('=').map(|(_, value)| value.trim().trim_matches([',', ' ', '"']));
            parts.push(match (part.split_once('='), value) {
                (Some((name, rest)), Some(value)) if !RELATIONS.contains(&value) => {
                    format!("{name}={}", rest.replace(value, &self.text(value, None)?))
                }
                _ => part.to_owned(),
            });
        }
        Ok(parts.join(";"))
    }
}

fn decoded(text: &str) -> String {
    // Plus signs are the caller's business.
    let pair = format!("x={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes()).next().map_or_else(|| text.to_owned(), |(_, value)| value.into_owned())
}
