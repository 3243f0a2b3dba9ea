//! Takes keys out of a mapping by its table. What is unknown, missing or of the wrong type is reported where it stands, and everything else is still read.

use super::{Embedded, Entry, Key, Kind, Literal, Need, Node, Table, Value};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::source::{Sources, Span, Spanned};

/// What reading needs besides the tree.
pub struct Context<'a> {
    /// The texts.
    pub sources: &'a Sources,
    /// Where problems go.
    pub diagnostics: &'a mut Diagnostics,
}

/// A mapping that is being read.
pub struct Reader<'a, 'c> {
    /// The mapping.
    pub span: Span,
    entries: &'a [Entry],
    table: &'static Table,
    context: &'c mut Context<'a>,
}

impl<'a, 'c> Reader<'a, 'c> {
    /// Opens a mapping. Every key that the table does not have is reported here, and every key that it needs and is not there.
    pub fn open(node: &'a Node, table: &'static Table, context: &'c mut Context<'a>) -> Option<Self> {
        let entries: &[Entry] = match &node.kind {
            Kind::Mapping(entries) => entries,
            Kind::Scalar(_) if node.is_null() => &[],
            Kind::Scalar(_) | Kind::Sequence(_) => {
                let message = format!("{} is a mapping, not {}", title(table.name), node.describe());
                let example = table.keys.first().map(|key| key.example.lines().next().unwrap_or(key.name));
                let help = example.map(|example| format!("write keys and values, such as `{example}`"));
                context.diagnostics.push(Diagnostic::new(Code::WrongType, node.span, message).help_if(help));
                return None;
            }
            Kind::Broken => return None,
        };
        let mut reader = Self { span: node.span, entries, table, context };
        reader.report_unknown();
        reader.report_missing();
        Some(reader)
    }

