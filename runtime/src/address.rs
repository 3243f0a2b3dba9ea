//! Where requests go: URLs made from templates, escaped part by part.

use std::collections::BTreeMap;
use std::sync::Arc;

use connc_expr::text::{Escape, Scope, render};
use connc_plan::{Action, Apply, ErrorKind, Plan, Segment, Text};
use serde_json::Value;
use url::Url;

use crate::Error;
use crate::account::Checked;
use crate::context::Context;
use crate::guard::Origin;
use crate::scope::Names;

/// What is kept of an account, in scope as `kept.*`.
type Kept = Arc<BTreeMap<String, Value>>;

/// The base URL of an account's requests, without a trailing slash in its path.
pub(crate) fn base(plan: &Plan, account: &Checked, kept: &Kept) -> Result<Url, Error> {
    let text = account.method.base_url.as_ref().unwrap_or(&plan.base_url);
    let names = Names::new(account, &plan.constants, Arc::clone(kept));
    absolute(text, &names).map_err(|error| error.at(plan, "base_url", text.origin))
}

/// The origins that the plan itself names for this account: the base URL's, where its host is known already, and those of absolute URLs.
pub(crate) fn origins(plan: &Plan, account: &Checked, kept: &Kept) -> Result<(Option<Origin>, Vec<Origin>), Error> {
    let names = Names::new(account, &plan.constants, Arc::clone(kept));
    let text = account.method.base_url.as_ref().unwrap_or(&plan.base_url);
    let host = authority(text);
    let base = if missing(text, &names).is_none() {
        Origin::of(&base(plan, account, kept)?)
    } else if missing(&host, &names).is_none() {
        // The path may wait for what is not kept yet; where requests go does not.
        Origin::of(&absolute(&host, &names).map_err(|error| error.at(plan, "base_url", text.origin))?)
    } else {
        None
    };
    let mut origins = Vec::new();
    let steps = plan.operations.values().flat_map(|operation| &operation.steps);
    for step in steps {
        let Action::Request(request) = &step.action else { continue };
        // The host alone is made, since the rest may need an input that is not at hand.
        let host = is_absolute(&request.url).then(|| authority(&request.url));
        let Some(origin) = host.and_then(|host| absolute(&host, &names).ok()).and_then(|url| Origin::of(&url)) else { continue };
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    Ok((base, origins))
}

/// The URL of a request: its own where it is absolute, else its path on the base.
pub(crate) fn url(context: &Context, text: &Text, names: &Names<'_>) -> Result<Url, Error> {
    if is_absolute(text) {
        return absolute(text, names);
    }
    let base = base(context.plan(), &context.account, &names.kept)?;
    let path = made(text, names, Escape::Path)?;
    on_base(&base, &path)
}

/// The first `kept.NAME` of a text that is not kept.
fn missing<'a>(text: &'a Text, names: &Names<'_>) -> Option<&'a str> {
    text.references().into_iter().find_map(|reference| match reference.path.as_slice() {
        [first, name, ..] if first == "kept" && !names.kept.contains_key(name) => Some(name.as_str()),
        _ => None,
    })
}

/// A path, with or without a query, on the base URL.
pub(crate) fn on_base(base: &Url, path: &str) -> Result<Url, Error> {
    let base = base.as_str().trim_end_matches('/');
    let whole = match path.chars().next() {
        None => base.to_owned(),
        Some('?') => format!("{base}{path}"),
        Some(_) => format!("{base}/{}", path.trim_start_matches('/')),
    };
    Url::parse(&whole).map_err(|_| Error::invalid("the URL cannot be read"))
}

/// Whether a text begins with a scheme, or with a value that holds one.
fn is_absolute(text: &Text) -> bool {
    match text.segments.first() {
        Some(Segment::Literal(literal)) => literal.starts_with("https://") || literal.starts_with("http://"),
        Some(Segment::Value(_)) => true,
        Some(Segment::Base64(_)) | None => false,
    }
}

/// An absolute URL, whose host is the plan's or the account's to say, and never a call's.
fn absolute(text: &Text, names: &Names<'_>) -> Result<Url, Error> {
    let trusted = |name: &String| matches!(name.as_str(), "account" | "auth" | "constants" | "app" | "kept");
    if authority(text).references().into_iter().any(|reference| !reference.path.first().is_some_and(trusted)) {
        return Err(Error::new(ErrorKind::Security, "the host of a URL cannot come from a call's input"));
    }
    Url::parse(&made(text, names, Escape::Base)?).map_err(|_| Error::invalid("the URL cannot be read"))
}

/// Scheme and host alone, as a text of their own.
fn authority(text: &Text) -> Text {
    let mut segments = Vec::new();
    for segment in &text.segments {
        let first = segments.is_empty();
        match segment {
            Segment::Literal(literal) => {
                let (scheme, rest) = match literal.split_once("://") {
                    Some((scheme, rest)) if first => (format!("{scheme}://"), rest),
                    Some(_) | None => (String::new(), literal.as_str()),
                };
                let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
                segments.push(Segment::Literal(format!("{scheme}{host}")));
                if host.len() < rest.len() {
                    break;
                }
            }
            Segment::Value(_) | Segment::Base64(_) => segments.push(segment.clone()),
        }
    }
    Text { segments, origin: text.origin }
}

/// A text that must come to something.
fn made(text: &Text, names: &Names<'_>, escape: Escape) -> Result<String, Error> {
    if let Some(name) = missing(text, names) {
        return Err(not_kept(names.account, name));
    }
    optional(text, names, escape)?.ok_or_else(|| Error::invalid(format!("`{text}` has no value")))
}

/// Why there is no `kept.NAME`.
pub(crate) fn not_kept(account: &Checked, name: &str) -> Error {
    if account.method.choose.iter().any(|choose| choose.name == name) {
        return Error::invalid(format!("`{name}` is not chosen yet")).with_help("connect the account, and choose one of what it reaches");
    }
    Error::new(ErrorKind::NeedsReauth, format!("no `{name}` is kept of the account")).with_help("connect the account again")
}

/// A text that may be one whole reference to nothing.
pub(crate) fn optional(text: &Text, scope: &dyn Scope, escape: Escape) -> Result<Option<String>, Error> {
    render(text, scope, escape).map_err(|error| Error::invalid(error.message))
}

/// Whether a template holds something that must not be shown.
pub(crate) fn sensitive(text: &Text) -> bool {
    text.references().into_iter().any(|reference| {
        let path: Vec<&str> = reference.path.iter().map(String::as_str).collect();
        matches!(path.as_slice(), ["secret" | "token", ..] | ["app", "secret", ..])
    })
}

/// Whether an auth value goes on requests of this method.
pub(crate) fn applies(apply: &Apply, method: connc_plan::Method) -> bool {
    apply.on.is_empty() || apply.on.contains(&method)
}
