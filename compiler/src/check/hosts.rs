//! Requests, and the credentials on them, go to hosts that something confines.

use connc_plan::Type;

use super::Case;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::lang::{Piece, Reference, Template};

pub(super) fn check(case: &Case<'_>, diagnostics: &mut Diagnostics) {
    let spec = case.spec;
    let own_base = spec.auth.iter().filter(|method| method.base_url.is_none());
    let trusted = own_base.clone().count() > 0 && own_base.clone().all(|method| method.trust_account_host);
    check_url(&spec.base_url, true, trusted, case, diagnostics);
    for method in &spec.auth {
        if let Some(base_url) = &method.base_url {
            check_url(base_url, true, method.trust_account_host, case, diagnostics);
        }
        if let Some(acquire) = &method.parts.acquire {
            check_url(&acquire.url, true, method.trust_account_host, case, diagnostics);
        }
    }
    let endpoint = spec.graphql.iter().map(|graphql| &graphql.endpoint);
    for url in spec.operations.iter().filter_map(|operation| operation.request.url.as_ref()).chain(endpoint) {
        if is_absolute(url) {
            check_url(url, false, false, case, diagnostics);
            check_listed(url, case, diagnostics);
        } else if !url.prefix().starts_with('/') {
            let diagnostic = Diagnostic::new(Code::InvalidValue, url.span, "a path begins with `/`, and an absolute URL with `https://`");
            diagnostics.push(diagnostic.help("write `/…`; it is resolved against the base URL"));
        }
    }
}

/// An absolute URL goes to the base URL's host, or to one that the connector lists.
fn check_listed(url: &Template, case: &Case<'_>, diagnostics: &mut Diagnostics) {
    let after = |url: &Template| url.prefix().split_once("://").map(|(_, after)| after.to_owned());
    let Some((given, references, _)) = after(url).map(|after_scheme| host(&after_scheme, url)).filter(|(given, ..)| !given.is_empty())
    else {
        return;
    };
    if !references.is_empty() {
        // A host with a name in it is confined by what stands after the name, or refused already.
        return;
    }
    let spec = case.spec;
    let bases = std::iter::once(&spec.base_url).chain(spec.auth.iter().filter_map(|method| method.base_url.as_ref()));
    let is_base = |base: &Template| {
        let Some((literal, references, suffix)) = after(base).map(|after_scheme| host(&after_scheme, base)) else { return false };
        let within = references
            .iter()
            .filter_map(|reference| case.names.account.get(reference.path.get(1)?.as_str()))
            .flat_map(|parameter| &parameter.within);
        let below = |domain: &str| given == domain || given.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
        if references.is_empty() {
            given == literal
        } else {
            (suffix.len() > 1 && given.ends_with(&suffix)) || within.into_iter().any(|domain| below(&domain.value))
        }
    };
    if bases.into_iter().any(is_base) || spec.hosts.iter().any(|listed| listed.value == given) {
        return;
    }
    let message = format!("credentials would go to `{given}`, which the connector does not list");
    let near = crate::diagnostic::nearest(&given, spec.hosts.iter().map(|listed| listed.value.as_str()));
    let help = near.map_or_else(
        || format!("write the path alone for the base URL's host; if the provider has this host too, add `hosts: [{given}]`"),
        |near| format!("did you mean `{near}`?"),
    );
    diagnostics.push(Diagnostic::new(Code::UntrustedHost, url.span, message).help(help));
}

fn is_absolute(url: &Template) -> bool {
    url.prefix().contains("://")
}

