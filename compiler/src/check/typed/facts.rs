//! What is known of each operation: its endpoint in the description, what it answers with, and what its records are.

use std::collections::BTreeMap;
use std::rc::Rc;

use connc_plan::Answer;

use super::endpoint::OpenPath;
use super::scope::Input;
use crate::check::{Callee, Case};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::lang::{Path, sent};
use crate::shape::{Answered, Description, Endpoint, Inputs, Object, Shape, Shapes, Trust, answered};
use crate::source::Span;
use crate::spec::{Body, Compound, Operation, Records, Step};

/// What is known of a connector's operations.
pub(in crate::check) struct Typed<'a> {
    /// The provider's description, where the connector has an extract.
    pub(super) description: Option<&'a Description>,
    /// The named types.
    pub(super) shapes: &'a Shapes,
    facts: BTreeMap<&'a str, Facts<'a>>,
    inputs: Inputs,
}

/// What is known of an operation.
pub(super) struct Facts<'a> {
    /// The provider's operation.
    pub(super) endpoint: Option<&'a Endpoint>,
    /// The body of an answer that is no error.
    pub(super) answer: Shape,
    /// One raw record.
    pub(super) record: Shape,
    /// Who vouches for it; none where nothing is known.
    pub(super) trust: Option<Trust>,
    /// What is known of its GraphQL document.
    pub(super) graphql: Option<Answered>,
}

