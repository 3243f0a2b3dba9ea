//! GraphQL documents: syntax always, and validity where the connector has the provider's schema.

use std::ops::Range;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast;
use apollo_compiler::diagnostic::ToCliReport;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;

use super::fragments::{Sent, spreads};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::source::Span;
use crate::yaml::Embedded;

/// A document as written, with one operation.
#[derive(Clone, Debug)]
pub struct Document {
    /// The text that is sent.
    pub text: Embedded,
    /// Whether it changes something.
    pub is_mutation: bool,
    /// The variables that it declares.
    pub variables: Vec<VariableDeclaration>,
    /// The fragments that it spreads, with their places in the text.
    pub spreads: Vec<(String, Range<usize>)>,
    /// The fragments that it defines itself.
    pub own: Vec<String>,
}

/// A declared variable.
#[derive(Clone, Debug)]
pub struct VariableDeclaration {
    /// The name without the `$`.
    pub name: String,
    /// Whether a call must give it: its type is non-null and it has no default.
    pub required: bool,
    /// Where it was declared.
    pub span: Span,
}

/// A provider's schema.
#[derive(Debug)]
pub struct Schema(Valid<apollo_compiler::Schema>);

/// A problem in a schema file.
#[derive(Debug)]
pub struct SchemaProblem {
    /// What it is.
    pub message: String,
    /// The bytes of the file.
    pub range: Range<usize>,
}

impl Document {
    /// Reads a document. Syntax errors are reported at their own character inside the block scalar.
    pub fn read(text: &Embedded, diagnostics: &mut Diagnostics) -> Option<Self> {
        let parsed = match ast::Document::parse(text.text.to_string(), "document.graphql") {
            Ok(parsed) => parsed,
            Err(failed) => {
                report(Code::GraphqlSyntax, &failed.errors, &text.text, &|range| text.place(range), None, diagnostics);
                return None;
            }
        };
        let mut operations = parsed.definitions.iter().filter_map(|definition| match definition {
            ast::Definition::OperationDefinition(operation) => Some(operation),
            _ => None,
        });
        let Some(operation) = operations.next() else {
            diagnostics.push(Diagnostic::new(Code::GraphqlSyntax, text.span, "the document holds no operation"));
            return None;
        };
        if let Some(second) = operations.next() {
            let range = second.location().map_or(0..0, |place| place.offset()..place.end_offset());
            let message = "the document holds a second operation; each operation of a connector sends one";
            diagnostics.push(Diagnostic::new(Code::GraphqlSyntax, text.place(range), message));
        }
        let variables = operation.variables.iter().map(|variable| VariableDeclaration {
            name: variable.name.to_string(),
            required: variable.ty.is_non_null() && variable.default_value.is_none(),
            span: text.place(variable.location().map_or(0..0, |place| place.offset()..place.end_offset())),
        });
        let own = || {
            parsed.definitions.iter().filter_map(|definition| match definition {
                ast::Definition::FragmentDefinition(fragment) => Some(fragment),
                _ => None,
            })
        };
        Some(Self {
            text: text.clone(),
            is_mutation: operation.operation_type == ast::OperationType::Mutation,
            variables: variables.collect(),
            spreads: own().fold(spreads(&operation.selection_set), |mut found, fragment| {
                found.extend(spreads(&fragment.selection_set));
                found
            }),
            own: own().map(|fragment| fragment.name.to_string()).collect(),
        })
    }
}

impl Sent {
    /// Reports what does not fit the schema: fields, arguments, variables and their types, fragments. Gives the document if nothing is wrong.
    pub fn validate(&self, schema: &Schema, diagnostics: &mut Diagnostics) -> Option<Valid<ExecutableDocument>> {
        match ExecutableDocument::parse_and_validate(&schema.0, self.text.clone(), "document.graphql") {
            Ok(document) => Some(document),
            Err(failed) => {
                report(Code::GraphqlInvalid, &failed.errors, &self.text, &|range| self.place(range), Some(schema), diagnostics);
                None
            }
        }
    }

    /// The document as the schema reads it, if nothing is wrong with it.
    #[must_use]
    pub fn read(&self, schema: &Schema) -> Option<Valid<ExecutableDocument>> {
        ExecutableDocument::parse_and_validate(&schema.0, self.text.clone(), "document.graphql").ok()
    }
}

impl Schema {
    /// Reads a schema. Published schemas break strict rules, so only what cannot be read at all is a problem.
    pub fn read(text: &str) -> Result<Self, SchemaProblem> {
        let document = ast::Document::parse(text.to_owned(), "schema.graphql").map_err(|failed| {
            let first = failed.errors.iter().next();
            let message = first.as_ref().map_or_else(String::new, |error| plain(&error.error.to_string()));
            let range = first.and_then(|error| error.error.location()).map_or(0..0, |place| place.offset()..place.end_offset());
            SchemaProblem { message, range }
        })?;
        let schema = document.to_schema().unwrap_or_else(|failed| failed.partial);
        Ok(Self(Valid::assume_valid(schema)))
    }

