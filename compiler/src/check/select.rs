//! Fields that are asked for by name: somebody asks, the names can be told, and the request has a place for them.

use connc_plan::Type;

use super::asked::{names, of_all};
use super::{Case, uses};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::lang::{Root, Template};
use crate::spec::{Body, Operation, Records, Select};

pub(super) fn check(case: &Case<'_>, diagnostics: &mut Diagnostics) {
    for operation in &case.spec.operations {
        if let Some(select) = &operation.select {
            used(operation, select, diagnostics);
            more(operation, select, case, diagnostics);
        }
    }
    for (name, needs) in of_all(case.spec).operations {
        let Some(operation) = case.spec.operation(&name) else { continue };
        let Some((select, names)) = operation.select.as_ref().zip(names(operation, &needs)) else { continue };
        for span in names.unknown {
            let whole = select.below.as_ref().map_or_else(
                || "a whole record".to_owned(),
                |below| format!("all of `{}`", below.steps.iter().map(|step| step.value.as_str()).collect::<Vec<_>>().join(".")),
            );
            let message = format!("this reads {whole}, and operation `{name}` gives only the fields that it is asked for by name");
            let help = "read each field by its name, as in `profile.email`";
            diagnostics
                .push(Diagnostic::new(Code::UnknownSelection, span, message).help(help).related(select.span, "fields are asked for here"));
        }
        for (unfit, span) in names.unfit {
            let message = format!("`{unfit}` holds what stands between two names, and cannot be asked for");
            let help = "leave it out with `never`, or have another text between names with `join`";
            diagnostics
                .push(Diagnostic::new(Code::InvalidValue, span, message).help(help).related(select.span, "fields are asked for here"));
        }
    }
}

/// Whether a template names what is asked for.
fn asks(template: &Template) -> bool {
    template.references().iter().any(|reference| reference.path == [Root::Select.name()])
}

fn used(operation: &Operation, select: &Select, diagnostics: &mut Diagnostics) {
    // That there is nothing to ask for was said.
    if matches!(operation.records, Records::None) || matches!(operation.request.body, Body::Graphql { .. }) {
        return;
    }
    let texts = uses::operation_texts(operation);
    let in_data = uses::operation_body(operation)
        .iter()
        .any(|expression| expression.free_names().iter().any(|name| name.name == Root::Select.name()));
    if !in_data && !texts.iter().any(|template| asks(template)) {
        let message = format!("operation `{}` never asks: nothing in its request reads `select`", operation.name.value);
        let help = "put the names where the provider takes them, as in `query: { fields: \"{{ select }}\" }`, or leave `select` out";
        diagnostics.push(Diagnostic::new(Code::UnusedSelect, select.span, message).help(help));
    }
    for template in texts.iter().filter(|template| asks(template) && !template.is_whole() && select.always.is_empty()) {
        let message = "within a text at least one name is needed, and nothing is asked for in every call";
        let help = "name what every record has: `always: [id]`";
        diagnostics.push(Diagnostic::new(Code::MissingKey, select.span, message).help(help).related(template.span, "the text"));
    }
}

fn more(operation: &Operation, select: &Select, case: &Case<'_>, diagnostics: &mut Diagnostics) {
    for more in &select.more {
        let (whose, name, known, damaged) = match more.value.strip_prefix("account.") {
            Some(name) => ("the account".to_owned(), name, &case.spec.account, case.spec.damaged.contains(&"account")),
            None => (format!("operation `{}`", operation.name.value), more.value.as_str(), &operation.input, operation.incomplete),
        };
        let Some(parameter) = known.iter().find(|known| known.name.value == name) else {
            if damaged {
                continue;
            }
            let key = if whose == "the account" { "account" } else { "input" };
            let near = nearest(name, known.iter().map(|known| known.name.value.as_str()));
            let help = near
                .map_or_else(|| format!("declare it: `{key}: {{ {name}: {{ type: array }} }}`"), |near| format!("did you mean `{near}`?"));
            let message = format!("{whose} does not take `{name}`");
            diagnostics.push(Diagnostic::new(Code::UnknownInput, more.span, message).help(help));
            continue;
        };
        if parameter.r#type != Type::Array {
            let message = format!("`{}` is no list, and names that are asked for besides are one", more.value);
            let diagnostic = Diagnostic::new(Code::InvalidValue, more.span, message).help("declare it with `type: array`");
            diagnostics.push(diagnostic.related(parameter.name.span, "it is declared here"));
        }
    }
}
