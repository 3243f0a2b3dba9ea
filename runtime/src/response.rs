//! What an answer means: fine, or an error of some kind.

use connc_plan::{Answer, ErrorKind, ErrorRules, Expression, Request};
use http::HeaderMap;
use serde_json::{Map, Value};

use crate::Error;
use crate::context::Context;
use crate::exchange::Received;
use crate::program::{Evaluation, Vars, mentions};
use crate::sheet::Rules;

/// A provider's text is cut here: it may repeat a whole request.
const LONGEST: usize = 500;

/// The error that an answer is, if it is one.
pub(crate) fn classify(context: &Context, request: &Request, received: &Received) -> Result<(), Error> {
    let rules = &context.plan().errors;
    match received.status {
        206 if is_piece(received) => Err(piece(received)),
        200..=299 => error_in_success(context, request, rules, received)?.map_or(Ok(()), Err),
        // Where a file may lead on to is its download's business.
        300..=399 if request.answer == Answer::Bytes && context.fetched.as_ref().is_some_and(|fetched| fetched.follows) => Ok(()),
        300..=399 => Err(redirected(context, received)),
        _ => Err(refused(context, request, rules, received)),
    }
}

/// The variables that expressions over an answer see: `$status`, `$headers` and what every expression sees.
pub(crate) fn vars(base: &Vars, received: &Received, expressions: &[&Expression]) -> Vars {
    let mut vars = base.clone();
    vars.set("status", received.status.to_string());
    // Few expressions read headers, and there are many of them.
    if expressions.iter().any(|expression| mentions(expression, "headers")) {
        vars.set("headers", Value::Object(lowercase(&received.headers)).to_string());
    }
    vars
}

fn lowercase(headers: &HeaderMap) -> Map<String, Value> {
    let text = |name| headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect::<Vec<_>>().join(", ");
    headers.keys().map(|name| (name.as_str().to_owned(), Value::String(text(name)))).collect()
}

fn error_in_success(context: &Context, request: &Request, rules: &ErrorRules, received: &Received) -> Result<Option<Error>, Error> {
    let Some(when) = &rules.when else { return Ok(None) };
    let vars = vars(&context.vars(), received, &[when]);
    // Where a document was due and nothing came, that may be how the provider says it.
    let nothing = request.answer == Answer::Json && received.text.trim().is_empty();
    // Text that is no JSON is not for this rule: whoever wants records of it says what is wrong with it.
    let over = if nothing {
        Rules::Engine(Evaluation::over_nothing(context.programs(), &vars)?)
    } else {
        let Ok(over) = Rules::over(context.programs(), received.noted(), &received.text, &vars, &[when]) else { return Ok(None) };
        over
    };
    if !over.truth(when).map_err(|error| error.at(context.plan(), "errors.when", when.origin))? {
        return Ok(None);
    }
    let what = if nothing { "nothing" } else { "an error" };
    let error = Error::new(ErrorKind::Provider, format!("the provider answered {} with {what} in it", received.status));
    Ok(Some(described(context, rules, received, error)))
}

fn refused(context: &Context, request: &Request, rules: &ErrorRules, received: &Received) -> Error {
    let status = received.status;
    let kind = match status {
        401 => ErrorKind::Auth,
        402 | 403 => ErrorKind::Forbidden,
        404 | 410 => ErrorKind::NotFound,
        409 | 412 | 423 => ErrorKind::Conflict,
        400 | 413 | 414 | 422 => ErrorKind::InvalidInput,
        429 => ErrorKind::RateLimited,
        408 | 504 => ErrorKind::Timeout,
        _ => ErrorKind::Provider,
    };
    let mut error = Error::new(kind, format!("the provider answered {status}"));
    error.retryable = matches!(status, 408 | 429) || (request.idempotent && status >= 500) || status == 503;
    let error = described(context, rules, received, error);
    // A gateway that gave up does not say what became of the write behind it.
    if matches!(status, 502 | 504) && !request.idempotent && request.idempotency_header.is_none() {
        let mut error = error;
        error.kind = ErrorKind::OutcomeUnknown;
        error.retryable = false;
        return error.with_help("look whether the write was done before sending it again");
    }
    error
}

