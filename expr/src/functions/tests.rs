//! Each row of the table through its own example, and the edges of each function.

use super::{BUILTINS, TABLE, UNAVAILABLE, find};
use crate::{Document, Limits, Program, Variables};

fn run(expression: &str) -> Result<Option<String>, String> {
    let program = Program::compile(expression).map_err(|error| error.message)?;
    let input = Document::parse("{}", Some(&program.reads())).unwrap();
    program.eval(&input, &Variables::new(), &Limits::default()).map_err(|error| error.message)
}

#[test]
fn every_function_does_what_its_example_says() {
    for function in TABLE {
        let (expression, expected) = function.example;
        assert!(expression.contains(&format!("${}(", function.name)), "{}", function.name);
        assert_eq!(run(expression), Ok(Some(expected.to_owned())), "{}", function.name);
        assert!(!function.doc.is_empty() && !BUILTINS.contains(&function.name), "{}", function.name);
        assert!(find(function.name).is_some());
    }
}

#[test]
fn absent_in_gives_absent_out() {
    for function in TABLE.iter().filter(|function| function.absence == super::Absence::Passes) {
        assert_eq!(run(&format!("${}(absent)", function.name)), Ok(None), "{}", function.name);
        assert_eq!(run(&format!("${}(null)", function.name)), Ok(Some("null".to_owned())), "{}", function.name);
    }
}

#[test]
fn what_reads_more_than_its_input_does_not_exist() {
    for (name, reason) in UNAVAILABLE {
        for call in
            [format!("${name}('1')"), format!("$map([1, 2], ${name})"), format!("($f := ${name}; $f('1'))"), format!("'1' ~> ${name}")]
        {
            let error = run(&call).unwrap_err();
            assert_eq!(error, format!("`${name}` does not exist here: {reason}"), "{call}");
        }
        assert!(!BUILTINS.contains(name));
    }
}

#[test]
fn values_and_errors() {
    let cases: &[(&str, Result<Option<&str>, &str>)] = &[
        ("$default(null, 1)", Ok(Some("null"))),
        ("$default(false, true)", Ok(Some("false"))),
        ("$default(absent, absent)", Ok(None)),
        ("$one(7)", Ok(Some("7"))),
        ("$one([1, 2])", Err("`$one`: expected exactly one value, found 2")),
        ("$one([])", Err("`$one`: expected exactly one value, found 0")),
        ("$one(absent)", Err("`$one`: expected exactly one value, found none")),
        ("$first_non_empty('', null)", Ok(None)),
        ("$first_non_empty(absent, 0)", Ok(Some("0"))),
        ("$first_non_empty([], 1)", Ok(Some("[]"))),
        ("$text_list('a')", Ok(Some("[\"a\"]"))),
        ("$text_list([[1]])", Err("`$text_list`: an element is a list or an object")),
        ("$given_name(' Ada ')", Ok(Some("\"Ada\""))),
        ("$given_name('  ')", Ok(None)),
        ("$given_name(1)", Err("`$given_name`: the argument is no text")),
        ("$family_name('Ada')", Ok(None)),
        ("$family_name('Ada  Quill ')", Ok(Some("\"Quill\""))),
        ("$date_from_epoch_seconds('1772366400.5')", Ok(Some("\"2026-03-01T12:00:00.5Z\""))),
        ("$date_from_epoch_seconds(0)", Ok(Some("\"1970-01-01T00:00:00Z\""))),
        ("$date_from_epoch_seconds(-1)", Ok(Some("\"1969-12-31T23:59:59Z\""))),
        ("$date_from_epoch_milliseconds(1e300)", Ok(None)),
        ("$date_from_epoch_seconds('soon')", Err("`$date_from_epoch_seconds`: the argument is no number")),
        ("$date_from_http('Sunday')", Err("`$date_from_http`: the text is no HTTP date")),
        ("$date_assume_utc('2026-03-01T12:00:00+02:00')", Ok(Some("\"2026-03-01T10:00:00Z\""))),
        ("$date_assume_utc('2026-03-01T12:00:00.000+0200')", Ok(Some("\"2026-03-01T10:00:00Z\""))),
        ("$date_assume_utc('2026-03-01T12:00:00.123')", Ok(Some("\"2026-03-01T12:00:00.123Z\""))),
        ("$date_assume_utc('2026-02-30 12:00:00')", Err("`$date_assume_utc`: the text is no date and time")),
        ("$date_assume_utc('2026-03-01')", Ok(Some("\"2026-03-01T00:00:00Z\""))),
        ("$date_assume_utc('2026-03-01T12:00:00.000+0000')", Ok(Some("\"2026-03-01T12:00:00Z\""))),
        ("$timestamp_or_nothing('2026-03-01T12:00:00,5+00')", Ok(Some("\"2026-03-01T12:00:00.5Z\""))),
        ("$timestamp_or_nothing('2026-03-01T12:00-0130')", Ok(Some("\"2026-03-01T13:30:00Z\""))),
        ("$timestamp_or_nothing('2026-03-01T12:00:00')", Ok(None)),
        ("$base64('')", Ok(Some("\"\""))),
        ("$base64('ab')", Ok(Some("\"YWI=\""))),
        ("$base64_decode('YWI')", Ok(Some("\"ab\""))),
        ("$base64_decode('_-8=')", Err("`$base64_decode`: the bytes are no UTF-8 text")),
        ("$base64_decode('YWI*')", Err("`$base64_decode`: the text is no Base64")),
        ("$base64_decode('A')", Err("`$base64_decode`: the text is no Base64")),
        ("$base64_decode('A===')", Err("`$base64_decode`: the text is no Base64")),
    ];
    for (expression, expected) in cases {
        let expected = expected.map(|value| value.map(str::to_owned)).map_err(str::to_owned);
        assert_eq!(run(expression), expected, "{expression}");
    }
}

#[test]
fn html_of_any_kind_becomes_text() {
    let cases = [
        ("a<br>b<br/><br />c", "a\nb\n\nc"),
        ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
        ("<div><div>a</div></div>b", "a\nb"),
        ("  a \n  b\t c ", "a b c"),
        ("1 < 2 && 3 > 2", "1 < 2 && 3 > 2"),
        ("a <", "a <"),
        ("a <b", "a <b"),
        ("<a title='x > y' href=\"z\">link</a>", "link"),
        ("<script>if (a < b) {}</script>x<style>p{}</style>", "x"),
        ("<script>never ends", ""),
        ("x<!-- <p>no</p> -->y<!doctype html>z", "xyz"),
        ("&lt;b&gt; &amp;amp; &#65;&#x42; &euro; &unknown; &#0; &#xD800; &", "<b> &amp; AB € &unknown; &#0; &#xD800; &"),
        ("&é&", "&é&"),
        ("<é>", "<é>"),
        ("", ""),
    ];
    for (html, expected) in cases {
        let document = Document::parse(&serde_json::to_string(html).unwrap(), None).unwrap();
        let program = Program::compile("$html_to_text($)").unwrap();
        let made = program.eval(&document, &Variables::new(), &Limits::default()).unwrap().unwrap();
        assert_eq!(serde_json::from_str::<String>(&made).unwrap(), expected, "{html}");
    }
}
