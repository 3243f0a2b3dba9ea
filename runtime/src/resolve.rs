//! What a call means in the plan's terms, with its input checked.

use std::collections::BTreeMap;
use std::sync::Arc;

use connc_plan::{Action, Answer, Body, Data, ErrorKind, Method, Operation, Origin, Path, Records, Request, Shape, Step, Text, Verb};
use serde_json::{Value, json};
use url::Url;

use crate::context::Context;
use crate::exchange::Inputs;
use crate::filter::{self, Narrowed};
use crate::invocation::{Call, What};
use crate::map::RecordMap;
use crate::program::{Evaluation, Vars};
use crate::{Error, address, data, file, members, parameter, select, suggest};

/// A call, resolved.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    /// What is called, for errors and spans.
    pub(crate) name: String,
    /// What is done.
    pub(crate) work: Work,
    /// What the caller gave.
    pub(crate) inputs: Inputs,
    /// How records become unified.
    pub(crate) map: Option<Arc<RecordMap>>,
    /// Whether this is a list.
    pub(crate) list: bool,
}

/// What is done.
#[derive(Clone, Debug)]
pub(crate) enum Work {
    /// One operation, with the caller's input.
    Operation(Arc<Operation>),
    /// The steps of a unified verb.
    Steps { steps: Vec<Step>, narrowed: Narrowed },
}

/// Resolves a call.
pub(crate) fn resolve(context: &Context, call: &Call) -> Result<Task, Error> {
    if !call.filters.is_empty() && !matches!(&call.what, What::Unified { verb: Verb::List, .. }) {
        return Err(Error::invalid("only a unified list can be narrowed by filters"));
    }
    match &call.what {
        What::Native(name) => {
            let operation = context.connector().operation(name)?;
            let inputs = inputs(context, operation, call.id.clone(), call.parent.clone(), given(call)?, None)?;
            let list = lists(operation);
            Ok(Task { name: name.clone(), work: Work::Operation(Arc::new(operation.clone())), inputs, map: None, list })
        }
        What::Request { method, path } => {
            let operation = anything(*method, &allowed(context, path)?, call.input.as_ref());
            Ok(Task {
                name: operation.name.clone(),
                work: Work::Operation(Arc::new(operation)),
                inputs: Inputs::default(),
                map: None,
                list: false,
            })
        }
        What::Unified { model, resource, verb } => unified(context, call, model, resource, *verb),
    }
}

fn unified(context: &Context, call: &Call, model: &str, resource: &str, verb: Verb) -> Result<Task, Error> {
    let (plan, connector) = (context.plan(), context.connector());
    let map = connector.resource(model, resource)?;
    let name = format!("{resource}.{}", verb.name());
    let known = map.verbs.get(&verb).ok_or_else(|| connector.no_verb(map, verb.name()))?;
    let list = verb == Verb::List;
    if list && call.id.is_some() {
        return Err(Error::invalid(format!("`{name}` takes no id")).with_help("get one record by its id"));
    }
    let given = given(call)?;
    if verb == Verb::Update && given.is_empty() && !known.input.is_empty() {
        let fields: Vec<&str> = known.input.iter().map(|parameter| parameter.name.as_str()).collect();
        let nothing = Error::invalid("the input holds nothing to change");
        return Err(nothing.with_help(format!("it takes {}", suggest::list(&fields))).at(plan, &name, known.origin));
    }
    let input = parameter::check(&known.input, &given, "input", |name| format!("input `{name}`"), plan)
        .map_err(|error| error.at(plan, &name, known.origin))?;
    let schema = plan.models.iter().find(|known| known.name == map.model).and_then(|model| model.resources.get(&map.resource));
    for (field, value) in &input {
        if let Some(schema) = schema.and_then(|schema| schema.get("properties")?.get(field)) {
            members::check(schema, value, field).map_err(|error| error.at(plan, &name, known.origin))?;
        }
    }
    let narrowed = filter::narrow(context, map, &call.filters).map_err(|error| error.at(plan, &name, map.origin))?;
    let record_map = if known.gives_record { Some(connector.record_map(model, resource)?) } else { None };
    Ok(Task {
        name,
        work: Work::Steps { steps: known.steps.clone(), narrowed },
        inputs: Inputs { id: call.id.clone(), parent: call.parent.clone(), input, select: None },
        map: record_map,
        list,
    })
}

