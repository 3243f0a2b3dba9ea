//! Which resource and verb an operation becomes, and what the values in its path are called.

use std::collections::{BTreeMap, BTreeSet};

use connc_compiler::spec::OPERATION;
use connc_plan::Method;

use super::path::{Part, is_noise, open, open_parts, parts, without_noise};
use super::words::{plain, singular, snake};

/// An operation, as far as its place depends on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen<'a> {
    pub(super) method: Method,
    pub(super) path: &'a str,
    pub(super) id: Option<&'a str>,
    /// Whether it answers with a list of records.
    pub(super) lists: bool,
    /// Whether it takes a body.
    pub(super) has_body: bool,
}

/// Where an operation goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) resource: Vec<String>,
    pub(super) verb: String,
    /// The path as a template.
    pub(super) url: String,
    /// Values of the path that are inputs of their own.
    pub(super) inputs: Vec<String>,
    /// Values that every operation shares.
    pub(super) account: BTreeSet<String>,
}

/// Words for whose customer's data it is: as the first value of most paths, it is the account's.
const TENANTS: &[&str] =
    &["org", "organization", "organisation", "customer", "account", "tenant", "company", "workspace", "directory", "cloud", "site"];
/// The places of all operations, in their order; those whose paths cannot be written have a reason instead.
pub(super) fn places(seen: &[Seen<'_>], known: &BTreeSet<String>) -> Vec<Result<Placed, String>> {
    let parts: Vec<Result<Vec<Part>, String>> = seen.iter().map(|seen| parts(seen.path)).collect();
    let tenant = tenant(&parts);
    let lists: BTreeSet<String> = seen.iter().filter(|seen| seen.method == Method::Get && seen.lists).map(|seen| open(seen.path)).collect();
    let gets: BTreeSet<String> = seen.iter().filter(|seen| seen.method == Method::Get).map(|seen| open(seen.path)).collect();
    let around = Around { known, lists: &lists, gets: &gets, seen };
    let spots: Vec<Result<Spot, String>> =
        seen.iter().zip(parts).map(|(seen, parts)| parts.map(|parts| Spot::new(*seen, &parts, tenant.as_deref(), &around))).collect();
    let names = resource_names(spots.iter().filter_map(|spot| spot.as_ref().ok()));
    let resources: BTreeSet<Vec<String>> =
        names.values().flat_map(|name| (1..=name.len()).filter_map(|end| name.get(..end).map(<[String]>::to_vec))).collect();
    let mut taken: BTreeSet<Vec<String>> = BTreeSet::new();
    spots
        .into_iter()
        .map(|spot| {
            let spot = spot?;
            let resource = names.get(&spot.prefix).cloned().unwrap_or_else(|| spot.short.clone());
            let full = |verb: &str| resource.iter().cloned().chain(std::iter::once(verb.to_owned())).collect::<Vec<_>>();
            let free = |verb: &str| !taken.contains(&full(verb)) && !resources.contains(&full(verb));
            let verb = spot.verbs.iter().find(|verb| free(verb)).cloned();
            let first = spot.verbs.first().cloned().unwrap_or_else(|| "call".to_owned());
            let verb = verb.or_else(|| (2..10_000).map(|number| format!("{first}_{number}")).find(|verb| free(verb))).unwrap_or(first);
            taken.insert(full(&verb));
            Ok(Placed { resource, verb, url: spot.url, inputs: spot.inputs, account: spot.account })
        })
        .collect()
}

/// The value that most paths begin with, if its name says that it is the customer's.
fn tenant(all: &[Result<Vec<Part>, String>]) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let paths: Vec<&Vec<Part>> = all.iter().filter_map(|parts| parts.as_ref().ok()).collect();
    for parts in &paths {
        let first = parts.iter().enumerate().find_map(|(at, part)| if let Part::Value(name) = part { Some((at, name)) } else { None });
        if let Some((at, name)) = first
            && parts.iter().skip(at + 1).any(|part| matches!(part, Part::Text(_)))
        {
            *counts.entry(name).or_default() += 1;
        }
    }
    let (name, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    let words = snake(name);
    let stem = words.trim_end_matches("_id").trim_end_matches("_key").trim_end_matches("_slug");
    (count * 2 > paths.len() && TENANTS.contains(&stem)).then(|| name.to_owned())
}

/// What is known of the other operations.
struct Around<'a> {
    /// Every path of the description, open.
    known: &'a BTreeSet<String>,
    lists: &'a BTreeSet<String>,
    gets: &'a BTreeSet<String>,
    seen: &'a [Seen<'a>],
}

