//! What `RESOURCE[.VERB] [ID]` means in a connector's plan.

use connc_plan::{Method, Operation, Plan, ResourceMap, Shape, UnifiedVerb, Verb};

use crate::error::{Stop, names, suggestion};

/// The model that wins where several map a resource.
const FIRST_MODEL: &str = "user-directory";

/// What is called.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target<'a> {
    /// A verb of a unified resource.
    Unified { map: &'a ResourceMap, verb: Verb },
    /// An operation in the provider's own shape.
    Native(&'a Operation),
    /// Any request.
    Request { method: Method, path: &'a str },
}

/// What the command line asks for.
#[derive(Clone, Debug)]
pub(super) struct Asked<'a> {
    pub(super) target: Target<'a>,
    pub(super) id: Option<String>,
    pub(super) parent: Option<String>,
    /// Something that the caller should know about the choice.
    pub(super) note: Option<String>,
}

/// The words of the command line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words<'a> {
    pub(super) resource: &'a str,
    pub(super) id: Option<&'a str>,
    pub(super) model: Option<&'a str>,
    pub(super) native: bool,
}

/// Finds what the words mean.
pub(super) fn resolve<'a>(plan: &'a Plan, words: Words<'a>) -> Result<Asked<'a>, Stop> {
    if let Some((word, path)) = words.resource.trim().split_once(char::is_whitespace) {
        let target = request(word, path.trim())?;
        if words.id.is_some() {
            return Err(Stop::usage("a request takes no ID").help("write it into the path"));
        }
        return Ok(Asked { target, id: None, parent: None, note: None });
    }
    let Spot { name, first, parent, id } = Spot::parse(words.resource)?;
    if id.is_some() && words.id.is_some() {
        return Err(Stop::usage(format!("`{}` has an ID already, and `{}` is another", words.resource, words.id.unwrap_or_default())));
    }
    let id = id.or_else(|| words.id.map(str::to_owned));
    let spot = Spot { name, first, parent, id };
    if let Some(model) = words.model {
        check_model(plan, model, words.native)?;
    }
    let unified = if words.native { None } else { unified(plan, &spot, words.model)? };
    let (target, note) = match unified {
        Some(found) => found,
        None if words.model.is_some() => return Err(unknown(plan, &spot, words)),
        None => (Target::Native(native(plan, &spot)?.ok_or_else(|| unknown(plan, &spot, words))?), None),
    };
    let mut asked = Asked { target, id: spot.id, parent: spot.parent, note };
    // `groups.members GROUP`: the one id that there is belongs to the parent where nothing else takes it.
    if asked.parent.is_none() && asked.target.needs_parent() && !asked.target.takes_id() {
        asked.parent = asked.id.take();
    }
    Ok(asked)
}

/// `groups.members`, `users/ID`, `groups/ID/members.add`, taken apart.
#[derive(Clone, Debug)]
struct Spot {
    /// The dotted name: `groups.members.add`.
    name: String,
    /// Its part before the parent's id: `groups`.
    first: Option<String>,
    parent: Option<String>,
    id: Option<String>,
}

impl Spot {
    fn parse(text: &str) -> Result<Self, Stop> {
        let odd =
            || Stop::usage(format!("`{text}` is not a resource")).help("write `users`, `users.get`, `users/ID` or `groups/ID/members`");
        let Some((first, rest)) = text.split_once('/') else {
            return Ok(Self { name: text.to_owned(), first: None, parent: None, id: None });
        };
        if first.is_empty() || rest.is_empty() {
            return Err(odd());
        }
        match rest.rsplit_once('/') {
            None => Ok(Self { name: first.to_owned(), first: None, parent: None, id: Some(rest.to_owned()) }),
            Some((parent, last)) if !parent.is_empty() && !last.is_empty() => {
                Ok(Self { name: format!("{first}.{last}"), first: Some(first.to_owned()), parent: Some(parent.to_owned()), id: None })
            }
            Some(_) => Err(odd()),
        }
    }

    /// Whether this is the name of a unified resource: its own, or below a parent also that of what it is read from.
    fn means(&self, map: &ResourceMap, name: &str) -> bool {
        let below = |first: &String| {
            map.from == name || (map.from.starts_with(&format!("{first}.")) && name == format!("{first}.{}", map.resource))
        };
        map.resource == name || self.first.as_ref().is_some_and(below)
    }
}

