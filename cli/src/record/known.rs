//! What a recording may keep as it is: words and names that stand in the spec or in the provider's description, and so tell nothing of anybody.

use std::collections::BTreeSet;

use connc_compiler::shape::{Shape, Shapes};
use connc_expr::ir::Kind;
use connc_plan::{Plan, RateNumber, RateSource, RateUnit};
use serde_json::Value;

use super::vocabulary::{CODES, ENDINGS, MARKUP, NODES};
use crate::project::Loaded;

/// What is known of a connector.
#[derive(Debug, Default)]
pub(crate) struct Known {
    words: BTreeSet<String>,
    names: BTreeSet<String>,
    segments: BTreeSet<String>,
    /// Hosts that the spec spells out.
    hosts: BTreeSet<String>,
    /// Domains that hosts are confined to.
    domains: BTreeSet<String>,
    /// Members whose numbers count pages, records or seconds.
    counts: BTreeSet<String>,
    /// Members that say when a token ends, by the provider's clock.
    ends: BTreeSet<String>,
    /// Members that hold an error's code.
    codes: BTreeSet<String>,
    /// Response headers that the spec reads.
    headers: BTreeSet<String>,
    /// Cookies that the spec keeps.
    cookies: BTreeSet<String>,
    /// Headers of rate limits, with what they hold.
    limits: Vec<(String, RateUnit)>,
}

impl Known {
    pub(crate) fn of(loaded: &Loaded, plan: &Plan) -> Self {
        let mut known = Self::default();
        known.words.extend(["true", "false"].map(str::to_owned));
        let value = serde_json::to_value(plan).unwrap_or_default();
        known.plan(&value, None);
        let schemas = plan.models.iter().flat_map(|model| model.resources.values());
        schemas.for_each(|schema| known.schema(schema));
        known.described(loaded);
        for window in &plan.rate_limit {
            let numbers = [&window.limit, &window.remaining, &window.used, &window.reset, &window.restore, &window.cost];
            for RateNumber { from, unit } in numbers.into_iter().flatten() {
                match from {
                    RateSource::Header { name, capture: _ } => known.limits.push((name.to_lowercase(), *unit)),
                    RateSource::Body(expression) => known.counts.extend(fields(&expression.source)),
                    RateSource::Fixed(_) => {}
                }
            }
        }
        let acquire = plan.auth.iter().flat_map(|method| method.acquire.iter().chain(&method.refresh));
        for acquire in acquire {
            known.counts.extend(acquire.expires_in.iter().flat_map(|expression| fields(&expression.source)));
            known.ends.extend(acquire.expires_at.iter().flat_map(|expression| fields(&expression.source)));
            known.codes.extend(fields(&acquire.error_code.source));
        }
        for paginate in plan.operations.values().filter_map(|operation| operation.paginate.as_ref()) {
            known.counts.extend(paginate.until.iter().chain(&paginate.total).flat_map(|expression| fields(&expression.source)));
        }
        known.codes.extend(plan.errors.code.iter().flat_map(|expression| fields(&expression.source)));
        known
    }

    /// Whether a whole text is a word of the spec or of the provider's description.
    pub(crate) fn word(&self, name: Option<&str>, text: &str) -> bool {
        let registered = match name {
            Some("type") => NODES.contains(&text),
            // RFC 6750, section 4.
            Some("token_type") => text.eq_ignore_ascii_case("bearer"),
            Some(_) | None => false,
        };
        registered || self.words.contains(text)
    }

    /// Whether a text is an error's code that the spec, the provider's description or a registry has.
    pub(crate) fn error_code(&self, text: &str) -> bool {
        self.words.contains(text) || CODES.contains(&text)
    }

