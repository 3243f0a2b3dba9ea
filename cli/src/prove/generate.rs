//! Random values of a type: what a provider may answer by its own description.

use connc_compiler::shape::{Object, Shape, Shapes, Text};
use serde_json::{Map, Value, json};

/// A small generator of reproducible randomness (xorshift64*): what was found can be found again by its seed.
pub(super) struct Chance {
    state: u64,
    /// Whether a value was left unfinished, because its type requires itself without end.
    endless: bool,
}

impl Chance {
    /// The sequence of a seed.
    #[must_use]
    pub(super) fn new(seed: u64) -> Self {
        Self { state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1, endless: false }
    }

    fn next(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// Whether the value made last is none that a provider can send, because its type has no finite one.
    pub(super) fn was_endless(&mut self) -> bool {
        std::mem::take(&mut self.endless)
    }

    /// A number below `bound`, which is not 0.
    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound.max(1)).unwrap_or(1);
        usize::try_from((self.next() >> 11) % bound).unwrap_or(0)
    }

    fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }
}

/// Levels at which optional members and lists end, so that a type that holds itself does too.
const DEEPEST: usize = 7;

/// Levels at which a value that must go on is given up: its type requires itself.
const ENDLESS: usize = 40;

/// A value of a shape: optional members there or not, lists empty, of one and of more, every word of an enum, null where it may be.
pub(super) fn value(shape: &Shape, shapes: &Shapes, chance: &mut Chance, depth: usize) -> Value {
    if chance.endless || depth > ENDLESS {
        chance.endless = true;
        return Value::Null;
    }
    let alternatives = shapes.alternatives(shape);
    let flat: Vec<&Shape> = if depth >= DEEPEST {
        alternatives.iter().copied().filter(|shape| !matches!(shape, Shape::Object(_) | Shape::List(_))).collect()
    } else {
        Vec::new()
    };
    let chosen = if flat.is_empty() { chance.pick(&alternatives) } else { chance.pick(&flat) };
    match chosen {
        None | Some(Shape::Null | Shape::Function | Shape::Bytes | Shape::Named(_) | Shape::OneOf(_)) => Value::Null,
        Some(Shape::Unknown) => anything(chance),
        Some(Shape::Boolean) => Value::Bool(chance.one_in(2)),
        Some(Shape::Number { integer: true }) => integer(chance, false),
        Some(Shape::Number { integer: false }) => {
            let number = chance.pick(&[0.0, -1.5, 3.25, 1e15, 0.1]);
            if chance.one_in(2) { integer(chance, false) } else { json!(number) }
        }
        Some(Shape::Text(text)) => Value::String(words(text, chance)),
        Some(Shape::List(items)) => {
            let length = if depth >= DEEPEST { 0 } else { *chance.pick(&[0, 1, 1, 2, 3]).unwrap_or(&0) };
            (0..length).map(|_| value(items, shapes, chance, depth + 1)).collect()
        }
        Some(Shape::Object(inner)) => object(inner, shapes, chance, depth),
    }
}

fn object(object: &Object, shapes: &Shapes, chance: &mut Chance, depth: usize) -> Value {
    let mut members = Map::new();
    if object.cut {
        return anything(chance);
    }
    // Some records have everything, some only what they must have.
    let (always, never) = (chance.one_in(6), chance.one_in(8) || depth >= DEEPEST);
    for member in &object.members {
        if member.write_only || (!member.required && (never || (!always && chance.one_in(3)))) {
            continue;
        }
        let identifies = matches!(shapes.resolve(&member.shape), Shape::Number { integer: true }) && is_identifier(&member.name);
        let made = if identifies { integer(chance, true) } else { value(&member.shape, shapes, chance, depth + 1) };
        members.insert(member.name.to_string(), made);
    }
    if let Some(rest) = &object.rest
        && !never
        && chance.one_in(2)
    {
        members.insert("x_other".to_owned(), value(rest, shapes, chance, depth + 1));
    }
    Value::Object(members)
}

/// A whole number. Identifiers may be beyond what a float holds, and must survive that.
fn integer(chance: &mut Chance, identifier: bool) -> Value {
    if identifier && chance.one_in(3) {
        return json!(chance.pick(&[9_007_199_254_740_993, i64::MAX]));
    }
    let known = [0, 1, -1, 42, 1_750_000_000, 9_007_199_254_740_991_i64];
    if chance.one_in(2) { json!(chance.pick(&known)) } else { json!(chance.next() % 1_000_000) }
}

/// Whether a member holds an identifier, by its name.
fn is_identifier(name: &str) -> bool {
    name == "id" || name.ends_with("_id") || name.ends_with("Id")
}

fn words(text: &Text, chance: &mut Chance) -> String {
    if let Some(values) = &text.values {
        return chance.pick(values).map(ToString::to_string).unwrap_or_default();
    }
    let (year, month, day) = (1990 + chance.below(60), 1 + chance.below(12), 1 + chance.below(28));
    let number = chance.next() % 100_000;
    match text.format.as_deref() {
        Some("date-time") => {
            let (hour, minute, second) = (chance.below(24), chance.below(60), chance.below(60));
            let zone = chance.pick(&["Z", "+02:00", ".123Z", "-11:30"]).unwrap_or(&"Z");
            format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{zone}")
        }
        Some("date") => format!("{year:04}-{month:02}-{day:02}"),
        Some("email") if chance.one_in(2) => format!("ada.quill{number}@mail.acme.example"),
        Some("email") => format!("ada.quill{number}@acme.example"),
        Some("uri" | "url") => format!("https://acme.example/{number}?x=%20#{number}"),
        Some("uuid") => format!("00000000-0000-4000-8000-{number:012}"),
        Some("ipv4" | "ip") => format!("192.0.2.{}", chance.below(256)),
        Some("id") => number.to_string(),
        Some(_) | None => {
            let known = [
                "",
                " ",
                "Ada",
                "Ada Quill",
                "Ada Maria van Quill",
                "ACTIVE",
                "null",
                "0",
                "é😀",
                "a,b;c",
                "<p>x</p>",
                "2026-02-30",
                "x@",
                "line\nline",
                "\"",
                "true",
                "12",
            ];
            if chance.one_in(3) { format!("word {number}") } else { chance.pick(&known).map(ToString::to_string).unwrap_or_default() }
        }
    }
}

/// Any JSON, for what nothing is known of.
fn anything(chance: &mut Chance) -> Value {
    match chance.below(8) {
        0 => Value::Null,
        1 => Value::Bool(true),
        2 => integer(chance, true),
        3 => json!([]),
        4 => json!({}),
        5 => json!({"id": 7, "name": "x"}),
        6 => json!(["a", 1]),
        _ => json!("text"),
    }
}