/// An operation's place before names that several would have are told apart.
struct Spot {
    /// The open path of the resource.
    prefix: String,
    short: Vec<String>,
    long: Vec<String>,
    /// What the verb may be called, the best first.
    verbs: Vec<String>,
    url: String,
    inputs: Vec<String>,
    account: BTreeSet<String>,
}

impl Spot {
    fn new(seen: Seen<'_>, parts: &[Part], tenant: Option<&str>, around: &Around<'_>) -> Self {
        let ends_in_value = matches!(parts.last(), Some(Part::Value(_)));
        let here = open(seen.path);
        let is_resource = ends_in_value || around.gets.contains(&here) || around.known.contains(&format!("{here}/{{}}"));
        // What is no resource is done to the nearest one above.
        let own = if is_resource { parts.len() } else { container(parts, seen.path, around) };
        let resource_parts = parts.get(..own).unwrap_or(parts);
        // A list under a value is no record of that id.
        let is_item = matches!(resource_parts.last(), Some(Part::Value(_))) && !seen.lists;
        let values = resource_parts.iter().rev().take_while(|part| matches!(part, Part::Value(_))).count();
        let values = if is_item { 1 } else { values };
        let body = resource_parts.get(..own.saturating_sub(values)).unwrap_or_default();
        let after_tenant = body
            .iter()
            .position(|part| matches!((part, tenant), (Part::Value(name), Some(tenant)) if name == tenant))
            .map_or(0, |at| at + 1);
        let named = without_noise(body.get(after_tenant..).unwrap_or_default());
        let (short, long) = names(named, body, around);
        let (url, inputs, account) = url(parts, own, is_item, short.len(), tenant.filter(|_| after_tenant > 0));
        let verbs =
            verbs(seen, is_resource, is_item, short.last().map_or("", String::as_str), parts.get(own..).unwrap_or_default(), around);
        let prefix = open_parts(body);
        // `users.list` and `users.info` are verbs of one resource.
        let has_children = around.known.contains(&format!("{prefix}/{{}}"));
        let prefix = if has_inner_verb(body) && !has_children {
            let prefix = prefix.trim_end_matches(".json");
            prefix.rsplit_once([':', '.']).map_or(prefix, |(resource, _)| resource).to_owned()
        } else {
            prefix
        };
        Self { prefix, short, long, verbs, url, inputs, account }
    }
}

/// How many parts belong to the resource that an action is done to.
fn container(parts: &[Part], path: &str, around: &Around<'_>) -> usize {
    let words: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let is_known = |end: usize| {
        let prefix = open(&format!("/{}", words.get(..end).unwrap_or_default().join("/")));
        around.gets.contains(&prefix) || around.known.contains(&format!("{prefix}/{{}}"))
    };
    let candidates = (1..parts.len()).rev();
    let found = candidates
        .into_iter()
        .find(|end| matches!(end.checked_sub(1).and_then(|last| parts.get(last)), Some(Part::Value(_))) || is_known(*end));
    match found {
        Some(end) => end,
        // `users.info`, `groups:lookup`: the resource stands in the same word.
        None if parts.len() > 1
            && !has_inner_verb(parts)
            && !without_noise(parts.get(..parts.len() - 1).unwrap_or_default()).is_empty()
            && !is_noise(parts.get(parts.len() - 2)) =>
        {
            parts.len() - 1
        }
        None => parts.len(),
    }
}

fn has_inner_verb(parts: &[Part]) -> bool {
    matches!(parts.last(), Some(Part::Text(text)) if text.trim_end_matches(".json").contains(['.', ':']))
}

