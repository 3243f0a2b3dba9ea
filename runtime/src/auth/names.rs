//! Which tokens a method has, and how its requests look without them.

use std::collections::{BTreeMap, BTreeSet};

use connc_plan::{Acquire, AcquireStep, AuthMethod, Body, Data, Text};

use super::acquire::bare;
use crate::context::Context;
use crate::redact::marker;
use crate::request::Built;
use crate::scope::Names;
use crate::{Error, Secret, address};

/// The tokens that are put on each request.
pub(super) fn applied(method: &AuthMethod) -> BTreeSet<&str> {
    method.apply.iter().flat_map(|apply| tokens(&apply.value)).collect()
}

/// Whether what a renewal reads is there.
pub(super) fn can_renew(refresh: &Acquire, there: &BTreeMap<String, Secret<String>>) -> bool {
    let mut before: BTreeSet<&str> = BTreeSet::new();
    let mut reads_any = false;
    for step in &refresh.steps {
        let reads = reads(step);
        reads_any |= !reads.is_empty();
        if reads.iter().any(|name| !there.contains_key(*name) && !before.contains(name)) {
            return false;
        }
        before.extend(step.keep.iter().map(|keep| keep.name.as_str()));
    }
    // An expression of a JSON body may read one without saying so here.
    reads_any || there.contains_key("refresh_token")
}

/// The tokens that the texts of a request read.
pub(super) fn reads(step: &AcquireStep) -> BTreeSet<&str> {
    let request = &step.request;
    let fields = if let Body::Form(fields) = &request.body { fields.as_slice() } else { &[] };
    let named = request.query.iter().chain(&request.headers).chain(fields);
    let claims = step.jwt.iter().flat_map(|jwt| jwt.claims.iter().chain(&jwt.header));
    let mut body = if let Body::Json(data) = &request.body { data.texts() } else { Vec::new() };
    body.extend(step.jwt.iter().flat_map(|jwt| &jwt.more).flat_map(|(_, data)| data.texts()));
    std::iter::once(&request.url).chain(named.chain(claims).map(|(_, text)| text)).chain(body).flat_map(tokens).collect()
}

/// Refuses a body whose data reads what nobody chose yet: without it, the provider would choose.
pub(crate) fn all_chosen(context: &Context, body: &Body) -> Result<(), Error> {
    let kept = &context.standing().kept;
    let open: Vec<&str> =
        context.account.method.choose.iter().map(|choose| choose.name.as_str()).filter(|name| !kept.contains_key(*name)).collect();
    let data: Vec<&Data> = match body {
        Body::None | Body::Form(_) => Vec::new(),
        Body::Json(data) | Body::FormData { data, .. } | Body::Raw { content: data, .. } => vec![data],
        Body::Multipart(parts) => parts.iter().map(|(_, data)| data).collect(),
    };
    let read =
        |name: &str| data.iter().flat_map(|data| data.expressions()).any(|expression| expression.source.contains(&format!("$kept.{name}")));
    open.into_iter().find(|name| read(name)).map_or(Ok(()), |name| Err(address::not_kept(&context.account, name)))
}

fn tokens(text: &Text) -> impl Iterator<Item = &str> {
    text.references().into_iter().filter_map(|reference| match reference.path.as_slice() {
        [first, name, ..] if first == "token" => Some(name.as_str()),
        _ => None,
    })
}

/// The names of a method's tokens, as far as its plan says them.
pub(crate) fn kept_names(method: &AuthMethod) -> BTreeSet<&str> {
    let exchange = method.authorize.as_ref().map(|authorize| &authorize.exchange);
    let steps = exchange.into_iter().chain(&method.acquire).chain(&method.refresh).flat_map(|acquire| &acquire.steps);
    let kept = steps.flat_map(|step| &step.keep).filter(|keep| keep.shown.is_none()).map(|keep| keep.name.as_str());
    kept.chain(applied(method)).collect()
}

/// The requests for a token as they would be sent, for showing.
pub(crate) fn shown_requests(context: &Context) -> Result<Vec<Built>, Error> {
    let method = &context.account.method;
    let tokens: BTreeMap<String, Secret<String>> = markers(kept_names(method));
    let jwt = Secret::new(marker("jwt"));
    let steps = method.acquire.iter().flat_map(|acquire| &acquire.steps);
    let built = steps.map(|step| {
        let jwt = step.jwt.is_some().then_some(&jwt);
        bare(context, &step.request, &Names { secrets: true, app: true, token: Some(&tokens), jwt, ..context.names() })
    });
    built.collect()
}

/// Words in the place of tokens.
pub(crate) fn markers<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeMap<String, Secret<String>> {
    names.into_iter().map(|name| (name.to_owned(), Secret::new(marker(&format!("token.{name}"))))).collect()
}
