//! A draft from descriptions: which operations, what each is called, what it takes and gives, how it pages, how one connects, and what it maps to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use connc_compiler::diagnostic::Diagnostics;
use connc_compiler::shape::Model;
use connc_compiler::source::{Role, Sources};
use connc_compiler::yaml::{self, Context};
use connc_plan::Method;
use serde_json::{Map, Value};

use super::draft::{Draft, Operation, Place, Records, Source};
use super::offers::{self, Listed, Offer};
use super::path;
use super::place::{self, Seen};
use super::schemas::Schemas;
use super::security::Ways;
use super::server::{Server, server};
use super::{Api, MOST, Read, Wanted, graphql, maps, paging, records, request, too_many};
use crate::document::{Document, Kind};
use crate::sdl::Schema;
use crate::{Problem, describe};

/// Proposes a draft.
pub(super) fn propose(wanted: &Wanted<'_>, apis: &[Api<'_>], left_out: &mut Vec<String>) -> Result<Draft, Problem> {
    let models = models(wanted.models);
    let mut draft = Draft { name: wanted.name.to_owned(), ..Draft::default() };
    let mut types: Vec<Map<String, Value>> = Vec::new();
    let mut ways = Ways::default();
    let has_schema = apis.iter().any(|api| matches!(api.read, Read::Sdl(_)));
    if has_schema && apis.len() > 1 {
        return Err(Problem::new("a GraphQL schema cannot be put together with other descriptions").help("make a connector of each"));
    }
    let mut listed: Vec<Vec<Listed>> = Vec::new();
    for api in apis {
        listed.push(if let Read::Document(document) = &api.read { offers::listed(&describe::outline(document)?) } else { Vec::new() });
    }
    let mut chosen: Vec<Vec<&Listed>> = listed.iter().map(|all| choose(all, wanted.only, left_out)).collect();
    let count = |chosen: &[Vec<&Listed>]| chosen.iter().map(Vec::len).sum::<usize>();
    let mut number = count(&chosen);
    if number > MOST && !wanted.all {
        // Longer names that only have the words in them, and then actions, are the first that can be spared.
        for actions in [true, false] {
            let exactly = |listed: &&Listed| listed.is_exactly(wanted.only, actions);
            let exact: Vec<Vec<&Listed>> = chosen.iter().map(|all| all.iter().copied().filter(exactly).collect()).collect();
            if (1..=MOST).contains(&count(&exact)) {
                let what =
                    if actions { "resources only have the words of `--only` in longer names" } else { "last word is none of `--only`" };
                left_out.push(format!("{} operations whose {what}", number - count(&exact)));
                chosen = exact;
                number = count(&chosen);
                break;
            }
        }
    }
    if number > MOST && !wanted.all {
        return Err(too_many(number, chosen.iter().flatten().map(|listed| super::words::snake(listed.resource()))));
    }
    if number == 0 && !has_schema {
        return Err(nothing_chosen(wanted, &listed));
    }
    let mut seen: BTreeSet<(&'static str, String)> = BTreeSet::new();
    for ((source, api), chosen) in apis.iter().enumerate().zip(chosen) {
        match &api.read {
            Read::Sdl(parsed) => types.push(from_schema(wanted, api, parsed, &mut draft, &mut ways, left_out)?),
            Read::Document(document) => {
                // The same operation may stand in two descriptions.
                let chosen: Vec<&Listed> =
                    chosen.into_iter().filter(|listed| seen.insert((listed.method.name(), path::open(&listed.path)))).collect();
                types.push(from_document(
                    source,
                    document,
                    listed.get(source).map_or(&[][..], Vec::as_slice),
                    &chosen,
                    &mut draft,
                    &mut ways,
                    left_out,
                )?);
            }
        }
        describe_source(api, &mut draft);
    }
    ways.finish();
    draft.auth = ways.auth;
    draft.auth_notes = ways.notes;
    if draft.title.is_empty() {
        draft.title.clone_from(&draft.name);
    }
    draft.account.retain(|(name, _)| {
        let written = format!("account.{name} ");
        draft.base_url.contains(&written) || draft.operations.iter().any(|operation| operation.url.contains(&written))
    });
    let types: Vec<&Map<String, Value>> = types.iter().collect();
    draft.maps = maps::propose(&draft, &types, &models, left_out);
    Ok(draft)
}

fn models(sources: &Sources) -> BTreeMap<String, Arc<Model>> {
    let mut diagnostics = Diagnostics::default();
    let trees: Vec<_> = sources.of(Role::Model).map(|file| yaml::read(sources, file, &mut diagnostics)).collect();
    connc_compiler::parse::models(&trees, &mut Context { sources, diagnostics: &mut diagnostics })
}

fn choose<'a>(all: &'a [Listed], only: &[String], left_out: &mut Vec<String>) -> Vec<&'a Listed> {
    let about: Vec<&Listed> = all.iter().filter(|listed| only.is_empty() || listed.is_about(only)).collect();
    let deprecated = about.iter().filter(|listed| listed.is_deprecated).count();
    if deprecated > 0 {
        left_out.push(format!("{deprecated} deprecated {}", if deprecated == 1 { "operation" } else { "operations" }));
    }
    about.into_iter().filter(|listed| !listed.is_deprecated && listed.method != Method::Head).collect()
}