/// The names of a resource: short, and with every word of its path.
fn names(named: &[Part], body: &[Part], around: &Around<'_>) -> (Vec<String>, Vec<String>) {
    let before = body.len() - named.len();
    let (mut short, mut long): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let mut run: Vec<String> = Vec::new();
    for (index, part) in named.iter().enumerate() {
        let word = match part {
            Part::Text(text) => {
                let text = text.trim_end_matches(".json");
                // A dot or a colon parts resource and verb.
                let is_last = index + 1 == named.len();
                let text = if is_last { text.rsplit_once(':').map_or(text, |(resource, _)| resource) } else { text };
                if is_last && !around.known.contains(&format!("{}/{{}}", open_parts(body.get(..=before + index).unwrap_or_default()))) {
                    text.rsplit_once('.').map_or(text, |(resource, _)| resource).to_owned()
                } else {
                    text.to_owned()
                }
            }
            Part::Mixed(pieces) => {
                pieces.iter().step_by(2).cloned().collect::<Vec<_>>().join("_").split('(').next().unwrap_or_default().to_owned()
            }
            Part::Value(_) => String::new(),
        };
        run.extend(word.split('.').map(snake).filter(|word| !word.is_empty()).collect::<Vec<_>>());
        let here = open_parts(body.get(..=before + index).unwrap_or_default());
        let next_is_text = matches!(named.get(index + 1), Some(Part::Text(_) | Part::Mixed(_)));
        let dotted = word.contains('.');
        if run.is_empty() || (next_is_text && !around.lists.contains(&here)) {
            continue;
        }
        long.push(run.join("_"));
        if dotted {
            short.push(run.join("_"))
        } else {
            short.extend(run.last().cloned())
        }
        run.clear();
    }
    if short.is_empty() {
        let word = body.iter().rev().find_map(|part| if let Part::Text(text) = part { Some(snake(text)) } else { None });
        let word = word.filter(|word| !word.is_empty()).unwrap_or_else(|| "root".to_owned());
        (short, long) = (vec![word.clone()], vec![word]);
    }
    (separate(short), separate(long))
}

/// Names that no key of an operation and no verb has, below the first.
fn separate(names: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for name in names {
        let clashes = !out.is_empty() && (is_key(&name) || VERBS.contains(&name.as_str()));
        let before = out.last().map(|before| singular(before)).unwrap_or_default();
        out.push(if clashes { format!("{before}_{name}") } else { name });
    }
    out
}

const VERBS: &[&str] = &["list", "get", "create", "update", "replace", "delete", "add", "remove"];

fn is_key(name: &str) -> bool {
    OPERATION.all_keys().any(|key| key.name == name) || OPERATION.all_reserved().any(|key| key.name == name)
}

/// The path as a template, its values that are inputs, and those that are the account's.
fn url(parts: &[Part], own: usize, is_item: bool, depth: usize, tenant: Option<&str>) -> (String, Vec<String>, BTreeSet<String>) {
    let id_at = if is_item { own.checked_sub(1) } else { None };
    // What stands right before the last words is the parent.
    let first_text = parts.iter().position(|part| matches!(part, Part::Text(_)));
    let last_text = parts.get(..id_at.unwrap_or(own)).unwrap_or_default().iter().rposition(|part| !matches!(part, Part::Value(_)));
    let parent_at = last_text.and_then(|last| parts.get(..last)?.iter().rposition(|part| matches!(part, Part::Value(_))));
    let parent_at = parent_at.filter(|at| depth > 1 && first_text.is_some_and(|first| first < *at));
    let (mut url, mut inputs, mut account) = (String::new(), Vec::new(), BTreeSet::new());
    let mut value = |at: Option<usize>, name: &str| {
        if at.is_some() && at == id_at {
            return "{{ id }}".to_owned();
        }
        if tenant == Some(name) {
            let own = snake(name);
            account.insert(own.clone());
            return format!("{{{{ account.{own} }}}}");
        }
        if at.is_some() && at == parent_at {
            return "{{ parent.id }}".to_owned();
        }
        let own = Some(snake(name))
            .filter(|own| !own.is_empty() && own != "id" && own != "parent" && own != "body")
            .unwrap_or_else(|| format!("path_{}", snake(name)).trim_end_matches('_').to_owned());
        let own = if inputs.contains(&own) { format!("{own}_{}", inputs.len() + 1) } else { own };
        inputs.push(own.clone());
        format!("{{{{ input.{own} }}}}")
    };
    for (index, part) in parts.iter().enumerate() {
        url.push('/');
        match part {
            Part::Text(text) => url.push_str(text),
            Part::Value(name) => url.push_str(&value(Some(index), name)),
            Part::Mixed(pieces) => {
                for (at, piece) in pieces.iter().enumerate() {
                    if at % 2 == 0 { url.push_str(piece) } else { url.push_str(&value(None, piece)) }
                }
            }
        }
    }
    (if url.is_empty() { "/".to_owned() } else { url }, inputs, account)
}

