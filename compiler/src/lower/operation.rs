//! Operations: one request each, in this version.

use connc_expr::ir::Kind;
use connc_plan as plan;

use super::Lowering;
use crate::check::{Callee, Needs, asked_names, asks};
use crate::lang::{Expression, Root, sent};
use crate::pagination::{Loop, Next};
use crate::spec::{Body, Download, Operation, Records, Request};

impl Lowering<'_> {
    pub(super) fn operation(&self, operation: &Operation) -> plan::Operation {
        let Operation { name, input, request, records, paginate, says_pages: _, select, download, already, answer: _, incomplete: _ } =
            operation;
        let shape = match records {
            Records::Items { .. } => plan::Shape::List,
            Records::Item { .. } | Records::Whole => plan::Shape::One,
            Records::None => plan::Shape::Nothing,
        };
        let origin = self.origin(request.span);
        let mut request = self.request(request, shape);
        if let Some(select) = select {
            join_names(&mut request, &select.join);
        }
        let step = plan::Step::new(plan::Action::Request(Box::new(request)), origin);
        plan::Operation {
            name: name.value.clone(),
            shape,
            input: input.iter().map(|parameter| parameter.lower(self.origin(parameter.name.span))).collect(),
            select: select.as_ref().map(|select| plan::Select {
                names: self
                    .asked
                    .operations
                    .get(&name.value)
                    .and_then(|all| asked_names(operation, all))
                    .map(|all| all.names)
                    .unwrap_or_default(),
                more: select.more.iter().map(|more| more.value.clone()).collect(),
            }),
            takes_id: Callee::Operation(operation).takes("id"),
            takes_parent: Callee::Operation(operation).takes("parent"),
            steps: vec![step],
            records: self.records(records, origin),
            paginate: paginate.as_ref().map(|paginate| self.paginate(paginate, self.operation_reads(operation))),
            reads: self.operation_reads(operation),
            download: download.as_ref().map(|download| self.download(download)),
            already: already.clone(),
            origin: self.origin(name.span),
        }
    }

    /// The names that a call asks for, where the operation that it comes to asks by name.
    pub(super) fn names_of(&self, called: &str, needs: &Needs) -> Option<Vec<String>> {
        asked_names(asks(self.spec, called)?, needs).map(|asked| asked.names)
    }

    fn download(&self, download: &Download) -> plan::Download {
        let Download { fetch, within, redirect, span } = download;
        let texts = |list: &[crate::source::Spanned<String>]| list.iter().map(|text| text.value.to_ascii_lowercase()).collect();
        plan::Download {
            fetch: fetch.as_ref().map(|fetch| self.expression(fetch)),
            within: texts(within),
            redirect: texts(redirect),
            origin: self.origin(*span),
        }
    }

    fn request(&self, request: &Request, shape: plan::Shape) -> plan::Request {
        let Request { method, url, query, lists, headers, body, format, compression, idempotent, idempotency_header, span } = request;
        let is_query = matches!(body, Body::Graphql { document, .. } if !document.is_mutation);
        let endpoint = self.spec.graphql.as_ref().map(|graphql| &graphql.endpoint);
        plan::Request {
            method: *method,
            url: url.as_ref().or(endpoint).map(|url| self.text(url)).unwrap_or_default(),
            query: self.texts(query),
            lists: lists.iter().map(|(name, style)| (name.clone(), style.value)).collect(),
            headers: self.texts(headers),
            body: self.body(body),
            answer: match shape {
                plan::Shape::List | plan::Shape::One => format.as_ref().map_or(plan::Answer::Json, |format| format.value),
                plan::Shape::Nothing => plan::Answer::None,
            },
            compression: *compression,
            idempotent: idempotent.unwrap_or(method.idempotent() || is_query),
            idempotency_header: idempotency_header.clone(),
            origin: self.origin(*span),
        }
    }

    fn body(&self, body: &Body) -> plan::Body {
        match body {
            Body::None => plan::Body::None,
            Body::Json(data) => plan::Body::Json(self.data(data)),
            Body::Form(fields) => plan::Body::Form(self.texts(fields)),
            Body::FormData(data, nested) => plan::Body::FormData { data: self.data(data), nested: *nested },
            Body::Multipart(parts) => {
                plan::Body::Multipart(parts.iter().map(|(name, value)| (name.value.clone(), self.data(value))).collect())
            }
            Body::Raw { content_type, content } => plan::Body::Raw { content_type: self.text(content_type), content: self.data(content) },
            // GraphQL over HTTP, section 5.4: a document with one operation needs no `operationName`.
            Body::Graphql { document, variables } => {
                let text = sent(document, self.spec.graphql.as_ref().and_then(|graphql| graphql.fragments.as_ref())).text;
                let mut members = vec![("query".to_owned(), plan::Data::Const(text.into()))];
                if !document.variables.is_empty() {
                    let variables = variables.iter().map(|(name, value)| (name.value.clone(), self.data(value))).collect();
                    members.push(("variables".to_owned(), plan::Data::Object(variables)));
                }
                plan::Body::Json(plan::Data::Object(members))
            }
        }
    }

    fn records(&self, records: &Records, origin: plan::Origin) -> plan::Records {
        match records {
            Records::Items { path, absent_is_empty, one, keep_if } => plan::Records::Items {
                path: path.lower(self.origin(path.span)),
                absent_is_empty: *absent_is_empty,
                one: *one,
                keep_if: keep_if.as_ref().map(|keep_if| self.expression(keep_if)),
            },
            Records::Item { path, keep_if } => plan::Records::Item {
                path: path.lower(self.origin(path.span)),
                keep_if: keep_if.as_ref().map(|keep_if| self.expression(keep_if)),
            },
            Records::Whole => plan::Records::Item { path: plan::Path { steps: Vec::new(), origin }, keep_if: None },
            Records::None => plan::Records::None,
        }
    }

    fn paginate(&self, paginate: &Loop, reads: bool) -> plan::Paginate {
        let Loop {
            style,
            next,
            into,
            size,
            first_only,
            until,
            more: says_more,
            total,
            ends_on,
            empty_page,
            short_page_ends,
            max_pages,
            cap,
            span,
            path_span: _,
            into_span: _,
            size_span: _,
            asked_span: _,
        } = paginate;
        let next_written = next;
        let (progress, next) = match next {
            Next::Answer(expression) => (plan::Progress::FreshToken, plan::Next::Answer(self.expression(expression))),
            Next::Made(source) => (plan::Progress::FreshToken, plan::Next::Answer(self.made(source, *span))),
            Next::Link(rel) => (plan::Progress::FreshToken, plan::Next::Link(rel.clone())),
            Next::LastItem(expression) => (plan::Progress::FreshToken, plan::Next::LastItem(self.expression(expression))),
            Next::Counter { start, advance } => {
                let next = plan::Next::Counter { start: *start, advance: *advance, on_first: true };
                (plan::Progress::GrowingCounter, next)
            }
        };
        // A number is known before the page is there, or can be guessed; a guess that is wrong must have done nothing.
        let independent = reads && matches!(&next, plan::Next::Counter { .. });
        plan::Paginate {
            style: (*style).to_owned(),
            next,
            into: into.clone(),
            size: size.clone(),
            first_only: first_only.iter().map(|name| name.value.clone()).collect(),
            until: until.as_ref().map(|until| self.expression(until)),
            more: says_more.clone().or_else(|| more(next_written, until.as_ref())).map(|source| self.made(&source, *span)),
            total: total.as_ref().map(|total| self.expression(total)),
            ends_on: ends_on.clone(),
            empty_page: *empty_page,
            short_page_ends: *short_page_ends,
            progress,
            bound: plan::Bound { pages: *max_pages, cap: *cap },
            independent,
            origin: self.origin(*span),
        }
    }

    /// Whether an operation only reads, as far as can be told: a POST that gives a list is a search.
    pub(super) fn operation_reads(&self, operation: &Operation) -> bool {
        let by_method = matches!(operation.request.method, plan::Method::Get | plan::Method::Head);
        match &operation.request.body {
            Body::Graphql { document, .. } => !document.is_mutation,
            Body::Json(_) | Body::Form(_) | Body::FormData(..) | Body::Multipart(_) | Body::Raw { .. } => {
                by_method || matches!(operation.records, Records::Items { .. })
            }
            Body::None => by_method,
        }
    }
}

