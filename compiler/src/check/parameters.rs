//! Customers are asked for nothing that nothing reads.

use super::{Case, Owner, uses};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Spanned;

pub(super) fn check(case: &Case<'_>, diagnostics: &mut Diagnostics) {
    // Whoever means a parameter by a slip of its name hears of that first.
    if diagnostics.has_errors() {
        return;
    }
    let spec = case.spec;
    let texts = uses::texts(spec);
    let data = uses::data(spec);
    let in_data = |root: &str, name: &str| {
        let reads = |free: crate::lang::FreeName| free.name == root && free.members.first().is_none_or(|(member, _)| member == name);
        data.iter().any(|data| data.expression.free_names().into_iter().any(reads))
    };
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
