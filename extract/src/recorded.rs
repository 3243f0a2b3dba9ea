//! An extract inferred from recorded answers, where a provider publishes no description: true of what was seen, and of nothing else.

use std::collections::BTreeMap;

use connc_compiler::shape::call_fits;
use connc_compiler::spec::Connector;
use connc_plan::{Cassette, RecordedBody};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::document::Kind;
use crate::paths;
use crate::touched::{Touched, Wanted};
use crate::{Extract, Origin};

/// What the connector's recorded calls show of the operations that they call.
#[must_use]
pub fn from_cassettes(spec: &Connector, touched: &Touched, cassettes: &[Cassette]) -> Extract {
    let mut seen: BTreeMap<String, Called<'_>> = BTreeMap::new();
    for exchange in cassettes.iter().flat_map(|cassette| &cassette.exchanges) {
        let url = &exchange.request.url;
        let own = paths::segments(&paths::path_of(url));
        let fitting = touched.operations.iter().filter(|wanted| wanted.method == exchange.request.method);
        let sent = parameters(url);
        let fitting = fitting.filter_map(|wanted| {
            let path = wanted.paths.iter().filter_map(|path| paths::fit(&own, path)).max()?;
            let shown = shown(wanted, touched);
            // The path was held above; here the text that its query has in common decides.
            let query = call_fits(&wanted.shown, &sent, &shown)?;
            Some(((path, query), wanted, shown))
        });
        let fitting: Vec<_> = fitting.collect();
        let Some(best) = fitting.iter().map(|(score, ..)| *score).max() else { continue };
        for (_, wanted, shown) in fitting.into_iter().filter(|(score, ..)| *score == best) {
            let Called { operations, answers, query, sent: bodies } = seen.entry(format!("{} {shown}", wanted.method.name())).or_default();
            if !operations.iter().any(|known| known.name == wanted.name) {
                operations.push(wanted);
            }
            query.extend(sent.iter().map(|(name, _)| name.clone()));
            match &exchange.request.body {
                RecordedBody::Json(body) => bodies.get_or_insert_default().add(body),
                RecordedBody::Form(fields) => {
                    let fields = fields.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
                    bodies.get_or_insert_default().add(&Value::Object(fields.collect()));
                }
                RecordedBody::None | RecordedBody::Text(_) => {}
            }
            let answer = answers.entry(exchange.response.status.to_string()).or_default();
            if let Ok(body) = serde_json::from_str::<Value>(&exchange.response.body) {
                answer.get_or_insert_default().add(&body);
            }
        }
    }
    let mut found = Vec::new();
    let mut operations = Map::new();
    for (key, Called { operations: wanted, answers, mut query, sent }) in seen {
        found.extend(wanted.iter().map(|wanted| wanted.name.clone()));
        let mut parameters = Map::new();
        for name in key.split('?').next().unwrap_or_default().split('{').skip(1).filter_map(|part| part.split('}').next()) {
            parameters.insert(name.to_owned(), json!({"in": "path", "required": true, "type": "string"}));
        }
        let body = sent.map(|seen| open(&seen.schema()));
        let sent = wanted.iter().flat_map(|wanted| &wanted.sends);
        query.sort();
        query.dedup();
        // What the connector sends is taken to be right, for want of anything that says otherwise.
        for (name, place) in sent.map(|sent| (sent.name.clone(), sent.place)).chain(query.into_iter().map(|name| (name, "query"))) {
            parameters.entry(name).or_insert_with(|| json!({"in": place}));
        }
        let answers: Map<String, Value> =
            answers.into_iter().map(|(status, seen)| (status, seen.map_or_else(|| json!("none"), |seen| seen.schema()))).collect();
        let mut operation = Map::new();
        if !parameters.is_empty() {
            operation.insert("parameters".to_owned(), Value::Object(parameters));
        }
        if let Some(schema) = body {
            let form = wanted.iter().any(|wanted| wanted.form);
            operation.insert("body".to_owned(), if form { json!({"form": true, "schema": schema}) } else { json!({"schema": schema}) });
        }
        operation.insert("answers".to_owned(), Value::Object(answers));
        operations.insert(key, Value::Object(operation));
    }
    found.sort();
    found.dedup();
    let base = spec.base_url.pieces.iter().map(|piece| match piece {
        connc_compiler::lang::Piece::Literal(text) => text.clone(),
        connc_compiler::lang::Piece::Reference(_) | connc_compiler::lang::Piece::Base64(_) => paths::HOLE.to_string(),
    });
    let base = paths::path_of(&base.collect::<String>());
    Extract {
        source: Origin {
            title: format!("{}, recorded answers", spec.title),
            kind: Kind::Cassettes,
            file: None,
            version: None,
            sha256: None,
        },
        base: if base.contains(paths::HOLE) { String::new() } else { base },
        operations,
        types: Map::new(),
        sdl: None,
        found,
        notes: Vec::new(),
        standard: false,
    }
}