    /// The coordinates of scalars and fields: `DateTime`, `User.email`.
    #[must_use]
    pub fn coordinates(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (name, r#type) in &self.0.types {
            match r#type {
                ExtendedType::Scalar(_) => found.push(name.to_string()),
                ExtendedType::Object(object) => found.extend(object.fields.keys().map(|field| format!("{name}.{field}"))),
                ExtendedType::Interface(interface) => found.extend(interface.fields.keys().map(|field| format!("{name}.{field}"))),
                ExtendedType::Union(_) | ExtendedType::Enum(_) | ExtendedType::InputObject(_) => {}
            }
        }
        found
    }

    /// The types as the library reads them.
    pub(crate) fn types(&self) -> &apollo_compiler::Schema {
        &self.0
    }

    /// The field that a message about an unknown one may mean: the library names the type and the field, in this order.
    fn near_field(&self, message: &str) -> Option<String> {
        let mut names = message.split('`').skip(1).step_by(2);
        let (r#type, field) = (names.next()?, names.next()?);
        let fields: Vec<&str> = match self.0.types.get(r#type)? {
            ExtendedType::Object(object) => object.fields.keys().map(|name| name.as_str()).collect(),
            ExtendedType::Interface(interface) => interface.fields.keys().map(|name| name.as_str()).collect(),
            ExtendedType::InputObject(input) => input.fields.keys().map(|name| name.as_str()).collect(),
            ExtendedType::Scalar(_) | ExtendedType::Union(_) | ExtendedType::Enum(_) => return None,
        };
        nearest(field, fields).map(ToOwned::to_owned)
    }
}

/// Reports a library's errors, each at its first line.
pub(super) fn report(
    code: Code,
    errors: &apollo_compiler::validation::DiagnosticList,
    text: &str,
    place: &dyn Fn(Range<usize>) -> Span,
    schema: Option<&Schema>,
    diagnostics: &mut Diagnostics,
) {
    // After a syntax error the parser is out of step; what it says then is about that.
    let most = if code == Code::GraphqlSyntax { 1 } else { usize::MAX };
    let end_of_text = text.trim_end().len();
    for error in errors.iter().take(most) {
        let range = error.error.location().map_or(0..text.len(), |place| place.offset()..place.end_offset());
        // A whole selection set is not where one looks; its first line is. The end is after the last character, not on the next line.
        let start = range.start.min(text.floor_char_boundary(end_of_text.saturating_sub(1)));
        let end = text.get(start..range.end).and_then(|slice| slice.find('\n')).map_or(range.end, |at| start + at);
        let message = plain(&error.error.to_string());
        // Below a field that does not exist, nothing counts as used.
        if message.contains("must be used in an operation") && errors.len() > 1 {
            continue;
        }
        // The provider says what its argument takes, so it is the declared type that must change.
        if let Some(declared) = declared_type(&message, text) {
            let diagnostic = Diagnostic::new(code, place(declared), message);
            diagnostics.push(diagnostic.related(place(start..end), "it is used here"));
            continue;
        }
        let near = schema.and_then(|schema| schema.near_field(&message));
        diagnostics.push(Diagnostic::new(code, place(start..end), message).help_if(near.map(|near| format!("did you mean `{near}`?"))));
    }
}

/// Where the type of the variable stands that a message says cannot be used for an argument.
fn declared_type(message: &str, text: &str) -> Option<Range<usize>> {
    let name = message.strip_prefix("variable `$").filter(|_| message.contains("cannot be used for"))?.split('`').next()?;
    let mark = format!("${name}");
    let (at, after) = text.match_indices(&mark).find_map(|(at, _)| {
        let after = text.get(at + mark.len()..)?;
        after.trim_start().strip_prefix(':').map(|rest| (text.len() - rest.trim_start().len(), rest.trim_start()))
    })?;
    let length = after.find(|letter: char| !(letter.is_alphanumeric() || "_[]!".contains(letter))).unwrap_or(after.len());
    Some(at..at + length)
}

/// A library's sentence as one of ours: a lowercase fragment without a full stop, and signs instead of token names.
fn plain(message: &str) -> String {
    let message = message.strip_prefix("syntax error: ").unwrap_or(message).trim_end_matches('.');
    let signs = [
        ("R_CURLY", "`}`"),
        ("L_CURLY", "`{`"),
        ("R_PAREN", "`)`"),
        ("L_PAREN", "`(`"),
        ("R_BRACK", "`]`"),
        ("L_BRACK", "`[`"),
        ("EOF", "the end"),
        ("a StringValue, Name or OperationDefinition", "an operation or a fragment"),
        ("expected a Name", "expected a name"),
        ("unused variable:", "this variable is declared and not used:"),
        ("interface, union and object types must have a subselection set", "say which fields of this object are wanted"),
    ];
    let message = signs.iter().fold(message.to_owned(), |message, (token, sign)| message.replace(token, sign));
    let mut characters = message.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}
