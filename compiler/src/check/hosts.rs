//! Requests, and the credentials on them, go to hosts that something confines.

use connc_plan::Type;

use super::Case;
use crate::auth::Method;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::lang::{Piece, Reference, Template};
use crate::shape::Parameter;

pub(super) fn check(case: &Case<'_>, diagnostics: &mut Diagnostics) {
    let spec = case.spec;
    let own_base = spec.auth.iter().filter(|method| method.base_url.is_none());
    let trusted = own_base.clone().count() > 0 && own_base.clone().all(|method| method.trust_account_host);
    check_url(&spec.base_url, Hosts::Supplied { by: None, trusted }, case, diagnostics);
    for method in &spec.auth {
        let hosts = Hosts::Supplied { by: Some(method), trusted: method.trust_account_host };
        let parts = &method.parts;
        for url in method.base_url.iter().chain(parts.authorize.iter().map(|authorize| &authorize.url)) {
            check_url(url, hosts, case, diagnostics);
        }
        // What gets or ends a token may name a path on the base URL.
        let steps = parts.acquires().flat_map(|acquire| &acquire.steps).chain(&parts.release).map(|step| &step.request.url);
        for url in steps.filter(|url| !url.prefix().starts_with('/')) {
            check_url(url, hosts, case, diagnostics);
        }
    }
    let endpoint = spec.graphql.iter().map(|graphql| &graphql.endpoint);
    for url in spec.operations.iter().filter_map(|operation| operation.request.url.as_ref()).chain(endpoint) {
        if is_absolute(url) {
            check_url(url, Hosts::Written, case, diagnostics);
            check_listed(url, case, diagnostics);
        } else if !url.prefix().starts_with('/') {
            let diagnostic = Diagnostic::new(Code::InvalidValue, url.span, "a path begins with `/`, and an absolute URL with `https://`");
            diagnostics.push(diagnostic.help("write `/…`; it is resolved against the base URL"));
        }
    }
}

/// Where the host of a URL may come from.
#[derive(Clone, Copy)]
enum Hosts<'a> {
    /// The URL itself.
    Written,
    /// What somebody supplies too, for one auth method or for those without a base URL of their own.
    Supplied { by: Option<&'a Method>, trusted: bool },
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
        let within = references.iter().flat_map(|reference| supplied(reference, None, case)).flat_map(|parameter| &parameter.within);
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

fn check_url(url: &Template, hosts: Hosts<'_>, case: &Case<'_>, diagnostics: &mut Diagnostics) {
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
        match (whole, hosts) {
            (Some(reference), Hosts::Supplied { by, trusted }) => check_reference(reference, Type::Url, by, trusted, case, diagnostics),
            (None, _) | (_, Hosts::Written) => diagnostics.push(
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
    if confined {
        return;
    }
    let Hosts::Supplied { by, trusted } = hosts else {
        // Every value of an enum stands in the spec, and so does every host that they make.
        let is_enum = |reference: &&Reference| {
            let found = supplied(reference, None, case);
            !found.is_empty() && found.iter().all(|parameter| parameter.r#type == Type::Enum)
        };
        if references.iter().all(is_enum) {
            return;
        }
        let message = "the host of an absolute URL must be written out";
        let help = "write the path alone, and the host in `base_url`; a parameter of the type `enum` may name one of several hosts";
        diagnostics.push(Diagnostic::new(Code::UntrustedHost, url.span, message).help(help));
        return;
    };
    for reference in references {
        check_reference(reference, Type::Hostname, by, trusted, case, diagnostics);
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

/// The parameters and kept values that a name stands for, in one auth method or in those without a base URL of their own.
fn supplied<'a>(reference: &Reference, by: Option<&Method>, case: &'a Case<'_>) -> Vec<&'a Parameter> {
    let [root, name] = reference.path.as_slice() else { return Vec::new() };
    let methods = || case.spec.auth.iter().filter(|method| by.map_or(method.base_url.is_none(), |by| by.name.value == method.name.value));
    match root.as_str() {
        "account" => case.names.account.get(name.as_str()).copied().into_iter().collect(),
        "auth" => methods().flat_map(|method| &method.parameters).filter(|parameter| parameter.name.value == *name).collect(),
        "kept" => {
            let shown = methods().flat_map(Method::keeps).filter_map(|keep| keep.shown.as_ref());
            shown.filter(|parameter| parameter.name.value == *name).collect()
        }
        // Constants are the author's own literals; anything else was reported as unknown.
        _ => Vec::new(),
    }
}

fn check_reference(
    reference: &Reference,
    wanted: Type,
    by: Option<&Method>,
    trusted: bool,
    case: &Case<'_>,
    diagnostics: &mut Diagnostics,
) {
    let confined = |parameter: &Parameter| match parameter.r#type {
        Type::Enum => true,
        Type::Hostname | Type::Url => !parameter.within.is_empty(),
        Type::String
        | Type::Integer
        | Type::Number
        | Type::Boolean
        | Type::Id
        | Type::Timestamp
        | Type::Object
        | Type::Array
        | Type::File => false,
    };
    let is_kept = reference.path.first().is_some_and(|root| root == "kept");
    // Who trusts the customer's host has not said a word of what an answer names.
    if trusted && !is_kept {
        return;
    }
    let [_, name] = reference.path.as_slice() else { return };
    let methods = || case.spec.auth.iter().filter(|method| by.is_none_or(|by| by.name.value == method.name.value));
    if is_kept && let Some(choice) = methods().flat_map(|method| &method.choose).find(|choice| choice.name.value == *name) {
        let message = format!("credentials would go to whatever host `{}` names", reference.path.join("."));
        let diagnostic = Diagnostic::new(Code::UntrustedHost, reference.span, message).related(choice.name.span, "it is chosen here");
        diagnostics.push(diagnostic.help("write the host out; what is chosen is an id, and may stand in a path"));
        return;
    }
    let found = supplied(reference, by, case);
    let Some(parameter) = found.into_iter().find(|parameter| !confined(parameter) && !parameter.incomplete) else { return };
    let sends_nothing = case.spec.auth.iter().all(|method| method.parts.apply.is_empty() && method.parts.acquires().next().is_none());
    let what = if sends_nothing { "requests" } else { "credentials" };
    let (written, name) = (reference.path.join("."), &parameter.name.value);
    let r#type = if wanted == Type::Url { "url" } else { "hostname" };
    let help = if is_kept {
        format!("keep it as `{name}: {{ from: …, type: {type}, within: [example.com] }}` with the provider's domains")
    } else {
        format!(
            "declare `{name}: {{ type: {type}, within: [example.com] }}` with the provider's domains; \
             for products that customers host themselves, say `trust_account_host: true` under the auth method"
        )
    };
    let message = format!("{what} would go to whatever host `{written}` names");
    let diagnostic = Diagnostic::new(Code::UntrustedHost, reference.span, message).related(parameter.name.span, "nothing confines it here");
    diagnostics.push(diagnostic.help(help));
}