fn nothing_chosen(wanted: &Wanted<'_>, listed: &[Vec<Listed>]) -> Problem {
    let words: BTreeSet<String> =
        listed.iter().flatten().map(|listed| super::words::snake(listed.resource())).filter(|word| !word.is_empty()).collect();
    if wanted.only.is_empty() || words.is_empty() {
        return Problem::new("the description has no operations that can be used");
    }
    let near = wanted.only.iter().find_map(|word| connc_compiler::diagnostic::nearest(word, words.iter().map(String::as_str)));
    let given = wanted.only.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there is {}", words.iter().take(20).map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")),
    };
    Problem::new(format!("no operation of the description is about {given}")).help(help)
}

fn describe_source(api: &Api<'_>, draft: &mut Draft) {
    let (title, version) = match &api.read {
        Read::Document(document) => {
            let info = document.root.get("info").unwrap_or(&document.root);
            let text = |key: &str| {
                info.get(key).and_then(|value| value.as_str().map(ToOwned::to_owned).or_else(|| value.as_number().map(ToString::to_string)))
            };
            let version = if document.kind == Kind::Discovery { text("revision") } else { None };
            (text("title").unwrap_or_default(), version.or_else(|| text("version")))
        }
        Read::Sdl(_) => (String::new(), None),
    };
    let title = one_line(&title);
    let file = one_line(api.file.name);
    let description = if title.is_empty() { file } else { format!("{title}, {file}") };
    draft.sources.push(Source { description, version: version.map(|version| one_line(&version)).filter(|version| !version.is_empty()) });
    if let Read::Document(document) = &api.read
        && draft.docs.is_none()
    {
        draft.docs = docs(document);
    }
    if draft.title.is_empty() {
        draft.title = title;
    }
}

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(120).collect()
}

fn docs(document: &Document) -> Option<String> {
    let external = document.root.get("externalDocs").and_then(|docs| docs.get("url"));
    let url = external.or_else(|| document.root.get("documentationLink")).and_then(Value::as_str)?.trim();
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | ':' | '-' | '_' | '~' | '?' | '=' | '&' | '%' | '#' | '+');
    (url.starts_with("https://") && url.len() < 200 && url.chars().all(safe)).then(|| url.to_owned())
}

fn from_schema(
    wanted: &Wanted<'_>,
    api: &Api<'_>,
    parsed: &apollo_compiler::ast::Document,
    draft: &mut Draft,
    ways: &mut Ways,
    left_out: &mut Vec<String>,
) -> Result<Map<String, Value>, Problem> {
    let schema = Schema::of(parsed);
    let fields = graphql::fields(&schema);
    let chosen: Vec<&graphql::Field<'_>> = fields.iter().filter(|field| wanted.only.is_empty() || field.is_about(wanted.only)).collect();
    if chosen.is_empty() {
        return Err(Problem::new("no field of the schema's query gives records in pages, or one by its `id`")
            .help("fields that answer with `nodes` and `pageInfo`, or that take only an `id`, are taken"));
    }
    if chosen.len() > MOST && !wanted.all {
        return Err(too_many(chosen.len(), chosen.iter().map(|field| super::words::snake(field.name))));
    }
    draft.base_url = "https://api.example.com".to_owned();
    draft.base_note = Some("a schema does not say where it is served".to_owned());
    draft.graphql = Some(format!("{}.graphql", api.extract));
    draft.operations = graphql::operations(&chosen, &schema, left_out);
    ways.finish();
    Ok(Map::new())
}

