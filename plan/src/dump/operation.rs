//! Operations: the requests, where the records stand, and the loop over pages.

use super::layout::Page;
use super::steps::{requests, step_text};
use super::value;
use crate::{
    Action, Advance, Answer, Body, Bound, Compression, Data, Download, EmptyPage, Next, Operation, Paginate, Plan, Progress, Records,
    Request, Select, Shape, Size, Step, Target,
};

pub(super) fn operation(page: &mut Page, plan: &Plan, operation: &Operation) {
    let Operation { name, shape, input, takes_id, takes_parent, steps, records, paginate, select, reads: _, download, already, origin } =
        operation;
    page.heading(&format!("operation {name}"), Some(plan.place(*origin)));
    let mut rows: Vec<(&str, String)> = Vec::new();
    let word = |step: &Step| match step.action {
        Action::Give(_) => "give",
        Action::Request(_) | Action::Call(_) | Action::Let(_) | Action::Require(_) | Action::Poll(_) => "step",
    };
    rows.extend(steps.iter().map(|step| (if single(steps) { "send" } else { word(step) }, step_text(step))));
    rows.extend(requests(plan, steps).map(|requests| ("requests", requests)));
    let mut taken: Vec<(&str, String)> = Vec::new();
    taken.extend(takes_parent.then(|| ("parent.id", String::new())));
    taken.extend(takes_id.then(|| ("id", String::new())));
    taken.extend(value::parameters(input));
    if !taken.is_empty() {
        rows.push(("takes", value::columns(&taken)));
    }
    if let Some(Select { names, more }) = select {
        let more = more.iter().map(|from| format!("and those of {}{from}", if from.contains('.') { "" } else { "input " }));
        rows.push(("asks for", listed(names).into_iter().chain(more).collect::<Vec<_>>().join("\n")));
    }
    rows.push(("gives", gives(*shape, records)));
    if let Some(Download { fetch, within, redirect, origin: _ }) = download {
        let from = fetch.as_ref().map_or_else(|| "the answer".to_owned(), |fetch| format!("fetched from {}", fetch.source));
        let within = if within.is_empty() { String::new() } else { format!(", within {}", within.join(" or ")) };
        let redirect =
            if redirect.is_empty() { String::new() } else { format!(", redirected within {} without credentials", redirect.join(" or ")) };
        rows.push(("file", format!("{from}{within}{redirect}")));
    }
    if !already.is_empty() {
        rows.push(("done if", already.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ")));
    }
    if let Some(paginate) = paginate {
        pages(&mut rows, paginate);
    }
    page.rows(1, &rows);
}

/// Names in lines of a readable length.
pub(super) fn listed(names: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for name in names {
        match lines.last_mut() {
            Some(line) if line.chars().count() + name.chars().count() < 100 => line.push_str(&format!(", {name}")),
            Some(_) | None => lines.push(name.clone()),
        }
    }
    if lines.is_empty() { vec!["nothing by name".to_owned()] } else { lines }
}

fn single(steps: &[Step]) -> bool {
    matches!(steps, [Step { action: Action::Request(_), when: None, bind: None, .. }])
}

/// A request: its line, then query, headers and body.
pub(super) fn request(request: &Request) -> String {
    let Request { method, url, query, lists, headers, body, answer, compression, idempotent, idempotency_header, origin: _ } = request;
    let mut parts = vec![format!("{} {url}", method.name())];
    let named = |title: &str, text: String| if text.is_empty() { None } else { Some(block(title, &text)) };
    parts.extend(named("query", value::pairs(query)));
    for (name, style) in lists {
        parts.push(format!("lists in {name} by {}", style.name()));
    }
    parts.extend(named("headers", value::pairs(headers)));
    parts.extend(match body {
        Body::None => None,
        Body::Json(data) => named("json", value::data(data)),
        Body::Form(fields) => named("form", value::pairs(fields)),
        Body::FormData { data, nested } => named(&format!("form ({})", nested.name()), value::data(data)),
        Body::Multipart(fields) => named("multipart", value::data(&Data::Object(fields.clone()))),
        Body::Raw { content_type, content } => named(&format!("raw ({content_type})"), value::data(content)),
    });
    if *idempotent != method.idempotent() {
        parts.push(if *idempotent { "may be repeated".to_owned() } else { "is never repeated on its own".to_owned() });
    }
    parts.extend(idempotency_header.as_ref().map(|header| format!("a fresh key in header {header}")));
    match answer {
        Answer::Json => {}
        Answer::Ndjson => parts.push("the answer is a JSON document on each line".to_owned()),
        Answer::Csv => parts.push("the answer is comma-separated values".to_owned()),
        Answer::Text => parts.push("the answer is text".to_owned()),
        Answer::Bytes => parts.push("the answer is bytes, to be downloaded".to_owned()),
        Answer::None => parts.push("the answer's body does not matter".to_owned()),
    }
    match compression {
        Some(Compression::Gzip) => parts.push("it is a gzip file".to_owned()),
        None => {}
    }
    parts.join("\n")
}

/// A titled block, each line of it under the first.
pub(super) fn block(title: &str, text: &str) -> String {
    let gap = " ".repeat(title.len() + 1);
    format!("{title} {}", text.replace('\n', &format!("\n{gap}")))
}

fn gives(shape: Shape, records: &Records) -> String {
    let shape = match shape {
        Shape::List => "a list",
        Shape::One => "one record",
        Shape::Nothing => "nothing",
    };
    match records {
        Records::Items { path, absent_is_empty, one, keep_if } => {
            let shape = if *one { "a list of the one record" } else { shape };
            let absent = if *absent_is_empty { ", empty where it is absent" } else { "" };
            let keep = keep_if.as_ref().map(|keep| format!(", of which {}", keep.source)).unwrap_or_default();
            format!("{shape} at {path}{absent}{keep}")
        }
        Records::Item { path, keep_if } => {
            let keep = keep_if.as_ref().map(|keep| format!(", the one of which {}", keep.source)).unwrap_or_default();
            format!("{shape} at {path}{keep}")
        }
        Records::None => shape.to_owned(),
    }
}

/// The loop: its token, its size, what ends it, and what bounds it.
fn pages(rows: &mut Vec<(&str, String)>, paginate: &Paginate) {
    let Paginate {
        style,
        next,
        into,
        size,
        first_only,
        until,
        more,
        total,
        ends_on,
        empty_page,
        short_page_ends,
        progress,
        bound,
        independent,
        origin: _,
    } = paginate;
    let from = match next {
        Next::Answer(expression) => expression.source.clone(),
        Next::Link(relation) => format!("Link rel={relation}"),
        Next::LastItem(expression) => format!("the last record's {}", expression.source),
        Next::Counter { start, advance, on_first } => {
            let step = match advance {
                Advance::One => "1 a page".to_owned(),
                Advance::Items => "the records of a page".to_owned(),
                Advance::By(number) => format!("{number} a page"),
            };
            format!("a counter from {start}, plus {step}{}", if *on_first { "" } else { ", not on the first request" })
        }
    };
    let Bound { pages, cap } = bound;
    if *pages == 1 {
        rows.push(("pages", format!("{style}: one")));
        return;
    }
    rows.push(("pages", format!("{style}: {from} -> {}", target(into))));
    if let Some(Size { into, value, max }) = size {
        let most = max.filter(|max| max != value).map(|max| format!(", {max} at most")).unwrap_or_default();
        rows.push(("size", format!("{value} in {}{most}", target(into))));
    }
    if !first_only.is_empty() {
        rows.push(("first", format!("only the first request has {}", first_only.join(", "))));
    }
    if let Some(more) = more {
        rows.push(("cut", format!("an error, where no token comes while {}", more.source)));
    }
    let tokens = std::iter::once("no token".to_owned()).chain(ends_on.iter().map(|value| format!("token {value}")));
    let mut ends: Vec<Option<String>> = match next {
        Next::Counter { .. } => Vec::new(),
        Next::Answer(_) | Next::Link(_) | Next::LastItem(_) => tokens.map(Some).collect(),
    };
    ends.push(until.as_ref().map(|until| until.source.clone()));
    ends.push(total.as_ref().map(|total| format!("{} records read", total.source)));
    ends.push(short_page_ends.then(|| "a short page".to_owned()));
    ends.push(match empty_page {
        EmptyPage::End => Some("an empty page".to_owned()),
        EmptyPage::Continue => None,
    });
    rows.push(("ends", ends.into_iter().flatten().collect::<Vec<_>>().join(" | ")));
    let progress = match progress {
        Progress::FreshToken => "each token must be new",
        Progress::GrowingCounter => "the counter must grow",
    };
    let cap = cap.map(|cap| format!(", {cap} records at most")).unwrap_or_default();
    let ahead = if *independent { ", pages can be asked for ahead" } else { "" };
    rows.push(("bound", format!("{pages} pages{cap}; {progress}{ahead}")));
}

fn target(target: &Target) -> String {
    match target {
        Target::Query(name) => format!("query {name}"),
        Target::Header(name) => format!("header {name}"),
        Target::Template(name) => format!("templates as page.{name}"),
        Target::Body(path) => format!("body {}", path.join(".")),
        Target::Url => "the whole URL".to_owned(),
    }
}
