//! What a GraphQL document answers with, and what its variables take, by the provider's schema.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use apollo_compiler::ast;
use apollo_compiler::executable::{Field, Selection, SelectionSet};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{ExecutableDocument, Name, Schema as Types};

use super::extract::{EXTENSIONS, SdlChange};
use super::known::{Member, Object, Shape, Text};
use crate::lang::{Schema, Sent};
use crate::source::{FileId, Span};

/// What is known of a document.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The answer's body, where it has no errors (GraphQL, October 2021, section 7.1).
    pub answer: Shape,
    /// What each variable takes, and whether it must be given.
    pub variables: Vec<(String, Shape, bool)>,
    /// Fields and arguments that the provider wants used no more: where they are written, and the name.
    pub deprecated: Vec<(Span, String)>,
    /// Lists that come in pages.
    pub connections: Vec<Connection>,
}

/// A list that comes in pages: a type with a `pageInfo`.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The names that lead to it in the answer, from `data` on.
    pub path: Vec<String>,
    /// Where it is asked for.
    pub place: Span,
}

/// Input objects that documents of one schema have taken so far: the larger ones hold each other in every way.
pub type Inputs = RefCell<HashMap<Name, Shape>>;

struct Reading<'a> {
    sent: &'a Sent,
    document: &'a ExecutableDocument,
    types: &'a Types,
    changes: &'a [SdlChange],
    inputs: &'a Inputs,
    file: FileId,
    found: Answered,
}

/// Finds out what a valid document answers with. `changes` are what overlays say of its scalars and fields.
#[must_use]
pub fn answered(
    sent: &Sent,
    document: &ExecutableDocument,
    schema: &Schema,
    changes: &[SdlChange],
    inputs: &Inputs,
    file: FileId,
) -> Option<Answered> {
    let operation = document.operations.iter().next()?;
    let found = Answered { answer: Shape::Unknown, variables: Vec::new(), deprecated: Vec::new(), connections: Vec::new() };
    let mut reading = Reading { sent, document, types: schema.types(), changes, inputs, file, found };
    let mut path = vec!["data".to_owned()];
    let data = reading.selection(&operation.selection_set, &mut path);
    let member = |name: &str, shape, required| Member { required, ..Member::new(name, shape) };
    let extensions = changes.iter().find(|change| change.at == EXTENSIONS).map_or(Shape::Unknown, |change| change.shape(Shape::Unknown));
    let error = Object {
        name: Some(Rc::from("GraphQL error")),
        members: vec![
            member("message", Shape::text(), true),
            member("locations", Shape::list(Shape::Unknown), false),
            member("path", Shape::list(Shape::Unknown), false),
            member("extensions", extensions, false),
        ],
        ..Object::default()
    };
    let members = vec![
        member("data", data, true),
        member("errors", Shape::list(Shape::Object(Rc::new(error))), false),
        member("extensions", Shape::Unknown, false),
    ];
    reading.found.answer = Shape::Object(Rc::new(Object { name: Some(Rc::from("answer")), members, ..Object::default() }));
    for variable in &operation.variables {
        let shape = reading.input(&variable.ty, &mut Vec::new());
        let required = variable.ty.is_non_null() && variable.default_value.is_none();
        reading.found.variables.push((variable.name.to_string(), shape, required));
    }
    Some(reading.found)
}

