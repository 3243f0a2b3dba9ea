//! The parser of structured fields against the HTTP working group's own cases, which are not part of the repository: `CONNC_SFV_SUITE` names
//! their folder. RateLimit fields rest on it.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads the suite, and fails by panicking")]

use serde_json::{Value, json};
use sfv::{BareItem, Dictionary, FieldType, InnerList, Item, List, ListEntry, Parameters, Parser};

#[test]
#[ignore = "needs the official suite, named by CONNC_SFV_SUITE"]
fn official_cases() {
    let folder = std::env::var("CONNC_SFV_SUITE").expect("CONNC_SFV_SUITE names the folder of the suite");
    let (mut count, mut wrong) = (0, Vec::new());
    for entry in
        std::fs::read_dir(folder).unwrap().map(Result::unwrap).filter(|entry| entry.path().extension().is_some_and(|ext| ext == "json"))
    {
        let cases: Vec<Value> = serde_json::from_slice(&std::fs::read(entry.path()).unwrap()).unwrap();
        for case in cases {
            count += 1;
            let raw: Vec<&str> = case.get("raw").unwrap().as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
            let raw = raw.join(", ");
            let found = match case.get("header_type").unwrap().as_str().unwrap() {
                "item" => parsed::<Item>(&raw).map(|item| of_item(&item)),
                "list" => parsed::<List>(&raw).map(|list| list.iter().map(of_entry).collect()),
                _ => parsed::<Dictionary>(&raw)
                    .map(|members| members.iter().map(|(name, entry)| json!([name.as_str(), of_entry(entry)])).collect()),
            };
            let flag = |name: &str| case.get(name) == Some(&json!(true));
            let right = match (&found, flag("must_fail")) {
                (None, true) => true,
                (None, false) => flag("can_fail"),
                (Some(_), true) => false,
                (Some(found), false) => case.get("expected").is_some_and(|expected| same(found, expected)),
            };
            if !right {
                wrong.push(format!("{}: {} gives {found:?}", entry.path().display(), case.get("name").unwrap()));
            }
        }
    }
    assert!(count > 1000 && wrong.is_empty(), "{} of {count} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn parsed<T: FieldType>(raw: &str) -> Option<T> {
    Parser::new(raw).parse().ok()
}

/// Numbers by value: the suite writes 1.0 where Rust writes 1.
fn same(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Array(found), Value::Array(expected)) => {
            found.len() == expected.len() && found.iter().zip(expected).all(|(found, expected)| same(found, expected))
        }
        (Value::Number(found), Value::Number(expected)) => found.as_f64() == expected.as_f64(),
        _ => found == expected,
    }
}

fn of_entry(entry: &ListEntry) -> Value {
    match entry {
        ListEntry::Item(item) => of_item(item),
        ListEntry::InnerList(InnerList { items, params }) => json!([items.iter().map(of_item).collect::<Value>(), of_parameters(params)]),
    }
}

fn of_item(Item { bare_item, params }: &Item) -> Value {
    json!([of_bare(bare_item), of_parameters(params)])
}

fn of_parameters(parameters: &Parameters) -> Value {
    parameters.iter().map(|(name, value)| json!([name.as_str(), of_bare(value)])).collect()
}

fn of_bare(item: &BareItem) -> Value {
    match item {
        BareItem::Integer(number) => json!(i64::from(*number)),
        BareItem::Decimal(number) => json!(number.to_string().parse::<f64>().unwrap()),
        BareItem::String(text) => json!(text.as_str()),
        BareItem::Token(text) => json!({ "__type": "token", "value": text.as_str() }),
        BareItem::Boolean(value) => json!(value),
        BareItem::ByteSequence(bytes) => json!({ "__type": "binary", "value": data_encoding::BASE32.encode(bytes) }),
        BareItem::Date(date) => json!({ "__type": "date", "value": i64::from(date.unix_seconds()) }),
        BareItem::DisplayString(text) => json!({ "__type": "displaystring", "value": text }),
    }
}