/// The path of a request that no spec names; a whole URL is held against the origins like a provider's link.
fn allowed(context: &Context, path: &str) -> Result<String, Error> {
    if path.starts_with('/') {
        return Ok(path.to_owned());
    }
    let url = Url::parse(path).map_err(|_| Error::invalid("the path does not begin with `/`"))?;
    let standing = context.standing();
    let base = address::base(context.plan(), &context.account, &standing.kept)?;
    standing.guard.accept(url, &base).map(String::from)
}

/// Whether an operation gives a list.
pub(crate) fn lists(operation: &Operation) -> bool {
    match operation.shape {
        Shape::List => true,
        Shape::One | Shape::Nothing => false,
    }
}

fn given(call: &Call) -> Result<BTreeMap<String, Value>, Error> {
    let mut given: BTreeMap<String, Value> = match &call.input {
        None | Some(Value::Null) => BTreeMap::new(),
        Some(Value::Object(members)) => members.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            return Err(Error::invalid("the input is not a JSON object"));
        }
    };
    if let Some((name, _)) = given.iter().find(|(_, value)| file::is_handle(value)) {
        return Err(Error::invalid(format!("input `{name}` looks like a file, which is given beside the input")));
    }
    for (number, (name, file)) in call.files.iter().enumerate() {
        if given.insert(name.clone(), file::handle(number, file)).is_some() {
            return Err(Error::invalid(format!("input `{name}` is given twice")));
        }
    }
    Ok(given)
}

/// Holds what an operation is given against what it takes. `select` names the fields that its records are asked for, where the call says.
pub(crate) fn inputs(
    context: &Context,
    operation: &Operation,
    id: Option<String>,
    parent: Option<String>,
    input: BTreeMap<String, Value>,
    select: Option<Vec<String>>,
) -> Result<Inputs, Error> {
    let plan = context.plan();
    let named = |error: Error| error.at(plan, &operation.name, operation.origin);
    let same = |what: &str, takes: bool, value: &Option<String>| match (takes, value.as_deref()) {
        (true, None | Some("")) => Err(named(Error::invalid(format!("operation `{}` needs the {what}", operation.name)))),
        (false, Some(_)) => Err(named(Error::invalid(format!("operation `{}` takes no {what}", operation.name)))),
        (true, Some(_)) | (false, None) => Ok(()),
    };
    same("id", operation.takes_id, &id)?;
    same("parent's id", operation.takes_parent, &parent)?;
    let input = parameter::check(&operation.input, &input, "input", |name| format!("input `{name}`"), plan).map_err(named)?;
    let select = select::names(operation, select, &input, &context.account.account).map_err(named)?;
    Ok(Inputs { id, parent, input, select })
}

/// The variables of what is given: `$input`, `$id`, `$parent`.
pub(crate) fn vars(context: &Context, inputs: &Inputs) -> Vars {
    let mut vars = context.vars();
    vars.set("input", json!(inputs.input).to_string());
    vars.set_value("id", inputs.id.as_ref().map(|id| json!(id)).as_ref());
    vars.set_value("parent", inputs.parent.as_ref().map(|id| json!({ "id": id })).as_ref());
    vars.set("started_at", json!(context.started_at()).to_string());
    vars.set_value("select", inputs.select.as_ref().filter(|names| !names.is_empty()).map(|names| json!(names)).as_ref());
    vars
}

/// The variables that a map sees: the caller's input and id, and the parent whose records are listed, which a filter may have named.
pub(crate) fn map_vars(context: &Context, task: &Task, parent: Option<&str>) -> Vars {
    let parent = parent.map(str::to_owned).or_else(|| task.inputs.parent.clone());
    vars(context, &Inputs { parent, ..task.inputs.clone() })
}

