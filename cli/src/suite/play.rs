//! Replays a recorded call, and writes down what was sent and what came of it.

use std::fmt::Write as _;
use std::sync::Arc;

use connc_plan::{Action, Cassette, CassetteCall, CassetteFile, Plan, RecordedResponse, Shape, Verb};
use connc_runtime::replay::{self, Replay, Sent};
use connc_runtime::{
    Account, Choice, Connected, Connector, Download, Error, ErrorKind, Page, RateLimit, Record, ReplayClock, ReplayRandom, Runtime, Warning,
};
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::value::RawValue;

use std::collections::BTreeSet;

use super::Outcome;
use super::scenario::{self, Course, Scenario};
use super::signature;
use crate::output::{failure, json};

/// Headers that every request has, and that say nothing about the connector.
const EVERYWHERE: [&str; 4] = ["accept", "accept-encoding", "user-agent", "content-type"];

/// Plays the call strictly; a replay with a problem has gone through nothing.
pub(super) fn play(connector: &Connector, cassette: &Cassette) -> (Outcome, BTreeSet<Scenario>) {
    let together = puts_together(connector.plan(), cassette);
    let mut script =
        Script { cassette, together, shown: 0, records: 0, failed: None, course: Course::default(), outcome: Outcome::default() };
    script.head();
    let account = replay::account(connector.plan(), cassette);
    let transport = Arc::new(Replay::new(cassette, replay::secrets(&account)));
    match runtime(cassette, &transport) {
        Ok(runtime) => {
            // A replay never waits, so that its future is done when it is first asked.
            match tokio::runtime::Builder::new_current_thread().build() {
                Ok(tasks) => tasks.block_on(script.run(&runtime, connector, &account, &transport)),
                Err(error) => script.outcome.problems.push(error.to_string()),
            }
        }
        Err(error) => script.error(&error),
    }
    for origin in transport.unused() {
        // The failure that came before them says why.
        script.outcome.problems.extend(script.failed.take());
        script.outcome.problems.push(format!("the exchange at line {} of the cassette is never asked for", origin.line));
    }
    script.ended();
    script.leaks(&account);
    script.held(connector.plan());
    script.named();
    let met = if script.outcome.problems.is_empty() {
        scenario::met(cassette, &account.auth, &transport.sent(), &script.course)
    } else {
        BTreeSet::new()
    };
    (script.outcome, met)
}

fn runtime(cassette: &Cassette, transport: &Arc<Replay>) -> Result<Runtime, Error> {
    let clock = ReplayClock::new(&cassette.clock)?;
    let builder = Runtime::builder().transport(Arc::clone(transport) as Arc<_>).clock(Arc::new(clock));
    builder.random(Arc::new(ReplayRandom::new(cassette.seed))).cursor_key([0; 32]).build()
}

/// Whether records are made from a body rather than cut from it.
fn made(response: &RecordedResponse) -> bool {
    response.base64 || !response.body.trim_start().starts_with(['{', '['])
}

/// Whether the steps of what is called end with a record that they put together.
fn puts_together(plan: &Plan, cassette: &Cassette) -> bool {
    let CassetteCall { resource, verb, .. } = &cassette.call;
    let own = plan.operations.get(&format!("{resource}.{verb}")).map(|operation| &operation.steps);
    let mut steps = match &cassette.model {
        Some(model) => plan
            .model(model)
            .and_then(|model| plan.map(&model.name, resource))
            .and_then(|map| map.verbs.get(&Verb::parse(verb)?))
            .map(|verb| &verb.steps),
        None => own,
    };
    for _ in 0..=plan.operations.len() {
        let Some(last) = steps.and_then(|steps| steps.last()) else { return false };
        if matches!(last.action, Action::Give(_)) {
            return true;
        }
        steps = last.action.call().and_then(|call| plan.operations.get(&call.operation)).map(|operation| &operation.steps);
    }
    false
}

/// The text so far.
struct Script<'a> {
    cassette: &'a Cassette,
    /// Whether its record is put together of several answers.
    together: bool,
    /// Requests that are written down.
    shown: usize,
    records: usize,
    /// The last error.
    failed: Option<String>,
    course: Course,
    outcome: Outcome,
}

