//! Records as slices of an answer's text: nothing is parsed that need not be, and no digit is lost.

use std::borrow::Cow;

use connc_expr::tape::Kind;
use connc_plan::{ErrorKind, Path, Records};
use serde::Deserializer as _;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::exchange::Received;
use crate::response::not_json;
use crate::sheet::Item;
use crate::{Error, sheet};

/// The answer as one JSON document that nests no deeper than `depth`.
pub(crate) fn document(received: &Received, depth: usize) -> Result<&str, Error> {
    let text = received.text.as_str();
    if !received.exact {
        return Err(Error::new(ErrorKind::Provider, "the answer is no UTF-8 text"));
    }
    if deeper_than(text, depth) {
        return Err(Error::new(ErrorKind::Limit, format!("the answer nests deeper than {depth} levels")));
    }
    let whole: &RawValue = serde_json::from_str(text).map_err(|error| not_json(received, &error))?;
    Ok(whole.get())
}

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found<'a> {
    /// A value other than null.
    Value(&'a str),
    /// Null, at the end of the path.
    Null,
    /// A member on the way is missing, or what should hold it is no object.
    Absent,
    /// A member on the way stands twice, so that one of the two would be lost.
    Twice,
}

/// The value at `path` in JSON text that was checked before.
pub(crate) fn at<'a>(text: &'a str, path: &Path) -> Found<'a> {
    let mut here = text;
    for step in &path.steps {
        let (mut found, mut count) = (None, 0);
        each_member(here, |key| key == step, |_, value| (found, count) = (Some(value), count + 1));
        match found {
            Some(_) if count > 1 => return Found::Twice,
            Some(value) => here = value,
            None => return Found::Absent,
        }
    }
    if here == "null" { Found::Null } else { Found::Value(here) }
}

/// A member of an object; where a key stands twice, the last one counts, as in maps.
pub(crate) fn member<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut found = None;
    each_member(text, |key| key == name, |_, value| found = Some(value));
    found
}

/// The names of an object's members.
pub(crate) fn keys(text: &str) -> Vec<String> {
    let mut keys = Vec::new();
    each_member(text, |_| true, |key, _| keys.push(key.to_owned()));
    keys
}

/// Visits the members of an object whose keys are wanted; text that is no object has none.
fn each_member<'a>(text: &'a str, wanted: impl Fn(&str) -> bool, mut visit: impl FnMut(&str, &'a str)) {
    struct Members<W, V>(W, V);
    impl<'de, W: Fn(&str) -> bool, V: FnMut(&str, &'de str)> Visitor<'de> for Members<W, V> {
        type Value = ();

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
            while let Some(Key(key)) = map.next_key::<Key<'de>>()? {
                if (self.0)(&key) {
                    (self.1)(&key, map.next_value::<&'de RawValue>()?.get());
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            Ok(())
        }
    }
    // The text was checked as JSON before; what is no object is refused by the visitor, and has no members.
    let _ = serde_json::Deserializer::from_str(text).deserialize_map(Members(wanted, &mut visit));
}

/// A key that is borrowed where it holds no escape.
#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// The items of a list; none where the text is no list.
pub(crate) fn items(text: &str) -> Option<Vec<&str>> {
    if !text.starts_with('[') {
        return None;
    }
    serde_json::from_str::<Vec<&RawValue>>(text).ok().map(|items| items.into_iter().map(RawValue::get).collect())
}

/// The raw records of a page. What is no list of records is one.
pub(crate) fn list<'a>(received: &'a Received, records: &Records, depth: usize) -> Result<Vec<Item<'a>>, Error> {
    let (path, absent_is_empty, one) = match records {
        Records::Items { path, absent_is_empty, one, keep_if: _ } => (path, *absent_is_empty, *one),
        Records::Item { .. } | Records::None => return document(received, depth).map(|text| vec![text.into()]),
    };
    // What was noted of an answer was checked then.
    let noted = received.noted().map(|root| sheet::at(root, path));
    let found = match noted {
        None => at(document(received, depth)?, path),
        Some(None) => Found::Absent,
        Some(Some(value)) if value.kind() == Kind::Null => Found::Null,
        Some(Some(value)) => Found::Value(value.slice()),
    };
    let wrong =
        |what: &str| Error::new(ErrorKind::Provider, format!("the answer has {what} at `{path}`, where the list of records should stand"));
    match found {
        Found::Value(found) if one && !found.starts_with('[') => Ok(vec![Item { text: found, value: noted.flatten() }]),
        Found::Value(_) if one => {
            Err(Error::new(ErrorKind::Provider, format!("the answer has a list at `{path}`, where the one record should stand")))
        }
        Found::Value(found) => match noted.flatten() {
            Some(value) if value.kind() == Kind::Array => {
                Ok(value.items().map(|value| Item { text: value.slice(), value: Some(value) }).collect())
            }
            Some(_) | None => items(found).map(|items| items.into_iter().map(Item::from).collect()).ok_or_else(|| wrong(kind(found))),
        },
        Found::Null | Found::Absent if absent_is_empty => Ok(Vec::new()),
        Found::Null => Err(wrong("null")),
        Found::Twice => Err(wrong("two values")),
        Found::Absent => Err(wrong("nothing").with_help("say `items_absent: empty` where the provider leaves out an empty list")),
    }
}

/// What kind of value a text is, for messages.
pub(crate) fn kind(text: &str) -> &'static str {
    match text.as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') => "a text",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        Some(_) => "a number",
        None => "nothing",
    }
}

/// Whether brackets nest deeper than `depth`, counted without recursion.
pub(crate) fn deeper_than(text: &str, depth: usize) -> bool {
    let (mut level, mut quoted, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        if quoted {
            quoted = escaped || byte != b'"';
            escaped = byte == b'\\' && !escaped;
            continue;
        }
        match byte {
            b'"' => quoted = true,
            b'[' | b'{' => {
                level += 1;
                if level > depth {
                    return true;
                }
            }
            b']' | b'}' => level = level.saturating_sub(1),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{Found, Path, at, deeper_than, items, keys};

    fn path(steps: &[&str]) -> Path {
        Path { steps: steps.iter().map(|step| (*step).to_owned()).collect(), ..Path::default() }
    }

    #[test]
    fn paths() {
        let text = r#"{"a": {"b\n": [1, 12345678901234567890], "n": null}, "x": 1e999, "a2": []}"#;
        assert_eq!(at(text, &path(&["a", "b\n"])), Found::Value("[1, 12345678901234567890]"));
        assert_eq!(at(text, &path(&["a", "n"])), Found::Null);
        assert_eq!(at(text, &path(&["a", "z"])), Found::Absent);
        assert_eq!(at(text, &path(&["x", "z"])), Found::Absent);
        assert_eq!(at(text, &path(&[])), Found::Value(text));
        assert_eq!(items("[1, 12345678901234567890]"), Some(vec!["1", "12345678901234567890"]));
        assert_eq!(items("{}"), None);
        assert_eq!(keys(text), ["a", "x", "a2"]);
    }

    #[test]
    fn depth_counts_brackets_outside_text() {
        assert!(!deeper_than(r#"[["[[[[\"[["]]"#, 2));
        assert!(deeper_than("[[[]]]", 2));
    }
}
