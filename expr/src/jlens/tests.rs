//! Trees, and syntax errors in plain words.

use crate::engine::parse;
use crate::functions::{BUILTINS, UNAVAILABLE};
use crate::ir::{Kind, Node, Operator};
use crate::limits;

fn tree(source: &str) -> Node {
    parse(source).unwrap_or_else(|errors| panic!("{source}: {errors:?}"))
}

/// Every node's text, parents first.
fn texts(source: &str) -> Vec<String> {
    let tree = tree(source);
    let mut found = Vec::new();
    tree.walk(&mut |node| found.push(source.get(node.span.clone()).unwrap().to_owned()));
    found
}

#[test]
fn single_steps_are_no_paths() {
    assert_eq!(tree("id").kind, Kind::Field("id".into()));
    assert_eq!(tree("$").kind, Kind::Variable(String::new()));
    assert_eq!(tree("$$").kind, Kind::Variable("$".into()));
    assert_eq!(tree("$input").kind, Kind::Variable("input".into()));
    assert_eq!(tree("-1").kind, Kind::Number(-1.0));
    assert!(matches!(tree("id[]").kind, Kind::Path(steps) if steps.len() == 1 && steps[0].keep_array));
    assert!(matches!(tree("$x[0]").kind, Kind::Path(steps) if steps.len() == 1 && steps[0].filters.len() == 1));
    assert!(matches!(tree("$f(1)[0]").kind, Kind::Path(steps) if matches!(steps[0].node.kind, Kind::Call(..))));
}

#[test]
fn steps_keep_what_hangs_on_them() {
    let Kind::Path(steps) = tree("a@$f.b#$i[x = 1][0].c[]{k: v}").kind else { panic!("no path") };
    assert_eq!(steps.len(), 3);
    assert_eq!(steps[0].focus.as_deref(), Some("f"));
    assert_eq!((steps[1].index.as_deref(), steps[1].filters.len()), (Some("i"), 2));
    assert!(steps[2].keep_array && steps[2].group.as_ref().is_some_and(|pairs| pairs.len() == 1));
    let Kind::Path(steps) = tree("a#$i[x]#$j.b^(<c, >d)").kind else { panic!("no path") };
    let names: Vec<_> = steps.iter().map(|step| step.index.as_deref()).collect();
    assert_eq!(names, [Some("i"), Some("j"), None, None]);
    assert!(matches!(&steps[3].node.kind, Kind::Sort(keys) if !keys[0].1 && keys[1].1));
}

#[test]
fn every_kind_is_lowered() {
    assert!(matches!(tree("a and b or c").kind, Kind::Binary(Operator::Or, ..)));
    assert!(matches!(tree("a ?: b").kind, Kind::Elvis(..)));
    assert!(matches!(tree("a ?? b").kind, Kind::Coalesce(..)));
    assert!(matches!(tree("a ? b").kind, Kind::Condition(_, _, None)));
    assert!(matches!(tree("a ~> $f").kind, Kind::Apply(..)));
    assert!(matches!(tree("$f(?, 1)").kind, Kind::Partial(_, arguments) if arguments[0].kind == Kind::Placeholder));
    assert!(matches!(tree("($x := 1; $x)").kind, Kind::Block(nodes) if matches!(&nodes[0].kind, Kind::Bind(name, _) if name == "x")));
    assert!(matches!(tree("|a|{}, 'b'|").kind, Kind::Transform(_, _, Some(_))));
    assert!(matches!(tree("$match(a, /x/i)").kind, Kind::Call(_, arguments) if arguments[1].kind == Kind::Regex("x".into())));
    assert!(matches!(tree("[1..3]").kind, Kind::Array(items) if matches!(items[0].kind, Kind::Binary(Operator::Range, ..))));
    let Kind::Lambda(parameters, body, false) = tree("function($a, $b) { $g($a) }").kind else { panic!("no function") };
    assert_eq!(parameters, ["a", "b"]);
    assert!(matches!(body.kind, Kind::Call(..)));
    assert!(matches!(tree("**.a.*.%").kind, Kind::Path(steps) if steps[3].node.kind == Kind::Parent));
}