/// The operation that a step calls, and what it is given. `asked` is what the caller of the steps asks of their record by name.
pub(crate) fn step(
    context: &Context,
    call: &connc_plan::Call,
    vars: &Vars,
    narrowed: &Narrowed,
    asked: Option<&[String]>,
) -> Result<(Arc<Operation>, Inputs), Error> {
    let over = Evaluation::over_nothing(context.programs(), vars)?;
    let text = |data: &Option<Data>| -> Result<Option<String>, Error> {
        let Some(data) = data else { return Ok(None) };
        match data::make(data, &over)? {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => {
                Err(Error::new(ErrorKind::Map, format!("what `{}` is given as an id is no identifier", call.operation)))
            }
        }
    };
    let mut input = BTreeMap::new();
    for (name, data) in &call.input {
        if let Some(value) = data::make(data, &over)? {
            input.insert(name.clone(), value);
        }
    }
    let operation = context.connector().operation(narrowed.via.as_deref().unwrap_or(&call.operation))?;
    if narrowed.via.is_some() {
        input.retain(|name, _| operation.input.iter().any(|parameter| parameter.name == *name));
    }
    for (name, value) in &narrowed.input {
        let r#type =
            operation.input.iter().find(|parameter| parameter.name == *name).map_or(connc_plan::Type::String, |parameter| parameter.r#type);
        let value = value.as_str().map_or_else(|| value.clone(), |text| parameter::parse(r#type, text));
        input.insert(name.clone(), value);
    }
    let id = text(&call.id)?.filter(|_| narrowed.via.is_none() || operation.takes_id);
    let mut parent = text(&call.parent)?.filter(|_| narrowed.via.is_none() || operation.takes_parent);
    if let Some(narrowed) = &narrowed.parent {
        parent = Some(narrowed.clone());
    }
    for (needed, value, data) in [(operation.takes_id, &id, &call.id), (operation.takes_parent, &parent, &call.parent)] {
        if let (true, None, Some(Data::Expression(source))) = (needed, value, data)
            && let Some(name) = source.source.strip_prefix("$input.")
        {
            let missing = Error::invalid(format!("input `{name}` is missing"));
            return Err(missing.with_help(format!("operation `{}` needs it", operation.name)));
        }
    }
    let lacks = |parameter: &&connc_plan::Parameter| {
        parameter.required && parameter.default.is_none() && input.get(&parameter.name).is_none_or(Value::is_null)
    };
    if let Some(parameter) = operation.input.iter().find(lacks) {
        // It is no input of the caller's, who gave too little for it to come to anything.
        let message = format!("what was given comes to no `{}` for operation `{}`", parameter.name, operation.name);
        return Err(Error::invalid(message).placed(context.plan(), parameter.origin));
    }
    let select = if narrowed.via.is_some() { narrowed.select.clone() } else { select::called(call.select.as_ref(), asked) };
    let inputs = inputs(context, operation, id, parent, input, select)?;
    Ok((Arc::new(operation.clone()), inputs))
}

/// An operation for a request that no spec names: on the base URL, its answer as it is.
fn anything(method: Method, path: &str, body: Option<&Value>) -> Operation {
    let origin = Origin::default();
    let request = Request {
        method,
        url: Text::literal(path, origin),
        query: Vec::new(),
        lists: Vec::new(),
        headers: Vec::new(),
        body: body.map_or(Body::None, |body| Body::Json(Data::Const(body.clone()))),
        answer: Answer::None,
        compression: None,
        idempotent: method.idempotent(),
        idempotency_header: None,
        origin,
    };
    Operation {
        name: format!("{} {}", method.name(), path.split('?').next().unwrap_or_default()),
        shape: Shape::One,
        input: Vec::new(),
        takes_id: false,
        takes_parent: false,
        steps: vec![Step::new(Action::Request(Box::new(request)), origin)],
        records: Records::Item { path: Path::default(), keep_if: None },
        paginate: None,
        select: None,
        reads: false,
        download: None,
        already: Vec::new(),
        origin,
    }
}