fn request<'a>(word: &str, path: &'a str) -> Result<Target<'a>, Stop> {
    let known = Method::ALL.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, method)| *method);
    let method = known.ok_or_else(|| {
        let help = suggestion(&word.to_uppercase(), "methods", Method::ALL.iter().map(|(_, method)| method.name()));
        Stop::usage(format!("`{word}` is not an HTTP method")).help(help)
    })?;
    if path.starts_with('/') && !path.starts_with("//") {
        return Ok(Target::Request { method, path });
    }
    Err(Stop::usage(format!("`{path}` is not a path")).help("a request goes to the connector's own host: write `GET /path?name=value`"))
}

fn check_model(plan: &Plan, model: &str, native: bool) -> Result<(), Stop> {
    if native {
        return Err(Stop::usage("`--native` and `--model` cannot stand together").help("`--native` gives the provider's own shape"));
    }
    if plan.model(model).is_some() {
        return Ok(());
    }
    let help = suggestion(model, "models that it maps", plan.models.iter().map(|model| model.name.as_str()));
    Err(Stop::usage(format!("connector `{}` does not map a model `{model}`", plan.connector)).help(help))
}

/// The unified verb that is meant; none where no model has the resource, or the verb is one of the provider's own.
fn unified<'a>(plan: &'a Plan, spot: &Spot, model: Option<&str>) -> Result<Option<(Target<'a>, Option<String>)>, Stop> {
    // An alias means its model.
    let model = model.and_then(|model| plan.model(model)).map(|model| model.name.as_str());
    let named = |name: &str| -> Vec<&'a ResourceMap> {
        let maps = plan.maps.iter().filter(|map| model.is_none_or(|model| map.model == model));
        maps.filter(|map| spot.means(map, name)).collect()
    };
    let whole = named(&spot.name);
    let (maps, verb) = match spot.name.rsplit_once('.') {
        _ if !whole.is_empty() => (whole, None),
        Some((resource, verb)) => match (named(resource), Verb::parse(verb)) {
            (maps, Some(verb)) => (maps, Some(verb)),
            (_, None) => return Ok(None),
        },
        None => return Ok(None),
    };
    let chosen = maps.iter().find(|map| map.model == FIRST_MODEL).or(maps.first()).copied();
    let Some(map) = chosen else { return Ok(None) };
    let others: Vec<&str> = maps.iter().filter(|other| other.model != map.model).map(|other| other.model.as_str()).collect();
    let note = (!others.is_empty()).then(|| {
        format!("`{}` of model `{}`; {} maps it too: choose by `--model`", map.resource, map.model, names(others.iter().copied()))
    });
    let verb = match verb {
        Some(verb) => verb,
        None => default(map.verbs.keys().map(|verb| verb.name()), spot.id.is_some()).and_then(Verb::parse).ok_or_else(|| {
            Stop::usage(format!("resource `{}` needs a verb", map.resource)).help(format!(
                "it can {}: write `{}.VERB`",
                names(map.verbs.keys().map(|verb| verb.name())),
                map.resource
            ))
        })?,
    };
    if map.verbs.contains_key(&verb) {
        return Ok(Some((Target::Unified { map, verb }, note)));
    }
    let mut help = format!("it can {}", names(map.verbs.keys().map(|verb| verb.name())));
    let own = format!("{}.{}", map.from, verb.name());
    if plan.operations.contains_key(&own) {
        help.push_str(&format!("\nthe provider's own is `{own} --native`"));
    }
    Err(Stop::usage(format!("unified `{}` of connector `{}` cannot {}", map.resource, plan.connector, verb.name())).help(help))
}

/// The provider's operation that is meant.
fn native<'a>(plan: &'a Plan, spot: &Spot) -> Result<Option<&'a Operation>, Stop> {
    if let Some(operation) = plan.operations.get(&spot.name) {
        return Ok(Some(operation));
    }
    let verbs: Vec<&Operation> = plan.operations.values().filter(|operation| operation.resource() == spot.name).collect();
    if verbs.is_empty() {
        return Ok(None);
    }
    let chosen = default(verbs.iter().map(|operation| operation.verb()), spot.id.is_some());
    let chosen = chosen.and_then(|verb| verbs.iter().find(|operation| operation.verb() == verb));
    chosen.copied().map(Some).ok_or_else(|| {
        let known = names(verbs.iter().map(|operation| operation.verb()));
        Stop::usage(format!("resource `{}` needs a verb", spot.name)).help(format!("it can {known}: write `{}.VERB`", spot.name))
    })
}

