//! What documents select of a schema.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use apollo_compiler::Name;
use apollo_compiler::ast::{self, Definition, Document, OperationType, Selection, Value};

use super::{is_leaf, is_required, needs_arguments};
use crate::touched::Touched;

/// A schema's types by name, extensions included.
#[derive(Default)]
pub(crate) struct Schema<'a> {
    /// Objects and interfaces.
    pub(crate) objects: BTreeMap<&'a str, Object<'a>>,
    pub(crate) unions: BTreeMap<&'a str, Vec<&'a str>>,
    pub(crate) inputs: BTreeMap<&'a str, Input<'a>>,
    pub(crate) enums: BTreeMap<&'a str, Vec<&'a ast::EnumValueDefinition>>,
    pub(crate) roots: BTreeMap<&'static str, &'a str>,
}

/// An object or an interface.
#[derive(Default)]
pub(crate) struct Object<'a> {
    pub(crate) is_interface: bool,
    pub(crate) implements: Vec<&'a str>,
    pub(crate) fields: Vec<&'a ast::FieldDefinition>,
}

/// An input object.
#[derive(Default)]
pub(crate) struct Input<'a> {
    pub(crate) one_of: bool,
    pub(crate) fields: Vec<&'a ast::InputValueDefinition>,
}

/// What is selected.
#[derive(Default)]
pub(crate) struct Selected {
    /// Fields by type, each with the arguments that are given.
    pub(crate) fields: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
    /// Members by input type.
    pub(crate) inputs: BTreeMap<String, BTreeSet<String>>,
    pub(crate) unions: BTreeMap<String, BTreeSet<String>>,
    /// Scalars and enums.
    pub(crate) leaves: BTreeSet<String>,
    /// Fields that are selected and not there: `Type.field`.
    pub(crate) unknown: BTreeSet<String>,
    /// The fields that the documents select, by type and name, each with its place in its document.
    pub(crate) places: Vec<(String, String, Range<usize>)>,
    /// Members of input objects that documents write out.
    written: BTreeSet<String>,
}

impl<'a> Schema<'a> {
    pub(crate) fn of(document: &'a Document) -> Self {
        let mut schema = Self {
            roots: BTreeMap::from([("query", "Query"), ("mutation", "Mutation"), ("subscription", "Subscription")]),
            ..Self::default()
        };
        for definition in &document.definitions {
            match definition {
                Definition::ObjectTypeDefinition(object) => {
                    schema.object(&object.name, &object.fields, &object.implements_interfaces, false)
                }
                Definition::ObjectTypeExtension(object) => {
                    schema.object(&object.name, &object.fields, &object.implements_interfaces, false)
                }
                Definition::InterfaceTypeDefinition(object) => {
                    schema.object(&object.name, &object.fields, &object.implements_interfaces, true)
                }
                Definition::InterfaceTypeExtension(object) => {
                    schema.object(&object.name, &object.fields, &object.implements_interfaces, true)
                }
                Definition::UnionTypeDefinition(union) => {
                    schema.unions.entry(&union.name).or_default().extend(union.members.iter().map(|name| name.as_str()))
                }
                Definition::UnionTypeExtension(union) => {
                    schema.unions.entry(&union.name).or_default().extend(union.members.iter().map(|name| name.as_str()))
                }
                Definition::EnumTypeDefinition(definition) => {
                    schema.enums.entry(&definition.name).or_default().extend(definition.values.iter().map(|value| &**value))
                }
                Definition::EnumTypeExtension(definition) => {
                    schema.enums.entry(&definition.name).or_default().extend(definition.values.iter().map(|value| &**value))
                }
                Definition::InputObjectTypeDefinition(input) => {
                    let entry = schema.inputs.entry(&input.name).or_default();
                    entry.one_of |= input.directives.has("oneOf");
                    entry.fields.extend(input.fields.iter().map(|field| &**field));
                }
                Definition::InputObjectTypeExtension(input) => {
                    schema.inputs.entry(&input.name).or_default().fields.extend(input.fields.iter().map(|field| &**field))
                }
                Definition::SchemaDefinition(definition) => {
                    schema.roots(definition.root_operations.iter().map(|root| (root.0, root.1.as_str())))
                }
                Definition::SchemaExtension(definition) => {
                    schema.roots(definition.root_operations.iter().map(|root| (root.0, root.1.as_str())))
                }
                // Scalars are what is nothing else; operations and directives are no types.
                Definition::ScalarTypeDefinition(_)
                | Definition::ScalarTypeExtension(_)
                | Definition::DirectiveDefinition(_)
                | Definition::OperationDefinition(_)
                | Definition::FragmentDefinition(_) => {}
            }
        }
        schema
    }

