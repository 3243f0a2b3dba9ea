use proptest::prelude::*;

use crate::tape::{Kind, Tape};
use crate::{Document, Limits, Program, Variables};

/// What the engine gives, in the spelling of records.
fn by_engine(program: &Program, record: &str, variables: &Variables) -> Result<Option<String>, ()> {
    let document = Document::parse(record, Some(&program.reads())).map_err(drop)?;
    let made = program.eval(&document, variables, &Limits::default()).map_err(drop)?;
    Ok(made.map(|text| serde_json::from_str::<serde_json::Value>(&text).unwrap().to_string()))
}

/// What is made over the tape; the outer none where the engine has to decide.
#[expect(clippy::option_option, reason = "nothing is a result, too")]
fn fused(program: &Program, record: &str, variables: &Variables) -> Option<Option<String>> {
    let (fused, mut tape) = (program.fused()?, Tape::default());
    tape.read(record, fused.wants(), 100).ok()?;
    let made = fused.run_with(tape.root(record), variables).ok()?;
    let mut text = String::new();
    made.write(&mut text).ok()?;
    Some(Some(text).filter(|text| !text.is_empty()))
}

const RECORDS: &[&str] = &[
    "{}",
    r#"{"a": null, "b": "", "c": [], "d": {}}"#,
    r#"{"a": "x", "b": "Ünï\u00e9\n\"q\"\/", "c": ["x", "y"], "d": {"a": 1, "b": "z"}}"#,
    r#"{"a": 12345678901234567890, "b": 1.50, "c": [{"a": 1, "b": "p"}, {"a": 2}, {"b": "q"}], "d": [{"a": [1]}]}"#,
    r#"{"a": true, "b": -0, "c": ["x"], "d": {"a": ["one"], "b": [{"a": "deep"}]}}"#,
    r#"{"a": false, "b": 1E2, "c": [[1, 2], [3]], "d": [{"a": [["n"]]}, {"a": null}]}"#,
    r#"{"a": [], "b": [""], "c": [null, "x"], "d": {"a": {"a": {"b": 0.1}}}}"#,
    r#"{"a": {"b": "c"}, "b": ["p", "q"], "c": "single", "d": "text"}"#,
    r#"{"a": [[]], "b": [null], "c": [[]], "d": [[{"a": 1}, {"a": 2}]]}"#,
    r#"{"c": [[{"a": [["x"]]}]], "d": [[[{"a": [["y"]], "b": [[]]}]]]}"#,
];

