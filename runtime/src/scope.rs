//! What templates can name.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use connc_expr::text::{Lookup, Scope};
use serde_json::Value;

use crate::account::Checked;
use crate::redact::marker;
use crate::{Secret, document};

/// The names of one request. What is not there is absent, whatever the plan says.
#[derive(Clone)]
pub(crate) struct Names<'a> {
    /// `account.*`, `auth.*`.
    pub(crate) account: &'a Checked,
    /// `constants.*`.
    pub(crate) constants: &'a BTreeMap<String, Value>,
    /// `kept.*`.
    pub(crate) kept: Arc<BTreeMap<String, Value>>,
    /// `secret.*`: in auth only.
    pub(crate) secrets: bool,
    /// `app.*`: in token requests only.
    pub(crate) app: bool,
    /// `token.*`: in auth only.
    pub(crate) token: Option<&'a BTreeMap<String, Secret<String>>>,
    /// `jwt`: in token requests only.
    pub(crate) jwt: Option<&'a Secret<String>>,
    /// `flow.*`: while an account is connected only.
    pub(crate) flow: Option<&'a BTreeMap<String, Secret<String>>>,
    /// `input.*`.
    pub(crate) input: Option<&'a BTreeMap<String, Value>>,
    /// `id`.
    pub(crate) id: Option<&'a str>,
    /// `parent.id`.
    pub(crate) parent: Option<&'a str>,
    /// `started_at`.
    pub(crate) started_at: Option<&'a str>,
    /// `select`.
    pub(crate) select: Option<&'a [String]>,
    /// `page.*`.
    pub(crate) page: Vec<(String, String)>,
}

impl<'a> Names<'a> {
    /// What an account and its connector give; everything else is added by whoever knows it.
    pub(crate) const fn new(account: &'a Checked, constants: &'a BTreeMap<String, Value>, kept: Arc<BTreeMap<String, Value>>) -> Self {
        Self {
            account,
            constants,
            kept,
            secrets: false,
            app: false,
            token: None,
            jwt: None,
            flow: None,
            input: None,
            id: None,
            parent: None,
            started_at: None,
            select: None,
            page: Vec::new(),
        }
    }

    /// A member of a secret that is a document.
    fn document(&self, name: &str, path: &[&str]) -> Lookup<'_> {
        let Some(secret) = self.account.secrets.get(name) else { return Lookup::Absent };
        // Where requests are made to be shown, a word stands in for the document, and for each member of it.
        if *secret.expose() == marker(&format!("secret.{name}")) {
            return Lookup::Text(Cow::Owned(marker(&format!("secret.{name}.{}", path.join(".")))));
        }
        document::member(secret, path).map_or(Lookup::Absent, |text| Lookup::Text(Cow::Owned(text.expose().clone())))
    }

    fn secret(name: &str, secrets: &'a BTreeMap<String, Secret<String>>) -> Lookup<'a> {
        secrets.get(name).map_or(Lookup::Absent, |secret| Lookup::Text(Cow::Borrowed(secret.expose())))
    }
}

impl Scope for Names<'_> {
    fn get(&self, path: &[String]) -> Lookup<'_> {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        match path.as_slice() {
            ["id"] => text(self.id),
            ["parent", "id"] => text(self.parent),
            ["started_at"] => text(self.started_at),
            ["select"] => match self.select {
                Some(names) if !names.is_empty() => Lookup::List(names.to_vec()),
                Some(_) | None => Lookup::Absent,
            },
            ["page", name] => text(self.page.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())),
            ["secret", name, rest @ ..] if self.secrets && !rest.is_empty() => self.document(name, rest),
            ["secret", name] if self.secrets => Self::secret(name, &self.account.secrets),
            ["token", name] => self.token.map_or(Lookup::Absent, |token| Self::secret(name, token)),
            ["jwt"] => text(self.jwt.map(|jwt| jwt.expose().as_str())),
            ["flow", name] => self.flow.map_or(Lookup::Absent, |flow| Self::secret(name, flow)),
            ["kept", rest @ ..] => inside(&self.kept, rest),
            ["app", "secret", name] if self.app => Self::secret(name, &self.account.app_secrets),
            ["app", rest @ ..] if self.app => inside(&self.account.app, rest),
            ["account", rest @ ..] => inside(&self.account.account, rest),
            ["auth", rest @ ..] => inside(&self.account.parameters, rest),
            ["constants", rest @ ..] => inside(self.constants, rest),
            ["input", rest @ ..] => self.input.map_or(Lookup::Absent, |input| inside(input, rest)),
            _ => Lookup::Absent,
        }
    }
}

