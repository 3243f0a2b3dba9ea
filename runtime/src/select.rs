//! The fields that are asked for by name, of providers that give only those.

use std::collections::BTreeMap;

use connc_plan::{Asked, Operation};
use serde_json::Value;

use crate::Error;

/// What a call asks for: its own names, with those of whoever called the steps that it is the last of. None leaves it to the operation.
pub(crate) fn called(call: Option<&Asked>, callers: Option<&[String]>) -> Option<Vec<String>> {
    let Asked { names, callers: with_callers } = call?;
    if !with_callers {
        return Some(names.clone());
    }
    Some(together(callers?.iter().chain(names)))
}

/// What is asked for in the end: what the call says, or what the operation says, and what its input adds.
///
/// # Errors
///
/// An added name could be more than a name where it stands in a query.
pub(crate) fn names(
    operation: &Operation,
    called: Option<Vec<String>>,
    input: &BTreeMap<String, Value>,
    account: &BTreeMap<String, Value>,
) -> Result<Option<Vec<String>>, Error> {
    // An operation made of steps hands on what its caller asks for.
    let Some(select) = &operation.select else { return Ok(called) };
    let names = called.unwrap_or_else(|| select.names.clone());
    let mut more = Vec::new();
    for from in &select.more {
        let (what, given) = match from.strip_prefix("account.") {
            Some(name) => (format!("account parameter `{name}`"), account.get(name)),
            None => (format!("input `{from}`"), input.get(from)),
        };
        for value in given.and_then(Value::as_array).into_iter().flatten() {
            let name = value.as_str().filter(|name| is_name(name));
            let refused = || {
                Error::invalid(format!("{what} holds something that is no name of a field"))
                    .with_help("names are letters and digits with `_`, `.`, `-`, `:`, `/` and `@` among them")
            };
            more.push(name.ok_or_else(refused)?.to_owned());
        }
    }
    Ok(Some(together(names.iter().chain(&more))))
}

/// Whether a text is a name wherever it stands: nothing in it ends a name in a query language, or begins anything else.
fn is_name(text: &str) -> bool {
    let fits = |character: char| character.is_alphanumeric() || matches!(character, '_' | '.' | '-' | ':' | '/' | '@');
    !text.is_empty() && text.chars().all(fits) && !text.contains("--") && !text.contains("//")
}

/// Each name once, in order.
fn together<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in names {
        if !found.contains(name) {
            found.push(name.clone());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn only_names_are_names() {
        for name in ["Id", "Profile.Name", "cost_center__c", "@odata.type", "extension-1", "urn:acme:User:team", "naïve"] {
            assert!(is_name(name), "{name}");
        }
        for other in ["", "a b", "a,b", "a'", "a)", "(SELECT", "a--b", "a//b", "a\n", "*", "a%", "a&b", "a;b"] {
            assert!(!is_name(other), "{other}");
        }
    }
}
