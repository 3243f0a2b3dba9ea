//! Records as a table that fits the terminal.

use comfy_table::{ContentArrangement, LineStyle, Table, TableStyle};
use serde_json::{Map, Value};

/// A line below the header, and nothing else.
const LINED: TableStyle = TableStyle::new().header_separator(LineStyle::new('─', '─', '─', '─'));

/// Columns of text that one cell may take.
const WIDEST: usize = 36;

/// A row for each record, and how many fields did not fit. Fields without any value take no column.
pub(super) fn records(texts: &[String], width: usize) -> (String, usize) {
    let records: Vec<Map<String, Value>> = texts.iter().map(|text| object(text)).collect();
    // The provider's own identifier is only of interest where it is another one.
    let same = |record: &Map<String, Value>| record.get("remote_id").is_none_or(|own| record.get("id") == Some(own));
    let hides = |column: &String| column == "remote_id" && records.iter().all(same);
    let columns: Vec<String> = fields(&records).into_iter().filter(|column| !hides(column)).collect();
    let mut table = table(width);
    let mut shown: Vec<&str> = Vec::new();
    let mut used = 0;
    for column in &columns {
        let cells = records.iter().filter_map(|record| record.get(column.as_str())).map(|value| cell(value).chars().count());
        let wide = cells.chain([column.chars().count()]).max().unwrap_or(0).min(WIDEST) + 3;
        // The first columns are kept whatever they take: a table of nothing tells nobody anything.
        if used + wide > width && shown.len() >= 2 {
            break;
        }
        used += wide;
        shown.push(column);
    }
    table.set_header(shown.iter().copied());
    for record in &records {
        table.add_row(shown.iter().map(|column| record.get(*column).map(|value| clipped(&cell(value))).unwrap_or_default()));
    }
    (trimmed(&table), columns.len() - shown.len())
}

/// A line for each field of one record.
pub(super) fn record(text: &str, width: usize) -> String {
    let mut table = table(width);
    for (name, value) in object(text) {
        if !value.is_null() {
            table.add_row([name, cell(&value)]);
        }
    }
    trimmed(&table)
}

/// Every field that some record has a value for, in the order in which they come.
pub(super) fn fields(records: &[Map<String, Value>]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (name, _) in records.iter().flatten().filter(|(_, value)| !value.is_null()) {
        if !found.contains(name) {
            found.push(name.clone());
        }
    }
    found
}

/// The record's members; a record that is no object has one, `value`.
pub(super) fn object(text: &str) -> Map<String, Value> {
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => members,
        Ok(other) => Map::from_iter([("value".to_owned(), other)]),
        Err(_) => Map::from_iter([("value".to_owned(), Value::from(text))]),
    }
}

/// A value in a cell: text as it is, a list of texts joined, objects by their name or id, anything else as JSON.
pub(super) fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(", "),
        Value::Object(members) => {
            let named = ["name", "email", "value", "id"].iter().find_map(|key| members.get(*key)?.as_str());
            named.map_or_else(|| value.to_string(), str::to_owned)
        }
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

fn clipped(text: &str) -> String {
    if text.chars().count() <= WIDEST { text.to_owned() } else { text.chars().take(WIDEST - 1).chain(['…']).collect() }
}

fn table(width: usize) -> Table {
    let mut table = Table::new();
    table.load_style(LINED);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(u16::try_from(width).unwrap_or(u16::MAX));
    table
}

fn trimmed(table: &Table) -> String {
    table.to_string().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// Rows of text under a header.
pub(crate) fn matrix<const N: usize>(header: [&str; N], rows: &[[String; N]], width: usize) -> String {
    let mut table = table(width);
    table.set_header(header);
    for row in rows {
        table.add_row(row.iter());
    }
    trimmed(&table)
}
