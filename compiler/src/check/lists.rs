//! Lists, objects and files of an operation's input stand where several values can, and not in the middle of a text.

use connc_plan::{ListStyle, Type};

use super::{Callee, Case, uses};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::lang::{Expression, Reference, Template};
use crate::shape::Parameter;
use crate::spec::{Body, Data, Operation, Step};

pub(super) fn check(case: &Case<'_>, diagnostics: &mut Diagnostics) {
    files(case, diagnostics);
    for operation in &case.spec.operations {
        let request = &operation.request;
        let style = |template: &Template| {
            let name = request.query.iter().find(|(_, known)| known.span == template.span).map(|(name, _)| name.value.as_str())?;
            request.lists.iter().find(|(known, _)| known == name).map(|(_, style)| style)
        };
        for template in uses::operation_texts(operation) {
            let style = style(template);
            for reference in template.references() {
                let Some(given) = type_of(reference, operation) else { continue };
                let joined = reference.filters.iter().any(|filter| filter.name == "join");
                let problem = match (given, style.map(|style| style.value)) {
                    (Type::Array, None) if !joined => {
                        Some(("a list", in_text(template, request.query.iter().any(|(_, known)| known.span == template.span))))
                    }
                    (Type::Array, Some(ListStyle::DeepObject)) => {
                        Some(("a list", "`deep_object` writes objects; lists have the other styles".to_owned()))
                    }
                    (Type::Object, Some(ListStyle::DeepObject)) | (Type::Array, _) => None,
                    (Type::Object, _) => Some(("an object", "name one of its members, or write it with `style: deep_object`".to_owned())),
                    (Type::File, _) => {
                        Some(("a file", "send it with `multipart` or `raw`, or name its `name`, `content_type` or `length`".to_owned()))
                    }
                    (
                        Type::String
                        | Type::Integer
                        | Type::Number
                        | Type::Boolean
                        | Type::Hostname
                        | Type::Url
                        | Type::Enum
                        | Type::Id
                        | Type::Timestamp,
                        _,
                    ) => None,
                };
                if let Some((what, help)) = problem {
                    let message = format!("`{}` is {what}, and one text is due here", reference.path.join("."));
                    diagnostics.push(Diagnostic::new(Code::ListInText, reference.span, message).help(help));
                }
            }
        }
    }
}

/// Files stand in no body of data, and no step gives one to an input that takes data.
fn files(case: &Case<'_>, diagnostics: &mut Diagnostics) {
    for operation in &case.spec.operations {
        match &operation.request.body {
            Body::Json(_) | Body::FormData(..) | Body::Graphql { .. } => {
                for expression in uses::operation_body(operation) {
                    refuse_file(expression, &operation.input, diagnostics);
                }
            }
            Body::None | Body::Form(_) | Body::Multipart(_) | Body::Raw { .. } => {}
        }
    }
    for compound in &case.spec.compounds {
        for call in compound.steps.iter().flat_map(Step::calls) {
            let Some(callee) = Callee::find(case.spec, &call.call) else { continue };
            for (name, data) in &call.with {
                let takes_file = callee.input().iter().any(|input| input.name.value == name.value && input.r#type == Type::File);
                if !(takes_file && matches!(data, Data::Expression(_))) {
                    for expression in data.expressions() {
                        refuse_file(expression, &compound.input, diagnostics);
                    }
                }
            }
        }
    }
}

fn refuse_file(expression: &Expression, input: &[Parameter], diagnostics: &mut Diagnostics) {
    let Some(path) = expression.variable_path() else { return };
    let [root, name] = path.as_slice() else { return };
    if root == "input" && input.iter().any(|parameter| parameter.name.value == *name && parameter.r#type == Type::File) {
        let message = format!("`$input.{name}` is a file, and data is due here");
        let help = "send it with `multipart` or `raw`, or name its `name`, `content_type` or `length`";
        diagnostics.push(Diagnostic::new(Code::ListInText, expression.span(), message).help(help));
    }
}

/// The type of an input that is named whole.
fn type_of(reference: &Reference, operation: &Operation) -> Option<Type> {
    let [root, name] = reference.path.as_slice() else { return None };
    let parameter = operation.input.iter().find(|parameter| root == "input" && parameter.name.value == *name)?;
    Some(parameter.r#type)
}

fn in_text(template: &Template, in_query: bool) -> String {
    match (template.references().first(), in_query) {
        (Some(reference), true) if template.is_whole() => {
            format!("say how it is written: `{{ value: \"{{{{ {} }}}}\", style: repeat }}`", reference.path.join("."))
        }
        _ => "join it: `{{ input.ids | join(\",\") }}`".to_owned(),
    }
}
