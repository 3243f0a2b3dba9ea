//! The names of headers and cookies: tokens (RFC 9110, section 5.6.2), and none that a connector has no say in.

use connc_plan::header;

use super::{Template, templates};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Spanned;
use crate::yaml::{Context, Reader};

/// Who names a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Headers {
    /// What reads an answer.
    Read,
    /// What is put on requests.
    Sent,
    /// A request that gets a token, which may carry cookies that an answer before it set.
    SentBare,
}

/// The templates under the names of headers.
pub fn headers(reader: &mut Reader<'_, '_>, name: &str, whose: Headers) -> Vec<(Spanned<String>, Template)> {
    let read = templates(reader, name);
    for (name, _) in &read {
        header_name(name, whose, reader.context());
    }
    read
}

/// Reports a name that no header has, or a header that is not the connector's to set.
pub fn header_name(name: &Spanned<String>, whose: Headers, context: &mut Context<'_>) {
    let sent = whose != Headers::Read;
    let (message, help) = if !header::is_token(name) {
        (format!("`{}` is no name of a header", name.value), TOKEN)
    } else if sent && header::is_framing(name) {
        (format!("the header `{}` is set by the transport, and by nobody else", name.value), "leave it out")
    } else if whose == Headers::Sent && header::is_cookie(name) {
        let help = "put the cookie on requests by its name: `cookie: { name: session, value: … }` of `api_key`, or `apply: [{ cookie: session, value: … }]`";
        (format!("the header `{}` is put together of the cookies that auth names", name.value), help)
    } else {
        return;
    };
    context.diagnostics.push(Diagnostic::new(Code::InvalidValue, name.span, message).help(help));
}

/// Reports a name that no cookie has (RFC 6265, section 4.1.1).
pub fn cookie_name(name: &Spanned<String>, context: &mut Context<'_>) {
    if !header::is_token(name) {
        let diagnostic = Diagnostic::new(Code::InvalidValue, name.span, format!("`{}` is no name of a cookie", name.value));
        context.diagnostics.push(diagnostic.help(TOKEN));
    }
}

const TOKEN: &str = "names are letters, digits and any of !#$%&'*+-.^_`|~";
