//! The language server: diagnostics, hover, completion and go-to-definition over stdio.
//!
//! Everything happens in one thread, in the order in which the editor asks. Connectors are small: each question compiles anew, so there is nothing to keep
//! up to date. Changes that wait in the queue are taken together.

mod answers;
mod files;
mod position;
mod problems;

use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};

use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{
    Cancel, DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument, DidOpenTextDocument, DidSaveTextDocument, Exit,
    Notification as _, PublishDiagnostics,
};
use lsp_types::request::{Completion, GotoDefinition, HoverRequest, Request as _, Shutdown};
use lsp_types::{
    CompletionOptions, DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, HoverProviderCapability,
    NumberOrString, OneOf, PublishDiagnosticsParams, ServerCapabilities, TextDocumentContentChangeEvent, TextDocumentPositionParams,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use files::{Connector, Document, Open, folder_of, path_of, uri_of};
use problems::{Problems, Shown};

/// Serves one editor until it says good-bye. Whether it did so in the order of the protocol is the result.
pub(crate) fn serve(connection: &Connection) -> bool {
    let Ok((id, _client)) = connection.initialize_start() else { return false };
    let hello = json!({"capabilities": capabilities(), "serverInfo": {"name": "connc", "version": env!("CARGO_PKG_VERSION")}});
    if connection.initialize_finish(id, hello).is_err() {
        return false;
    }
    // The connection hands over one message at a time. What waits behind it matters too: changes that follow, and requests that are taken back.
    let (sender, messages) = channel();
    let receiver = connection.receiver.clone();
    std::thread::spawn(move || receiver.into_iter().all(|message| sender.send(message).is_ok()));
    Server::new(connection, messages).run()
}

fn capabilities() -> ServerCapabilities {
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::Supported(true)),
            ..TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(vec![".".to_owned(), "$".to_owned()]),
            ..CompletionOptions::default()
        }),
        definition_provider: Some(OneOf::Left(true)),
        ..ServerCapabilities::default()
    }
}

struct Server<'a> {
    connection: &'a Connection,
    messages: Receiver<Message>,
    open: Open,
    shown: Shown,
    /// Folders of connectors that are to be compiled anew.
    dirty: BTreeSet<PathBuf>,
    /// What the editor said and was not looked at yet.
    waiting: VecDeque<Message>,
    asked_to_stop: bool,
}

impl<'a> Server<'a> {
    fn new(connection: &'a Connection, messages: Receiver<Message>) -> Self {
        let (open, shown, dirty, waiting) = (Open::new(), Shown::default(), BTreeSet::new(), VecDeque::new());
        Self { connection, messages, open, shown, dirty, waiting, asked_to_stop: false }
    }

    fn run(&mut self) -> bool {
        loop {
            self.waiting.extend(self.messages.try_iter());
            let message = match self.waiting.pop_front() {
                Some(message) => message,
                None => {
                    self.publish();
                    match self.messages.recv() {
                        Ok(message) => message,
                        // The editor is gone.
                        Err(_) => return self.asked_to_stop,
                    }
                }
            };
            match message {
                Message::Request(request) => self.request(request),
                Message::Notification(notification) if notification.method == Exit::METHOD => return self.asked_to_stop,
                Message::Notification(notification) => self.notification(notification),
                Message::Response(_) => {}
            }
        }
    }

    fn request(&mut self, request: Request) {
        let Request { id, method, params } = request;
        let response = if self.asked_to_stop {
            refused(id, ErrorCode::InvalidRequest, "the server was asked to stop")
        } else if self.is_cancelled(&id) {
            refused(id, ErrorCode::RequestCanceled, "the request was cancelled")
        } else {
            match method.as_str() {
                Shutdown::METHOD => {
                    self.asked_to_stop = true;
                    Response::new_ok(id, Value::Null)
                }
                HoverRequest::METHOD => self.answer(id, params, answers::hover),
                Completion::METHOD => self.answer(id, params, answers::completion),
                GotoDefinition::METHOD => self.answer(id, params, answers::definition),
                _ => refused(id, ErrorCode::MethodNotFound, &format!("`{method}` is not supported")),
            }
        };
        self.send(Message::Response(response));
    }

