//! Where a provider's answer is not what its description says.

use serde_json::Value as Json;

use super::known::{Object, Shape, Shapes, Text};

/// A place of an answer that is not what the description says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The place, as a JSON Pointer (RFC 6901).
    pub at: String,
    /// What is there, and what the description says, without any of the answer's data.
    pub message: String,
}

/// Every difference between an answer and what is known of it. Members that the description does not have are none.
#[must_use]
pub fn differences(shape: &Shape, shapes: &Shapes, answer: &Json) -> Vec<Difference> {
    compare(shape, shapes, answer, "", 0)
}

/// Levels of an answer that are compared.
const DEEPEST: usize = 40;

fn compare(shape: &Shape, shapes: &Shapes, answer: &Json, at: &str, depth: usize) -> Vec<Difference> {
    let alternatives = shapes.alternatives(shape);
    if depth > DEEPEST || alternatives.is_empty() {
        return Vec::new();
    }
    // The alternative that the answer is nearest to speaks for all.
    let each = alternatives.iter().map(|shape| one(shape, shapes, answer, at, depth));
    each.min_by_key(|found| (found.iter().any(|difference| difference.at == at), found.len())).unwrap_or_default()
}

fn one(shape: &Shape, shapes: &Shapes, answer: &Json, at: &str, depth: usize) -> Vec<Difference> {
    let differs =
        |says: &str| vec![Difference { at: at.to_owned(), message: format!("{} is there, and the description says {says}", kind(answer)) }];
    match (shape, answer) {
        (Shape::Unknown, _)
        | (Shape::Null, Json::Null)
        | (Shape::Boolean, Json::Bool(_))
        | (Shape::Number { integer: false }, Json::Number(_))
        | (Shape::Named(_) | Shape::OneOf(_) | Shape::Function | Shape::Bytes, _) => Vec::new(),
        (Shape::Number { integer: true }, Json::Number(number)) => {
            if number.is_i64() || number.is_u64() {
                Vec::new()
            } else {
                differs("a whole number")
            }
        }
        (Shape::Text(text), Json::String(given)) => word(text, given, at),
        (Shape::List(items), Json::Array(list)) => {
            list.iter().enumerate().flat_map(|(index, item)| compare(items, shapes, item, &format!("{at}/{index}"), depth + 1)).collect()
        }
        (Shape::Object(object), Json::Object(_)) => members(object, shapes, answer, at, depth),
        (Shape::Null, _) => differs("null"),
        (Shape::Boolean, _) => differs("true or false"),
        (Shape::Number { .. }, _) => differs("a number"),
        (Shape::Text(_), _) => differs("text"),
        (Shape::List(_), _) => differs("a list"),
        (Shape::Object(_), _) => differs("an object"),
    }
}

fn word(text: &Text, given: &str, at: &str) -> Vec<Difference> {
    let known = text.values.as_ref().is_none_or(|values| values.iter().any(|value| value.as_ref() == given));
    if known {
        Vec::new()
    } else {
        vec![Difference { at: at.to_owned(), message: "a word is there that the description does not list".to_owned() }]
    }
}

fn members(object: &Object, shapes: &Shapes, answer: &Json, at: &str, depth: usize) -> Vec<Difference> {
    let mut found = Vec::new();
    for member in object.members.iter().filter(|member| !member.write_only) {
        let place = format!("{at}/{}", member.name.replace('~', "~0").replace('/', "~1"));
        match answer.get(member.name.as_ref()) {
            Some(value) => found.extend(compare(&member.shape, shapes, value, &place, depth + 1)),
            None if member.required => {
                found.push(Difference { at: place, message: "nothing is there, and the description says that it always is".to_owned() });
            }
            None => {}
        }
    }
    found
}

fn kind(answer: &Json) -> &'static str {
    match answer {
        Json::Null => "null",
        Json::Bool(_) => "true or false",
        Json::Number(_) => "a number",
        Json::String(_) => "text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use serde_json::json;

    use super::differences;
    use crate::shape::known::{Member, Object, Shape, Shapes};

    #[test]
    fn what_an_answer_has_otherwise() {
        let member = |name: &str, required, shape| Member { required, ..Member::new(name, shape) };
        let user = Shape::Object(Rc::new(Object {
            members: vec![
                member("id", true, Shape::Number { integer: true }),
                member("name", false, Shape::text()),
                member("state", false, Shape::words(["on", "off"])),
                member("boss", false, Shape::one_of([Shape::text(), Shape::Null])),
            ],
            ..Object::default()
        }));
        let list = Shape::list(user);
        let said = |answer: serde_json::Value| {
            let found = differences(&list, &Shapes::default(), &answer);
            found.into_iter().map(|difference| format!("{} {}", difference.at, difference.message)).collect::<Vec<_>>()
        };
        assert_eq!(said(json!([{"id": 1, "name": "Ada", "state": "on", "boss": null, "more": 1}, {"id": 2}])), Vec::<String>::new());
        assert_eq!(
            said(json!([{"name": null}])),
            ["/0/id nothing is there, and the description says that it always is", "/0/name null is there, and the description says text",]
        );
        assert_eq!(
            said(json!([{"id": 1.5, "state": "away"}])),
            [
                "/0/id a number is there, and the description says a whole number",
                "/0/state a word is there that the description does not list",
            ]
        );
        assert_eq!(said(json!({})), [" an object is there, and the description says a list"]);
        assert_eq!(said(json!([{"id": 1, "boss": 3}])), ["/0/boss a number is there, and the description says text"]);
    }
}