impl<'a> Typed<'a> {
    /// Collects what is known. Paths that the answer does not have are reported.
    pub(in crate::check) fn new(
        case: &Case<'a>,
        description: Option<&'a Description>,
        none: &'a Shapes,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut typed = Self {
            description,
            shapes: description.map_or(none, |description| &description.shapes),
            facts: BTreeMap::new(),
            inputs: Inputs::default(),
        };
        for operation in &case.spec.operations {
            let facts = typed.read(operation, case, diagnostics);
            typed.facts.insert(operation.name.value.as_str(), facts);
        }
        // What is made of steps gives the records of the operation that its last step comes to.
        let mut waiting: Vec<&Compound> = case.spec.compounds.iter().collect();
        while !waiting.is_empty() {
            let before = waiting.len();
            let (ready, others): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|compound| {
                let called = compound.steps.iter().flat_map(Step::calls).filter_map(|call| case.spec.compound(&call.call));
                called.into_iter().all(|called| typed.facts.contains_key(called.name.value.as_str()))
            });
            // Those that go round in circles, which is a mistake of its own, are taken as they stand.
            let ready = if ready.is_empty() { others.clone() } else { ready };
            waiting = if before == ready.len() { Vec::new() } else { others };
            for compound in ready {
                let (record, trust) = typed.of_steps(compound, case);
                let facts = Facts { endpoint: None, answer: Shape::Unknown, record, trust, graphql: None };
                typed.facts.insert(compound.name.value.as_str(), facts);
            }
        }
        typed
    }

    /// The record of an operation that is made of steps.
    fn of_steps(&self, compound: &Compound, case: &Case<'a>) -> (Shape, Option<Trust>) {
        if let Some(given) = super::steps::given(&compound.steps, Input::Compound(compound), case, self) {
            return given;
        }
        let end = Callee::Compound(compound).end(case.spec).and_then(|(end, _)| self.facts.get(end.name().value.as_str()));
        end.map_or((Shape::Null, None), |facts| (facts.record.clone(), facts.trust))
    }

    /// What is known of an operation.
    pub(super) fn of(&self, operation: &str) -> Option<&Facts<'a>> {
        self.facts.get(operation)
    }

    /// Everything that is known, with the operations' names.
    pub(super) fn all(&self) -> impl Iterator<Item = (&'a str, &Facts<'a>)> {
        self.facts.iter().map(|(name, facts)| (*name, facts))
    }

    fn read(&self, operation: &'a Operation, case: &Case<'a>, diagnostics: &mut Diagnostics) -> Facts<'a> {
        let mut facts = Facts { endpoint: None, answer: Shape::Unknown, record: Shape::Unknown, trust: None, graphql: None };
        if let Body::Graphql { document, .. } = &operation.request.body {
            facts.graphql = self.graphql(operation, document, case);
            if let Some(answered) = &facts.graphql {
                facts.answer = answered.answer.clone();
                facts.trust = Some(Trust::Official);
            }
        } else if let Some(description) = self.description {
            facts.endpoint = OpenPath::of(operation, case.spec).and_then(|path| path.find(operation.request.method, description));
            facts.answer = facts.endpoint.and_then(answer_of).unwrap_or(Shape::Unknown);
            facts.trust = facts.endpoint.and_then(|endpoint| description.origins.get(endpoint.origin)).map(|origin| origin.trust);
            if let Some(named) = &operation.answer
                && let Some((file, pointer)) = named.value.split_once('#')
            {
                let shape = crate::check::files::find(file, case.sources).and_then(|file| description.named(file, pointer));
                match shape {
                    Some(shape) => {
                        facts.answer = shape;
                        facts.trust = facts.trust.or(Some(Trust::Official));
                    }
                    None => diagnostics.push(
                        Diagnostic::new(Code::UnknownFile, named.span, format!("`{file}` holds no type `{pointer}`"))
                            .help("types are named as in `schemas/example.yaml#/types/Thing`"),
                    ),
                }
            }
        }
        if let Some(answer) = operation.request.format.as_ref().and_then(|format| told(format.value)) {
            facts.answer = answer;
        }
        facts.record = self.record(operation, &facts.answer, diagnostics);
        facts
    }

    fn graphql(&self, operation: &Operation, document: &'a crate::lang::Document, case: &Case<'a>) -> Option<Answered> {
        let graphql = case.spec.graphql.as_ref()?;
        let schema = case.schema?;
        let file = crate::check::files::find(&graphql.schema.as_ref()?.value, case.sources)?;
        let sent = sent(document, graphql.fragments.as_ref());
        let known = case.documents.borrow();
        let read = if known.contains_key(operation.name.value.as_str()) { None } else { sent.read(schema) };
        let document = known.get(operation.name.value.as_str()).or(read.as_ref())?;
        answered(&sent, document, schema, case.changes, &self.inputs, file)
    }

    /// What one record is, by the path to it.
    fn record(&self, operation: &Operation, answer: &Shape, diagnostics: &mut Diagnostics) -> Shape {
        match &operation.records {
            Records::None => Shape::Null,
            Records::Whole => answer.clone(),
            Records::Items { path, one: true, .. } => {
                let found = self.follow(path, answer, &operation.name.value, diagnostics);
                self.not_a_list(&found, path, diagnostics);
                without_null(&found, self.shapes)
            }
            Records::Items { path, .. } => {
                let found = self.follow(path, answer, &operation.name.value, diagnostics);
                self.items(&found, path, diagnostics)
            }
            Records::Item { path, keep_if } => {
                let found = self.follow(path, answer, &operation.name.value, diagnostics);
                // The one element of a list that stands at a path is the record, as it is when the operation runs.
                let of_list = keep_if.is_some() || (!path.steps.is_empty() && self.is_list(&found));
                if of_list { self.items(&found, path, diagnostics) } else { without_null(&found, self.shapes) }
            }
        }
    }

    fn items(&self, found: &Shape, path: &Path, diagnostics: &mut Diagnostics) -> Shape {
        if *found == Shape::Unknown {
            return Shape::Unknown;
        }
        let lists = self.shapes.alternatives(found).into_iter().filter_map(|shape| match shape {
            Shape::List(items) => Some(items.as_ref().clone()),
            _ => None,
        });
        let lists: Vec<Shape> = lists.collect();
        if lists.is_empty() {
            let written = path.steps.iter().map(|step| step.value.as_str()).collect::<Vec<_>>().join(".");
            let what = if written.is_empty() { "the answer".to_owned() } else { format!("`{written}`") };
            let diagnostic =
                Diagnostic::new(Code::TypeMismatch, path.span, format!("{what} is not a list, and records are taken from one"));
            let fields = self.lists_in(found);
            diagnostics.push(diagnostic.help_if((!fields.is_empty()).then(|| format!("lists in it are {fields}"))));
            return Shape::Unknown;
        }
        Shape::one_of(lists)
    }

    /// Reports a list where one record is said to stand.
    fn not_a_list(&self, found: &Shape, path: &Path, diagnostics: &mut Diagnostics) {
        if self.is_list(found) {
            let message = "a list stands there, and `style: one` takes one record";
            let help = "say how the list is paged, or `style: single` where it is whole";
            diagnostics.push(Diagnostic::new(Code::TypeMismatch, path.span, message).help(help));
        }
    }

    fn is_list(&self, found: &Shape) -> bool {
        self.shapes.alternatives(found).iter().any(|shape| matches!(shape, Shape::List(_)))
    }

    /// The fields of an object that hold lists, for people.
    fn lists_in(&self, shape: &Shape) -> String {
        let objects = self.shapes.alternatives(shape).into_iter().filter_map(|shape| match shape {
            Shape::Object(object) => Some(object.clone()),
            _ => None,
        });
        let names: Vec<String> = objects
            .flat_map(|object| {
                object
                    .members
                    .iter()
                    .filter(|member| self.is_list(&member.shape))
                    .map(|member| format!("`{}`", member.name))
                    .collect::<Vec<_>>()
            })
            .collect();
        names.join(", ")
    }

    /// What stands at the end of a path.
    fn follow(&self, path: &Path, answer: &Shape, operation: &str, diagnostics: &mut Diagnostics) -> Shape {
        let mut here = answer.clone();
        let mut walked = format!("the answer of `{operation}`");
        for step in &path.steps {
            let alternatives = self.shapes.alternatives(&here);
            if alternatives.iter().any(|shape| **shape == Shape::Unknown) {
                return Shape::Unknown;
            }
            let objects: Vec<_> = alternatives
                .iter()
                .filter_map(|shape| if let Shape::Object(object) = shape { Some(object.clone()) } else { None })
                .collect();
            let found: Vec<Shape> =
                objects.iter().filter_map(|object| object.member(&step.value).map(|member| member.shape.clone())).collect();
            if found.is_empty() {
                if objects.iter().any(|object| object.cut || object.rest.is_some()) {
                    return Shape::Unknown;
                }
                let names = || objects.iter().flat_map(|object| object.members.iter()).map(|member| member.name.as_ref());
                let near = nearest(&step.value, names());
                let diagnostic = Diagnostic::new(Code::UnknownProperty, step.span, format!("`{}` is not a field of {walked}", step.value));
                let help = near.map_or_else(
                    || {
                        if names().next().is_none() {
                            "it has no fields".to_owned()
                        } else {
                            format!("it has {}", names().take(12).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
                        }
                    },
                    |near| format!("did you mean `{near}`?"),
                );
                let place: Option<Span> = near
                    .and_then(|near| objects.iter().find_map(|object| object.member(near)))
                    .and_then(|member| member.place)
                    .or_else(|| objects.iter().find_map(|object| object.place));
                let diagnostic = diagnostic.help(help);
                diagnostics.push(match place {
                    Some(place) => diagnostic.related(place, "the provider's type"),
                    None => diagnostic,
                });
                return Shape::Unknown;
            }
            here = Shape::one_of(found);
            walked = format!("`{}`", step.value);
        }
        here
    }
}