    fn object(
        &mut self,
        name: &'a str,
        fields: &'a [apollo_compiler::Node<ast::FieldDefinition>],
        implements: &'a [Name],
        is_interface: bool,
    ) {
        let entry = self.objects.entry(name).or_default();
        entry.is_interface = is_interface;
        entry.fields.extend(fields.iter().map(|field| &**field));
        entry.implements.extend(implements.iter().map(|name| name.as_str()));
    }

    fn roots(&mut self, roots: impl Iterator<Item = (OperationType, &'a str)>) {
        for (operation, name) in roots {
            self.roots.insert(operation.name(), name);
        }
    }

    pub(crate) fn field(&self, object: &str, name: &str) -> Option<&'a ast::FieldDefinition> {
        self.objects.get(object)?.fields.iter().find(|field| field.name == name).copied()
    }
}

impl Selected {
    /// Adds what a document selects.
    pub(crate) fn document(&mut self, schema: &Schema<'_>, document: &Document) {
        let fragments: BTreeMap<&str, &ast::FragmentDefinition> = document
            .definitions
            .iter()
            .filter_map(|definition| match definition {
                Definition::FragmentDefinition(fragment) => Some((fragment.name.as_str(), &**fragment)),
                _ => None,
            })
            .collect();
        for definition in &document.definitions {
            let Definition::OperationDefinition(operation) = definition else { continue };
            for variable in &operation.variables {
                self.input(schema, variable.ty.inner_named_type());
            }
            if let Some(root) = schema.roots.get(operation.operation_type.name()) {
                self.selections(schema, root, &operation.selection_set, &fragments, &mut Vec::new());
            }
        }
    }

