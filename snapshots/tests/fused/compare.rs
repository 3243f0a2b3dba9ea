//! One record, or a page of them, both ways.

use connc_expr::ir::{Kind, Node};
use connc_plan::{FieldValue, ResourceMap, Verb};
use connc_runtime::{Call, Connector, Error, Page, Policy};
use serde_json::{Map, Value};

use crate::chance::Chance;
use crate::mutate::{Made, Words};

/// Attempts at a smaller record that shows the same.
const ATTEMPTS: usize = 3_000;

/// A connector, and the same with every field made by the engine.
pub(crate) struct Pair {
    pub(crate) connector: Connector,
    pub(crate) interpreted: Connector,
    pub(crate) variables: Map<String, Value>,
}

/// One of its maps.
pub(crate) struct Case<'a> {
    pub(crate) pair: &'a Pair,
    pub(crate) map: &'a ResourceMap,
}

/// How records are treated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Treatment {
    policy: Policy,
    raw: bool,
    trace: bool,
    /// Whether the map has its variables.
    bound: bool,
}

impl Treatment {
    pub(crate) fn any(chance: &mut Chance) -> Self {
        Self {
            policy: *chance.pick(&[Policy::Fail, Policy::Skip, Policy::Keep]),
            raw: chance.one_in(2),
            trace: chance.one_in(8),
            bound: !chance.one_in(10),
        }
    }
}

impl Case<'_> {
    /// What the engine makes of a record.
    pub(crate) fn record(&self, text: &str) -> Option<Map<String, Value>> {
        let treatment = Treatment { policy: Policy::Keep, raw: false, trace: false, bound: true };
        let page = self.mapped(&self.pair.interpreted, &[text], treatment).ok()?;
        serde_json::from_str(&page.records.first()?.text).ok()
    }

    fn mapped(&self, by: &Connector, texts: &[&str], treatment: Treatment) -> Result<Page, Error> {
        let call = Call::unified(&self.map.model, &self.map.resource, Verb::List);
        let call = call.on_bad_record(treatment.policy).raw(treatment.raw).trace(treatment.trace);
        if treatment.bound { by.map_records(&call, texts, &self.pair.variables) } else { by.map_records(&call, texts, &Map::new()) }
    }

    /// What is not the same.
    pub(crate) fn disagreement(&self, texts: &[&str], treatment: Treatment) -> Option<String> {
        let engine = self.mapped(&self.pair.interpreted, texts, treatment);
        let fused = self.mapped(&self.pair.connector, texts, treatment);
        // How long something takes is not the same twice.
        if engine == fused || [&engine, &fused].iter().any(|result| format!("{result:?}").contains("took longer than")) {
            return None;
        }
        let ResourceMap { model, resource, .. } = self.map;
        let name = format!("{} {model} {resource}, {treatment:?}", self.pair.connector.plan().connector);
        let expressions = self.expressions(&engine, &fused);
        let raw: String = texts.join("\n").chars().take(4_000).collect();
        Some(format!("{name}\n  record: {raw}\n{expressions}  engine: {}\n  fused:  {}", told(&engine), told(&fused)))
    }

    /// The same of the smallest record that is found.
    pub(crate) fn least(&self, fault: String, made: &Made, treatment: Treatment) -> String {
        let Some(mut tree) = made.tree.clone() else { return fault };
        let Some(mut least) = self.disagreement(&[&tree.text()], treatment) else { return fault };
        let mut left = ATTEMPTS;
        'again: loop {
            for smaller in tree.smaller() {
                left = left.saturating_sub(1);
                if left == 0 {
                    return least;
                }
                if let Some(found) = self.disagreement(&[&smaller.text()], treatment) {
                    (tree, least) = (smaller, found);
                    continue 'again;
                }
            }
            return least;
        }
    }

    /// The fields that differ, as they are written.
    fn expressions(&self, engine: &Result<Page, Error>, fused: &Result<Page, Error>) -> String {
        let values = |page: &Result<Page, Error>| -> Map<String, Value> {
            let first = page.as_ref().ok().and_then(|page| page.records.first());
            first.and_then(|record| serde_json::from_str(&record.text).ok()).unwrap_or_default()
        };
        let (engine, fused) = (values(engine), values(fused));
        let differs = |name: &str| {
            let name = name.split('.').next().unwrap_or(name);
            engine.get(name).map(Value::to_string) != fused.get(name).map(Value::to_string)
        };
        let named = self.map.fields.iter().filter(|field| differs(&field.name));
        named.map(|field| format!("  {}: {}\n", field.name, source(&field.value).unwrap_or("a constant"))).collect()
    }
}

fn told(result: &Result<Page, Error>) -> String {
    match result {
        Ok(page) => {
            let records: Vec<&str> = page.records.iter().map(|record| record.text.as_str()).collect();
            let Page { warnings, traces, counters, skipped, .. } = page;
            format!("{}; skipped {skipped}, absent {:?}, {warnings:?}, {traces:?}", records.join("\n"), counters.absent)
        }
        Err(error) => format!("{error:?}"),
    }
}

fn source(value: &FieldValue) -> Option<&str> {
    match value {
        FieldValue::Const(_) => None,
        FieldValue::Expression(expression) => Some(&expression.source),
        FieldValue::Enum(translation) => Some(&translation.from.source),
    }
}

impl Words {
    /// The words of a map.
    pub(crate) fn of(map: &ResourceMap) -> Self {
        let mut words = Self::default();
        for field in &map.fields {
            if let FieldValue::Enum(translation) = &field.value {
                words.texts.extend(translation.values.iter().map(|(from, _)| from.clone()));
            }
            if let Some(tree) = source(&field.value).and_then(|source| connc_expr::parse(source).ok()) {
                tree.walk(&mut |node| words.add(node));
            }
        }
        for list in [&mut words.names, &mut words.texts] {
            list.sort();
            list.dedup();
        }
        words
    }

    fn add(&mut self, node: &Node) {
        match &node.kind {
            Kind::Field(name) => self.names.push(name.clone()),
            Kind::String(text) => self.texts.push(text.clone()),
            _ => {}
        }
    }
}