/// What a format says of an answer by itself.
fn told(format: Answer) -> Option<Shape> {
    match format {
        Answer::Json | Answer::Ndjson | Answer::Bytes | Answer::None => None,
        Answer::Csv => Some(Shape::list(Shape::Object(Rc::new(Object { rest: Some(Shape::text()), ..Object::default() })))),
        Answer::Text => Some(Shape::text()),
    }
}

/// The body that an operation answers a success with.
fn answer_of(endpoint: &Endpoint) -> Option<Shape> {
    let success = endpoint.answers.iter().filter(|(status, _)| status.starts_with('2'));
    let shapes: Vec<Shape> = success.filter_map(|(_, shape)| shape.clone()).collect();
    let shapes = if shapes.is_empty() && !endpoint.answers.iter().any(|(status, _)| status.starts_with('2')) {
        endpoint.answers.iter().filter(|(status, _)| status == "default").filter_map(|(_, shape)| shape.clone()).collect()
    } else {
        shapes
    };
    (!shapes.is_empty()).then(|| Shape::one_of(shapes))
}

/// The shape where it is not null: an answer whose record is null is an error of its own.
pub(super) fn without_null(shape: &Shape, shapes: &Shapes) -> Shape {
    if !shapes.alternatives(shape).iter().any(|shape| **shape == Shape::Null) {
        return shape.clone();
    }
    Shape::one_of(shapes.alternatives(shape).into_iter().filter(|shape| **shape != Shape::Null).cloned())
}
