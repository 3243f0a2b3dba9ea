//! Made expressions of the plain kind over made records.

use std::cell::RefCell;

use connc_expr::Program;
use connc_expr::functions::TABLE;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use crate::{Outcome, compared};

/// Expressions that are made in every run.
const CASES: u32 = 2_500;

/// Records that each is tried on.
const RECORDS: usize = 6;

/// The functions that take no other function, with how many arguments each takes.
const FUNCTIONS: &[(&str, usize, usize)] = &[
    ("exists", 1, 1),
    ("not", 1, 1),
    ("boolean", 0, 1),
    ("count", 1, 1),
    ("append", 2, 2),
    ("join", 1, 2),
    ("contains", 1, 2),
    ("substringBefore", 1, 2),
    ("substringAfter", 1, 2),
    ("substring", 2, 3),
    ("split", 1, 2),
    ("replace", 3, 3),
    ("distinct", 1, 1),
    ("lowercase", 0, 1),
    ("uppercase", 0, 1),
    ("string", 0, 2),
    ("number", 0, 1),
    ("trim", 0, 1),
    ("length", 0, 1),
    ("sum", 1, 1),
    ("max", 1, 1),
    ("min", 1, 1),
    ("reverse", 1, 1),
    ("keys", 1, 1),
    ("lookup", 2, 2),
    ("merge", 1, 1),
    ("spread", 1, 1),
    ("type", 1, 1),
    ("floor", 1, 1),
    ("round", 1, 2),
    ("abs", 1, 1),
    ("toMillis", 1, 1),
    ("fromMillis", 1, 1),
    ("base64encode", 1, 1),
];

fn name() -> impl Strategy<Value = String> + Clone {
    select(vec!["a", "a", "a", "b", "b", "c", "d", "`a`", "e"]).prop_map(str::to_owned)
}

fn literal() -> impl Strategy<Value = String> {
    let known = [
        "null",
        "true",
        "false",
        "0",
        "1",
        "2",
        "1.5",
        "1e3",
        "0.1",
        "100000000000000000000",
        "1e21",
        "9007199254740993",
        "\"\"",
        "\"x\"",
        "\"a\"",
        "'y'",
        "\"1\"",
        "\"0\"",
        "\"é\"",
        "\"\\u007f\"",
        "\"\\n\\\"\\\\\\/\"",
        "\"ada@acme.example\"",
        "\"2026-03-01T12:00:00Z\"",
        "\"9007199254740993\"",
        "[]",
        "{}",
        "[[]]",
        "[null]",
        "[\"\"]",
        "\"Ada Quill\"",
        "\"\\u0000\"",
        "-1",
    ];
    select(known.to_vec()).prop_map(str::to_owned)
}

fn predicate(inner: BoxedStrategy<String>) -> impl Strategy<Value = String> {
    let two = (inner.clone(), inner.clone());
    prop_oneof![
        3 => select(vec!["[0]", "[1]", "[-1]", "[0.5]", "[-0.5]", "[5]", "[null]", "[\"x\"]", "[true]", "[false]", "[$]", "[[0]]", "[[0, 1]]", "[]", "[1e3]"])
            .prop_map(str::to_owned),
        1 => Just("[$ != null]".to_owned()),
        1 => Just("[$ != null and $ != \"\"]".to_owned()),
        2 => (name(), literal()).prop_map(|(name, literal)| format!("[{name} = {literal}]")),
        1 => inner.prop_map(|inner| format!("[{inner}]")),
        1 => two.prop_map(|(one, two)| format!("[{one} = {two}]")),
    ]
}

fn step(inner: BoxedStrategy<String>) -> impl Strategy<Value = String> {
    prop_oneof![
        8 => name(),
        1 => select(vec!["$", "$$"]).prop_map(str::to_owned),
        1 => inner.clone().prop_map(|inner| format!("({inner})")),
        1 => inner.clone().prop_map(|inner| format!("[{inner}]")),
        2 => (name(), inner.clone()).prop_map(|(name, inner)| format!("{{\"{}\": {inner}}}", name.trim_matches('`'))),
        1 => call(inner.clone()),
        1 => inner.prop_map(|inner| format!("($exists({inner}) ? {inner})")),
    ]
}

