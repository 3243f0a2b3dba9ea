//! What strangers may write: it ends, soon, and never panics.

#![expect(clippy::disallowed_methods, reason = "how long it takes is what is tested")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::inferred;
use crate::shape::known::{Member, Object, Shape, Shapes, Value};

fn recursive() -> (Value, Shapes) {
    let mut shapes = Shapes::default();
    let id = shapes.add("Node", Shape::Unknown);
    let member = |name: &str, shape: Shape| Member {
        name: name.into(),
        shape,
        required: true,
        deprecated: false,
        read_only: false,
        write_only: false,
        place: None,
    };
    let members = vec![member("next", Shape::Named(id)), member("all", Shape::list(Shape::Named(id))), member("name", Shape::text())];
    shapes.set(id, Shape::Object(std::rc::Rc::new(Object { members, ..Object::default() })));
    (Value::always(Shape::Named(id)), shapes)
}

#[test]
fn it_ends_soon() {
    let (root, shapes) = recursive();
    let mut doubled = "($v0 := {'x': name};".to_owned();
    for index in 1..100 {
        let _ = write!(doubled, "$v{index} := [$v{0}, {{'l': $v{0}, 'r': $v{0}}}];", index - 1);
    }
    doubled.push_str("$v99)");
    let mut calls = "($f0 := function($x) { [$x, $x] };".to_owned();
    for index in 1..40 {
        let _ = write!(calls, "$f{index} := function($x) {{ [$f{0}($x), $f{0}($x)] }};", index - 1);
    }
    calls.push_str("$f39(1))");
    let texts = [
        "**".to_owned(),
        "**.**.**.name".to_owned(),
        "*.*.*.*".to_owned(),
        format!("next{}", ".next".repeat(2_000)),
        format!("all{}", ".all".repeat(2_000)),
        format!("{}name{}", "(".repeat(240), ")".repeat(240)),
        format!("name{}", " & name".repeat(240)),
        format!("{}1{}", "[".repeat(240), "]".repeat(240)),
        "($f := function($x) { $f($f($x)) }; $f(1))".to_owned(),
        "($f := function($x) { $g($x) }; $g := function($x) { $f($x) }; $f(1))".to_owned(),
        "($f := function($f) { $f($f) }; $f($f))".to_owned(),
        "$reduce([1, 2, 3], function($a, $x) { {'a': $a, 'x': $x} })".to_owned(),
        "$reduce([1, 2, 3], function($a, $x) { [[$a], $x] }, [])".to_owned(),
        "$map(all, $map)".to_owned(),
        "$reduce(all, $reduce)".to_owned(),
        "($a := $a; $a)".to_owned(),
        "$ ~> |**|{'name': **}|".to_owned(),
        "$zip()".to_owned(),
        "$map()".to_owned(),
        "$substring(?)(?)(?)".to_owned(),
        "%.%.%".to_owned(),
        "all.%.%.%.%".to_owned(),
        doubled,
        calls,
    ];
    for text in texts {
        if connc_expr::parse(&text).is_err() {
            continue;
        }
        let start = Instant::now();
        let _ = inferred(&text, &root, &shapes, &BTreeMap::new());
        let taken = start.elapsed();
        assert!(taken < Duration::from_secs(2), "{taken:?} for {}", text.chars().take(80).collect::<String>());
    }
}

/// How long a typical expression takes: `cargo test --release -- --ignored --nocapture`.
#[test]
#[ignore = "measures"]
fn typical_expressions_take_microseconds() {
    let (root, shapes) = recursive();
    let texts = [
        "next.next.name",
        "next != null ? next.name : 'none'",
        "{'id': name, 'up': next.name}",
        "all[name = 'x'][0].name",
        "$first_non_empty(name, next.name)",
    ];
    let nodes: Vec<_> = texts.iter().map(|text| connc_expr::parse(text).unwrap()).collect();
    let scope = crate::shape::Scope { shapes: &shapes, root, called: "the node".into(), variables: BTreeMap::new() };
    let start = Instant::now();
    for _ in 0..2_000 {
        for node in &nodes {
            let _ = crate::shape::infer(node, &scope);
        }
    }
    let each = start.elapsed() / 10_000;
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{each:?} an expression\n").as_bytes());
    assert!(each < Duration::from_millis(1), "{each:?}");
}