/// The verb where none is written: `get` with an ID, else `list`, else `get`. Never one that changes something.
fn default<'v>(verbs: impl Iterator<Item = &'v str>, id: bool) -> Option<&'static str> {
    let verbs: Vec<&str> = verbs.collect();
    let order: [&'static str; 2] = if id { ["get", "list"] } else { ["list", "get"] };
    order.into_iter().find(|verb| verbs.contains(verb))
}

fn unknown(plan: &Plan, spot: &Spot, words: Words<'_>) -> Stop {
    let unified = plan.maps.iter().filter(|map| !words.native && words.model.is_none_or(|model| map.model == model));
    let (resources, verbs): (Vec<&str>, Vec<String>) = unified
        .flat_map(|map| map.verbs.keys().map(|verb| (map.resource.as_str(), format!("{}.{}", map.resource, verb.name()))))
        .chain(plan.operations.values().filter(|_| words.model.is_none()).map(|operation| (operation.resource(), operation.name.clone())))
        .unzip();
    let mut resources = resources;
    resources.sort_unstable();
    resources.dedup();
    if let Some((resource, verb)) = spot.name.rsplit_once('.').filter(|(resource, _)| resources.contains(resource)) {
        let mut known: Vec<&str> =
            verbs.iter().filter_map(|name| name.strip_prefix(resource)?.strip_prefix('.')).filter(|verb| !verb.contains('.')).collect();
        known.sort_unstable();
        known.dedup();
        return Stop::usage(format!("resource `{resource}` of connector `{}` has no verb `{verb}`", plan.connector))
            .help(suggestion(verb, "verbs", known));
    }
    let of = words
        .model
        .map_or_else(|| format!("connector `{}`", plan.connector), |model| format!("connector `{}` in model `{model}`", plan.connector));
    Stop::usage(format!("{of} has no resource `{}`", spot.name)).help(suggestion(&spot.name, "resources", resources))
}

impl<'a> Target<'a> {
    /// The name that cassettes go by, and the provider's own where it differs.
    pub(super) fn cassettes(&self) -> Vec<String> {
        match self {
            Self::Unified { map, verb } => vec![format!("{}.{}", map.resource, verb.name()), format!("{}.{}", map.from, verb.name())],
            Self::Native(operation) => vec![operation.name.clone()],
            Self::Request { .. } => Vec::new(),
        }
    }

    /// Whether records come page by page.
    pub(super) fn lists(&self) -> bool {
        match self {
            Self::Unified { map: _, verb } => *verb == Verb::List,
            Self::Native(operation) => match operation.shape {
                Shape::List => true,
                Shape::One | Shape::Nothing => false,
            },
            Self::Request { .. } => false,
        }
    }

    /// Whether the call is about something below a parent.
    pub(super) fn needs_parent(&self) -> bool {
        match self {
            Self::Unified { .. } => self.reads("$parent"),
            Self::Native(operation) => operation.takes_parent,
            Self::Request { .. } => false,
        }
    }

    /// Whether the call is about one record.
    pub(super) fn takes_id(&self) -> bool {
        match self {
            Self::Unified { map: _, verb } => match verb {
                Verb::List | Verb::Create => false,
                Verb::Get | Verb::Update | Verb::Delete | Verb::Add | Verb::Remove => self.reads("$id"),
            },
            Self::Native(operation) => operation.takes_id,
            Self::Request { .. } => false,
        }
    }

    fn verb(&self) -> Option<&'a UnifiedVerb> {
        match self {
            Self::Unified { map, verb } => map.verbs.get(verb),
            Self::Native(_) | Self::Request { .. } => None,
        }
    }

    /// Whether a step of the verb reads the variable, be it in a name or a condition.
    fn reads(&self, variable: &str) -> bool {
        let ends = |rest: &str| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_');
        let mentions = |source: &str| source.split(variable).skip(1).any(ends);
        let steps = self.verb().into_iter().flat_map(|verb| &verb.steps);
        steps.flat_map(connc_plan::Step::expressions).any(|expression| mentions(&expression.source))
    }
}
