//! Whether values that somebody supplies are what the plan declares.

use std::collections::BTreeMap;

use connc_plan::{Parameter, Plan, Type};
use jiff::Timestamp;
use serde_json::Value;
use url::Url;

use crate::{Error, suggest};

/// Holds `given` against `parameters` and fills in defaults. `call` says in words which parameter a name is.
pub(crate) fn check<'a>(
    parameters: &[Parameter],
    given: impl IntoIterator<Item = (&'a String, &'a Value)>,
    what: &str,
    call: impl Fn(&str) -> String,
    plan: &Plan,
) -> Result<BTreeMap<String, Value>, Error> {
    let mut checked = BTreeMap::new();
    for (name, value) in given {
        let Some(parameter) = parameters.iter().find(|parameter| parameter.name == *name) else {
            let known: Vec<&str> = parameters.iter().map(|parameter| parameter.name.as_str()).collect();
            return Err(Error::invalid(format!("`{name}` is not one of the {what} parameters")).with_help(suggest::help(name, &known)));
        };
        if value.is_null() {
            // Null says that there is to be no value, which a write may pass on; it is no value for what must have one.
            if !parameter.required && parameter.default.is_none() {
                checked.insert(name.clone(), Value::Null);
            }
            continue;
        }
        let value = fits(parameter, value).map_err(|wrong| explain(parameter, format!("{} {wrong}", call(name)), plan))?;
        checked.insert(name.clone(), value);
    }
    for parameter in parameters {
        if checked.contains_key(&parameter.name) {
            continue;
        }
        if let Some(default) = &parameter.default {
            checked.insert(parameter.name.clone(), default.clone());
        } else if parameter.required {
            return Err(explain(parameter, format!("{} is missing", call(&parameter.name)), plan));
        }
    }
    Ok(checked)
}

/// An error about a parameter, with what it is and how it looks.
fn explain(parameter: &Parameter, message: String, plan: &Plan) -> Error {
    let error = Error::invalid(message).placed(plan, parameter.origin);
    let described = parameter.description.as_deref().map(|text| format!("it is: {text}"));
    let example = parameter.example.as_deref().map(|example| format!("for example `{example}`"));
    let help: Vec<String> = described.into_iter().chain(example).collect();
    if help.is_empty() { error } else { error.with_help(help.join("; ")) }
}

/// The value as the plan takes it, or what is wrong with it. The value itself is never repeated: it may be record data.
pub(crate) fn fits(parameter: &Parameter, value: &Value) -> Result<Value, String> {
    let text = value.as_str();
    let wrong = |what: &str| Err(format!("is not {what}"));
    match parameter.r#type {
        Type::String if text.is_none() => wrong("text")?,
        Type::Integer if !(value.is_i64() || value.is_u64()) => wrong("a whole number")?,
        Type::Number if !value.is_number() => wrong("a number")?,
        Type::Boolean if !value.is_boolean() => wrong("`true` or `false`")?,
        Type::Hostname => return hostname(parameter, text.unwrap_or_default()).map(Value::String),
        Type::Url => return url(parameter, text.unwrap_or_default()).map(Value::String),
        Type::Enum if !text.is_some_and(|text| parameter.values.iter().any(|known| known == text)) => {
            let values: Vec<&str> = parameter.values.iter().map(String::as_str).collect();
            wrong(&format!("one of {}", suggest::list(&values)))?;
        }
        Type::Id => match value {
            Value::Number(number) if value.is_i64() || value.is_u64() => return Ok(Value::String(number.to_string())),
            Value::String(text) if !text.is_empty() => {}
            _ => wrong("an identifier: text, or a whole number")?,
        },
        Type::Timestamp if text.is_none_or(|text| text.parse::<Timestamp>().is_err()) => {
            wrong("an RFC 3339 timestamp such as `2026-03-01T12:00:00Z`")?
        }
        Type::Object if !value.is_object() => wrong("a JSON object")?,
        Type::Array => {
            let items = value.as_array().ok_or("is not a JSON array")?;
            let known = |item: &Value| item.as_str().is_some_and(|text| parameter.values.iter().any(|known| known == text));
            if !parameter.values.is_empty() && !items.iter().all(known) {
                let values: Vec<&str> = parameter.values.iter().map(String::as_str).collect();
                wrong(&format!("a list of {}", suggest::list(&values)))?;
            }
        }
        Type::File if !crate::file::is_handle(value) => wrong("a file, which is given beside the input")?,
        Type::String | Type::Integer | Type::Number | Type::Boolean | Type::Enum | Type::Timestamp | Type::Object | Type::File => {}
    }
    Ok(value.clone())
}

