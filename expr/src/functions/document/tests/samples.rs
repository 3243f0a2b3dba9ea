//! What each form looks like.

use serde_json::{Value, json};

use super::{normal, to_adf, to_text};

fn doc(content: Value) -> Value {
    json!({ "type": "doc", "version": 1, "content": content })
}

fn text(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

fn marked(text: &str, marks: &[&str]) -> Value {
    let marks: Vec<_> = marks.iter().map(|mark| json!({ "type": mark })).collect();
    json!({ "type": "text", "text": text, "marks": marks })
}

fn paragraph(content: Value) -> Value {
    json!({ "type": "paragraph", "content": content })
}

fn words(words: &str) -> Value {
    paragraph(json!([text(words)]))
}

/// Both ways: the document is written as the text, and the text is read as the document.
fn same(document: &Value, markdown: &str) {
    assert_eq!(to_text(document), markdown);
    assert_eq!(normal(&to_adf(markdown)), normal(document), "{markdown}");
}

#[test]
fn marks() {
    let content = json!([
        text("a "), marked("strong", &["strong"]), text(" b "), marked("em", &["em"]), text(" c "), marked("both", &["strong", "em"]), text(" d "),
        marked("gone", &["strike"]), text(" e "), marked("x = 1", &["code"]), text(" f "), marked("under", &["underline"]), text(" g"),
        { "type": "text", "text": "2", "marks": [{ "type": "subsup", "attrs": { "type": "sub" } }] }, text(" h "),
        { "type": "text", "text": "red", "marks": [{ "type": "textColor", "attrs": { "color": "#ff0000" } }] }, text(" "),
        { "type": "text", "text": "link", "marks": [{ "type": "link", "attrs": { "href": "https://acme.example/a?b=c&d=e", "title": "Acme" } }] },
    ]);
    same(
        &doc(json!([paragraph(content)])),
        "a **strong** b _em_ c **_both_** d ~~gone~~ e `x = 1` f <u>under</u> g<sub>2</sub> h <span style=\"color: #ff0000\">red</span> \
         [link](https://acme.example/a?b=c&d=e \"Acme\")",
    );
    same(
        &doc(json!([paragraph(json!([
            text("a"),
            marked("b", &["strong"]),
            text("c"),
            marked("d", &["em"]),
            marked("\"e\"", &["strong"]),
            text("f")
        ]))])),
        "a**b**c<em>d</em><strong>\"e\"</strong>f",
    );
}

#[test]
fn blocks() {
    let item = |content: Value| json!({ "type": "listItem", "content": content });
    let list = json!({ "type": "bulletList", "content": [
        item(json!([words("one")])),
        item(json!([words("two"), { "type": "orderedList", "attrs": { "order": 1 }, "content": [item(json!([words("first")])), item(json!([words("second")]))] }])),
    ] });
    same(&doc(json!([list.clone()])), "- one\n- two\n  1. first\n  2. second");
    same(&doc(json!([list.clone(), list])), "- one\n- two\n  1. first\n  2. second\n\n* one\n* two\n  1. first\n  2. second");
    let code = json!({ "type": "codeBlock", "attrs": { "language": "rust" }, "content": [text("fn main() {\n    ```\n}")] });
    same(
        &doc(json!([{ "type": "bulletList", "content": [item(json!([words("see"), code]))] }])),
        "- see\n\n  ````rust\n  fn main() {\n      ```\n  }\n  ````",
    );
    same(
        &doc(json!([{ "type": "heading", "attrs": { "level": 2 }, "content": [text("Title #")] }, { "type": "rule" }, words("a")])),
        "## Title \\#\n\n---\n\na",
    );
    same(&doc(json!([{ "type": "blockquote", "content": [words("a"), words("b")] }])), "> a\n>\n> b");
    let task =
        |name: &str, state: &str| json!({ "type": "taskItem", "attrs": { "localId": "1", "state": state }, "content": [text(name)] });
    let below = json!({ "type": "taskList", "attrs": { "localId": "2" }, "content": [task("c", "TODO")] });
    same(
        &doc(json!([{ "type": "taskList", "attrs": { "localId": "3" }, "content": [task("a", "DONE"), task("b", "TODO"), below] }])),
        "- [x] a\n- [ ] b\n  - [ ] c",
    );
}

#[test]
fn line_breaks_and_empty_paragraphs() {
    let line = |content: Value| paragraph(content);
    let hard = json!({ "type": "hardBreak" });
    same(&doc(json!([line(json!([text("a"), hard, text("b")])), words("c")])), "a\nb\n\nc");
    same(&doc(json!([line(json!([hard, text("a"), hard, hard, text("b"), hard]))])), "<br>a<br>\nb<br>");
    same(&doc(json!([words("a"), { "type": "paragraph" }, { "type": "paragraph" }, words("b")])), "a\n\n\n\nb");
    same(&doc(json!([{ "type": "paragraph" }, words("a"), { "type": "paragraph" }])), "&nbsp;\n\na\n\n&nbsp;");
    same(&doc(json!([words(" a ")])), "&#32;a&#32;");
    same(&doc(json!([])), "");
    assert_eq!(to_adf("\n\na  \r\nb\\\nc\n"), to_adf("a\nb\nc"));
}

#[test]
fn nodes_that_markdown_does_not_have() {
    let content = json!([
        { "type": "mention", "attrs": { "id": "5b10:a", "text": "@Ada Quill" } }, text(" "),
        { "type": "mention", "attrs": { "id": "5b11", "text": "@Bo", "accessLevel": "CONTAINER" } }, text(" "),
        { "type": "emoji", "attrs": { "shortName": ":smile:", "id": "1f604", "text": "😄" } }, text(" "),
        { "type": "date", "attrs": { "timestamp": "1582152559000" } }, text(" "),
        { "type": "status", "attrs": { "text": "In Progress", "color": "blue" } }, text(" "),
        { "type": "inlineCard", "attrs": { "url": "https://acme.example/browse/A-1" } },
    ]);
    same(
        &doc(json!([paragraph(content)])),
        "[@Ada Quill](accountid:5b10:a) [@Bo](accountid:5b11?accessLevel=CONTAINER) [😄](adf:emoji?shortName=:smile:&id=1f604) \
         [2020-02-19](adf:date?timestamp=1582152559000) [In Progress](adf:status?color=blue) <https://acme.example/browse/A-1>",
    );
    let panel = |kind: &str, content: Value| json!({ "type": "panel", "attrs": { "panelType": kind }, "content": content });
    same(&doc(json!([panel("info", json!([words("a"), words("b")]))])), "> [!INFO]\n> a\n>\n> b");
    assert_eq!(normal(&to_adf("> [!CAUTION]\n> a")), normal(&doc(json!([panel("error", json!([words("a")]))]))));
    same(&doc(json!([{ "type": "expand", "attrs": { "title": "More" }, "content": [words("a")] }])), "> [More](adf:expand)\n>\n> a");
    same(
        &doc(json!([{ "type": "blockCard", "attrs": { "url": "https://acme.example/x" } }])),
        "[https://acme.example/x](adf:blockCard?url=https://acme.example/x)",
    );
    let media = json!({ "type": "media", "attrs": { "type": "external", "url": "https://acme.example/a.png", "alt": "A" } });
    same(&doc(json!([{ "type": "mediaSingle", "attrs": { "layout": "center" }, "content": [media] }])), "![A](https://acme.example/a.png)");
}

#[test]
fn tables() {
    let cell = |kind: &str, content: Value| json!({ "type": kind, "content": [content] });
    let row = |cells: Value| json!({ "type": "tableRow", "content": cells });
    let table = json!({ "type": "table", "content": [
        row(json!([cell("tableHeader", words("a|b")), cell("tableHeader", words("c"))])),
        row(json!([cell("tableCell", paragraph(json!([marked("x|y", &["code"])]))), cell("tableCell", json!({ "type": "paragraph" }))])),
    ] });
    same(&doc(json!([table])), "| a&#124;b | c |\n| --- | --- |\n| <code>x&#124;y</code> |  |");
    let wide = json!({ "type": "tableCell", "attrs": { "colspan": 2 }, "content": [words("a")] });
    same(
        &doc(json!([{ "type": "table", "content": [row(json!([wide]))] }])),
        "> [table](adf:table)\n>\n> > [tableRow](adf:tableRow)\n> >\n> > > [tableCell](adf:tableCell?colspan=json:2)\n> > >\n> > > a",
    );
}

#[test]
fn text_that_looks_like_markdown_stays_readable() {
    for same in [
        "see [1] and a * b, snake_case, 5 < 6 & 7 > 2",
        "C:\\temp\\x (really)! #5 + 3 - 2 = 6",
        "Fish & chips; AT&T &c.",
        "a list:\n(1) at 10:30:45",
        "~5 minutes, $5, x^2, {a}",
        "https://acme.example/a_b_c?d=e&f=g",
        "a  b   c",
    ] {
        let document = to_adf(same);
        assert_eq!(to_text(&document), same);
    }
    same(
        &doc(json!([words("1. a\u{a0}"), words("# b"), words("**c** <b>d</b> &amp;"), words("- e")])),
        "1\\. a&#160;\n\n\\# b\n\n\\*\\*c\\*\\* \\<b>d\\</b> \\&amp;\n\n\\- e",
    );
}

#[test]
fn what_a_container_cannot_hold_is_said_otherwise() {
    let cases = [
        ("- # a", "- **a**"),
        ("- > a", "- a"),
        ("> # a\n> ---\n> - [ ] b", "> **a**\n>\n> \\---\n>\n> - \\[ \\] b"),
        ("> > a\n> > > b", "> a\n>\n> b"),
        ("- [ ] a\n- b", "- \\[ \\] a\n- b"),
        ("> | a |\n> |---|\n> | b |", "> a\n>\n> b"),
        ("a ![b](https://acme.example/c.png)", "a [b](https://acme.example/c.png)"),
        ("<div>\n  a <!-- b -->\n</div>", "\\<div>\na \\<!-- b -->\n\\</div>"),
        ("[x](adf:panel) y", "[x](adf:link?href=adf:panel) y"),
        ("[](https://acme.example)", "[https://acme.example](https://acme.example)"),
        ("[a]\n\n[a]: https://acme.example", "[a](https://acme.example)"),
    ];
    for (markdown, expected) in cases {
        assert_eq!(to_text(&to_adf(markdown)), expected, "{markdown}");
    }
}

#[test]
fn what_is_unknown_keeps_its_text() {
    let cases = [
        (
            json!({ "type": "paragraph", "content": [{ "type": "novelty", "attrs": { "text": "a" } }, { "type": "other", "content": [text("b")] }] }),
            "ab",
        ),
        (json!({ "type": "box", "content": [words("a"), { "type": "inner", "content": [words("b")] }] }), "a\n\nb"),
        (json!({ "type": "extension", "attrs": { "extensionKey": "toc" } }), "[extension]"),
        (json!({ "type": "extension", "attrs": { "text": "a" } }), "a"),
        (paragraph(json!([{ "type": "text", "text": "a", "marks": [{ "type": "annotation", "attrs": { "id": "1" } }] }])), "a"),
        (json!({ "content": [text("a")] }), "a"),
    ];
    for (node, expected) in cases {
        assert_eq!(to_text(&doc(json!([node]))), expected);
    }
    assert_eq!(to_text(&words("a")), "a");
}

#[test]
fn depth_is_bounded_and_loses_nothing() {
    let mut deep = words("bottom");
    for _ in 0..400 {
        deep = json!({ "type": "bulletList", "content": [{ "type": "listItem", "content": [words("x"), deep] }] });
    }
    let once = to_text(&to_adf(&to_text(&doc(json!([deep])))));
    assert!(once.contains("bottom") && once.matches('x').count() == 400, "{once}");
    assert_eq!(to_text(&to_adf(&once)), once);
    for sign in [">", "- ", "1. ", "> - ", "[", "*a **b ", "<u>", "![", "> [!INFO]\n"] {
        let text = format!("{}bottom", sign.repeat(5_000));
        let document = to_adf(&text);
        assert!(document.to_string().contains("bottom"), "{sign}");
        assert!(serde_json::from_str::<Value>(&document.to_string()).is_ok(), "{sign}: too deep to be read as JSON");
    }
}
