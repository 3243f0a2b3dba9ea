//! HTML that is safe to show.

use serde_json::json;

use super::read_adf;
use crate::functions::document::{read_markdown, write_html};

/// Every tag that is ever written.
#[rustfmt::skip]
pub(super) const TAGS: &[&str] = &[
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "code", "hr", "ul", "ol", "li", "blockquote", "input", "table", "tr", "th", "td", "details",
    "summary", "div", "a", "br", "u", "del", "em", "strong", "sub", "sup", "span",
];

fn html(markdown: &str) -> String {
    write_html::write(&read_markdown::read(markdown))
}

#[test]
fn markdown_as_html() {
    let cases = [
        ("", ""),
        ("a\nb", "<p>a<br>b</p>"),
        ("# A *b*", "<h1>A <em>b</em></h1>"),
        ("- a\n- b\n  - c", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>"),
        ("3. a", "<ol start=\"3\"><li>a</li></ol>"),
        ("- [x] a", "<ul><li><input type=\"checkbox\" disabled checked> a</li></ul>"),
        ("```rust\na < b\n```", "<pre><code class=\"language-rust\">a &lt; b</code></pre>"),
        ("> # a\n> > b", "<blockquote><h1>a</h1><blockquote><p>b</p></blockquote></blockquote>"),
        ("| a |\n|---|\n| b |", "<table><tr><th><p>a</p></th></tr><tr><td><p>b</p></td></tr></table>"),
        ("[a](https://acme.example/?a=1&b=2)", "<p><a href=\"https://acme.example/?a=1&amp;b=2\">a</a></p>"),
        ("[a](MAILTO:ada@acme.example)", "<p><a href=\"MAILTO:ada@acme.example\">a</a></p>"),
        ("[a](javascript:alert%281%29)", "<p>a</p>"),
        ("[a](&#106;avascript:x) [b](java&#10;script:x) [c](data:text/html,x) [d](//acme.example)", "<p>a b c d</p>"),
        ("<img src=x onerror=alert(1)> &lt;b&gt;", "<p>&lt;img src=x onerror=alert(1)&gt; &lt;b&gt;</p>"),
        (
            "<span style=\"color: red;position:fixed\">a</span>",
            "<p>&lt;span style=&quot;color: red;position:fixed&quot;&gt;a&lt;/span&gt;</p>",
        ),
        ("<span style=\"color: #ff0000\">a</span>", "<p><span style=\"color: #ff0000\">a</span></p>"),
        ("![a\"b](https://acme.example/a.png)", "<div><div><a href=\"https://acme.example/a.png\">a&quot;b</a></div></div>"),
        ("[@Ada](accountid:1) <https://acme.example>", "<p>@Ada <a href=\"https://acme.example\">https://acme.example</a></p>"),
    ];
    for (markdown, expected) in cases {
        assert_eq!(html(markdown), expected, "{markdown}");
    }
}

#[test]
fn attributes_of_adf_are_not_trusted() {
    let link = json!({ "type": "link", "attrs": { "href": "https://a.example/\" onclick=\"x" } });
    let color = json!({ "type": "textColor", "attrs": { "color": "red\" onclick=\"x" } });
    let document = json!({ "type": "doc", "content": [
        { "type": "paragraph", "content": [{ "type": "text", "text": "a", "marks": [link, color] }] },
        { "type": "codeBlock", "attrs": { "language": "\"><script>" }, "content": [{ "type": "text", "text": "</code>" }] },
        { "type": "table", "content": [{ "type": "tableRow", "content": [{ "type": "tableCell", "attrs": { "colspan": "2\" x" }, "content": [] }] }] },
        { "type": "blockCard", "attrs": { "url": "javascript:x" } },
    ] });
    let expected = "<p><a href=\"https://a.example/&quot; onclick=&quot;x\">a</a></p>\
                    <pre><code class=\"language-&quot;&gt;&lt;script&gt;\">&lt;/code&gt;</code></pre>\
                    <table><tr><td><p></p></td></tr></table><div>javascript:x</div>";
    assert_eq!(write_html::write(&read_adf::read(&document)), expected);
}