    fn answer<T: serde::Serialize>(
        &self,
        id: RequestId,
        params: Value,
        find: fn(&TextDocumentPositionParams, &Open) -> Option<T>,
    ) -> Response {
        match serde_json::from_value::<TextDocumentPositionParams>(params) {
            Ok(at) => Response::new_ok(id, find(&at, &self.open)),
            Err(error) => refused(id, ErrorCode::InvalidParams, &format!("the parameters cannot be read: {error}")),
        }
    }

    /// Whether the editor has taken the request back, while it waited.
    fn is_cancelled(&self, id: &RequestId) -> bool {
        self.waiting.iter().any(|message| match message {
            Message::Notification(notification) if notification.method == Cancel::METHOD => {
                let params = serde_json::from_value::<lsp_types::CancelParams>(notification.params.clone());
                params.is_ok_and(|params| match params.id {
                    NumberOrString::Number(number) => RequestId::from(number) == *id,
                    NumberOrString::String(text) => RequestId::from(text) == *id,
                })
            }
            Message::Notification(_) | Message::Request(_) | Message::Response(_) => false,
        })
    }

    fn notification(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        match method.as_str() {
            DidOpenTextDocument::METHOD => {
                if let Some(DidOpenTextDocumentParams { text_document }) = read(params)
                    && let Some(path) = path_of(&text_document.uri)
                {
                    self.open.insert(path.clone(), Document { uri: text_document.uri, text: text_document.text });
                    self.touch(&path);
                }
            }
            DidChangeTextDocument::METHOD => {
                if let Some(DidChangeTextDocumentParams { text_document, content_changes }) = read(params)
                    && let Some(path) = path_of(&text_document.uri)
                {
                    let uri = text_document.uri;
                    let document = self.open.entry(path.clone()).or_insert_with(|| Document { uri, text: String::new() });
                    for change in content_changes {
                        apply(&mut document.text, change);
                    }
                    self.touch(&path);
                }
            }
            DidCloseTextDocument::METHOD => {
                if let Some(DidCloseTextDocumentParams { text_document }) = read(params)
                    && let Some(path) = path_of(&text_document.uri)
                {
                    self.touch(&path);
                    self.open.remove(&path);
                }
            }
            DidSaveTextDocument::METHOD | DidChangeWatchedFiles::METHOD => self.touch_all(),
            _ => {}
        }
    }

    /// Marks the connector of a file. What belongs to none, such as a model, may matter to every connector.
    fn touch(&mut self, path: &std::path::Path) {
        match folder_of(path, &self.open) {
            Some(folder) => {
                self.dirty.insert(folder);
            }
            None => self.touch_all(),
        }
    }

    fn touch_all(&mut self) {
        let folders: Vec<PathBuf> = self.open.keys().filter_map(|path| folder_of(path, &self.open)).collect();
        self.dirty.extend(folders);
    }

    /// Compiles what was touched, and shows what came of it.
    fn publish(&mut self) {
        for folder in std::mem::take(&mut self.dirty) {
            let is_open = self.open.keys().any(|path| folder_of(path, &self.open).as_deref() == Some(folder.as_path()));
            let problems = is_open.then(|| match Connector::load(&folder, &self.open) {
                Ok(connector) => problems::of(&connector, &self.open),
                Err(stop) => self.unreadable(&folder, &stop),
            });
            for (path, diagnostics) in self.shown.set(&folder, problems) {
                let Some(uri) = uri_of(&path, &self.open) else { continue };
                let params = PublishDiagnosticsParams { uri, diagnostics, version: None };
                self.send(Message::Notification(Notification::new(PublishDiagnostics::METHOD.to_owned(), params)));
            }
        }
    }

