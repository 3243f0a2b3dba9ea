//! JSON text laid out anew without being read as data, so that every digit of a number stays.

/// The text with two blanks for each level.
pub(crate) fn indented(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if in_string {
            out.push(c);
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            '"' => {
                in_string = true;
                out.push(c);
            }
            '{' | '[' => {
                out.push(c);
                while chars.peek().is_some_and(|next| next.is_ascii_whitespace()) {
                    chars.next();
                }
                if let Some(end) = chars.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_ascii_whitespace() => {}
            c => out.push(c),
        }
    }
    out
}

/// The list envelope.
pub(crate) fn envelope(records: &[String], next_cursor: Option<&str>) -> String {
    let next = next_cursor.map_or_else(|| "null".to_owned(), |cursor| serde_json::Value::from(cursor).to_string());
    indented(&format!(r#"{{"results":[{}],"next_cursor":{next},"result_count":{}}}"#, records.join(","), records.len()))
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    (0..depth).for_each(|_| out.push_str("  "));
}

#[cfg(test)]
mod tests {
    use super::{envelope, indented};

    #[test]
    fn layout_keeps_every_token() {
        let text = r#"{"id":9007199254740993123, "a": [ ], "b":{"c":"x, \"{y}\" \\","d":[1.50,null]}}"#;
        let expected = "{\n  \"id\": 9007199254740993123,\n  \"a\": [],\n  \"b\": {\n    \"c\": \"x, \\\"{y}\\\" \\\\\",\n    \"d\": [\n      1.50,\n      null\n    ]\n  }\n}";
        assert_eq!(indented(text), expected);
    }

    #[test]
    fn the_envelope_says_where_the_list_goes_on() {
        assert_eq!(envelope(&[], None), "{\n  \"results\": [],\n  \"next_cursor\": null,\n  \"result_count\": 0\n}");
        assert!(envelope(&["{\"id\":\"1\"}".to_owned()], Some("abc")).contains("\"next_cursor\": \"abc\""));
    }
}
