//! `connc lsp` over a real session on stdio: what an editor says, and what it is answered.

use std::io::{BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::machine::file;

const CONNECTOR: &str = r#"connector: harbour
spec: 1
title: Harbour
base_url: https://api.harbour.example/v2
auth: { public: { scheme: none } }
resources:
  ships:
    list: { get: /ships, items: $, paginate: { style: single } }
    get: { get: "/ships/{{ id }}" }
"#;

const MAP: &str = r#"maps: fleet@1
ships:
  from: ships
  fields:
    remote_id: id
    # 😀 größer
    name: '"é😀" & hull.label'
"#;

const SCHEMA: &str = r##"extract: 1
source: { title: Harbour, kind: openapi-3.0, file: harbour.json, version: "1", sha256: "00" }
trust: official
base: /v2
operations:
  GET /ships:
    answers: { "200": { type: array, items: { $ref: "#/types/Ship" } } }
  GET /ships/{id}:
    parameters: { id: { in: path, required: true, type: string } }
    answers: { "200": { $ref: "#/types/Ship" } }
types:
  Ship:
    type: object
    required: [id, hull]
    properties:
      id: { type: string }
      hull: { $ref: "#/types/Hull" }
  Hull:
    type: object
    required: [label]
    properties:
      label: { type: string }
      length: { type: number }
"##;

const SHIPS: &str = r#"model: fleet
version: 1
resource: ships
required: [remote_id]
properties:
  remote_id: { type: string, format: id }
  name: { type: string, description: What people call it. }
"#;

const CASSETTE: &str = "source: Harbour reference\nauth: public\ncall: { resource: ships, verb: list }\nclock: 2026-03-01T12:00:00Z\nseed: 1\nexchanges: []\nmore: 1\n";

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// An editor with its server.
struct Session {
    server: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    early: Vec<Value>,
    root: PathBuf,
    next: i64,
}

impl Session {
    /// Starts a server beside a folder with the small connector.
    fn start(name: &str) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&root);
        for (path, text) in [
            ("connectors/harbour/connector.yaml", CONNECTOR),
            ("connectors/harbour/fleet.yaml", MAP),
            ("connectors/harbour/schemas/harbour.yaml", SCHEMA),
            ("connectors/harbour/cassettes/ships.list.yaml", CASSETTE),
            ("unified-models/fleet/model.yaml", "model: fleet\nversion: 1\n"),
            ("unified-models/fleet/ships.yaml", SHIPS),
            ("notes.yaml", "a: 1\n"),
            ("connectors/new/README.md", ""),
        ] {
            file(&format!("{name}/{path}"), text);
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_connc"));
        command.arg("lsp").current_dir(&root).env_clear().env("HOME", env!("CARGO_TARGET_TMPDIR"));
        let mut server = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let (input, output) = (server.stdin.take(), server.stdout.take().unwrap());
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Self { server, input, messages, early: Vec::new(), root, next: 0 }
    }

    /// The same, greeted.
    fn greeted(name: &str) -> Self {
        let mut session = Self::start(name);
        let hello = session.ask("initialize", json!({"processId": null, "rootUri": null, "capabilities": {}}));
        assert_eq!(hello["capabilities"]["hoverProvider"], json!(true), "{hello}");
        session.tell("initialized", json!({}));
        session
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        let input = self.input.as_mut().unwrap();
        write!(input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        input.flush().unwrap();
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// The next message for which `is` holds; others are kept for later.
    fn wait(&mut self, is: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.early.iter().position(&is) {
            return self.early.remove(at);
        }
        let end = Instant::now() + PATIENCE;
        loop {
            let message = self.messages.recv_timeout(end.saturating_duration_since(Instant::now())).unwrap();
            if is(&message) {
                return message;
            }
            self.early.push(message);
        }
    }

    fn response(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = self.next;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        self.wait(|message| message["id"] == json!(id))
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        let response = self.response(method, params);
        assert_eq!(response["error"], Value::Null, "{response}");
        response["result"].clone()
    }

    fn uri(&self, path: &str) -> String {
        format!("file://{}", self.root.join(path).display())
    }

    fn open(&mut self, path: &str, text: &str) {
        let uri = self.uri(path);
        self.tell("textDocument/didOpen", json!({"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text}}));
    }

    fn change(&mut self, path: &str, text: &str) {
        let uri = self.uri(path);
        self.tell("textDocument/didChange", json!({"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": text}]}));
    }

    /// What is shown for a file next.
    fn shown(&mut self, path: &str) -> Value {
        let uri = self.uri(path);
        let message = self.wait(|message| message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == json!(uri));
        message["params"]["diagnostics"].clone()
    }

    /// Asks about the place where `|` stands in a text that the document now has without it.
    fn at(&mut self, method: &str, path: &str, text: &str) -> Value {
        let before = text.split('|').next().unwrap();
        let line = before.matches('\n').count();
        let character: usize = before.rsplit('\n').next().unwrap().chars().map(char::len_utf16).sum();
        self.change(path, &text.replacen('|', "", 1));
        let uri = self.uri(path);
        self.ask(method, json!({"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}))
    }

    /// The exit status.
    fn ended(mut self) -> i32 {
        drop(self.input.take());
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.server.try_wait().unwrap() {
                return status.code().unwrap();
            }
            assert!(Instant::now() < end, "the server does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A message with its `Content-Length` before it.
fn read(output: &mut impl std::io::BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        if let Some(number) = line.strip_prefix("Content-Length: ") {
            length = number.trim().parse().ok()?;
        }
    }
    let mut bytes = vec![0; length];
    output.read_exact(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn range(line: u32, start: u32, end: u32) -> Value {
    json!({"start": {"line": line, "character": start}, "end": {"line": line, "character": end}})
}

const MAP_FILE: &str = "connectors/harbour/fleet.yaml";

#[test]
fn problems_come_and_go() {
    let mut session = Session::greeted("lsp-problems");
    session.open(MAP_FILE, &MAP.replace("hull.label", "hull.lable"));
    let shown = session.shown(MAP_FILE);
    assert_eq!(shown.as_array().unwrap().len(), 1, "{shown:#}");
    // `    name: '"é😀" & hull.` has 24 units of UTF-16, and 28 bytes.
    let shown = &shown[0];
    assert_eq!((&shown["range"], &shown["severity"]), (&range(6, 24, 29), &json!(1)), "{shown:#}");
    assert_eq!((&shown["code"], &shown["source"]), (&json!("unknown-property"), &json!("connc")), "{shown:#}");
    let message = shown["message"].as_str().unwrap();
    assert!(message.starts_with("`lable` is not a field of `hull`") && message.ends_with("\nhelp: did you mean `label`?"), "{message}");
    let related = &shown["relatedInformation"][0]["location"];
    assert_eq!(related["uri"], json!(session.uri("connectors/harbour/schemas/harbour.yaml")), "{shown:#}");
    assert!([18, 21].contains(&related["range"]["start"]["line"].as_u64().unwrap()), "{shown:#}");
    // A file of the same connector that is not open has its own.
    let cassette = session.shown("connectors/harbour/cassettes/ships.list.yaml");
    assert_eq!(cassette[0]["code"], "unknown-key", "{cassette:#}");
    session.change(MAP_FILE, MAP);
    assert_eq!(session.shown(MAP_FILE), json!([]));
    // The text that counts is the one in the editor, also of files that others depend on.
    session.open("unified-models/fleet/ships.yaml", &SHIPS.replace("name:", "title:"));
    let shown = session.shown(MAP_FILE);
    assert_eq!((&shown[0]["code"], &shown[0]["range"]), (&json!("unknown-field"), &range(6, 4, 8)), "{shown:#}");
    let uri = session.uri("unified-models/fleet/ships.yaml");
    session.tell("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
    assert_eq!(session.shown(MAP_FILE), json!([]));
    // Broken YAML has a place as well, and closing the last file takes everything away.
    session.change(MAP_FILE, "maps: fleet@1\nships: [");
    assert_eq!(session.shown(MAP_FILE)[0]["code"], "yaml-syntax");
    let uri = session.uri(MAP_FILE);
    session.tell("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
    assert_eq!(session.shown(MAP_FILE), json!([]));
    assert_eq!(session.ask("shutdown", Value::Null), Value::Null);
    session.tell("exit", Value::Null);
    assert_eq!(session.ended(), 0);
}

#[test]
fn places_are_answered() {
    let mut session = Session::greeted("lsp-places");
    session.open(MAP_FILE, MAP);
    let hover = session.at("textDocument/hover", MAP_FILE, &MAP.replace("hull.label", "hull.la|bel"));
    assert_eq!(
        hover,
        json!({
            "contents": {"kind": "markdown", "value": "`label`: text\n\nthe provider's type: text, always there\n\nconnectors/harbour/schemas/harbour.yaml:22:7"},
            "range": range(6, 24, 29),
        })
    );
    let hover = session.at("textDocument/hover", MAP_FILE, &MAP.replace("    name", "    na|me"));
    let text = "`name`: text\n\nWhat people call it.\n\nunified-models/fleet/ships.yaml:7:3";
    assert_eq!((&hover["contents"]["value"], &hover["range"]), (&json!(text), &range(6, 4, 8)));
    let found = session.at("textDocument/completion", MAP_FILE, &MAP.replace("hull.label", "hull.|"));
    let labels: Vec<(&str, &str)> =
        found.as_array().unwrap().iter().map(|item| (item["label"].as_str().unwrap(), item["detail"].as_str().unwrap())).collect();
    assert_eq!(labels, [("label", "text"), ("length", "a number or nothing")]);
    assert_eq!(found[0]["textEdit"], json!({"newText": "label", "range": range(6, 24, 24)}));
    let found = session.at("textDocument/completion", MAP_FILE, &format!("{MAP}    |\n"));
    assert_eq!(found, json!([]), "every field is mapped");
    let declared = session.at("textDocument/definition", MAP_FILE, &MAP.replace("hull.label", "hull.la|bel"));
    assert_eq!(declared, json!({"uri": session.uri("connectors/harbour/schemas/harbour.yaml"), "range": range(21, 6, 11)}));
    let declared = session.at("textDocument/definition", MAP_FILE, &MAP.replace("    name", "    na|me"));
    assert_eq!(declared, json!({"uri": session.uri("unified-models/fleet/ships.yaml"), "range": range(6, 2, 6)}));
    let declared = session.at("textDocument/definition", MAP_FILE, &MAP.replace("from: ships", "from: sh|ips"));
    assert_eq!(declared, json!({"uri": session.uri("connectors/harbour/connector.yaml"), "range": range(6, 2, 7)}));
    // What has no meaning has no answer.
    assert_eq!(session.at("textDocument/hover", MAP_FILE, &MAP.replace("# 😀", "# |😀")), Value::Null);
    assert_eq!(session.ask("shutdown", Value::Null), Value::Null);
    session.tell("exit", Value::Null);
    assert_eq!(session.ended(), 0);
}

#[test]
fn strange_editors_are_survived() {
    let mut session = Session::greeted("lsp-strange");
    let nowhere = json!({"textDocument": {"uri": "untitled:1"}, "position": {"line": 0, "character": 0}});
    assert_eq!(session.ask("textDocument/hover", nowhere.clone()), Value::Null);
    session
        .tell("textDocument/didOpen", json!({"textDocument": {"uri": "untitled:1", "languageId": "yaml", "version": 1, "text": "a: ["}}));
    session.tell("textDocument/didChange", json!({"textDocument": 1}));
    session.tell("$/unknown", json!({}));
    session.open("notes.yaml", "a: [");
    let place = json!({"textDocument": {"uri": session.uri("notes.yaml")}, "position": {"line": 9, "character": 9}});
    assert_eq!(session.ask("textDocument/definition", place), Value::Null);
    assert_eq!(session.response("textDocument/rename", nowhere)["error"]["code"], -32601);
    assert_eq!(session.response("textDocument/hover", json!({"textDocument": 1}))["error"]["code"], -32602);
    // A connector that was never saved; its document is changed in parts.
    session.open("connectors/new/connector.yaml", "connector: new\n");
    assert_eq!(session.shown("connectors/new/connector.yaml")[0]["code"], "missing-key");
    // A request that is taken back while others wait.
    let uri = session.uri(MAP_FILE);
    session.open(MAP_FILE, MAP);
    let edit = json!({"textDocument": {"uri": uri, "version": 3}, "contentChanges": [{"range": range(2, 2, 6), "text": "frum"}]});
    session.tell("textDocument/didChange", edit);
    session.tell("$/cancelRequest", json!({"id": 77}));
    assert!(session.wait(|message| message["params"]["diagnostics"][0]["message"].to_string().contains("`frum`")).is_object());
    assert_eq!(session.ask("shutdown", Value::Null), Value::Null);
    assert_eq!(session.response("textDocument/hover", json!({}))["error"]["code"], -32600);
    session.tell("exit", Value::Null);
    assert_eq!(session.ended(), 0);
    // Without a good-bye, the exit status says so.
    let session = Session::greeted("lsp-gone");
    assert_eq!(session.ended(), 1);
    let mut session = Session::greeted("lsp-exit");
    session.tell("exit", Value::Null);
    assert_eq!(session.ended(), 1);
}