/// The operation's path, and what tells it from others of the connector's on the same path: `/query?q=SELECT {} FROM User{}`.
fn shown(wanted: &Wanted, touched: &Touched) -> String {
    let same = |other: &&Wanted| other.method == wanted.method && other.shown == wanted.shown && other.query != wanted.query;
    let others: Vec<&Wanted> = touched.operations.iter().filter(same).collect();
    let tells = |(name, open): &&(String, String)| {
        open.split("{}").any(|text| !text.trim().is_empty())
            && others.iter().any(|other| !other.query.iter().any(|(other, text)| other == name && text == open))
            // What would end the value or the whole key cannot stand in it.
            && !open.contains(['&', '#'])
    };
    let telling: Vec<String> = wanted.query.iter().filter(tells).map(|(name, open)| format!("{name}={open}")).collect();
    if telling.is_empty() { wanted.shown.clone() } else { format!("{}?{}", wanted.shown, telling.join("&")) }
}

/// The query parameters of a URL, unescaped.
fn parameters(url: &str) -> Vec<(String, String)> {
    let pairs = url.split_once('?').into_iter().flat_map(|(_, query)| query.split('&'));
    let unescaped = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(name, value)| (unescaped(name), unescaped(value))).collect()
}

/// What was sent is taken to be right; that it always has to be sent, or may not be null, nobody knows.
fn open(schema: &Value) -> Value {
    let Value::Object(members) = schema else { return schema.clone() };
    let member = |(name, value): (&String, &Value)| match (name.as_str(), value) {
        ("required", Value::Array(_)) => None,
        ("type", Value::String(word)) => Some((name.clone(), json!([word, "null"]))),
        _ => Some((name.clone(), open(value))),
    };
    Value::Object(members.iter().filter_map(member).collect())
}

/// What was seen of an operation.
#[derive(Default)]
struct Called<'t> {
    operations: Vec<&'t Wanted>,
    /// By status; none where no answer had a body.
    answers: BTreeMap<String, Option<Seen>>,
    /// The names of query parameters.
    query: Vec<String>,
    /// The bodies that were sent.
    sent: Option<Seen>,
}

/// What was seen at one place of the answers.
#[derive(Debug, Default)]
struct Seen {
    null: bool,
    boolean: bool,
    integer: bool,
    fraction: bool,
    texts: usize,
    times: usize,
    items: Option<Box<Seen>>,
    objects: usize,
    members: Vec<(String, usize, Seen)>,
}

impl Seen {
    fn add(&mut self, value: &Value) {
        match value {
            Value::Null => self.null = true,
            Value::Bool(_) => self.boolean = true,
            Value::Number(number) => {
                self.fraction |= number.is_f64();
                self.integer |= !number.is_f64();
            }
            Value::String(text) => {
                self.texts += 1;
                self.times += usize::from(text.parse::<jiff::Timestamp>().is_ok());
            }
            Value::Array(items) => {
                let seen = self.items.get_or_insert_default();
                for item in items {
                    seen.add(item);
                }
            }
            Value::Object(object) => {
                self.objects += 1;
                for (name, value) in object {
                    match self.members.iter_mut().find(|(known, ..)| known == name) {
                        Some((_, times, seen)) => {
                            *times += 1;
                            seen.add(value);
                        }
                        None => {
                            let mut seen = Self::default();
                            seen.add(value);
                            self.members.push((name.clone(), 1, seen));
                        }
                    }
                }
            }
        }
    }

    fn schema(&self) -> Value {
        let mut words: Vec<&str> = Vec::new();
        let mut out = Map::new();
        let kinds = [
            (self.texts > 0, "string"),
            (self.fraction, "number"),
            (self.integer && !self.fraction, "integer"),
            (self.boolean, "boolean"),
            (self.objects > 0, "object"),
            (self.items.is_some(), "array"),
        ];
        words.extend(kinds.iter().filter(|(there, _)| *there).map(|(_, word)| *word));
        // Of something that was only ever null, nothing else is known.
        if words.is_empty() {
            return json!({});
        }
        if self.null {
            words.push("null");
        }
        out.insert("type".to_owned(), if let [one] = words.as_slice() { json!(one) } else { json!(words) });
        if self.texts > 0 && self.times == self.texts {
            out.insert("format".to_owned(), json!("date-time"));
        }
        if let Some(items) = self.items.as_ref().map(|items| items.schema()).filter(|items| *items != json!({})) {
            out.insert("items".to_owned(), items);
        }
        if self.objects > 0 {
            let always: Vec<&String> = self.members.iter().filter(|(_, times, _)| *times == self.objects).map(|(name, ..)| name).collect();
            if !always.is_empty() {
                out.insert("required".to_owned(), json!(always));
            }
            let members: Map<String, Value> = self.members.iter().map(|(name, _, seen)| (name.clone(), seen.schema())).collect();
            if !members.is_empty() {
                out.insert("properties".to_owned(), Value::Object(members));
            }
            // Others may hold more.
            out.insert("additionalProperties".to_owned(), json!(true));
        }
        Value::Object(out)
    }
}
