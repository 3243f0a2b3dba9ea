//! Records made straight from the provider's text, in one pass and without values in between.
//!
//! This is a second way to what `map.rs` does, for the records that are as they should be. Where a record has anything about it that a person
//! would be told of, or that this way is not sure of, it says [`Unsure`] and has changed nothing: `map.rs` then makes the record, or says
//! what is wrong with it. Both ways give the same text.

mod check;
mod write;

use std::cell::OnceCell;
use std::sync::Arc;

use connc_expr::tape::{self, Tape, Unsure, Wants};
use connc_expr::{Document, Limits, Program, Reads};
use connc_plan::{EnumMap, FieldValue, Kind, ResourceMap};
use serde_json::Value;

use self::check::{Check, Members};
use self::write::{Out, holds, shaped, translated};
use crate::Error;
use crate::map::Over;
use crate::program::Programs;

/// Bytes by which a record may be longer than the one before it without growing on the way.
const ROOM: usize = 96;

/// Levels that a record may nest here.
const DEPTH: usize = connc_expr::limits::JSON_DEPTH;

/// A resource's map, as far as records need no second look.
#[derive(Debug)]
pub(crate) struct FusedMap {
    fields: Vec<Field>,
    wants: Arc<Wants>,
    /// What the fields read that the engine makes.
    reads: Option<Reads>,
    /// Fields without which the model does not hold, by their numbers.
    required: Vec<usize>,
}

#[derive(Debug)]
struct Field {
    /// The name as it begins a member: `"team":`.
    key: String,
    name: String,
    /// The object of the record that it stands in, such as `custom`; none: the record itself.
    group: Option<String>,
    kind: Kind,
    check: Check,
    way: Way,
}

/// How a field's value is made.
#[derive(Debug)]
enum Way {
    /// It is always the same text.
    Text(String),
    /// In one pass over the record.
    Fused(Program),
    /// The same, with its values translated.
    Enum(Program, EnumMap),
    /// By the engine, once for a page, since it reads nothing of the record.
    Once(Program, Option<EnumMap>),
    /// By the engine.
    Engine(Program, Option<EnumMap>),
}

/// What is kept from record to record of a page.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    tape: Tape,
    /// Values that are the same for all records, by the number of their field.
    once: Vec<OnceCell<Result<Option<Value>, Unsure>>>,
    /// The fields of the record that have no value.
    absent: Vec<usize>,
    /// How many bytes more than its source the last record had.
    more: usize,
}

impl FusedMap {
    /// Compiles a map; none where its fields or its model are not of the plain kind.
    pub(crate) fn compile(map: &ResourceMap, schema: Option<&Value>, programs: &Programs) -> Result<Option<Self>, Error> {
        let Some(Members { known, closed, required }) = Check::members(schema) else { return Ok(None) };
        let mut wants = Wants::presence();
        let mut fused = Self { fields: Vec::new(), wants: Arc::default(), reads: None, required: Vec::new() };
        for field in &map.fields {
            let (group, name) = match field.name.split_once('.') {
                None => (None, field.name.as_str()),
                Some((outer, inner)) if !inner.contains('.') => (Some(outer), inner),
                Some(_) => return Ok(None),
            };
            let Some(check) = check::of_field(&known, closed, group, name) else { return Ok(None) };
            if !fused.takes(group, name) {
                return Ok(None);
            }
            let Some(way) = fused.way(&field.value, &field.kind, &check, programs, &mut wants)? else { return Ok(None) };
            let key = format!("{}:", Value::from(name));
            fused.fields.push(Field {
                key,
                name: field.name.clone(),
                group: group.map(str::to_owned),
                kind: field.kind.clone(),
                check,
                way,
            });
        }
        for name in required {
            let Some(number) = fused.fields.iter().position(|field| field.name == name) else { return Ok(None) };
            fused.required.push(number);
        }
        fused.wants = Arc::new(wants);
        Ok(Some(fused))
    }

    /// What is read of a record in one pass.
    pub(crate) const fn wants(&self) -> &Arc<Wants> {
        &self.wants
    }

    /// Whether a further field can simply be written after those before it.
    fn takes(&self, group: Option<&str>, name: &str) -> bool {
        let stands_in = |field: &Field, outer: &str| field.group.as_deref() == Some(outer);
        match group {
            None => !self.fields.iter().any(|field| field.name == name || stands_in(field, name)),
            Some(outer) => {
                let goes_on = self.fields.last().is_some_and(|last| stands_in(last, outer));
                goes_on || !self.fields.iter().any(|field| field.name == outer || stands_in(field, outer))
            }
        }
    }

    fn way(
        &mut self,
        value: &FieldValue,
        kind: &Kind,
        check: &Check,
        programs: &Programs,
        wants: &mut Wants,
    ) -> Result<Option<Way>, Error> {
        let (program, translation) = match value {
            FieldValue::Const(value) => {
                let shaped = crate::shape::shaped(value.clone(), kind).filter(|value| holds(value, check).is_ok());
                return Ok(shaped.map(|value| Way::Text(value.to_string())));
            }
            FieldValue::Expression(expression) => (programs.get(expression)?, None),
            FieldValue::Enum(translation) => (programs.get(&translation.from)?, Some(translation.clone())),
        };
        Ok(Some(match (program.fused(), translation) {
            (_, translation) if !program.reads_input() => Way::Once(program, translation),
            (Some(fused), translation) => {
                wants.unite(fused.wants());
                match translation {
                    None => Way::Fused(program),
                    Some(translation) => Way::Enum(program, translation),
                }
            }
            (None, translation) => {
                let reads = program.reads();
                self.reads = Some(self.reads.as_ref().map_or_else(|| reads.clone(), |known| known.union(&reads)));
                Way::Engine(program, translation)
            }
        }))
    }