/// Where the names that are asked for stand in a text, they are joined; a parameter that takes a list says itself how it is written.
fn join_names(request: &mut plan::Request, join: &str) {
    let plan::Request { url, query, lists, headers, body, .. } = request;
    let texts = query.iter_mut().filter(|(name, _)| !lists.iter().any(|(list, _)| list == name)).chain(headers);
    let mut texts: Vec<&mut plan::Text> = texts.map(|(_, text)| text).chain([url]).collect();
    match body {
        plan::Body::Form(fields) => texts.extend(fields.iter_mut().map(|(_, text)| text)),
        plan::Body::Raw { content_type, .. } => texts.push(content_type),
        plan::Body::None | plan::Body::Json(_) | plan::Body::FormData { .. } | plan::Body::Multipart(_) => {}
    }
    for segment in texts.into_iter().flat_map(|text| &mut text.segments) {
        match segment {
            plan::Segment::Value(reference) if reference.path == [Root::Select.name()] => {
                if !reference.filters.iter().any(|filter| filter.name == "join") {
                    reference.filters.push(plan::TextFilter { name: "join".to_owned(), arguments: vec![join.to_owned()] });
                }
            }
            plan::Segment::Value(_) | plan::Segment::Literal(_) | plan::Segment::Base64(_) => {}
        }
    }
}

/// What says in an answer that there is more: the flag that `until` reads is there, and does not mean the end.
fn more(next: &Next, until: Option<&Expression>) -> Option<String> {
    let until = until?;
    // A counter and a keyset always know how to go on.
    if !matches!(next, Next::Answer(_)) {
        return None;
    }
    let mut paths: Vec<std::ops::Range<usize>> = Vec::new();
    until.root.walk(&mut |node| {
        let is_path = matches!(&node.kind, Kind::Path(_) | Kind::Field(_));
        if is_path && !paths.iter().any(|path| path.start <= node.span.start && node.span.end <= path.end) {
            paths.push(node.span.clone());
        }
    });
    let [path] = paths.as_slice() else { return None };
    let path = until.source.get(path.clone()).filter(|path| !path.starts_with('$'))?;
    Some(format!("$exists({path}) and $not({})", until.source))
}
