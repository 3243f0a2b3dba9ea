//! A map to a unified model.

use connc_plan as plan;

use super::steps::verb as verb_steps;
use crate::diagnostic::{Code, Diagnostic};
use crate::lang::{Expression, template, template_at};
use crate::source::Spanned;
use crate::spec::{
    ENUM_FIELD, EnumField, FILTER, FILTERS, Field, FieldValue, Filter, FilterSet, Filters, MAP_FILE, MAP_RESOURCE, MapFile, MapResource,
};
use crate::yaml::{Context, Kind, Literal, Node, Reader};

/// Reads a file of maps.
pub fn map_file<'a>(node: &'a Node, context: &mut Context<'a>) -> Option<MapFile> {
    let mut reader = Reader::open(node, &MAP_FILE, context)?;
    let maps = reader.text("maps")?;
    let resources = reader.rest().into_iter().filter_map(|(name, node)| resource(name, node, reader.context())).collect();
    let Some((model, version)) = maps.value.split_once('@').and_then(|(model, version)| Some((model, version.parse().ok()?))) else {
        let message = format!("`{}` is not a model and its version", maps.value);
        context.diagnostics.push(Diagnostic::new(Code::InvalidValue, maps.span, message).help("write it as `user-directory@1`"));
        return None;
    };
    Some(MapFile { model: Spanned::new(model.to_owned(), maps.span), version, resources })
}

/// The model that a file maps to, where its text says so on a line of its own, for whoever looks for the model's files.
#[must_use]
pub fn mapped(text: &str) -> Option<&str> {
    let said = text.lines().find_map(|line| line.strip_prefix("maps:"))?;
    let name = said.split('@').next().unwrap_or_default().trim();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (!name.is_empty() && name.bytes().all(plain)).then_some(name)
}

fn resource<'a>(name: &Spanned<String>, node: &'a Node, context: &mut Context<'a>) -> Option<MapResource> {
    let mut reader = Reader::open(node, &MAP_RESOURCE, context)?;
    let from = reader.text("from");
    let fields_span = reader.key_span("fields").unwrap_or(name.span);
    let (mut fields, mut unreadable) = (Vec::new(), Vec::new());
    for (name, node) in reader.map("fields") {
        match field(name, node, reader.context()) {
            Some(field) => fields.push(field),
            None => unreadable.push(name.value.clone()),
        }
    }
    if fields.is_empty() && unreadable.is_empty() && (reader.is_key_damaged("fields") || reader.take("fields").is_none_or(Node::is_broken))
    {
        unreadable.push("*".to_owned());
    }
    let filters = filters(&mut reader);
    let mut verbs = Vec::new();
    for (word, verb) in plan::Verb::ALL {
        let Some(node) = reader.take(word) else { continue };
        let span = reader.key_span(word).unwrap_or(node.span);
        verbs.extend(verb_steps(node, reader.context()).map(|steps| (Spanned::new(*verb, span), steps)));
    }
    Some(MapResource { name: name.clone(), from: from?, fields, fields_span, unreadable, filters, verbs })
}

fn field<'a>(name: &Spanned<String>, node: &'a Node, context: &mut Context<'a>) -> Option<Field> {
    let value = match &node.kind {
        Kind::Broken => return None,
        Kind::Sequence(_) => {
            context.wrong_type(node, name, "an expression");
            return None;
        }
        Kind::Mapping(_) => field_object(name, node, context)?,
        Kind::Scalar(scalar) => match scalar.literal() {
            Literal::String(_) => {
                let text = node.embedded(context.sources)?;
                FieldValue::Expression(Expression::read(&text, context.diagnostics)?)
            }
            Literal::Null => {
                let message = format!("the field `{}` has no expression", name.value);
                let help = "write where its value stands, or `{ unavailable: reason }`";
                context.diagnostics.push(Diagnostic::new(Code::WrongType, name.span, message).help(help));
                return None;
            }
            literal @ (Literal::Bool(_) | Literal::Integer(_) | Literal::Float(_)) => {
                FieldValue::Const(Spanned::new(literal.to_json(), node.span))
            }
        },
    };
    Some(Field { name: name.clone(), value })
}