#[test]
fn spans_are_bytes_of_the_text() {
    assert_eq!(texts("'é' & profile.name"), ["'é' & profile.name", "'é'", "profile.name", "profile", "name"]);
    assert_eq!(texts("a.$f(b)[c = 1]").first().map(String::as_str), Some("a.$f(b)[c = 1]"));
    assert!(texts("a.$f(b)[c = 1]").contains(&"c = 1".to_owned()));
    assert_eq!(texts("{'k': (x)}"), ["{'k': (x)}", "'k'", "(x)", "x"]);
}

#[test]
fn pure_paths_are_seen() {
    let path = |source: &str| tree(source).pure_path().map(|names| names.join("/"));
    for (source, expected) in
        [("a", "a"), ("a.b.c", "a/b/c"), ("$", ""), ("$$", ""), ("$.a", "a"), ("$$.a.b", "a/b"), ("a.`b c`", "a/b c"), ("a.\"b\"", "a/b")]
    {
        assert_eq!(path(source).as_deref(), Some(expected), "{source}");
    }
    for source in ["a[]", "a[0]", "a.b[x]", "$x", "$x.a", "a.$", "a.*", "(a)", "a.(b)", "'a'", "a{k: v}", "a@$x.b", "a + b", "$f(a)"] {
        assert_eq!(path(source), None, "{source}");
    }
}

#[test]
fn syntax_errors_are_in_plain_words() {
    type Expected<'a> = &'a [(&'a str, std::ops::Range<usize>)];
    let cases: &[(&str, Expected<'_>)] = &[
        ("", &[("ends where a value is expected", 0..0)]),
        ("a.", &[("ends where a value is expected", 2..2)]),
        ("'abc", &[("the text has no closing quote", 0..4)]),
        ("a == b", &[("`=` cannot begin a value", 3..4)]),
        ("a && b", &[("`&` cannot begin a value", 3..4)]),
        ("a ! b", &[("`!` is no operator", 2..3)]),
        ("(a", &[("expected `)` before the end", 2..2)]),
        ("[a, b}", &[("expected `]` before `}`", 5..6)]),
        ("a b", &[("unexpected `b`", 2..3)]),
        ("a.1", &[("`1` cannot be a step of a path", 2..3)]),
        ("1 := 2", &[("the left side of `:=` is no variable", 0..1)]),
        ("%", &[("`%` has no parent here", 0..1)]),
        ("//", &[("the regular expression is empty", 0..1)]),
        ("\"\\q\"", &[("`\\q` is no escape", 0..2)]),
        ("($clone := 1)", &[("`$clone` cannot be bound", 1..12)]),
        ("function($clone) { a }", &[("`$clone` cannot be bound", 0..22)]),
        ("a@$clone.b", &[("`$clone` cannot be bound", 0..10)]),
        ("[a.1, b.2]", &[("`1` cannot be a step of a path", 3..4), ("`2` cannot be a step of a path", 8..9)]),
    ];
    for (source, expected) in cases {
        let found: Vec<_> = parse(source).unwrap_err().into_iter().map(|error| (error.message, error.span)).collect();
        let expected: Vec<_> = expected.iter().map(|(message, span)| ((*message).to_owned(), span.clone())).collect();
        assert_eq!(found, expected, "{source}");
    }
}

#[test]
fn hostile_texts_are_refused() {
    for deep in [limits::EXPRESSION_DEPTH + 1, 900, 5_000, 60_000] {
        let nested = [
            "(".repeat(deep) + &")".repeat(deep),
            "[".repeat(deep),
            "-".repeat(deep) + "x",
            "1".to_owned() + &"+1".repeat(deep),
            "a?".repeat(deep),
        ];
        for source in nested {
            assert!(!parse(&source).unwrap_err().is_empty());
        }
    }
    for source in ["\u{0}", "é", "`", "\"\\u", "/*", "$eval(", "a[b[c", "function(", "|a|", "^(", "🦀.🦀[🦀"] {
        let _ = parse(source);
    }
}

#[test]
fn the_library_is_listed() {
    let mut known: Vec<&str> = jlens_core::function_catalog().iter().map(|function| function.name).collect();
    let mut listed: Vec<&str> = BUILTINS.iter().copied().chain(UNAVAILABLE.iter().map(|(name, _)| *name)).collect();
    known.sort_unstable();
    listed.sort_unstable();
    assert_eq!(listed, known);
}