    fn selections<'d>(
        &mut self,
        schema: &Schema<'_>,
        on: &str,
        list: &'d [Selection],
        fragments: &BTreeMap<&'d str, &'d ast::FragmentDefinition>,
        within: &mut Vec<&'d str>,
    ) {
        if schema.unions.contains_key(on) {
            self.unions.entry(on.to_owned()).or_default();
        } else {
            self.fields.entry(on.to_owned()).or_default();
        }
        for selection in list {
            match selection {
                Selection::Field(field) => {
                    if field.name.starts_with("__") {
                        continue;
                    }
                    let Some(known) = schema.field(on, &field.name) else {
                        self.unknown.insert(format!("{on}.{}", field.name));
                        continue;
                    };
                    let range = field.name.location().map_or(0..0, |place| place.offset()..place.end_offset());
                    self.places.push((on.to_owned(), field.name.to_string(), range));
                    let arguments = self.fields.entry(on.to_owned()).or_default().entry(field.name.to_string()).or_default();
                    arguments.extend(field.arguments.iter().map(|argument| argument.name.to_string()));
                    for argument in &field.arguments {
                        self.value(&argument.value);
                    }
                    if !field.selection_set.is_empty() {
                        self.selections(schema, known.ty.inner_named_type(), &field.selection_set, fragments, within);
                    }
                }
                Selection::InlineFragment(inline) => {
                    let on = inline.type_condition.as_ref().map_or(on, |name| name.as_str());
                    self.selections(schema, on, &inline.selection_set, fragments, within);
                }
                Selection::FragmentSpread(spread) => {
                    let Some(fragment) = fragments.get(spread.fragment_name.as_str()) else { continue };
                    if !within.contains(&fragment.name.as_str()) {
                        within.push(&fragment.name);
                        self.selections(schema, &fragment.type_condition, &fragment.selection_set, fragments, within);
                        within.pop();
                    }
                }
            }
        }
    }

    /// The names of the members that a literal writes out.
    fn value(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    self.written.insert(name.to_string());
                    self.value(value);
                }
            }
            Value::List(items) => items.iter().for_each(|item| self.value(item)),
            Value::Null | Value::Enum(_) | Value::Variable(_) | Value::String(_) | Value::Float(_) | Value::Int(_) | Value::Boolean(_) => {}
        }
    }

    /// Takes an input type, or the scalar or enum that it is.
    fn input(&mut self, schema: &Schema<'_>, name: &str) {
        if schema.inputs.contains_key(name) {
            self.inputs.entry(name.to_owned()).or_default();
        } else {
            self.leaves.insert(name.to_owned());
        }
    }

    /// Adds what belongs to the selected: scalars of touched types, what interfaces promise, members of inputs, and the types of all of these.
    pub(crate) fn complete(&mut self, schema: &Schema<'_>, touched: &Touched) {
        let roots: Vec<&str> = schema.roots.values().copied().collect();
        for name in self.fields.keys().cloned().collect::<Vec<_>>() {
            let Some(object) = schema.objects.get(name.as_str()).filter(|_| !roots.contains(&name.as_str())) else { continue };
            let mut wanted: Vec<String> = object
                .fields
                .iter()
                .filter(|field| is_leaf(schema, field.ty.inner_named_type()) && !needs_arguments(field))
                .map(|field| field.name.to_string())
                .collect();
            for interface in &object.implements {
                wanted.extend(self.fields.get(*interface).into_iter().flat_map(BTreeMap::keys).cloned());
            }
            let entry = self.fields.entry(name).or_default();
            for field in wanted {
                entry.entry(field).or_default();
            }
        }
        for (union, members) in &mut self.unions {
            let all = schema.unions.get(union.as_str()).into_iter().flatten();
            members.extend(all.filter(|member| self.fields.contains_key(**member)).map(|member| (*member).to_owned()));
        }
        for (name, fields) in self.fields.clone() {
            for (field, arguments) in fields {
                let Some(known) = schema.field(&name, &field) else { continue };
                self.output(schema, known.ty.inner_named_type());
                for argument in
                    known.arguments.iter().filter(|argument| arguments.contains(argument.name.as_str()) || is_required(argument))
                {
                    self.input(schema, argument.ty.inner_named_type());
                }
            }
        }
        self.complete_inputs(schema, touched);
    }

    fn output(&mut self, schema: &Schema<'_>, name: &str) {
        if is_leaf(schema, name) {
            self.leaves.insert(name.to_owned());
        }
    }

    fn complete_inputs(&mut self, schema: &Schema<'_>, touched: &Touched) {
        let mut waiting: Vec<String> = self.inputs.keys().cloned().collect();
        let mut done = BTreeSet::new();
        while let Some(name) = waiting.pop() {
            let Some(input) = schema.inputs.get(name.as_str()).filter(|_| done.insert(name.clone())) else { continue };
            for field in &input.fields {
                let inner = field.ty.inner_named_type().as_str();
                let named = touched.uses(&field.name) || self.written.contains(field.name.as_str());
                if !(is_leaf(schema, inner) || is_required(field) || named) {
                    continue;
                }
                self.inputs.entry(name.clone()).or_default().insert(field.name.to_string());
                self.input(schema, inner);
                if schema.inputs.contains_key(inner) {
                    waiting.push(inner.to_owned());
                }
            }
        }
    }
}