fn field_object<'a>(name: &Spanned<String>, node: &'a Node, context: &mut Context<'a>) -> Option<FieldValue> {
    let mut reader = Reader::open(node, &ENUM_FIELD, context)?;
    let chosen = reader.needs_one_of(&["from", "const", "unavailable"])?;
    if chosen != "from" {
        for key in ["enum", "write", "otherwise"] {
            if let Some(span) = reader.key_span(key) {
                let message = format!("`{key}` cannot stand beside `{chosen}`");
                reader.context().diagnostics.push(Diagnostic::new(Code::ConflictingKeys, span, message).help("keep one of them"));
            }
        }
    }
    match chosen {
        "const" => reader.take("const").map(|value| FieldValue::Const(Spanned::new(value.to_json(), value.span))),
        "unavailable" => reader.text("unavailable").map(|reason| FieldValue::Unavailable(reason.value)),
        _ => {
            let text = reader.embedded("from");
            let from = text.and_then(|text| Expression::read(&text, reader.context().diagnostics));
            let values = pairs(&mut reader, "enum");
            if values.is_empty() && reader.key_span("enum").is_none() && !reader.is_key_damaged("enum") {
                let message = format!("the field `{}` translates nothing", name.value);
                let help = "add `enum: { PROVIDERS: unified }`, or write the expression alone";
                let span = reader.key_span("from").unwrap_or(name.span);
                reader.context().diagnostics.push(Diagnostic::new(Code::MissingKey, span, message).help(help));
            }
            let write = pairs(&mut reader, "write");
            let otherwise = match reader.take("otherwise") {
                Some(node) if node.is_null() => None,
                Some(_) => reader.text("otherwise"),
                None => None,
            };
            Some(FieldValue::Enum(EnumField {
                from: from?,
                values,
                write,
                says_otherwise: reader.key_span("otherwise").is_some(),
                otherwise,
            }))
        }
    }
}

fn pairs(reader: &mut Reader<'_, '_>, name: &str) -> Vec<(Spanned<String>, Spanned<String>)> {
    let entries = reader.map(name);
    entries.into_iter().filter_map(|(key, node)| Some((key.clone(), reader.context().text(node, key)?))).collect()
}

fn filters(reader: &mut Reader<'_, '_>) -> Filters {
    let Some(node) = reader.take("filters") else { return Filters::default() };
    let Some(mut inner) = Reader::open(node, &FILTERS, reader.context()) else { return Filters::default() };
    let join = inner.text("join").map(|text| text.value);
    let mut list = Vec::new();
    for (name, node) in inner.rest() {
        list.extend(filter(name, node, inner.context()));
    }
    Filters { join, list }
}

/// A template for each value.
fn by_value<'a>(node: &'a Node, context: &mut Context<'a>) -> Option<FilterSet> {
    let Kind::Mapping(entries) = &node.kind else { return None };
    let read = |entry: &'a crate::yaml::Entry| Some((entry.key.clone(), template_at(&entry.value, &entry.key, context)?));
    let values: Vec<_> = entries.iter().filter_map(read).collect();
    (!values.is_empty()).then_some(FilterSet::ByValue(values))
}

fn filter<'a>(name: &Spanned<String>, node: &'a Node, context: &mut Context<'a>) -> Option<Filter> {
    let mut reader = Reader::open(node, &FILTER, context)?;
    let parent = template(&mut reader, "parent");
    let via = reader.text("via");
    let r#type =
        reader.choice("type").and_then(|word| plan::Type::ALL.iter().find(|(name, _)| *name == word.value).map(|(_, found)| *found));
    let mut sets = Vec::new();
    let nothing = reader.rest().is_empty();
    for (input, node) in reader.rest() {
        let set = match &node.kind {
            Kind::Mapping(_) => by_value(node, reader.context()),
            Kind::Scalar(_) | Kind::Sequence(_) | Kind::Broken => template_at(node, input, reader.context()).map(FilterSet::Always),
        };
        sets.extend(set.map(|set| (input.clone(), set)));
    }
    if nothing && reader.key_span("parent").is_none() {
        let message = format!("the filter `{}` sets nothing", name.value);
        let help = "write what it sets, as `{ search: \"{{ value }}\" }` with the name of one of the operation's inputs";
        reader.context().diagnostics.push(Diagnostic::new(Code::MissingKey, name.span, message).help(help));
    }
    Some(Filter { name: name.clone(), via, r#type, parent, sets })
}

#[cfg(test)]
mod tests {
    use super::mapped;

    #[test]
    fn the_model_of_a_map_shows_where_it_is_said_plainly() {
        for plain in ["maps: user-directory@1\n", "# who\nmaps:  user-directory@1  # where\nusers: {}\n", "maps: user-directory"] {
            assert_eq!(mapped(plain), Some("user-directory"), "{plain}");
        }
        for other in ["", "maps: \"user-directory@1\"\n", "{ maps: user-directory@1 }\n", "maps:\n  user-directory@1\n", "  maps: x@1\n"] {
            assert_eq!(mapped(other), None, "{other}");
        }
    }
}
