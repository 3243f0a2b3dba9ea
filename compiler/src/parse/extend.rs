//! `extends`: a connector's files over those of the base that it names.

use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::source::{FileId, Role, Sources, Spanned};
use crate::yaml::{self, Entry, Kind, Missing, Node};

/// The base that stands under every base that is compiled alone: what only a connector can know.
const ALONE: &str = "_";

/// The trees of a connector, bases merged in.
#[derive(Clone, Debug)]
pub struct Trees {
    /// `connector.yaml`.
    pub connector: Option<Node>,
    /// The maps.
    pub maps: Vec<Node>,
    /// Whether a base is missing: what else there seems to be wrong with the connector may stand in it.
    pub incomplete: bool,
}

impl Trees {
    /// Reads a connector's files and those of its bases.
    pub fn read(sources: &Sources, diagnostics: &mut Diagnostics) -> Self {
        let mut read = |role| sources.of(role).map(|file| yaml::read(sources, file, diagnostics)).collect::<Vec<_>>();
        let own = Self { connector: read(Role::Connector).into_iter().next(), maps: read(Role::Map), incomplete: false };
        match &own.connector {
            Some(connector) if says(connector, "extends").is_some() || is_base(sources) => {
                extended(own, &mut Vec::new(), sources, diagnostics)
            }
            Some(_) | None => own,
        }
    }
}

/// The name of the base that a `connector.yaml` extends, for whoever looks for its files.
#[must_use]
pub fn extends(text: &str) -> Option<String> {
    // Nearly every connector extends nothing.
    if !text.contains("extends") {
        return None;
    }
    let mut sources = Sources::new("");
    let file = sources.add(Role::Connector, "connector.yaml", text);
    let tree = yaml::read(&sources, file, &mut Diagnostics::default());
    says(&tree, "extends").map(|name| name.value)
}

/// Whether the sources are those of a base that is read alone.
#[must_use]
pub fn is_base(sources: &Sources) -> bool {
    file(sources, ALONE, "connector.yaml").is_some()
}

fn extended(own: Trees, seen: &mut Vec<String>, sources: &Sources, diagnostics: &mut Diagnostics) -> Trees {
    let Some(connector) = &own.connector else { return own };
    let named = says(connector, "extends");
    let name = match &named {
        Some(name) => name.value.clone(),
        None if is_base(sources) && !seen.iter().any(|name| name == ALONE) => ALONE.to_owned(),
        None => return own,
    };
    let place = named.as_ref().map_or(connector.span, |name| name.span);
    if seen.contains(&name) {
        let circle = seen.iter().chain([&name]).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let diagnostic = Diagnostic::new(Code::BaseCircle, place, format!("the bases extend each other in a circle: {circle}"));
        diagnostics.push(diagnostic.help("let one of them extend nothing"));
        return Trees { incomplete: true, ..own };
    }
    seen.push(name.clone());
    let Some(base) = file(sources, &name, "connector.yaml") else {
        let near = nearest(&name, sources.bases().iter().map(String::as_str));
        let known: Vec<String> = sources.bases().iter().map(|name| format!("`{name}`")).collect();
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => "bases stand in `connectors/_base/`".to_owned(),
            None => {
                format!("bases stand in `connectors/_base/`; there {} {}", if known.len() == 1 { "is" } else { "are" }, known.join(", "))
            }
        };
        diagnostics.push(Diagnostic::new(Code::UnknownBase, place, format!("there is no base `{name}`")).help(help));
        return Trees { incomplete: true, ..own };
    };
    let maps = sources.of(Role::Base).filter(|file| is_of(sources, *file, &name) && *file != base).collect::<Vec<_>>();
    let base = Trees {
        connector: Some(yaml::read(sources, base, diagnostics)),
        maps: maps.into_iter().map(|file| yaml::read(sources, file, diagnostics)).collect(),
        incomplete: false,
    };
    let mut base = extended(base, seen, sources, diagnostics);
    for removal in list(connector, "remove") {
        remove(&mut base, &removal, diagnostics);
    }
    over(&base, own)
}

