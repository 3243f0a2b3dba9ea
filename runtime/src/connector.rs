//! A plan made ready to run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use connc_expr::Variables;
use connc_plan::{ErrorKind, FORMAT, Operation, Plan, ResourceMap, Verb};
use serde_json::Value;

use crate::invocation::What;
use crate::lock::locked;
use crate::map::{Mapped, Over, RecordMap, Treatment};
use crate::notes::Notes;
use crate::program::Programs;
use crate::{Call, Error, Limits, Page, Record, hash, suggest};

/// A plan with its expressions compiled as they are used. Clones share everything; replacing a connector is replacing the value.
#[derive(Clone, Debug)]
pub struct Connector(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    plan: Plan,
    /// Made when it is first asked for: a call of one page seals no cursor.
    hash: OnceLock<String>,
    programs: Programs,
    maps: Mutex<HashMap<(String, String), Arc<RecordMap>>>,
    interpreted: bool,
}

/// How a map's fields are made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fusion {
    /// The unified model.
    pub model: String,
    /// The resource.
    pub resource: String,
    /// The fields that are read and written in one pass over the record's text.
    pub fused: Vec<String>,
    /// The fields that the JSONata engine makes.
    pub engine: Vec<String>,
}

impl Connector {
    /// Makes a plan ready.
    ///
    /// # Errors
    ///
    /// Where the plan has another data layout than this runtime reads.
    pub fn load(plan: Plan) -> Result<Self, Error> {
        if plan.format != FORMAT {
            return Err(Error::invalid(format!(
                "the plan of `{}` has format {}, this runtime reads format {FORMAT}",
                plan.connector, plan.format
            ))
            .with_help("compile the connector again"));
        }
        Ok(Self::made(plan, false))
    }

    fn made(plan: Plan, interpreted: bool) -> Self {
        Self(Arc::new(Inner { plan, hash: OnceLock::new(), programs: Programs::default(), maps: Mutex::default(), interpreted }))
    }

    /// The same connector, whose maps the JSONata engine runs in every field, record by record. For comparison: it gives the same, slower.
    #[must_use]
    pub fn interpreted(&self) -> Self {
        Self::made(self.plan().clone(), true)
    }

    /// How the fields of each map are made.
    ///
    /// # Errors
    ///
    /// Where a map cannot be compiled.
    pub fn fusion(&self) -> Result<Vec<Fusion>, Error> {
        let of = |map: &ResourceMap| {
            let (fused, engine) = self.record_map(&map.model, &map.resource)?.fusion();
            Ok(Fusion { model: map.model.clone(), resource: map.resource.clone(), fused, engine })
        };
        self.plan().maps.iter().map(of).collect()
    }