    /// What reading needs besides the tree.
    pub fn context(&mut self) -> &mut Context<'a> {
        self.context
    }

    /// The value of a key; none if it is not there.
    pub fn take(&mut self, name: &str) -> Option<&'a Node> {
        debug_assert!(self.table.all_keys().any(|key| key.name == name), "`{name}` is not in the table of `{}`", self.table.name);
        self.entries.iter().find(|entry| entry.key.value == name).map(|entry| &entry.value)
    }

    /// The place of a key.
    #[must_use]
    pub fn key_span(&self, name: &str) -> Option<Span> {
        self.entries.iter().find(|entry| entry.key.value == name).map(|entry| entry.key.span)
    }

    /// Keys of the author's own choosing: those that the table does not name.
    pub fn rest(&self) -> Vec<(&'a Spanned<String>, &'a Node)> {
        let own = self.entries.iter().filter(|entry| !self.is_named(&entry.key));
        own.map(|entry| (&entry.key, &entry.value)).collect()
    }

    /// Text, a number or a boolean as text.
    pub fn text(&mut self, name: &str) -> Option<Spanned<String>> {
        let node = self.take(name)?;
        if let Some(scalar) = node.scalar()
            && !node.is_null()
        {
            return Some(Spanned::new(scalar.text.to_string(), node.span));
        }
        self.wrong_type(node, name, "text");
        None
    }

    /// A scalar with the places of its characters.
    pub fn embedded(&mut self, name: &str) -> Option<Embedded> {
        self.text(name)?;
        self.take(name)?.embedded(self.context.sources)
    }

    /// A whole number that is not negative.
    pub fn integer(&mut self, name: &str) -> Option<Spanned<u64>> {
        let node = self.take(name)?;
        if let Some(Literal::Integer(value)) = node.scalar().map(super::Scalar::literal)
            && value >= 0
        {
            return Some(Spanned::new(value.unsigned_abs(), node.span));
        }
        self.wrong_type(node, name, "a whole number");
        None
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, name: &str) -> Option<bool> {
        let node = self.take(name)?;
        if let Some(Literal::Bool(value)) = node.scalar().map(super::Scalar::literal) {
            return Some(value);
        }
        self.wrong_type(node, name, "`true` or `false`");
        None
    }

    /// One of the words that the table gives for this key.
    pub fn choice(&mut self, name: &str) -> Option<Spanned<&'static str>> {
        let given = self.text(name)?;
        let Some(Value::Choice(words)) = self.key(name).map(|key| &key.value) else { return None };
        self.context.choice(&given, name, words)
    }

    /// A list of texts.
    pub fn texts(&mut self, name: &str) -> Vec<Spanned<String>> {
        let Some(node) = self.take(name) else { return Vec::new() };
        if let Kind::Sequence(items) = &node.kind {
            return items.iter().filter_map(|item| self.context.text(item, name)).collect();
        }
        self.wrong_type(node, name, "a list");
        Vec::new()
    }

    /// The entries of a mapping from names to values.
    pub fn map(&mut self, name: &str) -> Vec<(&'a Spanned<String>, &'a Node)> {
        let Some(node) = self.take(name) else { return Vec::new() };
        if let Kind::Mapping(entries) = &node.kind {
            return entries.iter().map(|entry| (&entry.key, &entry.value)).collect();
        }
        if !node.is_null() {
            self.wrong_type(node, name, "a mapping");
        }
        Vec::new()
    }

    /// Whether an error stands in the mapping, so that what is missing in it may only be unreadable.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.context.diagnostics.has_error_within(self.span)
    }

    /// Whether a key is there but unreadable, or an unknown key looks like a slip of it.
    #[must_use]
    pub fn is_key_damaged(&self, name: &str) -> bool {
        let place = self.entries.iter().find(|entry| entry.key.value == name).map(|entry| entry.value.span);
        place.is_some_and(|span| self.context.diagnostics.has_error_within(span)) || self.is_misspelt(name)
    }

    /// Whether an unknown key looks like a slip of this one.
    fn is_misspelt(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| !self.is_named(&entry.key) && nearest(&entry.key, [name]).is_some())
    }

    /// Reports a value of the wrong type with an example of the right one, unless it was reported already.
    fn wrong_type(&mut self, node: &Node, name: &str, wanted: &str) {
        let help = self
            .key(name)
            .map(|key| format!("for example `{}`", key.example.lines().find(|line| line.starts_with(name)).unwrap_or(key.example)));
        self.context.report_wrong_type(node, name, wanted, help);
    }

    /// Reports keys that cannot stand together, and gives the one that does.
    pub fn one_of(&mut self, names: &[&'static str]) -> Option<&'static str> {
        let there: Vec<(&'static str, Span)> = names.iter().filter_map(|name| Some((*name, self.key_span(name)?))).collect();
        if let [(first, place), (second, span), ..] = there.as_slice() {
            let message = format!("`{second}` cannot stand beside `{first}`");
            let diagnostic =
                Diagnostic::new(Code::ConflictingKeys, *span, message).related(*place, "the other one").help("keep one of them");
            self.context.diagnostics.push(diagnostic);
        }
        there.first().map(|(name, _)| *name)
    }

    /// Like [`Self::one_of`], where one must be there.
    pub fn needs_one_of(&mut self, names: &[&'static str]) -> Option<&'static str> {
        let found = self.one_of(names);
        if found.is_none() && !names.iter().any(|name| self.is_misspelt(name)) {
            let list = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let message = match names {
                [_] => format!("{} needs the key {list}", title(self.table.name)),
                _ => format!("{} needs one of {list}", title(self.table.name)),
            };
            let example = names.first().and_then(|name| self.key(name)).map(|key| key.example.lines().next().unwrap_or(key.name));
            let help = example.map(|example| format!("for example `{example}`"));
            self.context.diagnostics.push(Diagnostic::new(Code::MissingKey, self.head(), message).help_if(help));
        }
        found
    }

    fn key(&self, name: &str) -> Option<&'static Key> {
        self.table.all_keys().find(|key| key.name == name)
    }

    fn is_named(&self, name: &str) -> bool {
        self.key(name).is_some() || self.table.all_reserved().any(|reserved| reserved.name == name)
    }

    /// The first line of the mapping, which is enough to find it.
    fn head(&self) -> Span {
        self.entries.first().map_or(self.span, |entry| entry.key.span)
    }

    fn report_unknown(&mut self) {
        for entry in self.entries {
            let name = entry.key.value.as_str();
            if self.key(name).is_some() {
                continue;
            }
            if let Some(reserved) = self.table.all_reserved().find(|reserved| reserved.name == name) {
                let message = format!("`{name}` ({}) is not supported by this version", reserved.doc);
                self.context.diagnostics.push(Diagnostic::new(Code::ReservedKey, entry.key.span, message).help("leave it out for now"));
                continue;
            }
            if self.table.rest.is_some() {
                continue;
            }
            let message = format!("`{name}` is not a key of {}", title(self.table.name));
            let keys: Vec<&str> = self.table.all_keys().map(|key| key.name).collect();
            let help = match (nearest(name, keys.iter().copied()), keys.as_slice()) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, [only]) => format!("its only key is `{only}`"),
                (None, _) => format!("its keys are {}", keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")),
            };
            self.context.diagnostics.push(Diagnostic::new(Code::UnknownKey, entry.key.span, message).help(help));
        }
    }

    fn report_missing(&mut self) {
        for key in self.table.all_keys().filter(|key| key.need == Need::Required) {
            let there = self.entries.iter().any(|entry| entry.key.value == key.name);
            // A misspelt key is reported as that, not as a missing one too.
            if !there && !self.is_misspelt(key.name) {
                let message = format!("{} needs the key `{}`", title(self.table.name), key.name);
                let help = format!("add it: `{}`", key.example.lines().next().unwrap_or(key.name));
                self.context.diagnostics.push(Diagnostic::new(Code::MissingKey, self.head(), message).help(help));
            }
        }
    }
}

impl<'a> Context<'a> {
    /// Reports a value of the wrong type, unless it was reported already.
    pub fn wrong_type(&mut self, node: &Node, name: &str, wanted: &str) {
        self.report_wrong_type(node, name, wanted, None);
    }

    fn report_wrong_type(&mut self, node: &Node, name: &str, wanted: &str, help: Option<String>) {
        if !node.is_broken() {
            let message = format!("`{name}` takes {wanted}, not {}", node.describe());
            self.diagnostics.push(Diagnostic::new(Code::WrongType, node.span, message).help_if(help));
        }
    }

    /// Text, a number or a boolean as text.
    pub fn text(&mut self, node: &Node, name: &str) -> Option<Spanned<String>> {
        match node.scalar() {
            Some(scalar) if !node.is_null() => Some(Spanned::new(scalar.text.to_string(), node.span)),
            Some(_) | None => {
                self.wrong_type(node, name, "text");
                None
            }
        }
    }

    /// A scalar with the places of its characters.
    pub fn embedded(&mut self, node: &Node, name: &str) -> Option<Embedded> {
        self.text(node, name)?;
        node.embedded(self.sources)
    }

    /// A list.
    pub fn list(&mut self, node: &'a Node, name: &str) -> &'a [Node] {
        if let Kind::Sequence(items) = &node.kind {
            return items;
        }
        self.wrong_type(node, name, "a list");
        &[]
    }

    /// A mapping from names to values.
    pub fn map(&mut self, node: &'a Node, name: &str) -> Vec<(&'a Spanned<String>, &'a Node)> {
        if let Kind::Mapping(entries) = &node.kind {
            return entries.iter().map(|entry| (&entry.key, &entry.value)).collect();
        }
        if !node.is_null() {
            self.wrong_type(node, name, "a mapping");
        }
        Vec::new()
    }

    /// One of these words.
    pub fn choice(&mut self, given: &Spanned<String>, name: &str, words: &[&'static str]) -> Option<Spanned<&'static str>> {
        if let Some(word) = words.iter().find(|word| **word == given.value) {
            return Some(Spanned::new(*word, given.span));
        }
        let message = match name.split_once(' ') {
            // What is no key is a kind of word: an error kind.
            Some(_) => format!("`{}` is not {}", given.value, with_article(name)),
            None => format!("`{}` is not a value of `{name}`", given.value),
        };
        let diagnostic = Diagnostic::new(Code::InvalidValue, given.span, message);
        let help = match nearest(given, words.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it takes {}", words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")),
        };
        self.diagnostics.push(diagnostic.help(help));
        None
    }
}

/// How a mapping is called in a message: `an operation`, `` `paginate` of style `cursor` ``, `` `into` ``.
fn title(name: &str) -> String {
    if let Some(style) = name.strip_suffix(" pagination") {
        return format!("`paginate` of style `{style}`");
    }
    if let Some(scheme) = name.strip_suffix(" method").filter(|scheme| *scheme != "auth") {
        return format!("an auth method of scheme `{scheme}`");
    }
    match name {
        // These are keys themselves.
        "into" | "size" | "with" | "for_each" | "poll" | "else" | "filters" | "errors" | "graphql" | "app" | "idempotency" | "paginate"
        | "keep" | "jwt" | "refresh" | "apply" => format!("`{name}`"),
        _ => with_article(name),
    }
}

fn with_article(name: &str) -> String {
    let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {name}")
}
