//! Records as comma-separated values (RFC 4180).

use serde_json::Value;

use super::table::{fields, object};

/// A header with every field that some record has, and a line for each record. Lists and objects stand as JSON.
pub(super) fn text(texts: &[String]) -> String {
    let records: Vec<_> = texts.iter().map(|text| object(text)).collect();
    let columns = fields(&records);
    if columns.is_empty() {
        return String::new();
    }
    let mut out = line(columns.iter().cloned());
    for record in &records {
        out.push_str(&line(columns.iter().map(|column| record.get(column).map(cell).unwrap_or_default())));
    }
    out
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let quoted = cells.map(|cell| {
        let special = cell.contains([',', '"', '\n', '\r']) || cell.starts_with(' ') || cell.ends_with(' ');
        if special { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
    });
    quoted.collect::<Vec<_>>().join(",") + "\r\n"
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn special_characters_are_quoted() {
        let records = [r#"{"id":"1","name":"Quill, \"Ada\""}"#.to_owned(), r#"{"id":"2","tags":["a"]}"#.to_owned()];
        assert_eq!(super::text(&records), "id,name,tags\r\n1,\"Quill, \"\"Ada\"\"\",\r\n2,,\"[\"\"a\"\"]\"\r\n");
    }
}
