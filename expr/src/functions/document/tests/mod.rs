//! ADF, Markdown and HTML: what is said of each form, and that no document loses anything on its way.

mod generate;
mod html;
mod properties;
mod samples;

use serde_json::{Value, json};

use super::{fit, read_adf, read_markdown, write_adf, write_markdown};

fn to_text(document: &Value) -> String {
    write_markdown::write(&read_adf::read(document))
}

fn to_adf(text: &str) -> Value {
    write_adf::write(&fit::fit(read_markdown::read(text)))
}

/// A document as all writers of ADF would write it: ids that only tell nodes apart left out, text that is marked alike in one piece.
fn normal(node: &Value) -> Value {
    let Value::Object(node) = node else { return node.clone() };
    let mut out = node.clone();
    if let Some(Value::Object(attributes)) = out.get_mut("attrs") {
        attributes.remove("localId");
        if attributes.is_empty() {
            out.remove("attrs");
        }
    }
    if let Some(Value::Array(marks)) = out.get_mut("marks") {
        marks.sort_by_key(ToString::to_string);
    }
    let mut content: Vec<Value> = Vec::new();
    for child in node.get("content").and_then(Value::as_array).into_iter().flatten().map(normal) {
        if let (Some(before), Some(text)) = (content.last_mut(), child["text"].as_str())
            && let Some(same) = before["text"].as_str().filter(|_| before.get("marks") == child.get("marks"))
        {
            before["text"] = json!(format!("{same}{text}"));
            continue;
        }
        content.push(child);
    }
    out.remove("content");
    if !content.is_empty() {
        out.insert("content".to_owned(), content.into());
    }
    out.sort_keys();
    out.into()
}