/// The value of a unified filter as `value`, what it is for the provider as `provider` and `names`, and what else exists everywhere.
pub(crate) struct FilterScope<'a> {
    pub(crate) value: &'a Value,
    pub(crate) known: Option<&'a connc_plan::FilterValue>,
    pub(crate) others: &'a Names<'a>,
}

impl Scope for FilterScope<'_> {
    fn get(&self, path: &[String]) -> Lookup<'_> {
        let parts: Vec<&str> = path.iter().map(String::as_str).collect();
        match parts.as_slice() {
            ["value"] => lookup(Some(self.value)),
            ["provider"] => text(self.known.and_then(|known| known.provider.as_deref())),
            ["names"] => self.known.map_or(Lookup::Absent, |known| Lookup::List(known.names.clone())),
            _ => self.others.get(path),
        }
    }
}

fn text(value: Option<&str>) -> Lookup<'_> {
    value.map_or(Lookup::Absent, |value| Lookup::Text(Cow::Borrowed(value)))
}

fn inside<'a>(values: &'a BTreeMap<String, Value>, path: &[&str]) -> Lookup<'a> {
    let Some((first, rest)) = path.split_first() else { return Lookup::NotText };
    lookup(rest.iter().try_fold(values.get(*first), |value, name| value.map(|value| value.get(name))).flatten())
}

fn lookup(value: Option<&Value>) -> Lookup<'_> {
    match value {
        None | Some(Value::Null) => Lookup::Absent,
        Some(Value::String(text)) => Lookup::Text(Cow::Borrowed(text)),
        Some(Value::Number(number)) => Lookup::Text(Cow::Owned(number.to_string())),
        Some(Value::Bool(flag)) => Lookup::Text(Cow::Borrowed(if *flag { "true" } else { "false" })),
        Some(Value::Array(items)) => {
            let texts = items.iter().enumerate().map(|(index, value)| scalar(value).map_err(|what| (format!("[{index}]"), what)));
            texts.collect::<Result<Vec<_>, _>>().map_or_else(|(place, what)| Lookup::Unfit(place, what), Lookup::List)
        }
        Some(Value::Object(members)) => {
            let members = members.iter().filter(|(_, value)| !value.is_null());
            let texts = members.map(|(name, value)| match scalar(value) {
                Ok(text) => Ok((name.clone(), text)),
                Err(what) => Err((format!(".{name}"), what)),
            });
            texts.collect::<Result<Vec<_>, _>>().map_or_else(|(place, what)| Lookup::Unfit(place, what), Lookup::Members)
        }
    }
}

/// A value as text, or what it is instead.
fn scalar(value: &Value) -> Result<String, &'static str> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Null => Err("null"),
        Value::Array(_) => Err("a list"),
        Value::Object(_) => Err("an object"),
    }
}

#[cfg(test)]
mod tests {
    use connc_expr::text::Lookup;
    use serde_json::json;

    use super::lookup;

    #[test]
    fn the_value_at_fault_is_named() {
        for (value, place, what) in
            [(json!([1, null]), "[1]", "null"), (json!([[]]), "[0]", "a list"), (json!({ "a": null, "b": { "c": 1 } }), ".b", "an object")]
        {
            assert!(matches!(lookup(Some(&value)), Lookup::Unfit(at, is) if (at.as_str(), is) == (place, what)), "{value}");
        }
    }
}
