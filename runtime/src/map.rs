//! From one of the provider's records to a unified one.

use std::cell::RefCell;
use std::sync::Arc;

use connc_expr::tape::{Unsure, Wants};
use connc_expr::{Document, Limits, Program, Reads, Variables};
use connc_plan::{EnumMap, ErrorKind, FieldValue, Kind, Origin, Plan, ResourceMap};
use serde_json::{Map, Value};

use crate::fused::{FusedMap, Scratch};
use crate::notes::Notes;
use crate::program::Programs;
use crate::sheet::Item;
use crate::validate::Schema;
use crate::{Error, Policy, Trace, shape, trace, validate};

/// A resource's map, compiled.
#[derive(Debug)]
pub(crate) struct RecordMap {
    fields: Vec<Field>,
    reads: Option<Reads>,
    schema: Option<Schema>,
    /// The quick way, for records that are as they should be.
    fused: Option<FusedMap>,
}

#[derive(Debug)]
struct Field {
    name: String,
    kind: Kind,
    origin: Origin,
    value: Made,
}

#[derive(Debug)]
enum Made {
    Const(Value),
    Expression(Program),
    Enum(Program, EnumMap),
}

/// How records are treated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Treatment {
    pub(crate) policy: Policy,
    pub(crate) raw: bool,
    pub(crate) trace: bool,
}

/// What became of a record.
pub(crate) enum Mapped {
    Record(String),
    Skipped,
}

/// Why a record, or one of its fields, could not be made.
struct Bad {
    kind: ErrorKind,
    message: String,
    field: Option<(String, Origin)>,
}

impl RecordMap {
    pub(crate) fn compile(map: &ResourceMap, schema: Option<&Value>, programs: &Programs, interpreted: bool) -> Result<Self, Error> {
        let mut fields = Vec::with_capacity(map.fields.len());
        let mut reads: Option<Reads> = None;
        for field in &map.fields {
            let value = match &field.value {
                FieldValue::Const(value) => Made::Const(value.clone()),
                FieldValue::Expression(expression) => Made::Expression(programs.get(expression)?),
                FieldValue::Enum(translation) => Made::Enum(programs.get(&translation.from)?, translation.clone()),
            };
            if let Made::Expression(program) | Made::Enum(program, _) = &value {
                reads = Some(reads.map_or_else(|| program.reads(), |reads| reads.union(&program.reads())));
            }
            fields.push(Field { name: field.name.clone(), kind: field.kind.clone(), origin: field.origin, value });
        }
        let fused = if interpreted { None } else { FusedMap::compile(map, schema, programs)? };
        let schema = schema.map(Schema::new);
        if fused.is_none() {
            // Nothing has understood it yet, so that it is now found out whether it can be used.
            schema.as_ref().map(Schema::validator).transpose()?;
        }
        Ok(Self { fields, reads, schema, fused })
    }

    /// Which fields are made without the engine, and which by it.
    pub(crate) fn fusion(&self) -> (Vec<String>, Vec<String>) {
        match &self.fused {
            Some(fused) => fused.names(),
            None => (Vec::new(), self.fields.iter().map(|field| field.name.clone()).collect()),
        }
    }

    /// What is read of a record in one pass, where that can be said.
    pub(crate) fn wants(&self) -> Option<&Arc<Wants>> {
        self.fused.as_ref().map(FusedMap::wants)
    }

    /// Makes the unified record of `raw`, the record at `index` of its page, of which [`Self::wants`] was noted if anything was.
    pub(crate) fn apply(&self, raw: Item<'_>, index: usize, over: &Over<'_>, notes: &mut Notes) -> Result<Mapped, Error> {
        let fused = self.fused.as_ref().filter(|_| !over.treatment.trace);
        match fused.map(|fused| fused.apply(raw.text, raw.value, over, |name| notes.absent(name))) {
            Some(Ok(text)) => Ok(Mapped::Record(text)),
            Some(Err(Unsure)) | None => self.apply_by_engine(raw.text, index, over, notes),
        }
    }

    /// The same by the engine alone: what every faster way is held against.
    fn apply_by_engine(&self, raw: &str, index: usize, over: &Over<'_>, notes: &mut Notes) -> Result<Mapped, Error> {
        let mut bad = Vec::new();
        let mut record = Map::new();
        match Document::parse(raw, self.reads.as_ref()) {
            Ok(document) => {
                for field in &self.fields {
                    match field.make(&document, over, index, notes) {
                        Ok(Some(value)) => put(&mut record, &field.name, value),
                        Ok(None) => {
                            notes.absent(&field.name);
                            field.trace(raw, index, over, notes);
                        }
                        Err(fault) => bad.push(fault),
                    }
                }
            }
            Err(error) => {
                bad.push(Bad { kind: ErrorKind::Map, message: format!("the record cannot be read: {}", error.message), field: None })
            }
        }
        let record = Value::Object(record);
        let schema = self.schema.as_ref().filter(|_| bad.is_empty());
        if let Some(validator) = schema.map(Schema::validator).transpose()?
            && let Err((field, message)) = validate::check(validator, &record)
        {
            let field = field.map(|name| {
                let origin = self.fields.iter().find(|field| field.name == name).map(|field| field.origin).unwrap_or_default();
                (name, origin)
            });
            bad.push(Bad { kind: ErrorKind::Schema, message, field });
        }
        if let Some(first) = bad.first() {
            match over.treatment.policy {
                Policy::Fail => return Err(first.error(over.plan, index)),
                Policy::Skip => {
                    notes.warn(over.plan, &format!("the record is left out: {}", first.message), first.field(), index);
                    return Ok(Mapped::Skipped);
                }
                Policy::Keep => bad.iter().for_each(|fault| notes.warn(over.plan, &fault.message, fault.field(), index)),
            }
        }
        let mut text = record.to_string();
        if over.treatment.raw && text.pop().is_some() {
            text.push_str(if text.len() > 1 { r#","raw":"# } else { r#""raw":"# });
            text.push_str(raw);
            text.push('}');
        }
        Ok(Mapped::Record(text))
    }
}

/// What all records of a page share.
pub(crate) struct Over<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) variables: Variables,
    pub(crate) treatment: Treatment,
    pub(crate) scratch: RefCell<Scratch>,
}