fn from_document(
    source: usize,
    document: &Document,
    all: &[Listed],
    chosen: &[&Listed],
    draft: &mut Draft,
    ways: &mut Ways,
    left_out: &mut Vec<String>,
) -> Result<Map<String, Value>, Problem> {
    let outline = describe::outline(document)?;
    let known: BTreeSet<String> = all.iter().map(|listed| path::open(&listed.path)).collect();
    let (offers, types) = offers::offers(document, &outline, chosen);
    let schemas = Schemas { types: &types };
    let scopes = scopes(&offers);
    ways.add(document, &scopes);
    let prefix = base(server(document), draft);
    let lists: Vec<Option<(String, &Value)>> = offers.iter().map(|offer| listing(offer, &known, schemas)).collect();
    let seen: Vec<Seen<'_>> = offers
        .iter()
        .zip(&lists)
        .map(|(offer, list)| Seen {
            method: offer.method,
            path: &offer.path,
            id: offer.id.as_deref(),
            lists: list.is_some(),
            has_body: offer.made.contains_key("body"),
        })
        .collect();
    let taken: BTreeSet<String> = draft.operations.iter().map(Operation::coordinate).collect();
    for ((offer, list), placed) in offers.iter().zip(lists).zip(place::places(&seen, &known)) {
        let called = || format!("{} {}", offer.method.name(), offer.path.chars().take(80).filter(|c| !c.is_control()).collect::<String>());
        let placed = match placed {
            Ok(_) if offer.own_server.is_some() => {
                let host: String = offer.own_server.iter().flat_map(|host| host.chars()).filter(|c| !c.is_control()).take(60).collect();
                left_out.push(format!("{}: it is served from `{host}`, not from the base URL", called()));
                continue;
            }
            Ok(_) if offer.is_upload => {
                left_out.push(format!("{}: its body is neither JSON nor a form, which this version does not send", called()));
                continue;
            }
            Ok(placed) => placed,
            Err(why) => {
                left_out.push(format!("{}: {why}", called()));
                continue;
            }
        };
        for name in &placed.account {
            if !draft.account.iter().any(|(known, _)| known == name) {
                draft.account.push((name.clone(), "{ type: id } # review: most paths begin with it".to_owned()));
            }
        }
        let mut operation = operation(source, offer, list, &placed, document.kind, schemas, ways);
        operation.url = format!("{prefix}{}", operation.url);
        if taken.contains(&operation.coordinate()) {
            let stem = operation.verb.clone();
            let free = (2..10_000).map(|number| format!("{stem}_{number}"));
            let name = operation.resource.join(".");
            operation.verb = free.into_iter().find(|verb| !taken.contains(&format!("{name}.{verb}"))).unwrap_or(stem);
        }
        draft.operations.push(operation);
    }
    Ok(types)
}

/// What stands before each path: the first description's server is the base URL, others are written out where they differ.
fn base(server: Server, draft: &mut Draft) -> String {
    let whole = format!("{}{}", server.origin, server.path);
    if draft.base_url.is_empty() {
        draft.base_url = whole;
        draft.base_note = server.note;
        draft.account.extend(server.account);
        return String::new();
    }
    if whole == draft.base_url || server.note.is_some() {
        return String::new();
    }
    if let Some(rest) = whole.strip_prefix(&draft.base_url).filter(|rest| rest.starts_with('/')) {
        return rest.to_owned();
    }
    let own = draft.base_url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    let host = server.origin.trim_start_matches("https://").to_owned();
    if own == server.origin {
        // The paths of both begin behind the host.
        let path = draft.base_url.strip_prefix(&own).unwrap_or_default().to_owned();
        draft
            .operations
            .iter_mut()
            .filter(|operation| operation.url.starts_with('/'))
            .for_each(|operation| operation.url = format!("{path}{}", operation.url));
        draft.base_url = own;
        return server.path;
    }
    if !host.contains('{') && !draft.hosts.contains(&host) {
        draft.hosts.push(host);
    }
    whole
}

