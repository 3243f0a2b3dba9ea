//! What editors show at each place, and shapes of samples.

use std::collections::BTreeMap;

use serde_json::json;

use crate::shape::known::{Shape, Shapes, Value};
use crate::shape::{Scope, describe, holds, types_at};

fn at(expression: &str, input: &serde_json::Value) -> Vec<(String, String)> {
    let shapes = Shapes::default();
    let node = connc_expr::parse(expression).unwrap();
    let scope = Scope { shapes: &shapes, root: Value::always(Shape::of(input)), called: "the user".into(), variables: BTreeMap::new() };
    let text = |range: std::ops::Range<usize>| {
        if range.is_empty() {
            format!("before {}", expression.get(range.start..).unwrap())
        } else {
            expression.get(range).unwrap().to_owned()
        }
    };
    types_at(&node, &scope).into_iter().map(|(range, value)| (text(range), describe(&value, &shapes))).collect()
}

#[test]
fn each_place_has_its_type() {
    let input = json!({"profile": {"phones": [{"n": "1"}]}, "id": 7});
    let found = at("profile.phones[n = '1'].n", &input);
    for (place, expected) in [
        ("before profile.phones[n = '1'].n", "an object"),
        ("profile", "an object"),
        ("before phones[n = '1'].n", "an object"),
        ("phones[n = '1']", "a list of objects"),
        ("before n", "an object"),
        ("n = '1'", "true or false"),
        ("profile.phones[n = '1'].n", "one or a list of `1` or nothing"),
    ] {
        assert!(found.contains(&(place.to_owned(), expected.to_owned())), "{place}: {expected} is not in {found:?}");
    }
    let found = at("$map(profile.phones, function($p) { $p.n })", &input);
    assert!(found.contains(&("$p".to_owned(), "an object".to_owned())), "{found:?}");
    assert!(found.contains(&("$p.n".to_owned(), "text".to_owned())), "{found:?}");
}

#[test]
fn samples_join() {
    let shape = Shape::of(&json!({"id": 1, "list": [], "x": {"a": 1}}))
        .joined(Shape::of(&json!({"id": null, "list": [1.5], "x": {"b": "t"}, "new": true})));
    let Shape::Object(object) = &shape else { panic!("no object") };
    let told = |name: &str| {
        object.member(name).map(|member| (member.required, describe(&Value::always(member.shape.clone()), &Shapes::default()))).unwrap()
    };
    assert_eq!(told("id"), (true, "a number or null".to_owned()));
    assert_eq!(told("list"), (true, "a list of numbers".to_owned()));
    assert_eq!(told("new"), (false, "true or false".to_owned()));
    let Some(Shape::Object(inner)) = object.member("x").map(|member| &member.shape) else { panic!("no object") };
    assert!(inner.members.iter().all(|member| !member.required) && inner.members.len() == 2);
}

#[test]
fn what_is_inside_and_what_is_not() {
    let shapes = Shapes::default();
    let user = Value::always(Shape::of(&json!({"id": 1, "tags": ["a"]})));
    for (json, inside) in [
        (json!({"id": 2, "tags": []}), true),
        (json!({"id": 2.5, "tags": []}), false),
        (json!({"id": 2}), false),
        (json!({"id": 2, "tags": [1]}), false),
        (json!({"id": 2, "tags": [], "more": 1}), false),
        (json!(null), false),
    ] {
        assert_eq!(holds(&user, &shapes, Some(&json)), inside, "{json}");
    }
    assert!(!holds(&user, &shapes, None));
    let words = Value { shape: Shape::words(["a", "b"]), absent: true, many: true };
    for (json, inside) in [(json!("a"), true), (json!("c"), false), (json!(["a", "b"]), true), (json!(["a"]), false), (json!([]), false)] {
        assert_eq!(holds(&words, &shapes, Some(&json)), inside, "{json}");
    }
    assert!(holds(&words, &shapes, None));
    let time = Value::always(Shape::formatted("date-time"));
    assert!(holds(&time, &shapes, Some(&json!("2026-03-01T12:00:00Z"))) && !holds(&time, &shapes, Some(&json!("yesterday"))));
}