fn path(inner: BoxedStrategy<String>) -> impl Strategy<Value = String> {
    let filters = prop_oneof![
        4 => Just(String::new()),
        2 => predicate(inner.clone()),
        1 => (predicate(inner.clone()), predicate(inner.clone())).prop_map(|(one, two)| one + &two),
    ];
    let first = prop_oneof![6 => name(), 1 => Just("$".to_owned()), 1 => Just("$$".to_owned()), 2 => step(inner.clone())];
    let rest = prop::collection::vec((step(inner), filters.clone()), 0..3);
    (first, filters, rest).prop_map(|(first, filter, rest)| {
        let rest: String = rest.into_iter().map(|(step, filter)| format!(".{step}{filter}")).collect();
        format!("{first}{filter}{rest}")
    })
}

fn call(inner: BoxedStrategy<String>) -> impl Strategy<Value = String> {
    let own = FUNCTIONS.iter().map(|(name, least, most)| ((*name).to_owned(), *least, *most));
    let host = TABLE.iter().map(|function| {
        let least = function.signature.least();
        (function.name.to_owned(), least, function.signature.most().unwrap_or(least + 2))
    });
    // The first ones are those that maps are full of.
    let common = FUNCTIONS.iter().take(16).map(|(name, least, most)| ((*name).to_owned(), *least, *most));
    let all: Vec<_> = own.chain(host).chain(common).collect();
    (select(all), prop::collection::vec(inner, 5), 0..3_usize).prop_map(|((name, least, most), arguments, more)| {
        let count = (least + more).min(most).min(arguments.len());
        format!("${name}({})", arguments[..count].join(", "))
    })
}

fn expression() -> impl Strategy<Value = String> {
    let variable = select(vec!["$o", "$o.a", "$o.b", "$o.c", "$o.d", "$l", "$t", "$m", "$z", "$unbound"]).prop_map(str::to_owned);
    let leaf = prop_oneof![8 => name(), 2 => literal(), 1 => variable, 1 => Just("$".to_owned()), 1 => (name(), name()).prop_map(|(one, two)| format!("{one}.{two}"))];
    leaf.prop_recursive(4, 20, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        let three = (inner.clone(), inner.clone(), inner.clone());
        let operators = vec!["=", "!=", "<", "<=", ">", ">=", "and", "or", "in", "&", "+", "+", "-", "*"];
        let keys = vec!["a", "b", "z", "é", "\\n"];
        Union::new_weighted(vec![
            (10, path(inner.clone().boxed()).boxed()),
            (5, call(inner.clone().boxed()).boxed()),
            (2, three.clone().prop_map(|(one, two, three)| format!("({one} ? {two} : {three})")).boxed()),
            (1, two.clone().prop_map(|(one, two)| format!("({one} ? {two})")).boxed()),
            (1, two.clone().prop_map(|(one, two)| format!("({one} ?: {two})")).boxed()),
            (1, two.clone().prop_map(|(one, two)| format!("({one} ?? {two})")).boxed()),
            (
                4,
                (inner.clone(), select(operators), inner.clone())
                    .prop_map(|(one, operator, two)| format!("({one} {operator} {two})"))
                    .boxed(),
            ),
            (3, prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(", "))).boxed()),
            (
                3,
                prop::collection::vec((select(keys), inner.clone()), 0..4)
                    .prop_map(|pairs| {
                        let pairs: Vec<String> = pairs.into_iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
                        format!("{{{}}}", pairs.join(", "))
                    })
                    .boxed(),
            ),
            (1, (inner.clone(), predicate(inner.clone().boxed())).prop_map(|(one, filter)| format!("({one}){filter}")).boxed()),
            (1, (inner.clone(), predicate(inner.clone().boxed())).prop_map(|(one, filter)| format!("[{one}]{filter}")).boxed()),
            (1, inner.prop_map(|inner| format!("({inner})")).boxed()),
        ])
    })
}

