//! The published reference and the editors' schema, made from the tables that the reader itself goes by.
use crate::yaml::Table;
/// Every table.
pub fn tables() -> Vec<&'static Table> {
    Vec::new()
}
/// Markdown.
pub fn reference() -> String {
    String::new()
}
/// JSON Schema.
pub fn editor_schema() -> serde_json::Value {
    serde_json::Value::Null
}