    /// The plan.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.0.plan
    }

    /// The SHA-256 of the plan as JSON with sorted keys, in hexadecimal. Cursors are bound to it.
    #[must_use]
    pub fn hash(&self) -> &str {
        self.0.hash.get_or_init(|| {
            // A plan is plain data, so there is always JSON of it.
            let value = serde_json::to_value(self.plan()).unwrap_or_default();
            hash::hex(&hash::sha256(canonical(value).to_string().as_bytes()))
        })
    }

    pub(crate) fn programs(&self) -> &Programs {
        &self.0.programs
    }

    pub(crate) fn operation(&self, name: &str) -> Result<&Operation, Error> {
        let plan = self.plan();
        plan.operations.get(name).ok_or_else(|| {
            let known: Vec<&str> = plan.operations.keys().map(String::as_str).collect();
            Error::invalid(format!("there is no operation `{name}` in connector `{}`", plan.connector))
                .with_help(suggest::help(name, &known))
        })
    }

    pub(crate) fn resource(&self, model: &str, resource: &str) -> Result<&ResourceMap, Error> {
        let plan = self.plan();
        plan.map(model, resource).ok_or_else(|| {
            let known: Vec<&str> = plan.maps.iter().filter(|map| map.model == model).map(|map| map.resource.as_str()).collect();
            Error::invalid(format!("connector `{}` has no `{resource}` of the model `{model}`", plan.connector))
                .with_help(suggest::help(resource, &known))
        })
    }

    /// The compiled map of a resource.
    pub(crate) fn record_map(&self, model: &str, resource: &str) -> Result<Arc<RecordMap>, Error> {
        let key = (model.to_owned(), resource.to_owned());
        if let Some(map) = locked(&self.0.maps).get(&key) {
            return Ok(Arc::clone(map));
        }
        let source = self.resource(model, resource)?;
        let schema = self.plan().model(model).and_then(|model| model.resources.get(resource));
        let map = Arc::new(
            RecordMap::compile(source, schema, self.programs(), self.0.interpreted)
                .map_err(|error| error.at(self.plan(), resource, source.origin))?,
        );
        locked(&self.0.maps).insert(key, Arc::clone(&map));
        Ok(map)
    }

    /// Maps a record of the provider's that the caller holds already, as it would be mapped in an answer, and validates it against the model.
    /// `variables` are what its map may name besides the record, by their names without the `$`: `parent`, `account`.
    ///
    /// # Errors
    ///
    /// Where nothing maps the resource, `raw` is no JSON, an expression fails, or the record breaks the model.
    pub fn map_record(&self, model: &str, resource: &str, raw: &str, variables: &serde_json::Map<String, Value>) -> Result<Record, Error> {
        let call = Call::unified(model, resource, Verb::Get).raw(false);
        let mut page = self.map_records(&call, &[raw], variables)?;
        page.records.pop().ok_or_else(|| Error::new(ErrorKind::Map, "the record was left out"))
    }

    /// Maps records of the provider's that the caller holds already, as the page of a list is mapped: `call` names model and resource, and says
    /// whether `raw` and traces are wanted and what is done about a bad record. `variables` are as for [`Self::map_record`].
    ///
    /// # Errors
    ///
    /// Where nothing maps the resource, and under [`Policy::Fail`](crate::Policy) where a record cannot be made.
    pub fn map_records(&self, call: &Call, raws: &[&str], variables: &serde_json::Map<String, Value>) -> Result<Page, Error> {
        let What::Unified { model, resource, .. } = &call.what else {
            return Err(Error::invalid("only records of a unified resource are mapped"));
        };
        let map = self.record_map(model, resource)?;
        let mut bound = Variables::new();
        for (name, value) in variables {
            bound
                .set_json(name, &value.to_string())
                .map_err(|error| Error::invalid(format!("the variable `{name}`: {}", error.message)))?;
        }
        let treatment = Treatment { policy: call.policy, raw: call.raw, trace: call.trace };
        let over = Over::new(self.plan(), bound, treatment);
        let mut notes = Notes::new(Limits::default().notes);
        let mut page = Page::default();
        for (index, raw) in raws.iter().enumerate() {
            match map.apply((*raw).into(), index, &over, &mut notes)? {
                Mapped::Record(text) => page.records.push(Record { text }),
                Mapped::Skipped => page.skipped += 1,
            }
        }
        page.counters.records = u64::try_from(page.records.len()).unwrap_or(u64::MAX);
        page.counters.absent = notes.absent;
        page.warnings = notes.warnings;
        page.traces = notes.traces;
        Ok(page)
    }

    /// Names an error's plan for a caller that has none at hand.
    pub(crate) fn no_verb(&self, resource: &ResourceMap, verb: &str) -> Error {
        let known: Vec<&str> = resource.verbs.keys().map(|verb| verb.name()).collect();
        Error::new(ErrorKind::InvalidInput, format!("`{}` of connector `{}` cannot `{verb}`", resource.resource, self.plan().connector))
            .with_help(format!("it can: {}", suggest::list(&known)))
            .placed(self.plan(), resource.origin)
    }
}

/// The value with every object's keys sorted, so that equal plans have equal text.
pub(crate) fn canonical(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.into_iter().map(|(name, value)| (name, canonical(value))).collect();
            members.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(members.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(canonical).collect()),
        scalar @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => scalar,
    }
}