/// What a connector states over what its base gives.
fn over(base: &Trees, own: Trees) -> Trees {
    let under = base
        .connector
        .as_ref()
        .map(|base| ["extends", "remove"].iter().fold(base.clone(), |base, key| yaml::without(&base, &[key]).unwrap_or(base)));
    let connector = match (under, own.connector) {
        (Some(under), Some(own)) => Some(yaml::merged(&under, &own)),
        (under, own) => own.or(under),
    };
    let mut maps: Vec<Node> = Vec::new();
    for own in own.maps {
        let under = base.maps.iter().find(|base| model(base).is_some() && model(base) == model(&own));
        maps.push(under.map_or_else(|| own.clone(), |under| yaml::merged(under, &own)));
    }
    let given = base.maps.iter().filter(|base| !maps.iter().any(|own| model(own).is_some() && model(own) == model(base))).cloned();
    let given: Vec<Node> = given.collect();
    maps.extend(given);
    Trees { connector, maps, incomplete: base.incomplete || own.incomplete }
}

/// Drops what stands at a path: below `maps.MODEL` in a map, else in `connector.yaml`.
fn remove(base: &mut Trees, path: &Spanned<String>, diagnostics: &mut Diagnostics) {
    let steps: Vec<&str> = path.value.split('.').collect();
    let done = match steps.as_slice() {
        ["maps", name, rest @ ..] => {
            let known = || base.maps.iter().filter_map(model).collect::<Vec<_>>();
            match base.maps.iter().position(|map| model(map).as_deref() == Some(*name)) {
                Some(index) if rest.is_empty() => {
                    base.maps.remove(index);
                    Ok(())
                }
                Some(index) => base.maps.get_mut(index).map_or(Ok(()), |map| yaml::without(map, rest).map(|left| *map = left)),
                None => Err(Missing { key: (*name).to_owned(), known: known() }),
            }
        }
        steps => base.connector.as_mut().map_or(Ok(()), |connector| yaml::without(connector, steps).map(|left| *connector = left)),
    };
    if let Err(Missing { key, known }) = done {
        let message = format!("the base has no `{key}` to remove");
        let message = if key == path.value { message } else { format!("{message} at `{}`", path.value) };
        let near = nearest(&key, known.iter().map(String::as_str));
        let help = match near {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None if known.is_empty() => None,
            None => Some(format!("it has {}", known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))),
        };
        diagnostics.push(Diagnostic::new(Code::UnknownRemoval, path.span, message).help_if(help));
    }
}

/// A file of a base.
fn file(sources: &Sources, base: &str, name: &str) -> Option<FileId> {
    sources.of(Role::Base).find(|file| sources.name(*file) == format!("_base/{base}/{name}"))
}

fn is_of(sources: &Sources, file: FileId, base: &str) -> bool {
    sources.name(file).strip_prefix("_base/").and_then(|rest| rest.strip_prefix(base)).is_some_and(|rest| rest.starts_with('/'))
}

/// The model of a map, without its version.
fn model(map: &Node) -> Option<String> {
    let said = says(map, "maps")?.value;
    Some(said.split('@').next().unwrap_or_default().to_owned())
}

fn entry<'a>(node: &'a Node, key: &str) -> Option<&'a Entry> {
    match &node.kind {
        Kind::Mapping(entries) => entries.iter().find(|entry| entry.key.value == key),
        Kind::Scalar(_) | Kind::Sequence(_) | Kind::Broken => None,
    }
}

fn says(node: &Node, key: &str) -> Option<Spanned<String>> {
    let value = &entry(node, key)?.value;
    value.scalar().filter(|_| !value.is_null()).map(|scalar| Spanned::new(scalar.text.to_string(), value.span))
}

fn list(node: &Node, key: &str) -> Vec<Spanned<String>> {
    let Some(Kind::Sequence(items)) = entry(node, key).map(|entry| &entry.value.kind) else { return Vec::new() };
    items.iter().filter_map(|item| Some(Spanned::new(item.scalar()?.text.to_string(), item.span))).collect()
}