/// The scopes that the operations need: the first set of each.
fn scopes(offers: &[Offer]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for offer in offers {
        let first = offer.made.get("scopes").and_then(Value::as_array).and_then(|sets| sets.first()).and_then(Value::as_array);
        for scope in first.into_iter().flatten().filter_map(Value::as_str) {
            if !found.iter().any(|known| known == scope) {
                found.push(scope.to_owned());
            }
        }
    }
    found
}

fn listing<'a>(offer: &'a Offer, known: &BTreeSet<String>, schemas: Schemas<'a>) -> Option<(String, &'a Value)> {
    let answer = records::answer(&offer.made).filter(|_| offer.method == Method::Get)?;
    let parameters = offer.made.get("parameters").and_then(Value::as_object);
    let pages = ["limit", "page", "cursor", "perpage", "pagesize", "pagetoken", "maxresults", "offset", "startat", "startindex", "top"];
    let has_pages = parameters.is_some_and(|parameters| parameters.keys().any(|name| pages.contains(&super::words::plain(name).as_str())));
    // What stands behind a value is one record, unless it comes in pages.
    if offer.path.ends_with('}') && !has_pages {
        return None;
    }
    let is_collection = has_pages || known.contains(&format!("{}/{{}}", path::open(&offer.path)));
    let resource = last_word(&offer.path);
    let (path, record) = records::list(answer, &resource, is_collection, schemas)?;
    super::words::steps(&path).is_some().then_some((path, record))
}

fn last_word(path: &str) -> String {
    let last = path.rsplit('/').find(|part| !part.is_empty() && !part.starts_with('{')).unwrap_or_default().trim_end_matches(".json");
    match last.rsplit_once('.') {
        Some((before, "list")) => before.rsplit('.').next().unwrap_or(before).to_owned(),
        Some(_) | None => last.to_owned(),
    }
}

fn operation(
    source: usize,
    offer: &Offer,
    list: Option<(String, &Value)>,
    placed: &place::Placed,
    kind: Kind,
    schemas: Schemas<'_>,
    ways: &Ways,
) -> Operation {
    let answer = records::answer(&offer.made);
    let (records, record, pages) = match (list, answer) {
        (Some((path, record)), Some(answer)) => {
            let pages = paging::guesses(offer, answer, &path, schemas);
            // Where everything may be absent, so may an empty list.
            let absent_is_empty = kind == Kind::Discovery && path != "$";
            (Records::Items(path, absent_is_empty), record.clone(), pages)
        }
        (_, Some(answer)) => {
            let (records, record) = records::item(answer, placed.resource.last().map_or("", String::as_str), schemas);
            (records, record.clone(), Vec::new())
        }
        (_, None) if records::is_empty(&offer.made) => (Records::None, Value::Null, Vec::new()),
        (_, None) => (Records::Whole, Value::Null, Vec::new()),
    };
    // A guess that is refused makes room for the next, whose parameters are no inputs either.
    let paged: Vec<String> = pages.iter().flat_map(|page| page.sets.iter().cloned()).collect();
    let taken = request::inputs(offer, &placed.inputs, &paged, schemas, ways);
    debug_assert!(taken.inputs.iter().filter(|input| input.place == Place::Body).count() < 2, "a request has one body");
    Operation {
        resource: placed.resource.clone(),
        verb: placed.verb.clone(),
        method: offer.method,
        url: placed.url.clone(),
        document: None,
        inputs: taken.inputs,
        variables: Vec::new(),
        records,
        pages,
        allows: BTreeMap::new(),
        key: format!("{} {}", offer.method.name(), offer.path),
        source,
        id: offer.id.as_ref().map(|id| one_line(id)).filter(|id| !id.is_empty()),
        record,
        record_type: None,
        has_credentials: taken.has_credentials,
    }
}