const EXPRESSIONS: &[&str] = &[
    "a",
    "d.a",
    "c.a",
    "c.b",
    "d.a.b",
    "d.a.a",
    "c[0]",
    "c[-1]",
    "c[0].a",
    "c[a = 1].b",
    "c[a = 1][0].b",
    "d.a[0]",
    "$",
    "$$.a",
    "$.a",
    "c[$ != null]",
    "c[$ != null and $ != \"\"]",
    "a[$ != null].{ \"v\": $ }",
    "c.{ \"id\": a, \"n\": b }",
    "d.{ \"x\": a }",
    "[a, b]",
    "[a, [b]]",
    "[c, d.a]",
    "[a, b][$ != null and $ != \"\"]",
    "[a.{ \"v\": $ }, c.{ \"w\": $ }]",
    "{ \"k\": a, \"l\": c }",
    "a = \"x\"",
    "a != \"x\"",
    "a = b",
    "a = null",
    "b = 1.5",
    "b < 2",
    "a > \"a\"",
    "a ? b",
    "a ? b : c",
    "c ? 1 : 2",
    "d ? 1 : 2",
    "a ?: b",
    "a ?? b",
    "a and b",
    "a or c",
    "\"x\" in c",
    "a in [\"x\", \"y\"]",
    "a & \"-\" & d.b",
    "$exists(a)",
    "$exists(d.z)",
    "$not(a)",
    "$boolean(c)",
    "$count(c)",
    "$count(a)",
    "$append(a, c)",
    "$append(c, d.a)",
    "$join(c, \",\")",
    "$join([a, d.b][$ != null], \" \")",
    "$contains(a, \"x\")",
    "$substringBefore(b, \"i\")",
    "$substringAfter(a, \"y\")",
    "$lowercase(a)",
    "$uppercase(d.b)",
    "$string(a)",
    "$string(b)",
    "$default(a, \"none\")",
    "$default(z, c)",
    "$first_non_empty(a, b, c)",
    "$first_non_empty(z, c).a",
    "$email_or_nothing(a)",
    "$given_name(b)",
    "$text_list(c)",
    "$exists(a) ? a = \"x\"",
    "(c[a = 2])[0]",
    "(a)",
    "c.(a ? a : b)",
    "c.$string(a)",
    "c.($)",
    "d.a.($)",
    "c[].a",
    "c.a^($)",
    "$map(c, function($x) { $x })",
    "a + 1",
    "`a`",
    "c[[0]]",
    "c[\"x\"]",
    "c[a]",
    "c.d.e",
    "d.(a; b)",
    "\"text\"",
    "1.50",
    "null",
    "true",
    "$parent.id",
    "$parent.n & \"-\" & a",
    "{ \"id\": $parent.id }",
    "$list",
    "$list.a",
    "$list[0]",
    "$missing",
    "$missing.x",
    "$none",
    "$exists($parent.x)",
    "a = $parent.id",
    "$parent.({ \"k\": n })",
    "c.{ \"p\": $parent.id, \"c\": $ }",
    "$count(c) + $count(d.a)",
    "b + 1",
    "a + b",
    "$replace(a, \"x\", \"y$0\")",
    "$replace(b, \"é\", \"\")",
    "$split(a, \"x\")",
    "$split(b, \"\")",
    "$substring(a, 0, 1)",
    "$substring(a, 1)",
    "$substring(a, 5, 2)",
    "$substring(b, 1)",
    "$distinct(c)",
    "$distinct($append(a, c))",
    "$distinct(c).{ \"id\": $ }",
    "$distinct(d.a)",
    "$distinct(a)",
    "d[a][0]",
    "c[1 = 1]",
    "z[1 = 1]",
    "d.a[$ = 1]",
    "c.a[$ > 1]",
    "c.a[0]",
    "c[0][0]",
    "d.b.a",
    "$.c[0]",
    "$$[a = \"x\"].b",
    "$[a = \"x\"].b",
    "$replace(z, \"x\", null)",
    "$replace(z, \"x\", \"y\")",
    "c.(null)",
    "a.{ \"k\": 1 }",
    "d.(a ? null : b)",
    "d.{ \"k\": a }",
    "z[\"x\"].{ \"a\": a }",
    "z[$not($ = 1)].{ \"a\": a }",
    "z[$email_or_nothing(true)]",
    "a[\"x\"][-1]",
    "(c[\"x\"])[\"x\"][-1]",
];

#[test]
fn both_ways_agree() {
    let mut variables = Variables::new();
    for (name, value) in [("parent", r#"{"id": "p1", "n": 7}"#), ("list", r#"["x", {"a": 1}]"#), ("none", "null")] {
        variables.set_json(name, value).unwrap();
    }
    let mut sure = 0;
    for source in EXPRESSIONS {
        let program = Program::compile(source).unwrap();
        for record in RECORDS {
            if let Some(made) = fused(&program, record, &variables) {
                sure += 1;
                assert_eq!(Ok(made), by_engine(&program, record, &variables), "`{source}` over {record}");
            }
        }
    }
    // Most of it is plain; otherwise the test would say nothing.
    assert!(sure > EXPRESSIONS.len() * RECORDS.len() * 7 / 10, "{sure}");
}

#[test]
fn only_what_is_read_is_wanted() {
    let program = Program::compile("c[k = 1].{ \"v\": n.m, \"w\": $$.a }").unwrap();
    let (text, mut tape) = (r#"{"a": 1, "b": 2, "c": {"k": 1, "n": {"m": 2, "z": 3}, "y": {}}}"#, Tape::default());
    tape.read(text, program.fused().unwrap().wants(), 10).unwrap();
    let names: Vec<_> = tape.root(text).items().map(|member| member.name()).collect();
    assert_eq!(names, ["a", "c"]);
    // The object that is filtered is given on, and so kept.
    assert_eq!(tape.root(text).get("c").unwrap().kind(), Kind::Object);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn numbers_are_spelled_as_the_engine_spells_them(number in "-?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,16})?([eE][+-]?[0-9]{1,2})?") {
        let program = Program::compile("a").unwrap();
        let record = format!(r#"{{"a": {number}}}"#);
        if let Some(made) = fused(&program, &record, &Variables::new()) {
            prop_assert_eq!(Ok(made), by_engine(&program, &record, &Variables::new()), "{}", record);
        }
    }
}
