//! Large YAML as JSON values, without places. The compiler's own reader keeps the place of everything, and refuses files of this size.

use std::collections::HashMap;

use connc_compiler::yaml::Literal;
use granit_parser::{Event, Parser, ScalarStyle, options};
use serde_json::{Map, Value};

/// Levels of nesting, as many as JSON's reader takes.
const MAX_DEPTH: usize = 128;
/// Values that a text without aliases can hold fewer of; what aliases repeat is counted too.
const SPARE: usize = 100_000;

/// Why a text is not read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Error {
    /// It is not YAML; line and column from 1.
    Syntax {
        line: usize,
        column: usize,
    },
    TooDeep,
    TooLarge,
}

enum Frame {
    List(Vec<Value>, usize, usize),
    Object(Map<String, Value>, Option<String>, usize, usize),
}

/// Reads the first document of a text. A key that stands twice has its last value, as in JSON.
pub(crate) fn read(text: &str) -> Result<Value, Error> {
    let mut reading = Reading { frames: Vec::new(), anchors: HashMap::new(), values: 0, most: text.len() + SPARE, root: None };
    let options = options! { emit_comments: false, emit_unresolved_aliases: true, };
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, _) = event.map_err(|error| {
            if error.info().contains("recursion limit") {
                return Error::TooDeep;
            }
            let before = text.get(..error.marker().byte_offset().unwrap_or(0).min(text.len())).unwrap_or(text);
            let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
            Error::Syntax { line: before.matches('\n').count() + 1, column }
        })?;
        match event {
            Event::MappingStart(_, anchor, _) => reading.open(Frame::Object(Map::new(), None, anchor, reading.values))?,
            Event::SequenceStart(_, anchor, _) => reading.open(Frame::List(Vec::new(), anchor, reading.values))?,
            Event::MappingEnd | Event::SequenceEnd => reading.close()?,
            Event::Scalar(text, style, anchor, _) => {
                let value = match style {
                    ScalarStyle::Plain if reading.wants_key() => Value::String(text.into_owned()),
                    ScalarStyle::Plain => Literal::parse(&text).to_json(),
                    ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted | ScalarStyle::Literal | ScalarStyle::Folded => {
                        Value::String(text.into_owned())
                    }
                };
                reading.add(value, anchor, 1)?;
            }
            Event::Alias(id) => {
                // A value is only copied where there is room for it.
                let size = reading.anchors.get(&id).map_or(1, |(_, size)| *size);
                if reading.values.saturating_add(size) > reading.most {
                    return Err(Error::TooLarge);
                }
                let value = reading.anchors.get(&id).map_or(Value::Null, |(value, _)| value.clone());
                reading.add(value, 0, size)?;
            }
            Event::UnresolvedAlias(_) => reading.add(Value::Null, 0, 1)?,
            Event::DocumentEnd if reading.root.is_some() => break,
            // Comments and marks carry no value.
            _ => {}
        }
    }
    Ok(reading.root.unwrap_or(Value::Null))
}

struct Reading {
    frames: Vec<Frame>,
    anchors: HashMap<usize, (Value, usize)>,
    values: usize,
    most: usize,
    root: Option<Value>,
}

impl Reading {
    fn wants_key(&self) -> bool {
        matches!(self.frames.last(), Some(Frame::Object(_, None, ..)))
    }

    fn open(&mut self, frame: Frame) -> Result<(), Error> {
        if self.frames.len() >= MAX_DEPTH {
            return Err(Error::TooDeep);
        }
        self.frames.push(frame);
        Ok(())
    }

    fn close(&mut self) -> Result<(), Error> {
        let (value, anchor, before) = match self.frames.pop() {
            Some(Frame::List(items, anchor, before)) => (Value::Array(items), anchor, before),
            Some(Frame::Object(members, _, anchor, before)) => (Value::Object(members), anchor, before),
            None => return Ok(()),
        };
        let size = self.values.saturating_sub(before) + 1;
        self.values = before;
        self.add(value, anchor, size)
    }

    fn add(&mut self, value: Value, anchor: usize, size: usize) -> Result<(), Error> {
        self.values = self.values.saturating_add(size);
        if self.values > self.most {
            return Err(Error::TooLarge);
        }
        if anchor != 0 {
            self.anchors.insert(anchor, (value.clone(), size));
        }
        match self.frames.last_mut() {
            None => self.root = self.root.take().or(Some(value)),
            Some(Frame::List(items, ..)) => items.push(value),
            Some(Frame::Object(members, key, ..)) => match key.take() {
                Some(key) => drop(members.insert(key, value)),
                None => *key = Some(value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)),
            },
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, read};
    use serde_json::json;

    #[test]
    fn yaml_is_json() {
        let text = "a: &x [1, no, null]\nb: *x\n200: { c: '1' }\n? d\n: 1.5\n";
        assert_eq!(read(text).unwrap(), json!({"a": [1, "no", null], "b": [1, "no", null], "200": {"c": "1"}, "d": 1.5}));
        assert!(matches!(read("a: 'x\n"), Err(Error::Syntax { .. })));
        assert_eq!(read(&"[".repeat(300)), Err(Error::TooDeep));
        let bomb: String = std::iter::once("a0: &a0 [x, x]\n".to_owned())
            .chain((1..40).map(|level| format!("a{level}: &a{level} [*a{0}, *a{0}, *a{0}, *a{0}]\n", level - 1)))
            .collect();
        assert_eq!(read(&bomb), Err(Error::TooLarge));
    }
}