impl<'a> Over<'a> {
    pub(crate) fn new(plan: &'a Plan, variables: Variables, treatment: Treatment) -> Self {
        Self { plan, variables, treatment, scratch: RefCell::default() }
    }
}

impl Field {
    fn make(&self, document: &Document, over: &Over<'_>, index: usize, notes: &mut Notes) -> Result<Option<Value>, Bad> {
        let value = match &self.value {
            Made::Const(value) => Some(value.clone()),
            Made::Expression(program) => self.eval(program, document, over)?,
            Made::Enum(program, translation) => self.eval(program, document, over)?.and_then(|value| {
                let (translated, unknown) = translate(value, translation);
                if unknown && translation.otherwise.is_none() {
                    notes.warn(over.plan, "the provider's value is not one that the map knows", Some((&self.name, self.origin)), index);
                }
                translated
            }),
        };
        Ok(value.and_then(|value| shape::shaped(value, &self.kind)))
    }

    fn eval(&self, program: &Program, document: &Document, over: &Over<'_>) -> Result<Option<Value>, Bad> {
        let bad = |message: String| Bad { kind: ErrorKind::Map, message, field: Some((self.name.clone(), self.origin)) };
        let json = program
            .eval(document, &over.variables, &Limits::default())
            .map_err(|error| bad(format!("the expression failed: {}", error.message)))?;
        json.map(|json| serde_json::from_str(&json).map_err(|_| bad("the value nests too deeply".to_owned()))).transpose()
    }

    fn trace(&self, raw: &str, index: usize, over: &Over<'_>, notes: &mut Notes) {
        let (Made::Expression(program) | Made::Enum(program, _)) = &self.value else { return };
        if !over.treatment.trace {
            return;
        }
        let (reason, keys) = trace::why(program.source(), raw);
        notes.trace(Trace { field: self.name.clone(), place: Some(over.plan.place(self.origin)), index, reason, keys });
    }
}

impl Bad {
    fn field(&self) -> Option<(&str, Origin)> {
        self.field.as_ref().map(|(name, origin)| (name.as_str(), *origin))
    }

    fn error(&self, plan: &Plan, index: usize) -> Error {
        let message = match &self.field {
            Some((name, _)) => format!("record {index} of the page: field `{name}`: {}", self.message),
            None => format!("record {index} of the page: {}", self.message),
        };
        let error = Error::new(self.kind, message).with_help("leave bad records out, or keep them with a warning, by the call's policy");
        match &self.field {
            Some((_, origin)) => error.placed(plan, *origin),
            None => error,
        }
    }
}

/// The unified value, and whether a provider's value was not known. Each item of a list is translated by itself.
pub(crate) fn translate(value: Value, translation: &EnumMap) -> (Option<Value>, bool) {
    let text = match value {
        Value::Null => return (None, false),
        Value::Array(items) => {
            let translated: Vec<_> = items.into_iter().map(|item| translate(item, translation)).collect();
            let unknown = translated.iter().any(|(_, unknown)| *unknown);
            return (Some(Value::Array(translated.into_iter().filter_map(|(value, _)| value).collect())), unknown);
        }
        Value::String(text) => text,
        other @ (Value::Bool(_) | Value::Number(_) | Value::Object(_)) => other.to_string(),
    };
    match translation.values.iter().find(|(from, _)| *from == text) {
        Some((_, to)) => (Some(Value::String(to.clone())), false),
        None => (translation.otherwise.clone().map(Value::String), true),
    }
}

/// Puts a field where its name says: `custom.cost_center` is a member of `custom`.
fn put(record: &mut Map<String, Value>, name: &str, value: Value) {
    match name.split_once('.') {
        None => match (record.get_mut(name), value) {
            (Some(Value::Object(known)), Value::Object(more)) => known.extend(more),
            (_, value) => drop(record.insert(name.to_owned(), value)),
        },
        Some((outer, inner)) => {
            if let Value::Object(members) = record.entry(outer).or_insert_with(|| Value::Object(Map::new())) {
                put(members, inner, value);
            }
        }
    }
}
