//! Inference held against the engine: no result of our own expressions falls outside what was inferred of it.

#![expect(clippy::disallowed_methods, reason = "more cases may be asked for")]

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::{Map, Value as Json, json};

use super::{deep, inferred, outside, run, widened};
use crate::shape::known::{Shape, Shapes, Value};

/// Expressions over the language, a line each.
const EXPRESSIONS: &str = include_str!("expressions.txt");

fn inputs() -> Vec<Json> {
    vec![
        json!({
            "id": 7, "name": "Ada", "email": "ada@acme.example", "active": true, "manager": null, "score": 1.5, "tags": ["a", "b"], "none": [], "one": [5],
            "profile": {"first": "Ada", "last": "Quill", "age": 36, "phones": [{"type": "home", "number": "1"}, {"type": "work", "number": "2"}]},
            "emails": [{"value": "a@x.example", "primary": true}, {"value": "b@x.example", "primary": false}],
            "groups": [{"id": 1, "name": "g1", "members": ["u1", "u2"], "roles": [["r1"], ["r2", "r3"]]}, {"id": 2, "name": "g2", "members": []}],
            "matrix": [[1, 2], [3]], "status": "ACTIVE", "created": "2026-03-01T12:00:00Z", "seconds": 1772366400, "nested": {"a": {"b": {"c": [1]}}}
        }),
        json!({
            "id": 8, "name": "", "active": false, "manager": {"id": 1, "name": "Bo"}, "score": 2, "tags": [], "one": [[1]],
            "profile": {"first": "Bo", "phones": []}, "emails": [{"value": "c@x.example", "primary": true}],
            "groups": [{"id": 3, "name": "g3", "members": ["u9"]}], "matrix": [[]], "status": "STAGED", "created": "2026-01-01T00:00:00Z", "seconds": 0,
            "nested": {"a": [{"b": {"c": 2}}, {"b": {"c": [3, 4]}}]}
        }),
        json!({"id": 9, "name": "Cy", "emails": {"value": "d@x.example"}, "tags": "t", "groups": [], "nested": {}, "status": "ACTIVE", "one": 4, "matrix": []}),
        json!([{"id": 1, "tags": ["x"], "name": "n"}, {"id": 2, "tags": [], "groups": [{"id": 5}]}]),
        json!([{"tags": ["x"], "nested": {"a": [[1], [2]]}}]),
        json!([]),
        json!("text"),
    ]
}

fn expressions() -> Vec<&'static str> {
    EXPRESSIONS.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

#[test]
fn own_expressions_stay_inside() {
    let inputs = inputs();
    let all = inputs.iter().map(Shape::of).reduce(Shape::joined).unwrap();
    let objects = inputs.iter().filter(|input| input.is_object()).map(Shape::of).reduce(Shape::joined).unwrap();
    let expressions = expressions();
    assert!(expressions.len() >= 150, "{} expressions", expressions.len());
    let mut wrong = Vec::new();
    for expression in &expressions {
        for input in &inputs {
            let exact = Shape::of(input);
            let wide = widened(&exact);
            for shape in [exact, wide, objects.clone(), all.clone()] {
                if input.is_object() || shape != objects {
                    wrong.extend(outside(expression, &Value::always(shape), Some(input), &Map::new()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} outside:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn own_expressions_run_and_are_known() {
    let inputs = inputs();
    let (mut ran, mut known) = (0, 0);
    let mut open = Vec::new();
    for expression in expressions() {
        let first = &inputs[0];
        let result = run(expression, Some(first), &Map::new());
        assert!(result.is_ok(), "{expression}: {result:?}");
        ran += 1;
        let found = inferred(expression, &Value::always(Shape::of(first)), &Shapes::default(), &std::collections::BTreeMap::new());
        if deep(&found.value.shape) && found.problems.is_empty() {
            known += 1;
        } else {
            open.push(format!("{expression} {:?}", found.problems.iter().map(|problem| &problem.message).collect::<Vec<_>>()));
        }
    }
    assert!(known * 100 >= ran * 80, "{known} of {ran} are known; not:\n{}", open.join("\n"));
}

fn name() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["a", "b", "c", "d"])
}

fn data() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        (-3i64..4).prop_map(Json::from),
        prop::sample::select(vec!["", "x", "y"]).prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 40, 4, |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            3 => prop::collection::vec((name(), inner), 0..4).prop_map(|members| {
                Json::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }),
        ]
    })
}

