//! What a model demands of a field, as far as it can be seen at once that a value meets it.
//!
//! The models are JSON Schema, and the validator of records is a library. This is not a second one: it knows the few words that models are
//! made of, and what it does not know for sure goes to the library.

use connc_expr::functions::{is_email, is_url};
use serde_json::{Map, Value};

/// What a value has to be.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Check {
    /// Anything.
    Anything,
    Text(Format),
    /// One of these texts.
    Words(Vec<String>),
    Bool,
    Integer,
    Number,
    List(Box<Check>),
    Object(Members),
}

/// What an object has to be.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Members {
    pub(super) known: Vec<(String, Check)>,
    /// Whether it has no other members.
    pub(super) closed: bool,
    pub(super) required: Vec<String>,
}

/// The formats that models name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Any,
    DateTime,
    Email,
    Uri,
}

impl Check {
    /// What a schema of a record demands of its members; none where it has words that are not known here.
    pub(super) fn members(schema: Option<&Value>) -> Option<Members> {
        let Some(schema) = schema else { return Some(Members { known: Vec::new(), closed: false, required: Vec::new() }) };
        match Self::of(schema)? {
            Self::Object(members) => Some(members),
            Self::Anything | Self::Text(_) | Self::Words(_) | Self::Bool | Self::Integer | Self::Number | Self::List(_) => None,
        }
    }

    fn of(schema: &Value) -> Option<Self> {
        let schema = schema.as_object()?;
        let only = |known: &[&str]| schema.keys().all(|word| known.contains(&word.as_str()) || is_note(word));
        match schema.get("type").map(Value::as_str) {
            None => schema.keys().all(|word| is_note(word)).then_some(Self::Anything),
            Some(Some("string")) if schema.contains_key("enum") => {
                let words = schema.get("enum")?.as_array()?.iter().map(|word| word.as_str().map(str::to_owned)).collect::<Option<_>>()?;
                only(&["type", "enum"]).then_some(Self::Words(words))
            }
            Some(Some("string")) => only(&["type", "format"]).then_some(Self::Text(match schema.get("format").map(Value::as_str) {
                None | Some(Some("id")) => Format::Any,
                Some(Some("date-time")) => Format::DateTime,
                Some(Some("email")) => Format::Email,
                Some(Some("uri")) => Format::Uri,
                Some(_) => return None,
            })),
            Some(Some("boolean")) => only(&["type"]).then_some(Self::Bool),
            Some(Some("integer")) => only(&["type"]).then_some(Self::Integer),
            Some(Some("number")) => only(&["type"]).then_some(Self::Number),
            Some(Some("array")) => {
                let items = schema.get("items").map_or(Some(Self::Anything), Self::of)?;
                only(&["type", "items"]).then(|| Self::List(Box::new(items)))
            }
            Some(Some("object")) => {
                let members = only(&["type", "properties", "required", "additionalProperties"]).then(|| object(schema))??;
                Some(Self::Object(members))
            }
            Some(_) => None,
        }
    }
}

fn object(schema: &Map<String, Value>) -> Option<Members> {
    let none = Map::new();
    let properties = schema.get("properties").map_or(Some(&none), Value::as_object)?;
    let known = properties.iter().map(|(name, schema)| Some((name.clone(), Check::of(schema)?))).collect::<Option<_>>()?;
    let closed = !schema.get("additionalProperties").map_or(Some(true), Value::as_bool)?;
    let required = match schema.get("required") {
        None => Vec::new(),
        Some(names) => names.as_array()?.iter().map(|name| name.as_str().map(str::to_owned)).collect::<Option<_>>()?,
    };
    Some(Members { known, closed, required })
}

/// Words that demand nothing.
fn is_note(word: &str) -> bool {
    matches!(word, "title" | "description" | "examples" | "$comment" | "deprecated" | "readOnly" | "writeOnly" | "default")
        || word.starts_with("x-")
}

/// What is demanded of a field; none where it may not be there, or where that cannot be said.
pub(super) fn of_field(known: &[(String, Check)], closed: bool, group: Option<&str>, name: &str) -> Option<Check> {
    let in_members = |known: &[(String, Check)], closed: bool, name: &str| {
        let check = known.iter().find(|(member, _)| member == name).map(|(_, check)| check.clone());
        check.or((!closed).then_some(Check::Anything))
    };
    match group {
        None => in_members(known, closed, name),
        Some(outer) => match in_members(known, closed, outer)? {
            Check::Anything => Some(Check::Anything),
            Check::Object(members) if members.required.is_empty() => in_members(&members.known, members.closed, name),
            Check::Object(_) | Check::Text(_) | Check::Words(_) | Check::Bool | Check::Integer | Check::Number | Check::List(_) => None,
        },
    }
}

