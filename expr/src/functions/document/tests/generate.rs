//! Documents that ADF allows, with text that does its worst.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

/// What Markdown could take for something else.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    "a", "b", "Ada", "word", " ", "  ", "\t", "*", "**", "***", "_", "__", "a_b", "`", "``", "```", "~", "~~", "~~~", "[", "]", "(", ")", "](", "[x]", "[ ] ",
    "[!INFO]", "[!", "!", "![", "<", ">", "> ", "<b>", "</b>", "<br>", "<!--", "-->", "<script>", "<https://acme.example>", "&", "&amp;", "&#32;", "&nbsp;",
    "#", "# ", "## a ##", "+ ", "- ", "-", "--", "---", "===", "* * *", "1.", "1. ", "2) ", "1", "99", ".", ":", ":-:", "|", "| a |", "|---|", "\\", "\\\\", "\\*",
    "\"", "'", "$", "^", "{", "}", "=", ";", "/", "@", "%", "é", "ß", "日本", "。", "«", "😄", "👩‍🚀", "\u{a0}", "\u{3000}", "\u{200b}", "\u{feff}", "\u{2028}", "\u{7f}",
    "\u{1}", "\u{b}", "\u{c}", "\u{85}", "https://acme.example/a_b?c=d&e=f", "accountid:1", "adf:panel", "[a]: b", "a@acme.example", "e\u{301}", "²", "…",
];

pub(super) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => vec(select(PIECES), 1..6).prop_map(|pieces| pieces.concat()),
        1 => any::<String>().prop_map(|text| text.replace(['\n', '\r', '\0'], " ")).prop_filter("text is never empty", |text| !text.is_empty()),
    ]
}

/// Text as it is written, lines and all.
pub(super) fn source() -> impl Strategy<Value = String> {
    let lines = vec![
        "\n",
        "\n\n",
        "\n\n\n",
        "\n    ",
        "\n> ",
        "\n- ",
        "\n  - ",
        "\n1. ",
        "\n```\n",
        "\n~~~ a\n",
        "\n\t",
        "\r\n",
        "\n| a | b |\n|---|---|\n| c |",
        "\n- [ ] ",
        "  \n",
        "\n<div>\n",
        "\n> [!NOTE]\n> ",
        "\n> [t](adf:expand)\n> ",
        "[@A](accountid:1)",
        "[](adf:status)",
        "[x](adf:blockCard?url=a)",
        "![a](https://b.example)",
        "<u>",
        "</u>",
        "<span style=\"color: #00ff00\">",
        "</span>",
    ];
    let piece = prop_oneof![2 => select(PIECES).prop_map(str::to_owned), 1 => select(lines).prop_map(str::to_owned)];
    prop_oneof![4 => vec(piece, 0..24).prop_map(|pieces| pieces.concat()), 1 => any::<String>()]
}

fn marks() -> impl Strategy<Value = Vec<Value>> {
    let plain = |name: &'static str| option::weighted(0.2, Just(json!({ "type": name })));
    let href = select(vec![
        "https://acme.example/",
        "https://acme.example/a b(c)\\<d>|\"'&amp;",
        "mailto:ada@acme.example",
        "accountid:1",
        "adf:status",
        "",
        "#a",
        "x`y`*z*_",
        "a)b",
    ]);
    let link = option::weighted(
        0.2,
        (href, option::of(text())).prop_map(|(href, title)| match title {
            Some(title) => json!({ "type": "link", "attrs": { "href": href, "title": title } }),
            None => json!({ "type": "link", "attrs": { "href": href } }),
        }),
    )
    .boxed();
    let script =
        option::weighted(0.1, select(vec!["sub", "sup"]).prop_map(|script| json!({ "type": "subsup", "attrs": { "type": script } })));
    let color = |name: &'static str| option::weighted(0.1, Just(json!({ "type": name, "attrs": { "color": "#00ff00" } })));
    let formatted = (
        link.clone(),
        plain("strong"),
        plain("em"),
        plain("strike"),
        plain("underline"),
        script,
        color("textColor"),
        color("backgroundColor"),
    );
    prop_oneof![
        4 => Just(Vec::new()),
        8 => formatted.prop_map(|(a, b, c, d, e, f, g, h)| [a, b, c, d, e, f, g, h].into_iter().flatten().collect()),
        1 => link.prop_map(|link| link.into_iter().chain([json!({ "type": "code" })]).collect()),
    ]
}