impl Script<'_> {
    async fn run(&mut self, runtime: &Runtime, connector: &Connector, account: &Account, transport: &Replay) {
        self.called(runtime, connector, account, transport).await;
        if self.cassette.disconnect && self.course.error.is_none() {
            let done = runtime.disconnect(connector, account).await;
            self.requests(transport);
            match done {
                Ok(_) => self.line("disconnected"),
                Err(error) => self.error(&error),
            }
        }
    }

    async fn called(&mut self, runtime: &Runtime, connector: &Connector, account: &Account, transport: &Replay) {
        if !self.connected(runtime, connector, account, transport).await {
            return;
        }
        let call = || replay::call(self.cassette).raw(true);
        let native = format!("{}.{}", self.cassette.call.resource, self.cassette.call.verb);
        let operation = connector.plan().operations.get(&native).filter(|_| self.cassette.model.is_none());
        if operation.is_some_and(connc_plan::Operation::gives_file) {
            let done = runtime.download(connector, account, call()).await;
            self.requests(transport);
            return match done {
                Ok(file) => self.file(file).await,
                Err(error) => self.error(&error),
            };
        }
        match runtime.list(connector, account, call()) {
            Ok(mut pages) => {
                let mut number = 0;
                self.course.pages = Some(Vec::new());
                while let Some(page) = pages.next().await {
                    self.requests(transport);
                    number += 1;
                    match page {
                        Ok(page) => self.page(number, &page),
                        Err(error) => self.error(&error),
                    }
                }
            }
            Err(error) if self.lists(connector.plan()) => {
                self.requests(transport);
                self.error(&error);
            }
            Err(_) => {
                // What is no list is a call; where it is neither, the call says why.
                let done = runtime.call(connector, account, call()).await;
                self.requests(transport);
                match done {
                    Ok(answer) => {
                        self.line(&format!("answer {}{}", answer.status, rate(answer.rate_limit.as_ref())));
                        self.warnings(&answer.warnings);
                        match &answer.record {
                            Some(record) => self.record(record),
                            None => self.line("no record"),
                        }
                    }
                    Err(error) => self.error(&error),
                }
            }
        }
    }

    /// Connects the account where the recording begins with that; says whether the call can follow.
    async fn connected(&mut self, runtime: &Runtime, connector: &Connector, account: &Account, transport: &Replay) -> bool {
        let mut url = None;
        let done = replay::connect(runtime, connector, account, self.cassette, |opened| url = Some(opened.to_owned())).await;
        if let Some(url) = url {
            self.line(&format!("\na person opens {url}"));
        }
        let done = match done {
            Ok(None) => return true,
            done => done,
        };
        self.requests(transport);
        match done {
            Ok(Some(connected)) => {
                let Connected { choices, kept, .. } = connected;
                let kept: Vec<String> = kept.iter().map(|(name, value)| format!("; {name} {value}")).collect();
                self.line(&format!("connected{}", kept.concat()));
                for Choice { name, options, .. } in choices {
                    let options: Vec<String> = options.iter().map(|option| format!("{} ({})", option.id, option.label)).collect();
                    self.line(&format!("  {name} is one of {}", options.join(", ")));
                }
                for (name, id) in self.cassette.connect.iter().flat_map(|connect| &connect.choose) {
                    self.line(&format!("  chosen: {name} {id}"));
                }
                true
            }
            Ok(None) => true,
            Err(error) => {
                self.error(&error);
                false
            }
        }
    }

    /// A downloaded file: what it is, and its text where it is one.
    async fn file(&mut self, file: Download) {
        let Download { status, content_type, mut stream, .. } = file;
        let mut bytes = Vec::new();
        while let Some(chunk) = stream.next().await {
            match chunk {
                Ok(chunk) => bytes.extend_from_slice(&chunk),
                Err(error) => return self.error(&error),
            }
        }
        self.line(&format!("file {status}, {}, {} bytes", content_type.as_deref().unwrap_or("no media type"), bytes.len()));
        if let Ok(text) = std::str::from_utf8(&bytes) {
            text.lines().for_each(|line| self.line(&format!("  {line}")));
        }
    }

    /// Whether what is called is a list.
    fn lists(&self, plan: &Plan) -> bool {
        let CassetteCall { resource, verb, .. } = &self.cassette.call;
        match &self.cassette.model {
            Some(_) => Verb::parse(verb) == Some(Verb::List),
            None => plan.operations.get(&format!("{resource}.{verb}")).is_some_and(|operation| operation.shape == Shape::List),
        }
    }

    fn head(&mut self) {
        let Cassette { auth, model, call, parameters, tokens, .. } = self.cassette;
        let CassetteCall { resource, verb, id, parent, input, files, filters, limit } = call;
        let model = model.as_deref().map_or_else(|| "the provider's own shape".to_owned(), |model| format!("model {model}"));
        self.line(&format!("call {resource}.{verb}, {model}, auth {auth}"));
        let given = [("parent", parent.clone()), ("id", id.clone()), ("limit", limit.map(|limit| limit.to_string()))];
        for (name, value) in given {
            if let Some(value) = value {
                self.line(&format!("  {name} {value}"));
            }
        }
        for CassetteFile { input, name, content_type, text } in files {
            let kind = content_type.as_deref().unwrap_or("no media type");
            self.line(&format!("  file {input} = {name}, {kind}, {} bytes", text.len()));
        }
        for (name, value) in filters {
            self.line(&format!("  where {name} = {value}"));
        }
        for (name, value) in parameters {
            self.line(&format!("  parameter {name} = {value}"));
        }
        if let Some(tokens) = tokens {
            self.line(&format!("  tokens {}", if tokens.is_empty() { "none".to_owned() } else { tokens.join(", ") }));
        }
        if input.as_object().is_some_and(|members| !members.is_empty()) {
            self.line(&format!("  input {}", json::indented(&input.to_string()).replace('\n', "\n  ")));
        }
    }

    /// The requests since the last time.
    fn requests(&mut self, transport: &Replay) {
        for Sent { method, url, headers, body, .. } in transport.sent().into_iter().skip(self.shown) {
            self.shown += 1;
            self.line(&format!("\n{method} {}", signature::steady(&url)));
            for (name, value) in headers.iter().filter(|(name, _)| !EVERYWHERE.contains(&name.as_str())) {
                self.line(&format!("{name}: {}", signature::steady(value)));
            }
            if let Some(body) = body {
                let body = signature::steady(&body);
                let form = !body.starts_with(['{', '[', '"']);
                self.line(&if form { body.replace('&', "\n&") } else { readable(&json::indented(&body)) });
            }
        }
        self.line("");
    }

    fn page(&mut self, number: usize, page: &Page) {
        let Page { records, rate_limit, warnings, next_cursor, .. } = page;
        self.course.pages.iter_mut().for_each(|pages| pages.push(records.len()));
        let more = if next_cursor.is_some() { ", more to come" } else { "" };
        let count = crate::error::counted(records.len(), "record");
        self.line(&format!("page {number}: {count}{more}{}", rate(rate_limit.as_ref())));
        self.warnings(warnings);
        records.iter().for_each(|record| self.record(record));
    }

    fn warnings(&mut self, warnings: &[Warning]) {
        for warning in warnings {
            self.line(&format!("warning: {warning}"));
        }
    }

    /// A record without the provider's own, which must be a piece of an answer as it came.
    fn record(&mut self, record: &Record) {
        self.records += 1;
        let unified = self.cassette.model.is_some();
        let (text, raw) = if unified { split(&record.text) } else { (record.text.clone(), Some(record.text.as_str())) };
        let answers: Vec<&str> = self.cassette.exchanges.iter().map(|exchange| exchange.response.body.as_str()).collect();
        match raw {
            None => self.outcome.problems.push(format!("record {} carries no `raw`", self.records)),
            Some(raw) if answers.iter().any(|answer| answer.contains(raw)) => {}
            // What the connector put together was never sent as a whole.
            Some(_) if self.together => {}
            // Rows, texts and files that are packed are no JSON that a piece could be cut from.
            Some(_) if self.cassette.exchanges.iter().any(|exchange| made(&exchange.response)) => {}
            Some(_) => self.outcome.problems.push(format!("`raw` of record {} is not what the provider sent", self.records)),
        }
        self.line(&json::indented(&text));
    }

    fn error(&mut self, error: &Error) {
        let mut error = error.clone();
        // A cursor is sealed with the plan's hash: it would change with every change of the spec.
        error.cursor = error.cursor.take().map(|_| "…".to_owned());
        let text = anstream::adapter::strip_str(&failure::text(&error, &str::to_owned)).to_string();
        self.line(text.trim_end());
        self.failed = Some(text.trim_end().to_owned());
        self.course.error = Some(error.clone());
        // A replay loses no connection: the only thing that its transport refuses is a request that was not recorded.
        if error.kind == ErrorKind::Transport {
            self.outcome.problems.extend(self.failed.take());
        }
    }

    /// The call ends as the recording says: a failure that nobody expects is a problem, and so is one that does not come.
    fn ended(&mut self) {
        let problem = match (self.cassette.fails, self.course.error.as_ref().map(|error| error.kind)) {
            // The request that did not fit is a problem already.
            (_, Some(ErrorKind::Transport)) => return,
            (expected, kind) if expected == kind => return,
            (None, Some(kind)) => {
                format!("the call fails with `{0}`; say `fails: {0}` in the cassette if that is what it is for", kind.name())
            }
            (Some(expected), None) => format!("the call should fail with `{}`, and does not", expected.name()),
            (Some(expected), Some(kind)) => format!("the call should fail with `{}`, and fails with `{}`", expected.name(), kind.name()),
            (None, None) => return,
        };
        self.outcome.problems.push(problem);
    }

    /// A secret in the text, however it came there, must never be committed.
    fn leaks(&mut self, account: &Account) {
        for (name, secret) in account.secrets.iter().chain(&account.app_secrets) {
            if self.outcome.text.contains(secret.expose().as_str()) {
                self.outcome.problems.push(format!("the secret `{name}` shows in the requests or records"));
            }
        }
    }

    /// Tokens that the account is said to hold are some that its auth method has.
    fn held(&mut self, plan: &Plan) {
        let Some(method) = plan.auth_method(&self.cassette.auth) else { return };
        let exchange = method.authorize.as_ref().map(|authorize| &authorize.exchange);
        let steps = exchange.into_iter().chain(&method.acquire).chain(&method.refresh).flat_map(|acquire| &acquire.steps);
        let known: BTreeSet<&str> =
            steps.flat_map(|step| &step.keep).filter(|keep| keep.shown.is_none()).map(|keep| keep.name.as_str()).collect();
        for name in self.cassette.tokens.iter().flatten().filter(|name| !known.contains(name.as_str())) {
            let problem = format!("auth method `{}` has no token `{name}`", method.name);
            let help = crate::error::suggestion(name, "tokens", known.iter().copied());
            self.outcome.problems.push(format!("{problem}; {help}"));
        }
    }

    /// The file's name says what is called, so that `connc run --replay` finds it.
    fn named(&mut self) {
        let Cassette { name, call, .. } = self.cassette;
        let wanted = format!("{}.{}", call.resource, call.verb);
        if *name != wanted && !name.starts_with(&format!("{wanted}.")) {
            self.outcome.problems.push(format!("the cassette calls `{wanted}`; rename it to `{wanted}.yaml` or `{wanted}.CASE.yaml`"));
        }
    }

    fn line(&mut self, text: &str) {
        // A string can always be written to.
        let _ = writeln!(self.outcome.text, "{text}");
    }
}