/// A value that was given as text, read by the parameter's type.
pub(crate) fn parse(r#type: Type, text: &str) -> Value {
    match r#type {
        Type::Integer | Type::Number | Type::Boolean | Type::Object | Type::Array => {
            serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
        }
        Type::String | Type::Hostname | Type::Url | Type::Enum | Type::Id | Type::Timestamp | Type::File => Value::String(text.to_owned()),
    }
}

fn hostname(parameter: &Parameter, text: &str) -> Result<String, String> {
    let host = text.trim_end_matches('.').to_ascii_lowercase();
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if host.len() > 253 || !host.split('.').all(label) {
        return Err("is not a host name without scheme, port and path".to_owned());
    }
    within(parameter, &host).map(|()| host)
}

fn url(parameter: &Parameter, text: &str) -> Result<String, String> {
    let wrong = || "is not an absolute `https` URL".to_owned();
    let url = Url::parse(text).map_err(|_| wrong())?;
    let clean = url.username().is_empty() && url.password().is_none() && url.fragment().is_none() && url.query().is_none();
    let host = url.host_str().filter(|_| clean && matches!(url.scheme(), "https" | "http")).ok_or_else(wrong)?;
    within(parameter, &host.to_ascii_lowercase())?;
    // The scheme is the guard's business, which knows the local servers that may be reached by `http`.
    Ok(text.trim_end_matches('/').to_owned())
}

/// Whether a host is one of these domains or below one.
pub(crate) fn inside(domains: &[String], host: &str) -> bool {
    domains.iter().any(|domain| {
        let domain = domain.to_ascii_lowercase();
        host == domain || host.strip_suffix(&domain).is_some_and(|rest| rest.ends_with('.') && rest.len() > 1)
    })
}

fn within(parameter: &Parameter, host: &str) -> Result<(), String> {
    if parameter.within.is_empty() || inside(&parameter.within, host) {
        return Ok(());
    }
    let domains: Vec<&str> = parameter.within.iter().map(String::as_str).collect();
    Err(format!("is not within {}", suggest::list(&domains)))
}

#[cfg(test)]
mod tests {
    use connc_plan::Origin;
    use serde_json::json;

    use super::{Parameter, Type, fits, parse};

    fn parameter(r#type: Type) -> Parameter {
        Parameter {
            name: "domain".to_owned(),
            r#type,
            required: true,
            description: None,
            example: Some("acme.example.com".to_owned()),
            default: None,
            within: vec!["example.com".to_owned()],
            values: vec!["eu".to_owned(), "us".to_owned()],
            origin: Origin::default(),
        }
    }

    #[test]
    fn hosts_stay_within() {
        let host = |text: &str| fits(&parameter(Type::Hostname), &json!(text));
        assert_eq!(host("Acme.example.com"), Ok(json!("acme.example.com")));
        assert!(host("example.com").is_ok());
        for text in [
            "evilexample.com",
            "example.com.evil.test",
            ".example.com",
            "a/b.example.com",
            "a@example.com",
            "acme.example.com:8443",
            "",
            "-a.example.com",
        ] {
            assert!(host(text).is_err(), "{text}");
        }
    }

    #[test]
    fn urls_stay_within() {
        let url = |text: &str| fits(&parameter(Type::Url), &json!(text));
        assert_eq!(url("https://acme.example.com/x/"), Ok(json!("https://acme.example.com/x")));
        for text in [
            "acme.example.com",
            "https://evil.test",
            "https://u:p@acme.example.com",
            "https://acme.example.com?x",
            "ftp://acme.example.com",
        ] {
            assert!(url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn types_are_strict() {
        let case = |r#type, value| fits(&parameter(r#type), &value);
        assert_eq!(case(Type::Id, json!(7)), Ok(json!("7")));
        assert!(case(Type::Integer, json!("7")).is_err());
        assert!(case(Type::Integer, json!(1.5)).is_err());
        assert_eq!(case(Type::Enum, json!("ap")).unwrap_err(), "is not one of `eu`, `us`");
        assert!(case(Type::Timestamp, json!("2026-01-02")).is_err());
        assert!(case(Type::Timestamp, json!("2026-01-02T03:04:05+01:00")).is_ok());
        assert!(case(Type::Object, json!([])).is_err());
        assert_eq!(parse(Type::Integer, "7"), json!(7));
        assert_eq!(parse(Type::String, "7"), json!("7"));
    }
}