impl Format {
    /// Whether text is surely of the format.
    pub(super) fn takes(self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::DateTime => is_timestamp(text.as_bytes()),
            // Two hyphens in a row may begin a name of other letters, which has rules of its own.
            Self::Email => {
                is_email(text) && text.rsplit_once('@').is_some_and(|(_, domain)| domain.contains('.') && !domain.contains("--"))
            }
            Self::Uri => is_url(text),
        }
    }
}

/// A timestamp of RFC 3339 in its usual spelling.
fn is_timestamp(text: &[u8]) -> bool {
    let Some((date, time)) = text.split_first_chunk::<11>() else { return false };
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T'] = date else { return false };
    let Some((clock, rest)) = time.split_first_chunk::<8>() else { return false };
    let [h1, h2, b':', n1, n2, b':', s1, s2] = clock else { return false };
    let (Some(century), Some(years), Some(month), Some(day)) = (two(*y1, *y2), two(*y3, *y4), two(*m1, *m2), two(*d1, *d2)) else {
        return false;
    };
    let (Some(hour), Some(minute), Some(second)) = (two(*h1, *h2), two(*n1, *n2), two(*s1, *s2)) else { return false };
    let leap = if years == 0 { century % 4 == 0 } else { years % 4 == 0 };
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    if century < 10 || !(1..=days).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return false;
    }
    let rest = match rest.strip_prefix(b".") {
        None => rest,
        Some(fraction) => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            match fraction.split_at_checked(digits) {
                Some((digits, rest)) if (1..=9).contains(&digits.len()) => rest,
                _ => return false,
            }
        }
    };
    match rest {
        b"Z" => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => {
            two(*h1, *h2).is_some_and(|hours| hours < 24) && two(*m1, *m2).is_some_and(|minutes| minutes < 60)
        }
        _ => false,
    }
}

fn two(tens: u8, ones: u8) -> Option<u8> {
    (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| (tens - b'0') * 10 + (ones - b'0'))
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use serde_json::json;

    use super::{Check, Format};

    const FORMATS: [(Format, &str); 3] = [(Format::DateTime, "date-time"), (Format::Email, "email"), (Format::Uri, "uri")];

    static VALIDATORS: LazyLock<Vec<jsonschema::Validator>> = LazyLock::new(|| {
        let compiled = |(_, format): &(Format, &str)| crate::validate::compile(&json!({ "type": "string", "format": format })).unwrap();
        FORMATS.iter().map(compiled).collect()
    });

    fn holds(number: usize, text: &str) -> bool {
        crate::validate::check(&VALIDATORS[number], &json!(text)).is_ok()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn what_is_taken_holds(
            time in "[0-2][0-9]{3}-[01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-5][0-9]:[0-6][0-9](\\.[0-9]{0,12})?(Z|z|[+-][0-2][0-9]:[0-6][0-9]|)",
            email in "[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,8}@[a-z0-9.-]{1,12}",
            uri in "https?://[a-z0-9.-]{1,12}(:[0-9]{1,6})?(/[a-zA-Z0-9._~!$&'()*+,;=:@%/-]{0,8})?(\\?[a-z=&%?/]{0,5})?(#[a-z#%]{0,4})?",
        ) {
            for (number, ((format, name), text)) in FORMATS.iter().zip([time, email, uri]).enumerate() {
                prop_assert!(!format.takes(&text) || holds(number, &text), "{} as {}", text, name);
            }
        }
    }

    #[test]
    fn the_usual_is_taken() {
        let usual = [
            ["2026-02-28T10:00:00Z", "2024-02-29T23:59:59.123+02:00"],
            ["ada@acme.example", "a.b+c@x-y.example"],
            ["https://a.example/b?c=d#e", "http://a.example"],
        ];
        for (number, ((format, name), texts)) in FORMATS.iter().zip(usual).enumerate() {
            assert!(texts.iter().all(|text| format.takes(text) && holds(number, text)), "{name}");
        }
        for other in [
            "2026-02-29T10:00:00Z",
            "2026-13-01T10:00:00Z",
            "2026-01-01 10:00:00Z",
            "2026-01-01T10:00:00",
            "2026-01-01",
            "0026-01-01T10:00:00Z",
        ] {
            assert!(!Format::DateTime.takes(other), "{other}");
        }
    }

    #[test]
    fn unknown_words_are_not_passed_over() {
        for schema in [
            json!({"type": "string", "pattern": "^a"}),
            json!({"type": "string", "format": "ipv4"}),
            json!({"type": ["string", "null"]}),
            json!({"$ref": "#/x"}),
            json!({"type": "object", "properties": {"a": {"minimum": 1}}}),
            json!({"type": "array", "minItems": 1}),
            json!({"type": "integer", "minimum": 0}),
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
        ] {
            assert_eq!(Check::of(&schema), None, "{schema}");
        }
        assert_eq!(Check::of(&json!({})), Some(Check::Anything));
    }
}
