//! A draft as the text of its files, with what each line belongs to.

use super::draft::{Auth, Draft, Guess, MapFile, Mapped, Operation, Place, Records};
use crate::write::scalar;

/// What a line belongs to, by its place in the draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    /// Everything.
    Whole,
    Account(usize),
    Auth(usize),
    Operation(usize),
    /// How an operation's list is paged.
    Paging(usize),
    /// Where an operation's records stand.
    Records(usize),
    /// An input of an operation.
    Input(usize, usize),
    /// A resource of a map file.
    Map(usize, usize),
    /// A field of a map.
    Field(usize, usize, usize),
}

/// A file with an owner for each line.
#[derive(Clone, Debug, Default)]
pub(super) struct Written {
    pub(super) text: String,
    pub(super) owners: Vec<Owner>,
}

impl Written {
    fn line(&mut self, level: usize, owner: Owner, text: &str) {
        if !text.is_empty() {
            self.text.push_str(&"  ".repeat(level));
        }
        self.text.push_str(text);
        self.text.push('\n');
        self.owners.push(owner);
    }
}

/// A value in flow style.
pub(super) fn quoted(text: &str) -> String {
    scalar(text, false)
}

/// A template as a value of its own: plain where YAML reads it as it is.
fn template(text: &str) -> String {
    let starts = text.starts_with('/') || text.starts_with("https://");
    let plain = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '/' | '{' | '}' | ' ' | '.' | '_' | '-' | ':' | '~' | '@' | '=' | '+' | '$' | '(' | ')')
    };
    if starts && text.chars().all(plain) && !text.contains(": ") && !text.ends_with(':') {
        text.to_owned()
    } else {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

/// `connector.yaml`.
pub(super) fn connector(draft: &Draft) -> Written {
    let mut out = Written::default();
    let mut whole = |level: usize, text: &str| out.line(level, Owner::Whole, text);
    whole(0, "# Made by `connc new` from the provider's description. What ends in `# review` was guessed.");
    whole(0, &format!("connector: {}", quoted(&draft.name)));
    whole(0, "spec: 1");
    whole(0, &format!("title: {}", quoted(&draft.title)));
    if let Some(docs) = &draft.docs {
        whole(0, &format!("docs: {}", template(docs)));
    }
    whole(0, "");
    if !draft.account.is_empty() {
        whole(0, "account:");
        for (index, (name, declared)) in draft.account.iter().enumerate() {
            out.line(1, Owner::Account(index), &format!("{name}: {declared}"));
        }
        out.line(0, Owner::Whole, "");
    }
    let note = draft.base_note.as_ref().map_or_else(String::new, |note| format!(" # review: {note}"));
    out.line(0, Owner::Whole, &format!("base_url: {}{note}", template(&draft.base_url)));
    if !draft.hosts.is_empty() {
        let hosts: Vec<String> = draft.hosts.iter().map(|host| quoted(host)).collect();
        out.line(0, Owner::Whole, &format!("hosts: [{}] # review", hosts.join(", ")));
    }
    out.line(0, Owner::Whole, "");
    out.line(0, Owner::Whole, "auth:");
    for note in &draft.auth_notes {
        out.line(1, Owner::Whole, &format!("# review: {note}"));
    }
    for (index, Auth { name, lines }) in draft.auth.iter().enumerate() {
        out.line(1, Owner::Auth(index), &format!("{name}:"));
        lines.iter().for_each(|line| out.line(2, Owner::Auth(index), line));
    }
    if let Some(schema) = &draft.graphql {
        out.line(0, Owner::Whole, "");
        out.line(0, Owner::Whole, "graphql:");
        out.line(1, Owner::Whole, "endpoint: /graphql # review: the schema does not say where it is served");
        out.line(1, Owner::Whole, &format!("schema: schemas/{schema}"));
    }
    out.line(0, Owner::Whole, "");
    out.line(0, Owner::Whole, "resources:");
    resources(draft, &mut out);
    sources(draft, &mut out);
    out
}

fn resources(draft: &Draft, out: &mut Written) {
    let order = order(draft);
    let mut here: Vec<String> = Vec::new();
    for index in order {
        let Some(operation) = draft.operations.get(index) else { continue };
        let shared = here.iter().zip(&operation.resource).take_while(|(a, b)| a == b).count();
        for (level, name) in operation.resource.iter().enumerate().skip(shared) {
            if level == 0 && !here.is_empty() {
                out.line(0, Owner::Whole, "");
            }
            out.line(level + 1, Owner::Whole, &format!("{name}:"));
        }
        here.clone_from(&operation.resource);
        write_operation(index, operation, out);
    }
}

/// Operations so that each resource is written once: by the first operation of each resource, those of the resource itself before others, and the usual verbs first.
fn order(draft: &Draft) -> Vec<usize> {
    let first = |name: &[String]| draft.operations.iter().position(|operation| operation.resource.starts_with(name)).unwrap_or_default();
    let key = |operation: &Operation| -> Vec<usize> {
        (1..=operation.resource.len())
            .filter_map(|end| operation.resource.get(..end))
            .map(|name| first(name) + 1)
            .chain(std::iter::once(0))
            .collect()
    };
    let usual = ["list", "get", "create", "update", "replace", "delete", "add", "remove"];
    let rank = |operation: &Operation| usual.iter().position(|verb| *verb == operation.verb).unwrap_or(usual.len());
    let keys = draft.operations.iter().enumerate().map(|(index, operation)| (key(operation), rank(operation), index));
    let mut order: Vec<(Vec<usize>, usize, usize)> = keys.collect();
    order.sort();
    order.into_iter().map(|(.., index)| index).collect()
}

fn write_operation(index: usize, operation: &Operation, out: &mut Written) {
    let level = operation.resource.len() + 1;
    let owner = Owner::Operation(index);
    for (code, reason) in &operation.allows {
        out.line(level, owner, &format!("# connc: allow({code}) {reason}"));
    }
    out.line(level, owner, &format!("{}:", operation.verb));
    let level = level + 1;
    if let Some(document) = &operation.document {
        out.line(level, owner, "graphql: |");
        document.lines().for_each(|line| out.line(level + 1, owner, line));
    } else {
        out.line(level, owner, &format!("{}: {}", operation.method.name().to_lowercase(), template(&operation.url)));
    }
    let inputs = || operation.inputs.iter().enumerate().map(|(at, input)| (Owner::Input(index, at), input));
    if !operation.inputs.is_empty() {
        out.line(level, owner, "input:");
        inputs().for_each(|(owner, input)| out.line(level + 1, owner, &format!("{}: {}", input.name, input.declared)));
    }
    let places = [
        (
            "query",
            inputs()
                .filter_map(|(owner, input)| if let Place::Query(name, value) = &input.place { Some((owner, name, value)) } else { None })
                .collect::<Vec<_>>(),
        ),
        (
            "headers",
            inputs()
                .filter_map(|(owner, input)| if let Place::Header(name, value) = &input.place { Some((owner, name, value)) } else { None })
                .collect(),
        ),
        (
            "form",
            inputs()
                .filter_map(|(owner, input)| if let Place::Form(name, value) = &input.place { Some((owner, name, value)) } else { None })
                .collect(),
        ),
    ];
    for (key, entries) in places {
        if entries.is_empty() {
            continue;
        }
        out.line(level, owner, &format!("{key}:"));
        for (owner, name, value) in entries {
            out.line(level + 1, owner, &format!("{}: {}", quoted(name), template(value)));
        }
    }
    if let Some((owner, _)) = inputs().find(|(_, input)| input.place == Place::Body) {
        out.line(level, owner, "body: $input.body");
    }
    if !operation.variables.is_empty() {
        let pairs: Vec<String> = operation.variables.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        out.line(level, owner, &format!("variables: {{ {} }}", pairs.join(", ")));
    }
    let records = Owner::Records(index);
    match &operation.records {
        Records::Items(path, absent_is_empty) => {
            out.line(level, records, &format!("items: {}", quoted(path)));
            if *absent_is_empty {
                out.line(level, records, "items_absent: empty # review: nothing says that an empty list is written out");
            }
            if let Some(page) = operation.pages.first() {
                out.line(level, Owner::Paging(index), &format!("paginate: {} # review: {}", page.flow, page.why));
            }
        }
        Records::Item(path) => out.line(level, records, &format!("item: {}", quoted(path))),
        Records::Whole => {}
        Records::None => out.line(level, records, "answer: none"),
    }
}

fn sources(draft: &Draft, out: &mut Written) {
    if draft.sources.is_empty() {
        return;
    }
    out.line(0, Owner::Whole, "");
    out.line(0, Owner::Whole, "sources:");
    for (index, source) in draft.sources.iter().enumerate() {
        out.line(1, Owner::Whole, &format!("- description: {}", quoted(&source.description)));
        if let Some(version) = &source.version {
            out.line(2, Owner::Whole, &format!("version: {}", scalar_text(version)));
        }
        let ids: Vec<&String> =
            draft.operations.iter().filter(|operation| operation.source == index).filter_map(|operation| operation.id.as_ref()).collect();
        if !ids.is_empty() {
            out.line(2, Owner::Whole, "operations:");
            ids.iter().for_each(|id| out.line(3, Owner::Whole, &format!("- {}", quoted(id))));
        }
    }
}

/// Text that YAML would read as a number without quotes.
fn scalar_text(text: &str) -> String {
    quoted(text)
}

/// The file of a map.
pub(super) fn map(file: usize, map: &MapFile) -> Written {
    let mut out = Written::default();
    out.line(0, Owner::Whole, &format!("maps: {}@{}", map.model, map.version));
    for (index, mapped) in map.resources.iter().enumerate() {
        out.line(0, Owner::Whole, "");
        write_mapped(file, index, mapped, &mut out);
    }
    out
}

fn write_mapped(file: usize, index: usize, mapped: &Mapped, out: &mut Written) {
    let owner = Owner::Map(file, index);
    out.line(0, owner, &format!("{}: # review", mapped.name));
    out.line(1, owner, &format!("from: {}", mapped.from));
    out.line(1, owner, "fields:");
    for (at, field) in mapped.fields.iter().enumerate() {
        let owner = Owner::Field(file, index, at);
        match field.guesses.first() {
            Some(Guess::Expression(expression)) => out.line(2, owner, &format!("{}: {} # review", field.name, expression_text(expression))),
            Some(Guess::Words { from, known, has_others }) => {
                out.line(2, owner, &format!("{}: # review", field.name));
                out.line(3, owner, &format!("from: {}", expression_text(from)));
                out.line(3, owner, "enum:");
                known.iter().for_each(|(word, value)| out.line(4, owner, &format!("{}: {} # review", quoted(word), quoted(value))));
                if *has_others && !field.required {
                    out.line(3, owner, "otherwise: null # review: words that have no counterpart above");
                }
            }
            None => {}
        }
    }
    if let Some(parent) = &mapped.parent {
        out.line(1, owner, &format!("filters: {{ {parent}: {{ parent: \"{{{{ value }}}}\" }} }} # review"));
    }
}

fn expression_text(expression: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '$');
    if expression.chars().all(plain) { scalar(expression, false) } else { format!("'{}'", expression.replace('\'', "''")) }
}

/// `README.md`.
pub(super) fn readme(draft: &Draft) -> String {
    let maps = draft.maps.iter().map(|file| format!("`{}`", file.model)).collect::<Vec<_>>().join(", ");
    let mut out = format!("# {}\n\nMade by `connc new`", markdown(&draft.title));
    let from: Vec<String> = draft.sources.iter().map(|source| markdown(&source.description)).collect();
    if from.is_empty() {
        out.push_str(".\n");
    } else {
        out.push_str(&format!(" from {}.\n", from.join(" and ")));
    }
    out.push_str("What ends in `# review` was guessed: look at it, mend it, and take the mark away.\n\n");
    out.push_str("- Ways to connect: ");
    out.push_str(&draft.auth.iter().map(|method| format!("`{}`", method.name)).collect::<Vec<_>>().join(", "));
    out.push_str(".\n");
    if !maps.is_empty() {
        out.push_str(&format!("- Maps: {maps}.\n"));
    }
    out.push_str("- Not recorded yet: `cassettes/` is empty.\n");
    out
}

fn markdown(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() || matches!(c, '<' | '>' | '`' | '[' | ']') { ' ' } else { c })
        .collect::<String>()
        .trim()
        .to_owned()
}
