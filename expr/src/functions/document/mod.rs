//! Text with marks, lists and tables, between Markdown, the Atlassian Document Format (ADF) and HTML.
//!
//! Markdown is the text form: what is read from ADF and written as Markdown is read back as the same ADF. What Markdown has no form for
//! stands in it as a link: `[@Ada Quill](accountid:5b10)` is a person who is mentioned, `[Done](adf:status?color=green)` a status, and a
//! quote whose first line is such a link a container, as `[Details](adf:expand)`. A line break is one, and each further empty line between
//! blocks is an empty paragraph, so that plain text stays as it is.

mod address;
mod fit;
mod model;
mod read_adf;
mod read_markdown;
#[cfg(test)]
mod tests;
mod write_adf;
mod write_html;
mod write_markdown;

use serde_json::Value;

use super::signature::{Absence, Signature, Type, one};
use super::{Function, made, text};

pub(super) const ADF_TO_TEXT: Function = Function {
    name: "adf_to_text",
    signature: Signature { parameters: &[one("document", Type::Object)], result: Type::Text },
    absence: Absence::Passes,
    doc: "a document in ADF (Atlassian Document Format) as Markdown, from which `$text_to_adf` makes the same document",
    example: (
        "$adf_to_text({'type': 'doc', 'version': 1, 'content': [{'type': 'paragraph', 'content': [\
         {'type': 'text', 'text': 'See '}, {'type': 'mention', 'attrs': {'id': '5b10', 'text': '@Ada Quill'}}]}]})",
        "\"See [@Ada Quill](accountid:5b10)\"",
    ),
    body: |arguments| match document(arguments)? {
        Document::Text(text) => made(text),
        Document::Blocks(blocks) => made(write_markdown::write(&blocks)),
    },
};

pub(super) const TEXT_TO_ADF: Function = Function {
    name: "text_to_adf",
    signature: Signature { parameters: &[one("text", Type::Text)], result: Type::Object },
    absence: Absence::Passes,
    doc: "Markdown as a document in ADF; a line break is one, and what a part of ADF cannot hold is said in a way that it can",
    example: (
        "$text_to_adf('**Done**')",
        r#"{"type":"doc","version":1,"content":[{"type":"paragraph","content":[{"type":"text","text":"Done","marks":[{"type":"strong"}]}]}]}"#,
    ),
    body: |arguments| Ok(Some(write_adf::write(&fit::fit(read_markdown::read(text(arguments)?))))),
};

pub(super) const ADF_TO_HTML: Function = Function {
    name: "adf_to_html",
    signature: Signature { parameters: &[one("document", Type::Object)], result: Type::Text },
    absence: Absence::Passes,
    doc: "a document in ADF as HTML that is safe to show: text escaped, links to `http`, `https` and `mailto` only",
    example: (
        "$adf_to_html({'type': 'doc', 'version': 1, 'content': [{'type': 'paragraph', 'content': [{'type': 'text', 'text': 'a < b'}]}]})",
        "\"<p>a &lt; b</p>\"",
    ),
    body: |arguments| match document(arguments)? {
        Document::Text(text) => made(write_html::write(&read_markdown::read(&text))),
        Document::Blocks(blocks) => made(write_html::write(&blocks)),
    },
};

pub(super) const MARKDOWN_TO_HTML: Function = Function {
    name: "markdown_to_html",
    signature: Signature { parameters: &[one("text", Type::Text)], result: Type::Text },
    absence: Absence::Passes,
    doc: "Markdown as HTML that is safe to show: HTML in it is shown as text, links to `http`, `https` and `mailto` only",
    example: ("$markdown_to_html('a *b* <script>')", "\"<p>a <em>b</em> &lt;script&gt;</p>\""),
    body: |arguments| made(write_html::write(&read_markdown::read(text(arguments)?))),
};

/// What stands where a document should.
enum Document {
    Blocks(Vec<model::Block>),
    /// Text as it is: older versions of an API give it in the same place.
    Text(String),
}

fn document(arguments: &[Option<Value>]) -> Result<Document, String> {
    match arguments.first() {
        Some(Some(document @ Value::Object(_))) => Ok(Document::Blocks(read_adf::read(document))),
        Some(Some(Value::String(text))) => Ok(Document::Text(text.clone())),
        _ => Err("the argument is no document".to_owned()),
    }
}
