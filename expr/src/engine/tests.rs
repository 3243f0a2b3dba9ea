//! Evaluation through the interface: text in, text out, limits, and no data in errors.

use std::time::{Duration, Instant};

use super::{Document, EvalError, Program, Variables};
use crate::Limits;

fn eval(source: &str, input: &str) -> Result<Option<String>, EvalError> {
    let program = Program::compile(source).unwrap();
    let input = Document::parse(input, Some(&program.reads())).unwrap();
    program.eval(&input, &Variables::new(), &Limits::default())
}

fn text(source: &str, input: &str) -> Option<String> {
    eval(source, input).unwrap()
}

#[test]
fn long_identifiers_survive() {
    let input = r#"{"id":1234567890123456789,"neg":-9007199254740993,"n":9007199254740991,"s":"1234567890123456789","x":1e30,"list":[18446744073709551616]}"#;
    assert_eq!(text("id", input).unwrap(), "\"1234567890123456789\"");
    assert_eq!(text("'u-' & id", input).unwrap(), "\"u-1234567890123456789\"");
    assert_eq!(text("{'id': neg, 'l': list}", input).unwrap(), r#"{"id":"-9007199254740993","l":["18446744073709551616"]}"#);
    assert_eq!(text("[n, s, x]", input).unwrap(), r#"[9007199254740991,"1234567890123456789",1e30]"#);
    assert_eq!(text("$[0].id", r#"[{"id":1234567890123456789}]"#).unwrap(), "\"1234567890123456789\"");
    let mut variables = Variables::new();
    variables.set_json("input", "1234567890123456789").unwrap();
    let program = Program::compile("$input").unwrap();
    for document in [Document::undefined(), Document::parse("1", None).unwrap()] {
        assert_eq!(program.eval(&document, &variables, &Limits::default()).unwrap().unwrap(), "\"1234567890123456789\"");
    }
}

#[test]
fn numbers_are_json_numbers() {
    let cases = [
        ("1.0", "1"),
        ("-0", "0"),
        ("0.1 + 0.2", "0.30000000000000004"),
        ("1e3", "1000"),
        ("1e15 * 9", "9000000000000000"),
        ("2.43290200817664e18", "2432902008176640000"),
        ("1e21", "1e21"),
        ("1e-9", "1e-9"),
        ("-1.5", "-1.5"),
        ("10 / 4", "2.5"),
    ];
    for (source, expected) in cases {
        assert_eq!(text(source, "{}").unwrap(), expected, "{source}");
    }
    assert!(eval("1 / 0", "{}").is_err());
}

#[test]
fn results_are_json_text() {
    let input = r#"{"a":{"b":[1,{"c":"\"\\\n\u0001é\u2028"}]},"e":[],"o":{}}"#;
    assert_eq!(text("$", input).unwrap(), r#"{"a":{"b":[1,{"c":"\"\\\n\u0001é"#.to_owned() + "\u{2028}" + r#""}]},"e":[],"o":{}}"#);
    assert_eq!(text("{'x': absent, 'f': $sum, 'k': [$sum], 'y': {'z': {}}}", input).unwrap(), r#"{"k":[null],"y":{"z":{}}}"#);
    assert_eq!(text("absent", input), None);
    assert_eq!(text("$sum", input), None);
    let mut sink = "x".to_owned();
    let program = Program::compile("{'a': a.b[0], 'e': $error(e)}").unwrap();
    let document = Document::parse(input, None).unwrap();
    program.eval_to(&document, &Variables::new(), &Limits::default(), &mut sink).unwrap_err();
    assert_eq!(sink, "x");
}

#[test]
fn truth_follows_jsonata() {
    let cases = [
        ("absent", false),
        ("null", false),
        ("0", false),
        ("''", false),
        ("'false'", true),
        ("[]", false),
        ("[0, 0]", false),
        ("[0, [1]]", true),
        ("[[]]", false),
        ("{}", false),
        ("{'a': 0}", true),
        ("$sum", false),
        ("$headers.`x-a` = 'b' and $status = 200", true),
    ];
    let mut variables = Variables::new();
    variables.set_json("headers", r#"{"x-a":"b"}"#).unwrap();
    variables.set_json("status", "200").unwrap();
    let input = Document::parse("{}", None).unwrap();
    for (source, expected) in cases {
        let program = Program::compile(source).unwrap();
        for input in [&input, &Document::undefined()] {
            assert_eq!(program.truth(input, &variables, &Limits::default()), Ok(expected), "{source}");
        }
    }
}

#[test]
fn variables_are_bound_again_and_unbound() {
    let program = Program::compile("$v").unwrap();
    let run = |variables: &Variables| program.eval(&Document::undefined(), variables, &Limits::default()).unwrap();
    let (one, two) = (Document::parse("1", None).unwrap(), Document::parse("2", None).unwrap());
    let mut variables = Variables::new().with("v", &one).with("v", &two);
    assert_eq!(run(&variables).as_deref(), Some("2"));
    variables.set("v", &Document::undefined());
    assert_eq!(run(&variables), None);
}

#[test]
fn a_cut_document_gives_the_same() {
    let input = r#"[{"a":1,"b":{"c":[1,2]},"unread":{"x":1}},{"a":2,"b":{"c":[3]}}]"#;
    for source in ["$.{'a': $default(a, 0), 'c': $text_list(b.c)}", "$[a > 1].b", "$sum(b.c)", "$one(a[$ = 2])", "3", "$"] {
        let program = Program::compile(source).unwrap();
        let (whole, cut) = (Document::parse(input, None).unwrap(), Document::parse(input, Some(&program.reads())).unwrap());
        let run = |document| program.eval(document, &Variables::new(), &Limits::default()).unwrap();
        assert_eq!(run(&whole), run(&cut), "{source}");
    }
}

#[test]
fn what_is_no_json_says_where() {
    let error = Document::parse("{\n  \"a\": x}", None).unwrap_err();
    assert_eq!((error.message.as_str(), error.line, error.column), ("expected value", 2, 8));
    assert_eq!(Document::parse("[1", None).unwrap_err().message, "ends in the middle of a value");
    for deep in [128, 200, 10_000, 1_000_000] {
        let text = "[".repeat(deep) + &"]".repeat(deep);
        assert_eq!(Document::parse(&text, None).unwrap_err().message, "nested deeper than 127 levels", "{deep}");
    }
    assert!(Document::parse(&("[".repeat(127) + &"]".repeat(127)), None).is_ok());
}

#[test]
fn hostile_expressions_end() {
    let hostile = [
        "($f := function($x) { $f($x + 1) }; $f(0))",
        "($f := function($x) { 1 + $f($x + 1) }; $f(0))",
        "($f := function($x) { [$f($x), $f($x)] }; $f(0))",
        "[1..9999999].[1..9999999]",
        "$sum([1..9999999])",
        "$map([1..9999999], function($x) { $x * $x })",
        "$reduce([1..100], function($a, $b) { $a & $a }, 'x')",
        "($g := function($s, $n) { $n = 0 ? $s : $g($s & $s, $n - 1) }; $g('x', 60))",
        "($d := function($x, $n) { $n = 0 ? $x : $d([$x, $x], $n - 1) }; $d(1, 40))",
        "$match($reduce([1..15], function($a, $b) { $a & $a }, 'a') & '!', /^(a+)+$/)",
        "$pad('x', 99999999)",
        "$sort([1..999999], function($a, $b) { $a < $b })",
        "$string([1..999999].{'a': [1..10]})",
        "($o := {'a': 1}; $d := function($o, $n) { $n = 0 ? $o : $d({'a': $o}, $n - 1) }; $d($o, 5000))",
        "$replace($reduce([1..18], function($a, $b) { $a & $a }, 'a'), /a/, $reduce([1..12], function($a, $b) { $a & $a }, 'b'))",
    ];
    for source in hostile {
        let start = Instant::now();
        let error = eval(source, "{}").unwrap_err();
        assert!(start.elapsed() < Duration::from_secs(10), "{source} took {:?}", start.elapsed());
        assert!(error.limit, "{source}: {error}");
    }
}

#[test]
fn errors_never_hold_data() {
    let input = r#"{"secret":"hunter2","list":["hunter2","hunter3"],"o":{"hunter2":1}}"#;
    let failing = [
        "secret + 1",
        "-secret",
        "1 + secret",
        "secret < 1",
        "$number(secret)",
        "{secret: 1, 'hunter2': 2}",
        "{o: 1}",
        "[1..secret]",
        "$error(secret)",
        "$assert(false, secret)",
        "$toMillis(secret)",
        "list^($$.o)",
        "$ ~> |$|secret|",
        "$sort([secret, 1])",
        "$decodeUrl('%' & secret)",
        "$sum(list)",
        "$single(list)",
        "$given_name(list)",
        "$base64_decode(secret & '*')",
        "$fromMillis(1, '[Q' & secret)",
        "$formatBase(1, 99)",
        "secret()",
        "$one(list)",
    ];
    for source in failing {
        let error = eval(source, input).expect_err(source);
        assert!(!error.message.contains("hunter") && !error.limit, "{source}: {error}");
        assert!(error.message.starts_with(|c: char| c.is_lowercase() || c == '`') && !error.message.ends_with('.'), "{source}: {error}");
    }
    assert_eq!(eval("$error('no address')", "{}").unwrap_err().message, "no address");
    let error = eval("1 + $number('x')", "{}").unwrap_err();
    assert_eq!((error.message.as_str(), error.span), ("the value is no number", Some(4..16)));
}

#[test]
fn programs_are_shared_among_threads() {
    fn shared<T: Send + Sync + Clone>(_: &T) {}
    let program = Program::compile("a.b").unwrap();
    shared(&program);
    shared(&program.reads());
    assert_eq!(program.path(), Some(&["a".to_owned(), "b".to_owned()][..]));
    assert_eq!((program.source(), format!("{program:?}").as_str()), ("a.b", "Program(\"a.b\")"));
}