/// Expressions that nest paths, predicates, constructors and calls.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        6 => name().prop_map(str::to_owned),
        1 => Just("$".to_owned()),
        1 => Just("$$".to_owned()),
        1 => Just("1".to_owned()),
        1 => Just("'x'".to_owned()),
        1 => Just("null".to_owned()),
        1 => Just("*".to_owned()),
    ];
    let step = |inner: BoxedStrategy<String>| {
        prop_oneof![
            6 => name().prop_map(str::to_owned),
            1 => Just("$".to_owned()),
            1 => Just("*".to_owned()),
            1 => Just("**".to_owned()),
            1 => inner.clone().prop_map(|inner| format!("({inner})")),
            1 => inner.clone().prop_map(|inner| format!("[{inner}]")),
            1 => (name(), inner).prop_map(|(name, inner)| format!("{{'{name}': {inner}}}")),
        ]
    };
    leaf.prop_recursive(4, 24, 3, move |inner| {
        let step = step(inner.clone().boxed());
        let filtered = prop_oneof![
            4 => Just(String::new()),
            1 => Just("[0]".to_owned()),
            1 => Just("[-1]".to_owned()),
            1 => Just("[]".to_owned()),
            1 => inner.clone().prop_map(|inner| format!("[{inner}]")),
            1 => (name(), inner.clone()).prop_map(|(name, inner)| format!("[{name} = {inner}]")),
            1 => name().prop_map(|name| format!("[{name} != null]")),
        ];
        let path = prop::collection::vec((step, filtered), 1..4).prop_map(|steps| {
            steps.into_iter().map(|(step, filter)| format!("{step}{filter}")).collect::<Vec<_>>().join(".")
        });
        prop_oneof![
            8 => path.clone(),
            1 => (path.clone(), inner.clone(), name()).prop_map(|(path, value, name)| format!("{path}{{'{name}': {value}}}")),
            1 => (path.clone(), name()).prop_map(|(path, name)| format!("{path}^({name})")),
            1 => (path.clone(), name()).prop_map(|(path, name)| format!("{path}^({name})[0]")),
            1 => (inner.clone(), inner.clone(), inner.clone()).prop_map(|(one, two, three)| format!("({one} ? {two} : {three})")),
            1 => (path.clone(), inner.clone()).prop_map(|(path, inner)| format!("({path} != null ? {path} : {inner})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(one, two)| format!("({one} ?: {two})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(one, two)| format!("({one} ?? {two})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(one, two)| format!("[{one}, {two}]")),
            1 => (name(), inner.clone(), inner.clone()).prop_map(|(name, one, two)| format!("{{'{name}': {one}, 'z': {two}}}")),
            1 => (inner.clone(), inner.clone()).prop_map(|(one, two)| format!("($v := {one}; $v.{two})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(one, two)| format!("$append({one}, {two})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(one, two)| format!("$map({one}, function($i){{ $i.{two} }})")),
            1 => (inner.clone(), name()).prop_map(|(one, name)| format!("$filter({one}, function($i){{ $exists($i.{name}) }})")),
            1 => (inner.clone(), name()).prop_map(|(one, name)| format!("$lookup({one}, '{name}')")),
            1 => inner.clone().prop_map(|one| format!("$distinct({one})")),
            1 => inner.clone().prop_map(|one| format!("$reverse({one})")),
            1 => inner.clone().prop_map(|one| format!("$merge({one})")),
            1 => inner.clone().prop_map(|one| format!("$spread({one})")),
            1 => inner.clone().prop_map(|one| format!("$keys({one})")),
            1 => inner.clone().prop_map(|one| format!("$type({one})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(one, two)| format!("$default({one}, {two})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(one, two)| format!("$first_non_empty({one}, {two})")),
            1 => inner.clone().prop_map(|one| format!("$one({one})")),
            1 => (inner.clone(), name(), inner.clone()).prop_map(|(one, name, two)| format!("({one} ~> |{name}|{{'d': {two}}}, 'a'|)")),
            1 => (path.clone(), name(), name()).prop_map(|(path, name, other)| format!("{path}.{name}#$i.{{'at': $i, 'it': {other}, 'up': %}}")),
            1 => (path, name(), inner).prop_map(|(path, name, value)| format!("{path}@$f.{name}.{{'f': $f, 'v': {value}}}")),
        ]
    })
}

#[test]
fn made_expressions_stay_inside() {
    let cases = std::env::var("CONNC_INFER_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2_000);
    let config = Config { cases, rng_seed: RngSeed::Fixed(7), failure_persistence: None, max_shrink_iters: 4_000, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let result = runner.run(&(expression(), data(), data()), |(expression, input, other)| {
        if connc_expr::parse(&expression).is_err() {
            return Ok(());
        }
        let exact = Shape::of(&input);
        for shape in [widened(&exact), exact.clone().joined(Shape::of(&other)), exact] {
            if let Some(how) = outside(&expression, &Value::always(shape), Some(&input), &Map::new()) {
                return Err(TestCaseError::fail(format!("{how}\n    over {input}")));
            }
        }
        Ok(())
    });
    assert!(result.is_ok(), "{}", result.unwrap_err());
}