fn check_url(url: &Template, may_hold_names: bool, trusted: bool, case: &Case<'_>, diagnostics: &mut Diagnostics) {
    if url.pieces.is_empty() {
        return;
    }
    let prefix = url.prefix();
    let after_scheme = prefix.strip_prefix("https://").or_else(|| prefix.strip_prefix("http://"));
    let Some(after_scheme) = after_scheme else {
        let whole = url.pieces.first().and_then(|piece| match piece {
            Piece::Reference(reference) => Some(reference),
            Piece::Literal(_) | Piece::Base64(_) => None,
        });
        match whole.filter(|_| may_hold_names) {
            Some(reference) => check_reference(reference, Type::Url, trusted, case, diagnostics),
            None => diagnostics.push(
                Diagnostic::new(Code::InvalidValue, url.span, "this URL does not begin with `https://`")
                    .help("write the whole URL, scheme and host included"),
            ),
        }
        return;
    };
    if prefix.starts_with("http://") && !is_loopback(after_scheme) {
        let diagnostic =
            Diagnostic::new(Code::InsecureUrl, url.span, "requests would go over plain HTTP, where anyone on the way can read them");
        diagnostics.push(diagnostic.help("write `https://`"));
    }
    if authority_has_user(after_scheme, url) {
        let diagnostic =
            Diagnostic::new(Code::InvalidValue, url.span, "this URL has an `@` before its path, which makes what stands before it no host");
        diagnostics.push(diagnostic.help("credentials belong to an auth method; write the host alone"));
        return;
    }
    let (literal, references, suffix) = host(after_scheme, url);
    if references.is_empty() {
        if literal.is_empty() {
            diagnostics.push(Diagnostic::new(Code::InvalidValue, url.span, "this URL has no host"));
        }
        return;
    }
    // `{{ account.subdomain }}.example.com`: a value is a DNS label, so the domain stays the provider's.
    let confined = suffix.strip_prefix('.').is_some_and(|domain| domain.contains('.') && !domain.ends_with('.'));
    if !may_hold_names && !confined {
        let message = "the host of an absolute URL must be written out";
        diagnostics.push(Diagnostic::new(Code::UntrustedHost, url.span, message).help("write the path alone, and the host in `base_url`"));
        return;
    }
    if !confined {
        for reference in references {
            check_reference(reference, Type::Hostname, trusted, case, diagnostics);
        }
    }
}

/// Whether the literal text before the path holds an `@`, as RFC 3986, section 3.2, writes user information.
fn authority_has_user(after_scheme: &str, url: &Template) -> bool {
    for (index, piece) in url.pieces.iter().enumerate() {
        let Piece::Literal(text) = piece else { continue };
        let text = if index == 0 { after_scheme } else { text };
        match text.find(['@', '/', '?', '#']) {
            Some(at) => return text.get(at..).is_some_and(|rest| rest.starts_with('@')),
            None => continue,
        }
    }
    false
}

/// The host's literal text, the names in it, and the literal after the last name.
fn host<'a>(after_scheme: &str, url: &'a Template) -> (String, Vec<&'a Reference>, String) {
    let (mut literal, mut references, mut suffix) = (String::new(), Vec::new(), String::new());
    for (index, piece) in url.pieces.iter().enumerate() {
        match piece {
            Piece::Literal(text) => {
                let text = if index == 0 { after_scheme } else { text };
                // A port may be a name as well: what follows the colon is no host.
                let end = text.find(['/', '?', '#', ':']);
                let part = end.and_then(|end| text.get(..end)).unwrap_or(text);
                literal.push_str(part);
                suffix.push_str(part);
                if end.is_some() {
                    break;
                }
            }
            Piece::Reference(reference) => {
                references.push(reference);
                suffix.clear();
            }
            Piece::Base64(_) => {}
        }
    }
    (literal, references, suffix)
}

fn is_loopback(after_scheme: &str) -> bool {
    let host = after_scheme.split(['/', ':']).next().unwrap_or("");
    host == "localhost" || host == "127.0.0.1" || after_scheme.starts_with("[::1]")
}

fn check_reference(reference: &Reference, wanted: Type, trusted: bool, case: &Case<'_>, diagnostics: &mut Diagnostics) {
    let [root, name] = reference.path.as_slice() else { return };
    let parameters = case.spec.auth.iter().flat_map(|method| &method.parameters);
    let parameter = match root.as_str() {
        "account" => case.names.account.get(name.as_str()).copied(),
        "auth" => parameters.into_iter().find(|parameter| parameter.name.value == *name),
        // Constants are the author's own literals; anything else was reported as unknown.
        _ => return,
    };
    let Some(parameter) = parameter else { return };
    let written = reference.path.join(".");
    let confined = match parameter.r#type {
        Type::Enum => true,
        Type::Hostname | Type::Url => !parameter.within.is_empty(),
        Type::String | Type::Integer | Type::Boolean | Type::Id | Type::Timestamp | Type::Object | Type::Array | Type::File => false,
    };
    let sends_nothing = case.spec.auth.iter().all(|method| method.parts.apply.is_empty() && method.parts.acquire.is_none());
    if confined || trusted || parameter.incomplete {
        return;
    }
    let what = if sends_nothing { "requests" } else { "credentials" };
    let message = format!("{what} would go to whatever host `{written}` names");
    let help = match wanted {
        Type::Url => format!("declare `{name}: {{ type: url, within: [example.com] }}` with the provider's domains"),
        _ => format!("declare `{name}: {{ type: hostname, within: [example.com] }}` with the provider's domains"),
    };
    let diagnostic = Diagnostic::new(Code::UntrustedHost, reference.span, message).related(parameter.name.span, "nothing confines it here");
    diagnostics.push(
        diagnostic
            .help(format!("{help}; for products that customers host themselves, say `trust_account_host: true` under the auth method")),
    );
}