/// JSON text, every number and text in several spellings.
fn value() -> impl Strategy<Value = String> {
    let tokens = [
        "null",
        "null",
        "true",
        "false",
        "0",
        "1",
        "1",
        "2",
        "-1",
        "-0",
        "1.0",
        "1.50",
        "1e3",
        "1E-7",
        "1e-7",
        "0.1",
        "9007199254740991",
        "9007199254740993",
        "-9007199254740993",
        "12345678901234567890123",
        "123456789012345678",
        "1e21",
        "1e308",
        "5e-324",
        "1234567890123456",
        "0.30000000000000004",
        "\"\"",
        "\"x\"",
        "\"x\"",
        "\"a\"",
        "\"y\"",
        "\"1\"",
        "\"1.0\"",
        "\"true\"",
        "\"\\u0078\"",
        "\"\\/\"",
        "\"\\u00e9\"",
        "\"é\"",
        "\"\\ud83d\\ude00\"",
        "\"\\u0000\"",
        "\"\\u007f\"",
        "\"\u{7f}\"",
        "\"\u{2028}\"",
        "\"\\n\\t\\\"\\\\\"",
        "\"Ada Quill\"",
        "\"ADA@acme.example\"",
        "\"2026-03-01T12:00:00Z\"",
        "\"2026-03-01\"",
        "\"a, b\"",
        "\"İß\"",
        "\"9007199254740993\"",
        "\"<p>x</p>\"",
        "\" x \"",
        "1700000000",
        "\"\\ud83d\"",
        "1e400",
    ];
    let leaf = select(tokens.to_vec()).prop_map(str::to_owned);
    leaf.prop_recursive(4, 30, 4, |inner| {
        prop_oneof![
            2 => prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            1 => inner.clone().prop_map(|item| format!("[[{item}]]")),
            3 => members(inner),
        ]
    })
}

fn members(inner: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let key = select(vec!["a", "a", "b", "b", "c", "d", "z", "\\u0061", ""]);
    // A name that stands twice is rare.
    (prop::collection::vec((key, inner), 0..5), any::<u8>()).prop_map(|(pairs, odd)| {
        let mut seen = Vec::new();
        let pairs = pairs.into_iter().filter(|(key, _)| {
            let is_new = !seen.contains(key);
            seen.push(*key);
            is_new || odd < 8
        });
        let pairs: Vec<String> =
            pairs.filter(|(key, _)| *key != "\\u0061" || odd < 40).map(|(key, value)| format!("\"{key}\": {value}")).collect();
        format!("{{{}}}", pairs.join(", "))
    })
}

#[test]
fn made_expressions_are_the_same() {
    let asked = |name: &str| std::env::var(name).ok().map(|number| number.parse::<u64>().unwrap());
    let cases = asked("CONNC_FUSED_CASES").map_or(CASES, |cases| u32::try_from(cases).unwrap());
    let seed = RngSeed::Fixed(asked("CONNC_FUSED_SEED").unwrap_or(11));
    let config = Config { cases, rng_seed: seed, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    let record = prop_oneof![12 => members(value()), 1 => value()];
    let result = TestRunner::new(config).run(&(expression(), prop::collection::vec(record, RECORDS)), |(expression, records)| {
        let Ok(program) = Program::compile(&expression) else { return Ok(()) };
        COUNTS.with_borrow_mut(|counts| counts.0 += u64::from(program.fused().is_some()));
        for record in &records {
            match compared(&program, record) {
                Outcome::Engine => {}
                Outcome::Same => COUNTS.with_borrow_mut(|counts| counts.1 += 1),
                Outcome::Differs(engine, fused) => {
                    return Err(TestCaseError::fail(format!("`{expression}`\n  record: {record}\n  engine: {engine}\n  fused:  {fused}")));
                }
            }
        }
        Ok(())
    });
    let (plain, same) = COUNTS.take();
    assert!(result.is_ok(), "{}", result.unwrap_err());
    assert!(plain * 4 > u64::from(cases) && same > u64::from(cases), "of {cases} expressions {plain} are plain, with {same} sure results");
}

thread_local! {
    /// Expressions that are plain, and results that both ways give.
    static COUNTS: RefCell<(u64, u64)> = const { RefCell::new((0, 0)) };
}
