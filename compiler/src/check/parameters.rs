//! Customers are asked for nothing that nothing reads.

use super::{Case, Owner, uses};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::lang::{Expression, FreeName};
use crate::source::Spanned;
use crate::spec::{Connector, Step};

pub(super) fn check(case: &Case<'_>, diagnostics: &mut Diagnostics) {
    // Whoever means a parameter by a slip of its name hears of that first.
    if diagnostics.has_errors() {
        return;
    }
    let spec = case.spec;
    let texts = uses::texts(spec);
    let data = uses::data(spec);
    let in_data = |root: &str, name: &str| {
        let reads = |free: FreeName| free.name == root && free.members.first().is_none_or(|(member, _)| member == name);
        data.iter().any(|data| data.expression.free_names().into_iter().any(reads))
    };
    inputs(spec, &texts, &data, diagnostics);
    for parameter in &spec.account {
        let name = &parameter.name;
        let in_text = texts.iter().any(|text| reads(text, "account", name));
        let in_select = spec.operations.iter().filter_map(|operation| operation.select.as_ref()).flat_map(|select| &select.more);
        let in_select = in_select.into_iter().any(|more| more.value.strip_prefix("account.") == Some(name));
        if !in_text && !in_select && !in_data("account", name) {
            report("account parameter", name, diagnostics);
        }
    }
    for method in &spec.auth {
        let is_own = |text: &&uses::TextUse<'_>| match text.owner {
            Owner::Method(owner) => owner.name.value == method.name.value,
            Owner::Connector | Owner::Operation(_) | Owner::Compound(_) | Owner::Map(..) => true,
        };
        for parameter in &method.parameters {
            let name = &parameter.name;
            if !texts.iter().filter(is_own).any(|text| reads(text, "auth", name)) && !in_data("auth", name) {
                report("auth parameter", name, diagnostics);
            }
        }
        for secret in &method.secrets {
            if !texts.iter().filter(is_own).any(|text| reads(text, "secret", &secret.name)) && !in_data("secret", &secret.name) {
                report("secret", &secret.name, diagnostics);
            }
        }
    }
}

/// Callers give nothing that nothing reads: what they ask for would be passed over.
fn inputs(spec: &Connector, texts: &[uses::TextUse<'_>], data: &[uses::DataUse<'_>], diagnostics: &mut Diagnostics) {
    let in_data = |expression: &Expression, name: &str| {
        let reads = |free: FreeName| free.name == "input" && free.members.first().is_none_or(|(member, _)| member == name);
        expression.free_names().into_iter().any(reads)
    };
    for operation in &spec.operations {
        let is_own = |owner: &Owner<'_>| matches!(owner, Owner::Operation(own) if own.name.value == operation.name.value);
        let selected = |name: &str| {
            let more = operation.select.iter().flat_map(|select| &select.more);
            more.into_iter().any(|more| more.value == *name)
        };
        for input in operation.input.iter().map(|input| &input.name) {
            let in_text = texts.iter().any(|text| is_own(&text.owner) && reads(text, "input", input));
            let read = in_text || selected(input) || data.iter().any(|data| is_own(&data.owner) && in_data(data.expression, input));
            if !read {
                report_input(&operation.name, input, diagnostics);
            }
        }
    }
    for compound in &spec.compounds {
        for input in compound.input.iter().map(|input| &input.name) {
            let expressions = compound.steps.iter().flat_map(Step::expressions);
            if !expressions.into_iter().any(|(expression, _)| in_data(expression, input)) {
                report_input(&compound.name, input, diagnostics);
            }
        }
    }
}

fn report_input(operation: &Spanned<String>, name: &Spanned<String>, diagnostics: &mut Diagnostics) {
    let message = format!("nothing reads the input `{}` of operation `{}`", name.value, operation.value);
    let diagnostic = Diagnostic::new(Code::UnusedParameter, name.span, message);
    diagnostics.push(diagnostic.help("use it, or take it out: callers would think that it does something"));
}

fn reads(text: &uses::TextUse<'_>, root: &str, name: &str) -> bool {
    text.template.references().iter().any(|reference| match reference.path.as_slice() {
        [first, second, ..] => first == root && second == name,
        _ => false,
    })
}

fn report(what: &str, name: &Spanned<String>, diagnostics: &mut Diagnostics) {
    let message = format!("nothing reads the {what} `{}`", name.value);
    diagnostics.push(Diagnostic::new(Code::UnusedParameter, name.span, message).help("use it, or do not ask customers for it"));
}