    /// Whether a member's name stands in the spec, in a unified model or in the provider's description.
    pub(crate) fn name(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    pub(crate) fn segment(&self, segment: &str) -> bool {
        self.segments.contains(segment) || ENDINGS.contains(&segment)
    }

    pub(crate) fn host(&self, host: &str) -> bool {
        self.hosts.contains(host)
    }

    /// The domain that a host lies below.
    pub(crate) fn domain(&self, host: &str) -> Option<&str> {
        self.domains.iter().find(|domain| host.strip_suffix(domain.as_str()).is_some_and(|rest| rest.ends_with('.'))).map(String::as_str)
    }

    pub(crate) fn counts(&self, name: &str) -> bool {
        self.counts.contains(name)
    }

    pub(crate) fn ends(&self, name: &str) -> bool {
        self.ends.contains(name)
    }

    pub(crate) fn code(&self, name: &str) -> bool {
        self.codes.contains(name)
    }

    pub(crate) fn header(&self, name: &str) -> bool {
        self.headers.contains(name)
    }

    pub(crate) fn cookie(&self, name: &str) -> bool {
        self.cookies.contains(name)
    }

    /// What a header of rate limits holds: one that the spec names, or one with a usual name.
    pub(crate) fn limit(&self, name: &str) -> Option<Option<RateUnit>> {
        if let Some((_, unit)) = self.limits.iter().find(|(known, _)| known == name) {
            return Some(Some(*unit));
        }
        let usual = ["ratelimit", "x-ratelimit", "x-rate-limit"].iter().any(|start| name.starts_with(start)) || name == "retry-after";
        usual.then_some(None)
    }

    /// Words of markup.
    pub(crate) fn markup(text: &str) -> bool {
        MARKUP.contains(&text)
    }

    /// Goes through the plan as data: what stands there is the author's own text.
    fn plan(&mut self, value: &Value, key: Option<&str>) {
        match value {
            Value::String(text) => {
                self.names.insert(text.clone());
                self.text(text, key);
            }
            Value::Array(items) => items.iter().for_each(|item| match (key, item) {
                // Pairs of a provider's word and the model's.
                (Some("values"), Value::Array(pair)) => pair.iter().for_each(|word| self.plan(word, key)),
                (_, item) => self.plan(item, key),
            }),
            Value::Object(members) => {
                for (name, value) in members {
                    let inherited = matches!(key, Some("const" | "constants"));
                    self.plan(value, if inherited { key } else { Some(name) });
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// What a text of the plan lets be kept, by the key that it stands at.
    fn text(&mut self, text: &str, key: Option<&str>) {
        match key {
            Some("literal") => self.literal(text),
            Some("source") => self.expression(text),
            Some("header") => drop(self.headers.insert(text.to_lowercase())),
            Some("cookie") => drop(self.cookies.insert(text.to_owned())),
            Some("within") => drop(self.domains.insert(text.to_lowercase())),
            Some("const" | "constants" | "values" | "ends_on" | "otherwise") => drop(self.words.insert(text.to_owned())),
            Some(_) | None => {}
        }
    }

    fn literal(&mut self, text: &str) {
        self.words.insert(text.trim().to_owned());
        let path = match text.split_once("://") {
            Some((_, rest)) => {
                let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
                if !host.is_empty() && !host.starts_with('.') {
                    self.hosts.insert(host.to_lowercase());
                }
                path
            }
            None => text,
        };
        self.path(path);
    }

    fn path(&mut self, path: &str) {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let segments = path.split('/').flat_map(|segment| std::iter::once(segment).chain(segment.split('.')));
        self.segments.extend(segments.filter(|segment| !segment.is_empty()).map(str::to_owned));
    }

    fn expression(&mut self, source: &str) {
        let Ok(tree) = connc_expr::parse(source) else { return };
        let reads_headers = source.contains("$headers");
        tree.walk(&mut |node| {
            if let Kind::String(text) = &node.kind {
                self.words.insert(text.clone());
                // Members are looked up by text, too.
                self.names.insert(text.clone());
            }
            if let Kind::Field(name) = &node.kind {
                self.names.insert(name.clone());
                if reads_headers {
                    self.headers.insert(name.to_lowercase());
                }
            }
        });
    }

    /// The words and names of a unified model.
    fn schema(&mut self, schema: &Value) {
        match schema {
            Value::Object(members) => {
                for (name, value) in members {
                    match value {
                        Value::Array(words) if name == "enum" => {
                            self.words.extend(words.iter().filter_map(Value::as_str).map(str::to_owned))
                        }
                        Value::Object(fields) if name == "properties" => {
                            self.names.extend(fields.keys().cloned());
                            self.schema(value);
                        }
                        value => self.schema(value),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.schema(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// The words and names of the provider's description.
    fn described(&mut self, loaded: &Loaded) {
        let description = connc_compiler::shape::read_extracts(&loaded.sources, &mut connc_compiler::diagnostic::Diagnostics::default());
        if let Some(description) = &description {
            for endpoint in &description.endpoints {
                self.path(&endpoint.path.split('/').filter(|segment| !segment.contains('{')).collect::<Vec<_>>().join("/"));
                let shapes =
                    endpoint.answers.iter().filter_map(|(_, shape)| shape.as_ref()).chain(endpoint.body.as_ref().map(|body| &body.shape));
                shapes.for_each(|shape| self.shape(shape, &description.shapes, &mut BTreeSet::new()));
            }
        }
        let (answers, shapes) = connc_compiler::answer_types(&loaded.sources);
        answers.iter().for_each(|(_, shape)| self.shape(shape, &shapes, &mut BTreeSet::new()));
    }

    fn shape(&mut self, shape: &Shape, shapes: &Shapes, seen: &mut BTreeSet<u32>) {
        match shape {
            Shape::Text(text) => self.words.extend(text.values.iter().flat_map(|values| values.iter()).map(ToString::to_string)),
            Shape::List(items) => self.shape(items, shapes, seen),
            Shape::Object(object) => {
                for member in &object.members {
                    self.names.insert(member.name.to_string());
                    self.shape(&member.shape, shapes, seen);
                }
                object.rest.iter().for_each(|rest| self.shape(rest, shapes, seen));
            }
            Shape::Named(id) => {
                if seen.insert(id.0) {
                    self.shape(shapes.resolve(shape), shapes, seen);
                }
            }
            Shape::OneOf(shapes_of) => shapes_of.iter().for_each(|shape| self.shape(shape, shapes, seen)),
            Shape::Unknown | Shape::Null | Shape::Boolean | Shape::Number { .. } | Shape::Bytes | Shape::Function => {}
        }
    }
}

/// The fields that an expression names.
fn fields(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    if let Ok(tree) = connc_expr::parse(source) {
        tree.walk(&mut |node| {
            if let Kind::Field(name) = &node.kind {
                found.push(name.clone());
            }
        });
    }
    found
}