/// What the verb may be called.
fn verbs(seen: Seen<'_>, is_resource: bool, is_item: bool, resource: &str, rest: &[Part], around: &Around<'_>) -> Vec<String> {
    let here = open(seen.path);
    let has = |method: Method| around.seen.iter().any(|other| other.method == method && open(other.path) == here);
    let inner = rest.is_empty().then(|| seen.path.rsplit('/').next()).flatten().and_then(|last| {
        let last = last.trim_end_matches(".json");
        last.rsplit_once([':', '.']).map(|(_, verb)| snake(verb)).filter(|verb| !last.contains('{') && !verb.is_empty())
    });
    let mut found: Vec<String> = Vec::new();
    if let Some(inner) = inner.filter(|_| !around.known.contains(&format!("{here}/{{}}"))) {
        let is_get = inner == "list" && !(seen.method == Method::Get && seen.lists);
        found.push(if is_get { "list_all".to_owned() } else { inner });
    } else if is_resource {
        let word = match (seen.method, is_item) {
            (Method::Get, false) if seen.lists => Some("list"),
            (Method::Get, _) => Some("get"),
            (Method::Post, false) if seen.lists || around.lists.contains(&here) || around.known.contains(&format!("{here}/{{}}")) => {
                Some("create")
            }
            (Method::Post, true) if !has(Method::Put) && !has(Method::Patch) && seen.has_body => Some("update"),
            (Method::Put, true) if !seen.has_body && has(Method::Delete) && !has(Method::Get) => Some("add"),
            (Method::Delete, true)
                if !has(Method::Get)
                    && around.seen.iter().any(|other| other.method == Method::Put && open(other.path) == here && !other.has_body) =>
            {
                Some("remove")
            }
            (Method::Put, _) => Some(if has(Method::Patch) || has(Method::Post) && is_item { "replace" } else { "update" }),
            (Method::Patch, _) => Some("update"),
            (Method::Delete, _) => Some("delete"),
            (Method::Post | Method::Head, _) => None,
        };
        found.extend(word.map(ToOwned::to_owned));
    }
    let words = seen.id.map(|id| snake(id.rsplit(['/', '.', ':']).next().unwrap_or(id))).unwrap_or_default();
    let mut each: Vec<&str> = words.split('_').collect();
    each.dedup();
    let words = each.join("_");
    let without =
        words.split('_').filter(|word| singular(word) != singular(&plain(resource)) && !word.is_empty()).collect::<Vec<_>>().join("_");
    let path_words =
        rest.iter().rev().find_map(|part| if let Part::Text(text) = part { Some(snake(text)) } else { None }).unwrap_or_default();
    let method = seen.method.name().to_lowercase();
    found.extend([without, words, path_words, format!("{method}_{resource}"), format!("call_{method}")]);
    found.retain(|verb| !verb.is_empty());
    for verb in &mut found {
        let usual = ["get", "delete"].contains(&verb.as_str());
        if is_key(verb) && !usual {
            *verb = format!("do_{verb}");
        }
    }
    let mut seen_before = BTreeSet::new();
    found.retain(|verb| seen_before.insert(verb.clone()));
    found
}