fn inline() -> impl Strategy<Value = Value> {
    let marked = (text(), marks()).prop_map(|(text, marks)| match marks.is_empty() {
        true => json!({ "type": "text", "text": text }),
        false => json!({ "type": "text", "text": text, "marks": marks }),
    });
    prop_oneof![
        12 => marked,
        3 => Just(json!({ "type": "hardBreak" })),
        1 => (text(), option::of(text())).prop_map(|(id, text)| atom("mention", [("id", Some(json!(id))), ("text", text.map(Value::from)), ("userType", Some(json!("APP")))])),
        1 => option::of(text()).prop_map(|text| atom("emoji", [("shortName", Some(json!(":smile:"))), ("text", text.map(Value::from)), ("id", Some(json!("1f604")))])),
        1 => Just(atom("date", [("timestamp", Some(json!("1582152559000"))), ("a", None), ("b", None)])),
        1 => text().prop_map(|text| atom("status", [("text", Some(json!(text))), ("color", Some(json!("blue"))), ("style", Some(json!("json:1")))])),
        1 => prop_oneof![Just("https://acme.example/browse/A-1?x=1&y=2|`".to_owned()), text()].prop_map(|url| atom("inlineCard", [("url", Some(json!(url))), ("a", None), ("b", None)])),
        1 => text().prop_map(|text| atom("inlineCard", [("data", Some(json!({ "name": text, "n": [1, null, 2.5] }))), ("a", None), ("b", None)])),
    ]
}

fn atom<const N: usize>(name: &str, attributes: [(&str, Option<Value>); N]) -> Value {
    let attributes: Map<_, _> = attributes.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    json!({ "type": name, "attrs": attributes })
}

fn inlines() -> impl Strategy<Value = Vec<Value>> {
    vec(inline(), 0..6)
}

fn paragraph() -> impl Strategy<Value = Value> {
    inlines().prop_map(|content| json!({ "type": "paragraph", "content": content }))
}

fn code() -> impl Strategy<Value = Value> {
    let line = prop_oneof![text(), Just(String::new()), Just("  ".to_owned()), Just("    four".to_owned()), Just("````".to_owned())];
    (vec(line, 0..5), option::of(prop_oneof![select(vec!["rust", "c++", "a b", "x`y", "&amp;", "\\*"]).prop_map(str::to_owned)])).prop_map(
        |(lines, language)| {
            let text = lines.join("\n");
            let mut node = json!({ "type": "codeBlock", "attrs": {} });
            if !text.is_empty() {
                node["content"] = json!([{ "type": "text", "text": text }]);
            }
            if let Some(language) = language {
                node["attrs"]["language"] = json!(language);
            }
            node
        },
    )
}

fn heading() -> impl Strategy<Value = Value> {
    (1..=6, inlines()).prop_map(|(level, content)| json!({ "type": "heading", "attrs": { "level": level }, "content": content }))
}

fn rule() -> impl Strategy<Value = Value> {
    Just(json!({ "type": "rule" }))
}

/// What every container holds: paragraphs, code and lists.
fn plain(depth: u32) -> BoxedStrategy<Value> {
    if depth == 0 {
        return prop_oneof![4 => paragraph(), 1 => code()].boxed();
    }
    let item = (prop_oneof![5 => paragraph(), 1 => code()], vec(prop_oneof![4 => plain(depth - 1), 1 => tasks(depth - 1)], 0..3)).prop_map(
        |(first, rest)| {
            let content: Vec<_> = std::iter::once(first).chain(rest).collect();
            json!({ "type": "listItem", "content": content })
        },
    );
    let list = (vec(item, 1..4), option::of(select(vec![0, 1, 2, 10, 999_999_998]))).prop_map(|(items, order)| match order {
        Some(order) => json!({ "type": "orderedList", "attrs": { "order": order }, "content": items }),
        None => json!({ "type": "bulletList", "content": items }),
    });
    prop_oneof![4 => paragraph(), 1 => code(), 2 => list].boxed()
}

fn tasks(depth: u32) -> BoxedStrategy<Value> {
    let item = (inlines(), any::<bool>()).prop_map(|(content, done)| {
        json!({ "type": "taskItem", "attrs": { "localId": "x", "state": if done { "DONE" } else { "TODO" } }, "content": content })
    });
    let below = if depth == 0 { Just(None).boxed() } else { option::weighted(0.3, tasks(depth - 1)).boxed() };
    let group = vec((item, below), 1..4);
    group
        .prop_map(|items| {
            let content: Vec<_> = items.into_iter().flat_map(|(item, below)| std::iter::once(item).chain(below)).collect();
            json!({ "type": "taskList", "attrs": { "localId": "x" }, "content": content })
        })
        .boxed()
}

fn held(name: &'static str, attributes: Value, blocks: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    vec(blocks, 1..4).prop_map(move |content| json!({ "type": name, "attrs": attributes, "content": content }))
}

fn table() -> impl Strategy<Value = Value> {
    let simple = (1..4_usize, 1..4_usize).prop_flat_map(|(columns, rows)| vec(vec(paragraph(), columns), rows)).prop_map(|rows| {
        let rows: Vec<_> = rows
            .into_iter()
            .enumerate()
            .map(|(index, cells)| {
                let name = if index == 0 { "tableHeader" } else { "tableCell" };
                let cells: Vec<_> = cells.into_iter().map(|cell| json!({ "type": name, "attrs": {}, "content": [cell] })).collect();
                json!({ "type": "tableRow", "content": cells })
            })
            .collect();
        json!({ "type": "table", "content": rows })
    });
    let cell = (
        select(vec!["tableHeader", "tableCell"]),
        select(vec![json!({}), json!({ "colspan": 2, "background": "#deebff" })]),
        vec(prop_oneof![plain(1), heading(), rule()], 1..3),
    )
        .prop_map(|(name, attributes, content)| json!({ "type": name, "attrs": attributes, "content": content }));
    let row = vec(cell, 1..3).prop_map(|cells| json!({ "type": "tableRow", "content": cells }));
    prop_oneof![2 => simple, 1 => vec(row, 1..3).prop_map(|rows| json!({ "type": "table", "attrs": { "isNumberColumnEnabled": true }, "content": rows }))]
}

