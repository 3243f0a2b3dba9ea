//! What a connector touches: its operations, and every name that its expressions use.

use std::collections::BTreeSet;

use connc_compiler::diagnostic::Diagnostics;
use connc_compiler::lang::{Expression, Path, Piece, Template};
use connc_compiler::pagination::{Loop, Next};
use connc_compiler::parse;
use connc_compiler::source::{Sources, Span, Spanned};
use connc_compiler::spec::{Action, Body, Connector, Data, FieldValue, Operation, Records, Step};
use connc_compiler::yaml::Context;
use connc_expr::ir::{Kind, Node};
use connc_plan::{Method, Target};

use crate::paths::{self, Segments};

/// What a connector touches of its provider's API.
#[derive(Clone, Debug)]
pub struct Touched {
    /// The operations over HTTP.
    pub(crate) operations: Vec<Wanted>,
    /// Every name that something uses, with its place.
    pub(crate) uses: Vec<Use>,
    names: BTreeSet<String>,
    everything: bool,
}

/// An operation that the connector has.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// Its coordinate: `users.list`.
    pub(crate) name: String,
    pub(crate) method: Method,
    /// The paths that it may have in a description: with each base, and without.
    pub(crate) paths: Vec<Segments>,
    /// The path as people read it.
    pub(crate) shown: String,
    pub(crate) form: bool,
    /// Its query, with `{}` for each value that is put in.
    pub(crate) query: Vec<(String, String)>,
    /// What it sends besides the body.
    pub(crate) sends: Vec<Sent>,
    /// How many records it asks for, and under which name.
    pub(crate) size: Option<(String, u64)>,
    pub(crate) span: Span,
}

/// A query parameter or header.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) name: String,
    /// `query` or `header`.
    pub(crate) place: &'static str,
    pub(crate) span: Span,
}

/// A name and where it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Use {
    pub(crate) name: String,
    pub(crate) about: About,
    pub(crate) span: Span,
    /// Whether it is sent, instead of read from an answer.
    pub(crate) writes: bool,
    /// Whether values of it are translated one by one.
    pub(crate) is_enum: bool,
}

/// How a name is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Read,
    Write,
    Translate,
}

/// What a use is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum About {
    /// Every operation.
    All,
    /// One operation.
    Operation(String),
    /// The operations of a resource.
    Resource(String),
}

/// Reads a connector as far as it can be read; what is wrong with it is the compiler's to say.
#[must_use]
pub fn read_connector(sources: &Sources) -> Option<Connector> {
    let mut diagnostics = Diagnostics::default();
    let trees = parse::Trees::read(sources, &mut diagnostics);
    let mut context = Context { sources, diagnostics: &mut diagnostics };
    let maps = trees.maps.iter().filter_map(|tree| parse::map_file(tree, &mut context)).collect();
    let spec = parse::connector(trees.connector.as_ref()?, &mut context)?;
    Some(Connector { maps, ..spec })
}

impl Touched {
    /// Everything that a description has: what is read before there is a connector.
    pub(crate) fn everything() -> Self {
        Self { operations: Vec::new(), uses: Vec::new(), names: BTreeSet::new(), everything: true }
    }

    /// What the connector touches.
    #[must_use]
    pub fn of(spec: &Connector, sources: &Sources) -> Self {
        // What the connectors touch that extend a base is theirs to say.
        let everything = parse::is_base(sources);
        let mut touched = Self { operations: Vec::new(), uses: Vec::new(), names: BTreeSet::new(), everything };
        let errors = &spec.errors;
        for expression in
            [&errors.when, &errors.code, &errors.message].into_iter().flatten().chain(errors.kinds.iter().map(|(_, when)| when))
        {
            touched.expression(expression, &About::All, Way::Read);
        }
        let mut bases: Vec<String> = vec![paths::path_of(&flat(&spec.base_url))];
        bases.extend(spec.auth.iter().filter_map(|method| Some(paths::path_of(&flat(method.base_url.as_ref()?)))));
        bases.sort();
        bases.dedup();
        for operation in &spec.operations {
            touched.operation(operation, &bases);
        }
        for resource in spec.maps.iter().flat_map(|file| &file.resources) {
            let about = About::Resource(resource.from.value.clone());
            for field in &resource.fields {
                match &field.value {
                    FieldValue::Expression(expression) => touched.expression(expression, &about, Way::Read),
                    FieldValue::Enum(translation) => touched.expression(&translation.from, &about, Way::Translate),
                    FieldValue::Const(_) | FieldValue::Unavailable(_) => {}
                }
            }
            for (_, verb) in &resource.verbs {
                touched.steps(&verb.steps);
            }
        }
        for compound in &spec.compounds {
            touched.steps(&compound.steps);
        }
        touched.names = touched.uses.iter().map(|used| used.name.clone()).collect();
        touched
    }