/// JSON in which a text of several lines, such as a GraphQL document, stands as lines, so that a change of one is a change of one.
fn readable(json: &str) -> String {
    let lines = json.lines().map(|line| {
        let indent: String = line.chars().take_while(|c| *c == ' ').collect();
        let document = line.split_once("\": ").and_then(|(name, value)| {
            let text: String = serde_json::from_str(value.trim_end_matches(',')).ok()?;
            let lines: Vec<String> = text.trim_end().lines().map(|line| format!("\n{indent}  {line}")).collect();
            (lines.len() > 1).then(|| format!("{name}\": |{}", lines.concat()))
        });
        document.unwrap_or_else(|| line.to_owned())
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The record without its last member `raw`, and that member's text.
fn split(record: &str) -> (String, Option<&str>) {
    #[derive(Deserialize)]
    struct Carrier<'a> {
        #[serde(borrow)]
        raw: Option<&'a RawValue>,
    }
    let raw = serde_json::from_str::<Carrier<'_>>(record).ok().and_then(|carrier| carrier.raw).map(RawValue::get);
    let without = raw.and_then(|raw| {
        let rest = record.trim_end().strip_suffix('}')?.trim_end().strip_suffix(raw)?;
        let rest = rest.trim_end().strip_suffix(':')?.trim_end().strip_suffix("\"raw\"")?.trim_end();
        Some(format!("{}}}", rest.strip_suffix(',').unwrap_or(rest)))
    });
    (without.unwrap_or_else(|| record.to_owned()), raw)
}

fn rate(limit: Option<&RateLimit>) -> String {
    let Some(RateLimit { limit, remaining, reset, retry_after }) = limit else { return String::new() };
    let parts = [("limit", limit), ("remaining", remaining), ("reset", reset), ("retry after", retry_after)];
    let parts: Vec<String> = parts.into_iter().filter_map(|(name, value)| Some(format!("{name} {}", (*value)?))).collect();
    if parts.is_empty() { String::new() } else { format!("; rate limit: {}", parts.join(", ")) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn documents_stand_as_lines() {
        let json = "{\n  \"query\": \"query A {\\n  b\\n}\\n\",\n  \"c\": \"d\"\n}";
        assert_eq!(super::readable(json), "{\n  \"query\": |\n    query A {\n      b\n    }\n  \"c\": \"d\"\n}");
    }

    #[test]
    fn raw_is_the_last_member() {
        let (text, raw) = super::split(r#"{"id":"1","raw":{"id":1,"n":12345678901234567890123}}"#);
        assert_eq!((text.as_str(), raw), (r#"{"id":"1"}"#, Some(r#"{"id":1,"n":12345678901234567890123}"#)));
        assert_eq!(super::split(r#"{"id":"1"}"#), (r#"{"id":"1"}"#.to_owned(), None));
    }
}
