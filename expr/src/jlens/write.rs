//! Results straight to JSON text, and to a truth value.

use std::fmt::Write as _;

use jlens_core::output::Builder;

use crate::functions;

/// The largest double below which every whole number is exact: 2^53.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// Doubles from here on are written with an exponent, as their digits mean nothing.
const LONG: f64 = 1e21;

/// Appends JSON text. A value is where its text begins.
pub(super) struct Text<'s> {
    sink: &'s mut String,
    bytes: &'s mut bool,
}

impl<'s> Text<'s> {
    /// `bytes` becomes true where the result holds bytes, which JSON cannot.
    pub(super) fn new(sink: &'s mut String, bytes: &'s mut bool) -> Self {
        Self { sink, bytes }
    }

    fn plain(&mut self, text: &str) -> usize {
        let start = self.sink.len();
        self.sink.push_str(text);
        start
    }

    /// Closes a list of members, each of which left a comma behind it.
    fn close(&mut self, start: usize, bracket: char) -> usize {
        if self.sink.ends_with(',') {
            self.sink.pop();
        }
        self.sink.push(bracket);
        start
    }
}

impl Builder for Text<'_> {
    type Value = usize;
    type Array = usize;
    type Object = usize;

    fn null(&mut self) -> usize {
        self.plain("null")
    }

    fn bool(&mut self, value: bool) -> usize {
        self.plain(if value { "true" } else { "false" })
    }

    fn number(&mut self, value: f64) -> usize {
        let start = self.sink.len();
        push_number(self.sink, value);
        start
    }

    fn string(&mut self, value: &str) -> usize {
        let start = self.sink.len();
        *self.bytes |= push_string(self.sink, value);
        start
    }

    fn array(&mut self, _len: usize) -> usize {
        self.plain("[")
    }

    fn push(&mut self, _array: &mut usize, _item: usize) {
        self.sink.push(',');
    }

    fn end_array(&mut self, array: usize) -> usize {
        self.close(array, ']')
    }

    fn object(&mut self, _len: usize) -> usize {
        self.plain("{")
    }

    /// The key comes after its value, and goes in before it.
    fn insert(&mut self, _object: &mut usize, key: &str, value: usize) {
        let mut name = String::with_capacity(key.len() + 3);
        *self.bytes |= push_string(&mut name, key);
        name.push(':');
        self.sink.insert_str(value, &name);
        self.sink.push(',');
    }

    fn end_object(&mut self, object: usize) -> usize {
        self.close(object, '}')
    }
}

/// Whole numbers without a fraction, others with the fewest digits that read back the same.
pub(crate) fn push_number(sink: &mut String, value: f64) {
    let size = value.abs();
    // Writing to a string cannot fail.
    let _ = if value == 0.0 {
        write!(sink, "0")
    } else if size < WHOLE && value.fract() == 0.0 {
        write!(sink, "{}", value as i64)
    } else if (1e-7..LONG).contains(&size) {
        write!(sink, "{value}")
    } else {
        write!(sink, "{value:e}")
    };
}

/// Appends text in quotes, and says whether it holds the bytes of a host function.
fn push_string(sink: &mut String, value: &str) -> bool {
    sink.push('"');
    let mut bytes = false;
    let mut rest = value;
    while let Some(at) = rest.bytes().position(|byte| byte < 0x20 || matches!(byte, b'"' | b'\\' | 0x7f)) {
        let (plain, special) = rest.split_at(at);
        sink.push_str(plain);
        let mut characters = special.chars();
        match characters.next() {
            Some('"') => sink.push_str("\\\""),
            Some('\\') => sink.push_str("\\\\"),
            Some('\n') => sink.push_str("\\n"),
            Some('\r') => sink.push_str("\\r"),
            Some('\t') => sink.push_str("\\t"),
            Some('\u{7f}') => {
                bytes |= functions::is_mark(special);
                sink.push('\u{7f}');
            }
            Some(control) => {
                let _ = write!(sink, "\\u{:04x}", u32::from(control));
            }
            None => {}
        }
        rest = characters.as_str();
    }
    sink.push_str(rest);
    sink.push('"');
    bytes
}

/// Whether a result is true by JSONata's rules (`$boolean`).
pub(super) struct Truth;

impl Builder for Truth {
    type Value = bool;
    type Array = bool;
    type Object = bool;

    fn null(&mut self) -> bool {
        false
    }

    fn bool(&mut self, value: bool) -> bool {
        value
    }

    fn number(&mut self, value: f64) -> bool {
        value != 0.0
    }

    fn string(&mut self, value: &str) -> bool {
        !value.is_empty()
    }

    fn array(&mut self, _len: usize) -> bool {
        false
    }

    fn push(&mut self, array: &mut bool, item: bool) {
        *array |= item;
    }

    fn end_array(&mut self, array: bool) -> bool {
        array
    }

    fn object(&mut self, len: usize) -> bool {
        len > 0
    }

    fn insert(&mut self, _object: &mut bool, _key: &str, _value: bool) {}

    fn end_object(&mut self, object: bool) -> bool {
        object
    }
}