fn media() -> impl Strategy<Value = Value> {
    let external = option::of(text()).prop_map(|alt| match alt {
        Some(alt) => json!({ "type": "media", "attrs": { "type": "external", "url": "https://acme.example/a b.png", "alt": alt } }),
        None => json!({ "type": "media", "attrs": { "type": "external", "url": "https://acme.example/a.png" } }),
    });
    let file = text().prop_map(|id| json!({ "type": "media", "attrs": { "type": "file", "id": id, "collection": "", "width": 200 } }));
    let file = file.prop_map(|mut file| {
        file["attrs"].as_object_mut().unwrap().remove("collection");
        file
    });
    let caption = option::of(vec(inline(), 1..3).prop_map(|content| json!({ "type": "caption", "content": content })));
    (prop_oneof![external, file], caption, select(vec!["center", "wide"])).prop_map(|(media, caption, layout)| {
        let content: Vec<_> = std::iter::once(media).chain(caption).collect();
        json!({ "type": "mediaSingle", "attrs": { "layout": layout }, "content": content })
    })
}

fn block() -> impl Strategy<Value = Value> {
    let kind = select(vec!["info", "note", "warning", "success", "error", "custom"]);
    let panel = kind.prop_flat_map(|kind| {
        held("panel", json!({ "panelType": kind }), prop_oneof![4 => plain(1), 1 => heading(), 1 => rule(), 1 => tasks(1)])
    });
    let expand =
        text().prop_flat_map(|title| held("expand", json!({ "title": title }), prop_oneof![4 => plain(2), 1 => heading(), 1 => table()]));
    let decisions = vec(inlines(), 1..3).prop_map(|items| {
        let items: Vec<_> = items
            .into_iter()
            .map(|content| json!({ "type": "decisionItem", "attrs": { "state": "DECIDED" }, "content": content }))
            .collect();
        json!({ "type": "decisionList", "content": items })
    });
    prop_oneof![
        10 => plain(3),
        2 => heading(),
        2 => rule(),
        2 => tasks(2),
        2 => held("blockquote", json!({}), plain(1)),
        2 => panel,
        1 => expand,
        2 => table(),
        1 => media(),
        1 => decisions,
        1 => text().prop_map(|url| json!({ "type": "blockCard", "attrs": { "url": url } })),
    ]
}

pub(super) fn document() -> impl Strategy<Value = Value> {
    vec(block(), 0..6).prop_map(|content| json!({ "type": "doc", "version": 1, "content": content }))
}

/// Paragraphs of lines without anything that Markdown gives a meaning.
pub(super) fn prose() -> impl Strategy<Value = String> {
    let word = select(vec![
        "Ada",
        "the",
        "printer",
        "is",
        "on",
        "fire,",
        "again.",
        "Why?",
        "5",
        "é",
        "日本",
        "(really)",
        "can't",
        "50%",
        "a/b",
        "x.y",
        "AT&T",
        "& so",
        "\"quoted\"",
        "C:\\dir",
        "ada@acme.example",
        "a-b",
        "snake_case",
    ]);
    let line = vec(word, 1..6).prop_map(|words| format!("x{}", words.join(" ")));
    let gap = select(vec!["\n", "\n\n", "\n\n\n", "\n\n\n\n\n"]);
    (line.clone(), vec((gap, line), 0..6)).prop_map(|(first, rest)| rest.into_iter().fold(first, |text, (gap, line)| text + gap + &line))
}

/// Any JSON, with the words of ADF in it.
pub(super) fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text().prop_map(Value::from)
    ];
    let name = select(vec![
        "doc",
        "paragraph",
        "text",
        "bulletList",
        "listItem",
        "table",
        "tableRow",
        "tableCell",
        "mediaSingle",
        "media",
        "panel",
        "taskList",
        "taskItem",
        "orderedList",
        "heading",
        "blockquote",
        "expand",
        "decisionList",
        "hardBreak",
        "mention",
        "codeBlock",
        "nothing",
    ]);
    leaf.prop_recursive(8, 64, 4, move |inner| {
        prop_oneof![
            1 => vec(inner.clone(), 0..4).prop_map(Value::from),
            4 => (name.clone(), vec(inner.clone(), 0..4), option::of(inner.clone()), inner.clone(), option::of(text()))
                .prop_map(|(name, content, attributes, marks, text)| json!({ "type": name, "content": content, "attrs": attributes, "marks": [marks], "text": text })),
            1 => vec((select(vec!["type", "content", "attrs", "text", "url", "marks"]), inner), 0..4)
                .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>().into()),
        ]
    })
}
