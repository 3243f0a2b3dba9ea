use proptest::prelude::*;
use serde_json::Value as Json;

use super::{Kind, Tape, Unsure, Value, Wants};

fn read(text: &str, wants: &Wants) -> Result<Tape, Unsure> {
    Tape::of(text, wants, 100)
}

/// The kept value as `serde_json` has it.
fn json(value: Value<'_>) -> Json {
    match value.kind() {
        Kind::Array => value.items().map(json).collect(),
        Kind::Object => Json::Object(value.items().map(|member| (member.name().to_owned(), json(member))).collect()),
        _ => serde_json::from_str(value.slice()).unwrap(),
    }
}

#[test]
fn only_what_is_wanted_is_kept() {
    let mut wants = Wants::presence();
    wants.add(&["a", "b"], &Wants::presence());
    wants.add(&["c"], &Wants::everything());
    wants.add(&["d"], &Wants::place());
    let text = r#" {"a": [{"b": 1, "x": {"y": [1, {}, []]}}, {"b": {"z": 1}}, 7], "e": "\"", "c": {"k": [true, null]}, "d": {"z": "}"}} "#;
    let tape = read(text, &wants).unwrap();
    let root = tape.root(text);
    assert_eq!(json(root.get("a").unwrap()), serde_json::json!([{"b": 1}, {"b": {}}, 7]));
    assert_eq!(json(root.get("c").unwrap()), serde_json::json!({"k": [true, null]}));
    assert_eq!((root.get("d").unwrap().slice(), root.get("d").unwrap().items().count()), (r#"{"z": "}"}"#, 0));
    assert_eq!(root.items().count(), 3);
}

#[test]
fn a_place_with_something_below_it_is_open() {
    for order in [true, false] {
        let mut wants = Wants::presence();
        let below = [(vec!["a"], Wants::place()), (vec!["a", "b"], Wants::presence())];
        let order: Vec<_> = if order { below.iter().collect() } else { below.iter().rev().collect() };
        order.iter().for_each(|(path, more)| wants.add(path, more));
        let text = r#"{"a": {"b": 1}}"#;
        let tape = read(text, &wants).unwrap();
        assert!(tape.root(text).get("a").and_then(|a| a.get("b")).is_some());
    }
}

#[test]
fn what_is_not_plain_is_left_to_others() {
    let everything = Wants::everything();
    for text in [
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "{a:1}",
        "[1 2]",
        "nul",
        "truex",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "+1",
        "\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\n\"",
        "[]]",
        "{}{}",
        "{\"a\":1,\"a\":2}",
        "{\"\\u0061\":1}",
        "NaN",
        "[\"a\tb\"]",
    ] {
        assert_eq!(read(text, &everything).err(), Some(Unsure), "{text}");
    }
    let mut one = Wants::presence();
    one.add(&["b"], &Wants::presence());
    assert!(read(r#"{"a":1,"a":2,"b":3}"#, &one).is_ok());
    assert!(read(r#"{"b":1,"a":2,"b":3}"#, &one).is_err());
    let deep = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
    assert!(read(&deep(99), &one).is_ok());
    assert!(read(&deep(100), &one).is_err());
}

#[test]
fn what_a_reader_that_keeps_more_would_refuse_is_left_to_it() {
    for text in [r"\ud83d", r"\ude00", r"\ud83d\u0041", r"\ud83d\n", r"\ud83dx", r"\ude00\ud83d"] {
        assert_eq!(read(&format!(r#"{{"a": ["{text}"]}}"#), &Wants::presence()).err(), Some(Unsure), "{text}");
    }
    assert!(read(r#"{"a": "\ud83d\ude00\uD83D\uDE00\u00e9\ue000"}"#, &Wants::presence()).is_ok());
    for number in ["1e400", "-1E+309", &"9".repeat(400)] {
        assert_eq!(read(&format!("[{number}]"), &Wants::place()).err(), Some(Unsure), "{number}");
    }
    assert!(read("[1e99, 1E-07, 1e308, 5e-324, 12345678901234567890]", &Wants::place()).is_ok());
}

#[test]
fn numbers_are_told_apart() {
    for (text, kind) in [
        ("0", Kind::Integer),
        ("-7", Kind::Integer),
        ("999999999999999", Kind::Integer),
        ("1000000000000000", Kind::Number),
        ("9007199254740991", Kind::Number),
        ("-9007199254740992", Kind::Digits),
        ("12345678901234567890", Kind::Digits),
        ("9007199254740993.0", Kind::Number),
        ("9007199254740993e0", Kind::Number),
        ("-0", Kind::Number),
        ("1.0", Kind::Number),
        ("1e3", Kind::Number),
        ("1.5e3", Kind::Number),
        ("1.5", Kind::Decimal),
        ("-0.25", Kind::Decimal),
        ("10.01", Kind::Decimal),
        ("12345678901234.5", Kind::Decimal),
        ("123456789012345.5", Kind::Number),
        ("0.50", Kind::Number),
        ("0.01", Kind::Number),
        ("-0.0", Kind::Number),
    ] {
        assert_eq!(read(text, &Wants::presence()).unwrap().root(text).kind(), kind, "{text}");
    }
}

#[test]
fn names_are_found_by_all_of_their_bytes() {
    // All of one length, and the same in the three bytes that are looked at first.
    let text = r#"{"abcde": 1, "axcye": 2, "aycxe": 3, "abcd": 4}"#;
    let tape = read(text, &Wants::everything()).unwrap();
    let found = |name: &str| tape.root(text).get(name).map(|value| value.slice());
    assert_eq!(
        ["abcde", "axcye", "aycxe", "abcd", "azcze", "abc", ""].map(found),
        [Some("1"), Some("2"), Some("3"), Some("4"), None, None, None]
    );
    for length in [254, 255, 256, 511] {
        let name = "n".repeat(length);
        let text = format!(r#"{{"{name}": 1}}"#);
        let mut wants = Wants::presence();
        wants.add(&[&name], &Wants::presence());
        for wants in [wants, Wants::everything()] {
            let value = read(&text, &wants).map(|tape| tape.root(&text).get(&name).map(|value| (value.name().len(), value.slice() == "1")));
            assert_eq!(value, if length < 255 { Ok(Some((length, true))) } else { Err(Unsure) }, "{length}");
        }
        assert!(read(&text, &Wants::presence()).unwrap().root(&text).get(&name).is_none());
    }
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "\\PC{0,20}".prop_map(Json::from),
        "[\"\\\\\n\u{1}é]{0,9}".prop_map(Json::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::vec(("[a-d]{1,2}", inner), 0..6).prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn a_whole_document_is_what_it_is(value in any_json(), pretty in any::<bool>()) {
        let text = if pretty { format!("{value:#}") } else { value.to_string() };
        let tape = read(&text, &Wants::everything()).unwrap();
        prop_assert_eq!(json(tape.root(&text)).to_string(), value.to_string());
        prop_assert_eq!(tape.root(&text).slice(), text.as_str());
    }

    #[test]
    fn it_takes_no_more_than_serde_json_does(value in any_json(), at in 0_usize..200, to in "[\\[\\]{},:\"\\\\0-9.eE+\\-tfnul \n]{0,2}") {
        let mut text = value.to_string();
        if let Some((start, _)) = text.char_indices().nth(at % text.chars().count()) {
            text.insert_str(start, &to);
        }
        for wants in [Wants::everything(), Wants::presence(), Wants::place()] {
            if read(&text, &wants).is_ok() {
                prop_assert!(serde_json::from_str::<&serde_json::value::RawValue>(&text).is_ok(), "{}", text);
            } else if wants == Wants::place() {
                prop_assert!(serde_json::from_str::<Json>(&text).is_err(), "{}", text);
            }
        }
    }

    #[test]
    fn any_bytes_are_survived(text in "\\PC{0,60}") {
        let _ = read(&text, &Wants::everything());
    }
}