    /// A folder that cannot be read is said at the beginning of its open files.
    fn unreadable(&self, folder: &std::path::Path, stop: &crate::Stop) -> Problems {
        let message = match stop {
            crate::Stop::Usage { message, .. } => message.clone(),
            crate::Stop::Problems | crate::Stop::Shown | crate::Stop::Quiet => "the connector's folder cannot be read".to_owned(),
        };
        let files = self.open.keys().filter(|path| folder_of(path, &self.open).as_deref() == Some(folder));
        files.map(|path| (path.clone(), vec![problems::unreadable(message.clone())])).collect()
    }

    fn send(&self, message: Message) {
        // Where the editor is gone, the next look for its messages ends the server.
        let _ = self.connection.sender.send(message);
    }
}

fn refused(id: RequestId, code: ErrorCode, message: &str) -> Response {
    Response::new_err(id, code as i32, message.to_owned())
}

fn read<T: DeserializeOwned>(params: Value) -> Option<T> {
    serde_json::from_value(params).ok()
}

/// Changes a document: a part of it, or the whole text.
fn apply(text: &mut String, change: TextDocumentContentChangeEvent) {
    let Some(range) = change.range else {
        *text = change.text;
        return;
    };
    let start = position::offset(text, range.start);
    let end = position::offset(text, range.end).max(start);
    text.replace_range(start..end, &change.text);
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use lsp_server::{Connection, Message, Notification, Request, Response};
    use lsp_types::{Position, Range, TextDocumentContentChangeEvent};
    use serde_json::json;

    use super::{Server, apply};

    #[test]
    fn requests_that_are_taken_back_are_not_answered() {
        let (connection, editor) = Connection::memory();
        let (_sender, messages) = channel();
        let mut server = Server::new(&connection, messages);
        let place = json!({"textDocument": {"uri": "file:///none.yaml"}, "position": {"line": 0, "character": 0}});
        for id in [1, 2, 3] {
            server.waiting.push_back(Message::Request(Request::new(id.into(), "textDocument/hover".to_owned(), place.clone())));
        }
        for params in [json!({"id": 2}), json!({"id": "3"}), json!({}), json!(null)] {
            server.waiting.push_back(Message::Notification(Notification::new("$/cancelRequest".to_owned(), params)));
        }
        server.waiting.push_back(Message::Request(Request::new("x".to_owned().into(), "shutdown".to_owned(), json!(null))));
        server.waiting.push_back(Message::Notification(Notification::new("exit".to_owned(), json!(null))));
        assert!(server.run());
        drop(server);
        drop(connection);
        let answers = editor.receiver.iter().filter_map(|message| match message {
            Message::Response(Response { id, response_result }) => Some((id.to_string(), response_result.err().map(|error| error.code))),
            Message::Request(_) | Message::Notification(_) => None,
        });
        let answers: Vec<_> = answers.collect();
        let expected = [("1", None), ("2", Some(-32800)), ("3", None), ("\"x\"", None)];
        let expected: Vec<_> = expected.into_iter().map(|(id, code)| (id.to_owned(), code)).collect();
        assert_eq!(answers, expected);
    }

    fn change(range: Option<((u32, u32), (u32, u32))>, text: &str) -> TextDocumentContentChangeEvent {
        let position = |(line, character)| Position { line, character };
        let range = range.map(|(start, end)| Range { start: position(start), end: position(end) });
        TextDocumentContentChangeEvent { range, range_length: None, text: text.to_owned() }
    }

    #[test]
    fn documents_change_in_parts() {
        let mut text = "a: 😀b\nc: d\n".to_owned();
        apply(&mut text, change(Some(((0, 5), (0, 6))), "é"));
        assert_eq!(text, "a: 😀é\nc: d\n");
        apply(&mut text, change(Some(((0, 6), (1, 0))), " "));
        assert_eq!(text, "a: 😀é c: d\n");
        apply(&mut text, change(Some(((9, 9), (2, 1))), "e"));
        assert_eq!(text, "a: 😀é c: d\ne");
        apply(&mut text, change(None, "new"));
        assert_eq!(text, "new");
    }
}