    /// The names of the fields that are made here, and of those that the engine makes.
    pub(crate) fn names(&self) -> (Vec<String>, Vec<String>) {
        let (fused, engine): (Vec<&Field>, Vec<&Field>) = self.fields.iter().partition(|field| match field.way {
            Way::Text(_) | Way::Fused(_) | Way::Enum(..) | Way::Once(..) => true,
            Way::Engine(..) => false,
        });
        let names = |fields: Vec<&Field>| fields.into_iter().map(|field| field.name.clone()).collect();
        (names(fused), names(engine))
    }

    /// Makes the unified record of `raw`, and names the fields that have no value. `noted` is the record where [`Self::wants`] was noted of it.
    pub(crate) fn apply(
        &self,
        raw: &str,
        noted: Option<tape::Value<'_>>,
        over: &Over<'_>,
        absent: impl FnMut(&str),
    ) -> Result<String, Unsure> {
        let mut scratch = over.scratch.try_borrow_mut().map_err(|_| Unsure)?;
        let mut tape = std::mem::take(&mut scratch.tape);
        let made = match noted {
            Some(record) => self.made(record, raw, over, &mut scratch),
            None => tape.read(raw, &self.wants, DEPTH).and_then(|()| self.made(tape.root(raw), raw, over, &mut scratch)),
        };
        scratch.tape = tape;
        let text = made?;
        scratch.absent.iter().filter_map(|number| self.fields.get(*number)).map(|field| field.name.as_str()).for_each(absent);
        Ok(text)
    }

    fn made(&self, record: tape::Value<'_>, raw: &str, over: &Over<'_>, scratch: &mut Scratch) -> Result<String, Unsure> {
        scratch.absent.clear();
        let document = match &self.reads {
            None => Document::undefined(),
            Some(reads) => Document::parse(raw, Some(reads)).map_err(|_| Unsure)?,
        };
        // Records of a page are much alike, so that the last one tells how much room the next one takes.
        let mut text = String::with_capacity(raw.len() + scratch.more + ROOM);
        text.push('{');
        let mut open: Option<&str> = None;
        for (number, field) in self.fields.iter().enumerate() {
            let before = text.len();
            let group = field.group.as_deref();
            if open != group {
                if open.is_some() {
                    text.push('}');
                }
                if let Some(name) = group {
                    begin(&mut text, name);
                }
            }
            comma(&mut text);
            text.push_str(&field.key);
            if self.value(number, field, record, &document, over, scratch, &mut text)? {
                open = group;
            } else {
                text.truncate(before);
                if self.required.contains(&number) {
                    return Err(Unsure);
                }
                scratch.absent.push(number);
            }
        }
        if open.is_some() {
            text.push('}');
        }
        if over.treatment.raw {
            comma(&mut text);
            text.push_str(r#""raw":"#);
            text.push_str(raw);
        }
        text.push('}');
        scratch.more = text.len().saturating_sub(raw.len());
        Ok(text)
    }

    /// Writes a field's value; false where it has none.
    #[expect(clippy::too_many_arguments, reason = "all that a record is made from")]
    fn value(
        &self,
        number: usize,
        field: &Field,
        record: tape::Value<'_>,
        document: &Document,
        over: &Over<'_>,
        scratch: &mut Scratch,
        text: &mut String,
    ) -> Result<bool, Unsure> {
        let out = |text| Out { text, kind: &field.kind, check: &field.check };
        match &field.way {
            Way::Text(value) => {
                text.push_str(value);
                Ok(true)
            }
            Way::Fused(program) => shaped(&program.fused().ok_or(Unsure)?.run_with(record, &over.variables)?, &mut out(text)),
            Way::Enum(program, translation) => {
                translated(&program.fused().ok_or(Unsure)?.run_with(record, &over.variables)?, translation, &mut out(text))
            }
            Way::Once(program, translation) => {
                scratch.once.resize_with(self.fields.len().max(scratch.once.len()), OnceCell::new);
                let known = scratch.once.get(number).ok_or(Unsure)?;
                let value = known.get_or_init(|| by_engine(program, translation.as_ref(), &Document::undefined(), over));
                out(text).value(value.clone()?)
            }
            Way::Engine(program, translation) => out(text).value(by_engine(program, translation.as_ref(), document, over)?),
        }
    }
}

/// Begins an object of the record.
fn begin(text: &mut String, name: &str) {
    comma(text);
    text.push_str(&Value::from(name).to_string());
    text.push_str(":{");
}

fn comma(text: &mut String) {
    if text.as_bytes().last() != Some(&b'{') {
        text.push(',');
    }
}

/// What the engine gives, translated.
fn by_engine(program: &Program, translation: Option<&EnumMap>, document: &Document, over: &Over<'_>) -> Result<Option<Value>, Unsure> {
    let json = program.eval(document, &over.variables, &Limits::default()).map_err(|_| Unsure)?;
    let value = json.map(|json| serde_json::from_str(&json)).transpose().map_err(|_| Unsure)?;
    match (value, translation) {
        (Some(value), Some(translation)) => match crate::map::translate(value, translation) {
            (_, true) if translation.otherwise.is_none() => Err(Unsure),
            (value, _) => Ok(value),
        },
        (value, _) => Ok(value),
    }
}