impl Reading<'_> {
    fn selection(&mut self, selection: &SelectionSet, path: &mut Vec<String>) -> Shape {
        let mut members: Vec<Member> = Vec::new();
        self.collect(selection, &selection.ty, true, path, &mut members);
        let place = self.types.types.get(&selection.ty).and_then(|r#type| r#type.name().location());
        let place = place.map(|place| Span::new(self.file, place.offset()..place.end_offset()));
        Shape::Object(Rc::new(Object { name: Some(Rc::from(selection.ty.as_str())), members, place, ..Object::default() }))
    }

    /// Collects the members of a selection on `whole`. Those behind a condition or on one of several types may be absent.
    fn collect(&mut self, selection: &SelectionSet, whole: &Name, always: bool, path: &mut Vec<String>, members: &mut Vec<Member>) {
        for selected in &selection.selections {
            let directives = match selected {
                Selection::Field(field) => &field.directives,
                Selection::FragmentSpread(spread) => &spread.directives,
                Selection::InlineFragment(inline) => &inline.directives,
            };
            let always = always && directives.get("skip").is_none() && directives.get("include").is_none();
            match selected {
                Selection::Field(field) => self.field(field, &selection.ty, always, path, members),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name) {
                        let same = fragment.selection_set.ty == *whole || self.types.is_subtype(&fragment.selection_set.ty, whole);
                        self.collect(&fragment.selection_set, whole, always && same, path, members);
                    }
                }
                Selection::InlineFragment(inline) => {
                    let same = inline.selection_set.ty == *whole || self.types.is_subtype(&inline.selection_set.ty, whole);
                    self.collect(&inline.selection_set, whole, always && same, path, members);
                }
            }
        }
    }

    fn field(&mut self, field: &Field, on: &Name, always: bool, path: &mut Vec<String>, members: &mut Vec<Member>) {
        let name = field.response_key().to_string();
        let place = self.sent.place(field.name.location().map_or(0..0, |place| place.offset()..place.end_offset()));
        if field.definition.directives.get("deprecated").is_some() {
            self.found.deprecated.push((place, field.name.to_string()));
        }
        for argument in &field.arguments {
            let definition = field.definition.arguments.iter().find(|definition| definition.name == argument.name);
            if definition.is_some_and(|definition| definition.directives.get("deprecated").is_some()) {
                let range = argument.name.location().map_or(0..0, |place| place.offset()..place.end_offset());
                self.found.deprecated.push((self.sent.place(range), argument.name.to_string()));
            }
        }
        path.push(name.clone());
        if self.is_connection(field.ty().inner_named_type()) && self.asks_for_lists(&field.selection_set) {
            self.found.connections.push(Connection { path: path.clone(), place });
        }
        let inner = if field.selection_set.selections.is_empty() {
            self.leaf(field.ty().inner_named_type())
        } else {
            self.selection(&field.selection_set, path)
        };
        path.pop();
        let coordinate = format!("{}.{}", on, field.name);
        let shape = match self.change(&coordinate) {
            Some(change) => change.wrapped(wrapped(field.ty(), &change.shape(inner))),
            None => wrapped(field.ty(), &inner),
        };
        let place = field.definition.name.location().map(|place| Span::new(self.file, place.offset()..place.end_offset()));
        let member = Member { required: always, place, ..Member::new(&name, shape) };
        match members.iter_mut().find(|known| known.name == member.name) {
            Some(known) => {
                known.required |= member.required;
                known.shape = merged(&known.shape, &member.shape);
            }
            None => members.push(member),
        }
    }

    /// What an overlay says of a coordinate.
    fn change(&self, coordinate: &str) -> Option<&SdlChange> {
        self.changes.iter().find(|change| change.at == coordinate)
    }

    /// Whether a selection asks for a list. One that counts alone loses nothing.
    fn asks_for_lists(&self, selection: &SelectionSet) -> bool {
        selection.selections.iter().any(|selected| match selected {
            Selection::Field(field) => field.ty().is_list(),
            Selection::FragmentSpread(spread) => {
                self.document.fragments.get(&spread.fragment_name).is_some_and(|fragment| self.asks_for_lists(&fragment.selection_set))
            }
            Selection::InlineFragment(inline) => self.asks_for_lists(&inline.selection_set),
        })
    }

    fn is_connection(&self, name: &Name) -> bool {
        match self.types.types.get(name) {
            Some(ExtendedType::Object(object)) => object.fields.contains_key("pageInfo"),
            Some(ExtendedType::Interface(interface)) => interface.fields.contains_key("pageInfo"),
            Some(ExtendedType::Scalar(_) | ExtendedType::Union(_) | ExtendedType::Enum(_) | ExtendedType::InputObject(_)) | None => false,
        }
    }

    fn leaf(&self, name: &Name) -> Shape {
        match name.as_str() {
            "ID" => Shape::formatted("id"),
            "String" => Shape::text(),
            "Int" => Shape::Number { integer: true },
            "Float" => Shape::Number { integer: false },
            "Boolean" => Shape::Boolean,
            own => match self.types.types.get(name) {
                Some(ExtendedType::Enum(words)) => {
                    Shape::Text(Text { format: None, values: Some(words.values.keys().map(|word| Rc::from(word.as_str())).collect()) })
                }
                _ => self.change(own).map_or(Shape::Unknown, |change| change.shape(Shape::text())),
            },
        }
    }

    /// What a variable or a member of an input object takes. An input object that holds itself is left open below.
    fn input(&self, r#type: &ast::Type, above: &mut Vec<Name>) -> Shape {
        let name = r#type.inner_named_type();
        let inner = match self.types.types.get(name) {
            Some(ExtendedType::InputObject(_)) if self.inputs.borrow().contains_key(name) => {
                self.inputs.borrow().get(name).cloned().unwrap_or(Shape::Unknown)
            }
            Some(ExtendedType::InputObject(_)) if above.contains(name) || above.len() > 6 => Shape::Unknown,
            Some(ExtendedType::InputObject(object)) => {
                above.push(name.clone());
                let member = |definition: &ast::InputValueDefinition, above: &mut Vec<Name>| Member {
                    required: definition.ty.is_non_null() && definition.default_value.is_none(),
                    deprecated: definition.directives.get("deprecated").is_some(),
                    place: definition.name.location().map(|place| Span::new(self.file, place.offset()..place.end_offset())),
                    ..Member::new(&definition.name, self.input(&definition.ty, above))
                };
                let members = object.fields.values().map(|definition| member(definition, above)).collect();
                above.pop();
                let place = object.name.location().map(|place| Span::new(self.file, place.offset()..place.end_offset()));
                let shape = Shape::Object(Rc::new(Object { name: Some(Rc::from(name.as_str())), members, place, ..Object::default() }));
                self.inputs.borrow_mut().insert(name.clone(), shape.clone());
                shape
            }
            _ => self.leaf(name),
        };
        wrapped(r#type, &inner)
    }
}

