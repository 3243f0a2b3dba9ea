//! `download`: files that operations give.

use connc_plan as plan;

use crate::diagnostic::{Code, Diagnostic};
use crate::lang::expression;
use crate::source::Spanned;
use crate::spec::{DOWNLOAD, Download, REDIRECT};
use crate::yaml::{Context, Reader};

/// Reads the key; `format` and `method` are what stands beside it.
pub(super) fn download(reader: &mut Reader<'_, '_>, format: Option<plan::Answer>, method: Option<&str>) -> Option<Download> {
    let node = reader.take("download")?;
    let place = reader.key_span("download").unwrap_or(node.span);
    let mut inner = Reader::open(node, &DOWNLOAD, reader.context())?;
    let fetch = expression(&mut inner, "fetch");
    let has_fetch = inner.key_span("fetch").is_some();
    let within = domains(&mut inner, "within");
    inner.choice("answer");
    let redirect_span = inner.key_span("redirect");
    let redirect = match inner.take("redirect") {
        Some(node) => {
            let mut redirect = Reader::open(node, &REDIRECT, inner.context())?;
            redirect.choice("credentials");
            domains(&mut redirect, "within")
        }
        None => Vec::new(),
    };
    let mut conflict = |span, message: &str, help: &str| {
        reader.context().diagnostics.push(Diagnostic::new(Code::ConflictingKeys, span, message).help(help));
    };
    match (has_fetch, format == Some(plan::Answer::Bytes)) {
        (true, true) => conflict(place, "the answer is either a file or says where to fetch one", "leave out `format: bytes` or `fetch`"),
        (false, false) => {
            conflict(place, "nothing says where the file is", "add `fetch: url`, or `format: bytes` where the answer is the file")
        }
        (true, false) | (false, true) => {}
    }
    if let (false, Some(span), Some(method)) = (has_fetch || method == Some("get"), redirect_span, method) {
        conflict(span, &format!("a `{method}` is never redirected"), "leave out `redirect`");
    }
    if let (false, Some(first)) = (has_fetch, within.first()) {
        conflict(first.span, "`within` confines the URL that `fetch` names, and there is none", "leave it out");
    }
    Some(Download { fetch, within, redirect, span: place })
}

fn domains(reader: &mut Reader<'_, '_>, name: &str) -> Vec<Spanned<String>> {
    let domains = reader.texts(name);
    for domain in &domains {
        check_domain(domain, reader.context());
    }
    domains
}

fn check_domain(domain: &Spanned<String>, context: &mut Context<'_>) {
    let label = |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if domain.value.contains('.') && domain.value.split('.').all(label) {
        return;
    }
    let message = format!("`{}` is no domain", domain.value);
    context
        .diagnostics
        .push(Diagnostic::new(Code::InvalidValue, domain.span, message).help("write it without scheme, port and path: `example.net`"));
}