/// Adds what the provider says: code, text, rate limit, and the kind that the spec's rules give.
fn described(context: &Context, rules: &ErrorRules, received: &Received, mut error: Error) -> Error {
    error.status = Some(received.status);
    error.rate_limit = received.limits.tightest();
    let mut wanted: Vec<&Expression> = rules.code.iter().chain(&rules.message).collect();
    wanted.extend(rules.kinds.iter().map(|rule| &rule.when));
    let vars = vars(&context.vars(), received, &wanted);
    // Rules over status and headers hold for a body that is no JSON, too.
    let over = Evaluation::over(context.programs(), &received.text, &vars, &wanted)
        .or_else(|_| Evaluation::over_nothing(context.programs(), &vars));
    let Ok(over) = over else { return error };
    let redactor = &context.standing().redactor;
    let text =
        |expression: &Option<Expression>| over.text(expression.as_ref()?).ok().flatten().map(|text| shortened(&redactor.clean(&text)));
    error.provider_code = text(&rules.code);
    error.provider_message = text(&rules.message);
    if let Some(rule) = rules.kinds.iter().find(|rule| over.truth(&rule.when).unwrap_or(false)) {
        error.kind = rule.kind;
        error.retryable = error.retryable || rule.kind == ErrorKind::RateLimited;
    }
    error
}

/// A provider's text as far as it is shown. Secrets are taken out before: one that is cut in two would not be found any more.
pub(crate) fn shortened(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(LONGEST).and_then(|(end, _)| text.get(..end)) {
        Some(start) => format!("{start}…"),
        None => text.to_owned(),
    }
}

/// Whether the answer is some bytes of the document, which nobody asked for (RFC 9110, section 14.4). Some providers answer 206 for each page
/// of a list, in units of their own.
fn is_piece(received: &Received) -> bool {
    let range = received.headers.get(http::header::CONTENT_RANGE).and_then(|range| range.to_str().ok());
    range.is_some_and(|range| range.trim_start().get(..5).is_some_and(|unit| unit.eq_ignore_ascii_case("bytes")))
}

fn piece(received: &Received) -> Error {
    let mut error = Error::new(ErrorKind::Provider, "the answer is a piece of the document, which was not asked for");
    error.status = Some(received.status);
    error
}

fn redirected(context: &Context, received: &Received) -> Error {
    let target =
        received.headers.get(http::header::LOCATION).and_then(|value| value.to_str().ok()).and_then(|text| received.url.join(text).ok());
    let mut error = match target {
        Some(target) => {
            let why = if context.plan().redirects { "such a redirect is not followed" } else { "this connector does not follow redirects" };
            Error::new(ErrorKind::Provider, format!("redirected to {}; {why}", shown(&target)))
                .with_help("check the account's host: a redirect often means a renamed tenant, a wrong host, or a login page")
        }
        None => Error::new(ErrorKind::Provider, format!("the provider answered {} without saying where to", received.status)),
    };
    error.status = Some(received.status);
    error
}

/// Where a URL leads, without its path and query, which may hold secrets.
fn shown(url: &url::Url) -> String {
    if url.origin().is_tuple() { url.origin().ascii_serialization() } else { format!("`{}:`", url.scheme()) }
}

/// Why a body is no JSON document, in words that hold nothing of it.
pub(crate) fn not_json(received: &Received, reason: &serde_json::Error) -> Error {
    let kind = received.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).map_or("no content type", str::trim);
    let text = received.text.trim_start();
    let size = received.text.len();
    let html = kind.eq_ignore_ascii_case("text/html")
        || text.get(..1) == Some("<") && text.get(..200).unwrap_or(text).to_ascii_lowercase().contains("<html");
    let message = if text.is_empty() {
        format!("the answer is empty, where a JSON document was due ({kind})")
    } else if html {
        format!("the answer is an HTML page, not JSON; a proxy or a login page may stand between ({kind}, {size} bytes)")
    } else if reason.is_eof() {
        format!("the JSON of the answer breaks off ({kind}, {size} bytes)")
    } else {
        format!("the answer is no JSON document: wrong at line {} column {} ({kind}, {size} bytes)", reason.line(), reason.column())
    };
    let mut error = Error::new(ErrorKind::Provider, message);
    error.status = Some(received.status);
    error
}