/// The named type with the lists and nulls that stand around it.
fn wrapped(r#type: &ast::Type, inner: &Shape) -> Shape {
    let nullable = |shape: Shape| Shape::one_of([shape, Shape::Null]);
    match r#type {
        ast::Type::NonNullNamed(_) => inner.clone(),
        ast::Type::Named(_) => nullable(inner.clone()),
        ast::Type::NonNullList(items) => Shape::list(wrapped(items, inner)),
        ast::Type::List(items) => nullable(Shape::list(wrapped(items, inner))),
    }
}

/// The same field asked for twice: both selections hold.
fn merged(one: &Shape, other: &Shape) -> Shape {
    match (one, other) {
        (Shape::Object(one), Shape::Object(other)) => {
            let mut members = one.members.clone();
            for member in &other.members {
                match members.iter_mut().find(|known| known.name == member.name) {
                    Some(known) => {
                        known.required |= member.required;
                        known.shape = merged(&known.shape, &member.shape);
                    }
                    None => members.push(member.clone()),
                }
            }
            Shape::Object(Rc::new(Object { members, ..one.as_ref().clone() }))
        }
        (Shape::List(one), Shape::List(other)) => Shape::list(merged(one, other)),
        (Shape::OneOf(one), Shape::OneOf(other)) if one.len() == other.len() => {
            Shape::one_of(one.iter().zip(other.iter()).map(|(one, other)| merged(one, other)))
        }
        _ => one.clone(),
    }
}