    /// Whether anything uses a property of this name.
    pub(crate) fn uses(&self, name: &str) -> bool {
        self.everything || self.names.contains(name)
    }

    /// What reads or writes a name for an operation.
    pub(crate) fn uses_of<'a>(&'a self, operation: &'a str, name: &'a str, writes: bool) -> impl Iterator<Item = &'a Use> {
        let resource = operation.rsplit_once('.').map_or(operation, |(resource, _)| resource);
        self.uses.iter().filter(move |used| {
            used.name == name
                && used.writes == writes
                && match &used.about {
                    About::All => true,
                    About::Operation(other) => other == operation,
                    About::Resource(other) => other == resource,
                }
        })
    }

    fn operation(&mut self, operation: &Operation, bases: &[String]) {
        let about = About::Operation(operation.name.value.clone());
        for parameter in &operation.input {
            self.add(&parameter.name.value, &about, parameter.name.span, Way::Write);
        }
        match &operation.records {
            Records::Items { path, keep_if, .. } | Records::Item { path, keep_if } => {
                self.path(path, &about);
                if let Some(expression) = keep_if {
                    self.expression(expression, &about, Way::Read);
                }
            }
            Records::Whole | Records::None => {}
        }
        if let Some(fetch) = operation.download.as_ref().and_then(|download| download.fetch.as_ref()) {
            self.expression(fetch, &about, Way::Read);
        }
        let request = &operation.request;
        let mut form = false;
        match &request.body {
            Body::None => {}
            Body::Json(data) => self.data(data, &about),
            Body::FormData(data, _) => {
                form = true;
                self.data(data, &about);
            }
            Body::Multipart(parts) => {
                form = true;
                for (name, data) in parts {
                    self.add(&name.value, &about, name.span, Way::Write);
                    self.data(data, &about);
                }
            }
            Body::Raw { content, .. } => self.data(content, &about),
            Body::Form(fields) => {
                form = true;
                for (name, template) in fields {
                    self.add(name, &about, template.span, Way::Write);
                }
            }
            Body::Graphql { document: _, variables } => {
                for (name, data) in variables {
                    self.add(&name.value, &about, name.span, Way::Write);
                    self.data(data, &about);
                }
            }
        }
        let sent = |place| move |(name, _): &(Spanned<String>, Template)| Sent { name: name.value.clone(), place, span: name.span };
        let mut sends: Vec<Sent> = request.query.iter().map(sent("query")).chain(request.headers.iter().map(sent("header"))).collect();
        let mut size = None;
        if let Some(paginate) = &operation.paginate {
            self.paging(paginate, &about);
            sends.extend(target(&paginate.into, paginate.span));
            if let Some(asked) = &paginate.size
                && let Some(sent) = target(&asked.into, paginate.span)
            {
                size = Some((sent.name.clone(), asked.value));
                sends.push(sent);
            }
        }
        let Some(template) = &request.url else { return };
        let url = flat(template);
        let own = paths::path_of(&url);
        let absolute = !url.starts_with('/');
        let mut candidates: Vec<Segments> =
            if absolute { Vec::new() } else { bases.iter().map(|base| paths::segments(&format!("{base}{own}"))).collect() };
        candidates.push(paths::segments(&own));
        self.operations.push(Wanted {
            name: operation.name.value.clone(),
            method: request.method,
            paths: candidates,
            shown: paths::path_of(&named(template)),
            form,
            query: request.query.iter().map(|(name, value)| (name.value.clone(), open(value))).collect(),
            sends,
            size,
            span: operation.name.span,
        });
    }

    fn paging(&mut self, paginate: &Loop, about: &About) {
        match &paginate.next {
            Next::Answer(next) | Next::LastItem(next) => self.expression(next, about, Way::Read),
            Next::Made(_) | Next::Link(_) | Next::Counter { .. } => {}
        }
        for expression in paginate.until.iter().chain(&paginate.total) {
            self.expression(expression, about, Way::Read);
        }
        if let Target::Body(path) = &paginate.into {
            for name in path {
                self.add(name, about, paginate.span, Way::Write);
            }
        }
    }

    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            for call in step.calls() {
                let about = About::Operation(call.call.value.clone());
                for (name, data) in &call.with {
                    self.add(&name.value, &about, name.span, Way::Write);
                    self.data(data, &about);
                }
                // What a step reads of its own result, a job's state, is read of the operation's record.
                if let Action::Poll(poll) = &step.action {
                    for expression in std::iter::once(&poll.until).chain(&poll.failed).chain(&poll.message) {
                        self.expression(expression, &about, Way::Read);
                    }
                }
            }
            // Which step bound what an expression reads is not followed: its names may be fields of any operation.
            let given: Vec<_> = step.calls().flat_map(|call| call.expressions().map(|expression| expression.span())).collect();
            let polled = matches!(&step.action, Action::Poll(_));
            for (expression, _) in step.expressions().into_iter().filter(|(expression, _)| !polled && !given.contains(&expression.span())) {
                self.expression(expression, &About::All, Way::Read);
            }
        }
    }

    fn data(&mut self, data: &Data, about: &About) {
        match data {
            Data::Const(_) => {}
            Data::Expression(expression) => self.expression(expression, about, Way::Write),
            Data::Object(members, _) => {
                for (name, value) in members {
                    self.add(name, about, name.span, Way::Write);
                    self.data(value, about);
                }
            }
            Data::List(items, _) => {
                for item in items {
                    self.data(item, about);
                }
            }
        }
    }

    fn path(&mut self, path: &Path, about: &About) {
        for step in &path.steps {
            self.add(&step.value, about, step.span, Way::Read);
        }
    }

    fn expression(&mut self, expression: &Expression, about: &About, way: Way) {
        let mut found: Vec<&Node> = Vec::new();
        expression.root.walk(&mut |node| found.push(node));
        for node in found {
            match &node.kind {
                // A text may be a member's name: that of an object that is made, or what a lookup asks for.
                Kind::Field(name) | Kind::String(name) => self.add(name, about, expression.place(node.span.clone()), way),
                Kind::Wildcard | Kind::Descendant => self.everything = true,
                _ => {}
            }
        }
    }

    fn add(&mut self, name: &str, about: &About, span: Span, way: Way) {
        let (writes, is_enum) = (way == Way::Write, way == Way::Translate);
        self.uses.push(Use { name: name.to_owned(), about: about.clone(), span, writes, is_enum });
    }
}

fn target(target: &Target, span: Span) -> Option<Sent> {
    match target {
        Target::Query(name) => Some(Sent { name: name.clone(), place: "query", span }),
        Target::Header(name) => Some(Sent { name: name.clone(), place: "header", span }),
        Target::Body(_) | Target::Template(_) | Target::Url => None,
    }
}

/// A template's text with `{}` for each reference.
fn open(template: &Template) -> String {
    flat(template).replace(paths::HOLE, "{}")
}

/// A template's text with a hole for each reference.
fn flat(template: &Template) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Literal(text) => text.clone(),
        Piece::Reference(_) | Piece::Base64(_) => paths::HOLE.to_string(),
    };
    template.pieces.iter().map(piece).collect()
}

/// A template's text with a name in braces for each reference.
fn named(template: &Template) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Literal(text) => text.clone(),
        Piece::Reference(reference) => format!("{{{}}}", reference.path.join("_")),
        Piece::Base64(_) => "{}".to_owned(),
    };
    template.pieces.iter().map(piece).collect()
}
