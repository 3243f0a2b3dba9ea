//! Text that is of a format, or nothing: for providers that keep anything in a field that mostly holds an address or a time.

use jiff::Timestamp;
use serde_json::Value;

use super::signature::{Absence, Signature, Type, one};
use super::{Function, made};

pub(super) const EMAIL_OR_NOTHING: Function = Function {
    name: "email_or_nothing",
    signature: Signature { parameters: &[one("value", Type::Any)], result: Type::Email },
    absence: Absence::Passes,
    doc: "the text where it is an email address, as HTML defines one; nothing otherwise",
    example: ("[$email_or_nothing('ada@acme.example'), $email_or_nothing('system')]", "[\"ada@acme.example\"]"),
    body: |arguments| only(arguments, is_email),
};

pub(super) const URL_OR_NOTHING: Function = Function {
    name: "url_or_nothing",
    signature: Signature { parameters: &[one("value", Type::Any)], result: Type::Url },
    absence: Absence::Passes,
    doc: "the text where it is an absolute http or https URL (RFC 3986); nothing otherwise",
    example: ("[$url_or_nothing('https://acme.example/a?b=1'), $url_or_nothing('/a')]", "[\"https://acme.example/a?b=1\"]"),
    body: |arguments| only(arguments, is_url),
};

pub(super) const TIMESTAMP_OR_NOTHING: Function = Function {
    name: "timestamp_or_nothing",
    signature: Signature { parameters: &[one("value", Type::Any)], result: Type::Timestamp },
    absence: Absence::Passes,
    doc: "a date and time with its offset in any usual spelling of ISO 8601, as an RFC 3339 timestamp in UTC; nothing where the text is none",
    example: ("[$timestamp_or_nothing('2026-03-01T12:00:00.000+0200'), $timestamp_or_nothing('never')]", "[\"2026-03-01T10:00:00Z\"]"),
    body: |arguments| match arguments.first() {
        Some(Some(Value::String(text))) => text.trim().parse::<Timestamp>().map_or(Ok(None), |timestamp| made(timestamp.to_string())),
        _ => Ok(None),
    },
};

fn only(arguments: &[Option<Value>], is: fn(&str) -> bool) -> Result<Option<Value>, String> {
    match arguments.first() {
        Some(Some(Value::String(text))) if is(text) => made(text.as_str()),
        _ => Ok(None),
    }
}

/// A valid email address by the HTML standard, section 4.10.5.1.5, whose local part is a dot-atom (RFC 5322, section 3.2.3) of at most 64 bytes,
/// and in whose domain a label with hyphens in its third and fourth place is an internationalised name (RFC 5891, section 4.2.3.1).
#[must_use]
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let atom =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&byte));
    local.len() <= 64 && local.split('.').all(atom) && is_domain(domain) && domain.split('.').all(is_encoded_or_plain)
}

/// Whether a label is no encoded one, or one that can be decoded (RFC 3492).
fn is_encoded_or_plain(label: &str) -> bool {
    label.as_bytes().get(2..4) != Some(b"--")
        || label.strip_prefix("xn--").is_some_and(|code| idna::punycode::decode_to_string(code).is_some())
}

/// A host name (RFC 1123, section 2.1).
fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    domain.len() <= 253 && domain.split('.').all(label)
}

/// An absolute URL of the web: a scheme, a host that is a name or an IPv4 address, and what may follow.
#[must_use]
pub fn is_url(text: &str) -> bool {
    let Some(after) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else { return false };
    let end = after.find(['/', '?', '#']).unwrap_or(after.len());
    let (authority, rest) = (after.get(..end).unwrap_or(""), after.get(end..).unwrap_or(""));
    let (host, port) = authority.split_once(':').unwrap_or((authority, "0"));
    let (before, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    is_domain(host) && port.parse::<u16>().is_ok() && is_encoded(before) && is_encoded(fragment)
}

/// Characters that stand in a path, a query or a fragment, everything else being percent-encoded (RFC 3986, section 3.3).
fn is_encoded(text: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let allowed = match byte {
            b'%' => bytes.next().is_some_and(|byte| byte.is_ascii_hexdigit()) && bytes.next().is_some_and(|byte| byte.is_ascii_hexdigit()),
            _ => byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(&byte),
        };
        if !allowed {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{is_email, is_url};

    #[test]
    fn what_is_of_the_format() {
        for email in ["ada@acme.example", "a.b+c@x-y.example", "a@b", "a@xn--mller-kva.example", "a@a--b.example"] {
            assert!(is_email(email), "{email}");
        }
        for other in
            ["", "@", "a@", "@b", "a b@c", "a..b@c", ".a@b", "a@-b", "a@b..c", "é@b", "a@b@c d", "a@ab--c.example", "a@b.xn--0-.example"]
        {
            assert!(!is_email(other), "{other}");
        }
        for url in ["https://acme.example", "http://acme.example:8080/a%20b?c=d#e", "https://acme.example/?x"] {
            assert!(is_url(url), "{url}");
        }
        for other in [
            "",
            "acme.example",
            "ftp://acme.example",
            "https://",
            "https:///a",
            "https://a b",
            "https://a/%2",
            "https://a/ b",
            "https://a/<b>",
            "https://a#b#c",
            "https://u@a/",
        ] {
            assert!(!is_url(other), "{other}");
        }
    }
}