/// A name for each resource: the short one, where only one resource has it.
fn resource_names<'a>(spots: impl Iterator<Item = &'a Spot>) -> BTreeMap<String, Vec<String>> {
    let mut prefixes: BTreeMap<&str, &Spot> = BTreeMap::new();
    for spot in spots {
        prefixes.entry(&spot.prefix).or_insert(spot);
    }
    let mut ordered: Vec<(&str, &Spot)> = prefixes.into_iter().collect();
    ordered.sort_by_key(|(prefix, _)| (prefix.matches('/').count(), prefix.len(), *prefix));
    let mut made: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut taken: BTreeSet<Vec<String>> = BTreeSet::new();
    for (prefix, spot) in ordered {
        let numbered = (2..10_000).map(|number| {
            let mut name = spot.long.clone();
            if let Some(last) = name.last_mut() {
                *last = format!("{last}_{number}");
            }
            name
        });
        let name = [spot.short.clone(), spot.long.clone()].into_iter().chain(numbered).find(|name| !taken.contains(name));
        let name = name.unwrap_or_else(|| spot.long.clone());
        taken.insert(name.clone());
        made.insert(prefix.to_owned(), name);
    }
    made
}

#[cfg(test)]
mod tests {
    use super::{Seen, open, places};
    use connc_plan::Method::{self, Delete, Get, Patch, Post, Put};
    use std::collections::BTreeSet;

    fn placed(operations: &[(Method, &str, &str)]) -> Vec<String> {
        let seen: Vec<Seen<'_>> = operations
            .iter()
            .map(|(method, path, id)| Seen {
                method: *method,
                path,
                id: Some(id),
                lists: id.starts_with("list"),
                has_body: matches!(method, Put | Patch | Post) && !id.starts_with("assign"),
            })
            .collect();
        let known: BTreeSet<String> = operations.iter().map(|(_, path, _)| open(path)).collect();
        places(&seen, &known)
            .into_iter()
            .map(|placed| placed.map_or_else(|why| why, |placed| format!("{}.{} {}", placed.resource.join("."), placed.verb, placed.url)))
            .collect()
    }

    #[test]
    fn paths_become_resources() {
        let made = placed(&[
            (Get, "/api/v1/users", "listUsers"),
            (Post, "/api/v1/users", "createUser"),
            (Get, "/api/v1/users/{userId}", "getUser"),
            (Post, "/api/v1/users/{userId}", "updateUser"),
            (Put, "/api/v1/users/{userId}", "replaceUser"),
            (Delete, "/api/v1/users/{userId}", "deleteUser"),
            (Post, "/api/v1/users/{userId}/lifecycle/suspend", "suspendUser"),
            (Get, "/api/v1/groups/{groupId}/users", "listGroupUsers"),
            (Put, "/api/v1/groups/{groupId}/users/{userId}", "assignUserToGroup"),
            (Delete, "/api/v1/groups/{groupId}/users/{userId}", "unassignUserFromGroup"),
            (Get, "/api/v1/iam/roles", "listRoles"),
            (Get, "/api/v1/roles", "listOtherRoles"),
            (Get, "/people.list", "listThem"),
            (Post, "/groups:lookup", "lookup"),
            (Get, "/a/{b", "broken"),
        ]);
        assert_eq!(
            made,
            [
                "users.list /api/v1/users",
                "users.create /api/v1/users",
                "users.get /api/v1/users/{{ id }}",
                "users.update /api/v1/users/{{ id }}",
                "users.replace /api/v1/users/{{ id }}",
                "users.delete /api/v1/users/{{ id }}",
                "users.suspend /api/v1/users/{{ id }}/lifecycle/suspend",
                "groups.users.list /api/v1/groups/{{ parent.id }}/users",
                "groups.users.add /api/v1/groups/{{ parent.id }}/users/{{ id }}",
                "groups.users.remove /api/v1/groups/{{ parent.id }}/users/{{ id }}",
                "iam_roles.list /api/v1/iam/roles",
                "roles.list /api/v1/roles",
                "people.list /people.list",
                "groups.lookup /groups:lookup",
                "a brace of its path is not closed",
            ]
        );
    }
}
