//! A document as ADF.

use serde_json::{Map, Value, json};

use super::model::{Block, Code, Content, Inline, Link, Marks, Node, Script, Task};

pub(super) fn write(blocks: &[Block]) -> Value {
    let mut ids = Ids(0);
    json!({ "type": "doc", "version": 1, "content": ids.blocks(blocks) })
}

/// What tells tasks and decisions apart: they must have an id, which only has to differ within the document.
struct Ids(u64);

impl Ids {
    fn next(&mut self) -> String {
        self.0 += 1;
        self.0.to_string()
    }

    fn blocks(&mut self, blocks: &[Block]) -> Value {
        blocks.iter().map(|block| self.block(block)).collect()
    }

    fn block(&mut self, block: &Block) -> Value {
        match block {
            Block::Paragraph(content) => with(json!({ "type": "paragraph" }), inlines(content)),
            Block::Heading(level, content) => with(json!({ "type": "heading", "attrs": { "level": level } }), inlines(content)),
            Block::Code(Code { language, text }) => {
                let mut node = Map::from_iter([("type".to_owned(), json!("codeBlock"))]);
                if let Some(language) = language {
                    node.insert("attrs".to_owned(), json!({ "language": language }));
                }
                let content = if text.is_empty() { Vec::new() } else { vec![json!({ "type": "text", "text": text })] };
                with(node.into(), content)
            }
            Block::Rule => json!({ "type": "rule" }),
            Block::Bullets(items) => json!({ "type": "bulletList", "content": self.items(items) }),
            Block::Numbers(start, items) => json!({ "type": "orderedList", "attrs": { "order": start }, "content": self.items(items) }),
            Block::Tasks(tasks) => self.tasks(tasks),
            Block::Quote(blocks) => json!({ "type": "blockquote", "content": self.blocks(blocks) }),
            Block::Other(node, content) => {
                let written = self.node(node);
                match content {
                    Content::Nothing => written,
                    Content::Inlines(content) => with(written, inlines(content)),
                    Content::Blocks(blocks) => {
                        let Value::Array(content) = self.blocks(blocks) else { return written };
                        with(written, content)
                    }
                }
            }
        }
    }

    fn items(&mut self, items: &[Vec<Block>]) -> Value {
        items.iter().map(|item| json!({ "type": "listItem", "content": self.blocks(item) })).collect()
    }

    fn tasks(&mut self, tasks: &[Task]) -> Value {
        let id = self.next();
        let mut content = Vec::new();
        for Task { done, content: text, below } in tasks {
            let state = if *done { "DONE" } else { "TODO" };
            content.push(with(json!({ "type": "taskItem", "attrs": { "localId": self.next(), "state": state } }), inlines(text)));
            if !below.is_empty() {
                content.push(self.tasks(below));
            }
        }
        json!({ "type": "taskList", "attrs": { "localId": id }, "content": content })
    }

    fn node(&mut self, node: &Node) -> Value {
        let mut attributes = node.attributes.clone();
        if matches!(node.kind.name, "decisionList" | "decisionItem") {
            attributes.insert("localId".to_owned(), self.next().into());
        }
        atom(node.kind.name, attributes)
    }
}

fn atom(name: &str, attributes: Map<String, Value>) -> Value {
    let mut written = Map::from_iter([("type".to_owned(), Value::from(name))]);
    if !attributes.is_empty() {
        written.insert("attrs".to_owned(), attributes.into());
    }
    written.into()
}

/// A node with what it holds, which goes unsaid where it is nothing.
fn with(mut node: Value, content: Vec<Value>) -> Value {
    if let Some(node) = node.as_object_mut().filter(|_| !content.is_empty()) {
        node.insert("content".to_owned(), content.into());
    }
    node
}

fn inlines(content: &[Inline]) -> Vec<Value> {
    let written = content.iter().map(|inline| match inline {
        Inline::Text(text, marks) => {
            let marks = marks_of(marks);
            if marks.is_empty() { json!({ "type": "text", "text": text }) } else { json!({ "type": "text", "text": text, "marks": marks }) }
        }
        Inline::Break => json!({ "type": "hardBreak" }),
        Inline::Node(node) => atom(node.kind.name, node.attributes.clone()),
    });
    written.collect()
}

fn marks_of(marks: &Marks) -> Vec<Value> {
    let Marks { link, strong, em, strike, underline, script, color, background, code } = marks;
    let mut out = Vec::new();
    if let Some(Link { href, title, node: _ }) = link {
        out.push(match title {
            Some(title) => json!({ "type": "link", "attrs": { "href": href, "title": title } }),
            None => json!({ "type": "link", "attrs": { "href": href } }),
        });
    }
    let plain = [("strong", strong), ("em", em), ("strike", strike), ("underline", underline), ("code", code)];
    out.extend(plain.into_iter().filter(|(_, is)| **is).map(|(name, _)| json!({ "type": name })));
    if let Some(script) = script {
        let script = match script {
            Script::Sub => "sub",
            Script::Sup => "sup",
        };
        out.push(json!({ "type": "subsup", "attrs": { "type": script } }));
    }
    let colors = [("textColor", color), ("backgroundColor", background)];
    out.extend(colors.into_iter().filter_map(|(name, color)| Some(json!({ "type": name, "attrs": { "color": color.as_ref()? } }))));
    out
}
