//! Secrets that are JSON documents, such as key files: their members are secrets, too.

use serde_json::Value;

use crate::Secret;

/// Whether a secret is a JSON object.
pub(crate) fn is_one(secret: &Secret<String>) -> bool {
    matches!(serde_json::from_str(secret.expose()), Ok(Value::Object(_)))
}

/// The member of a document as text; none where there is none, or it is no text.
pub(crate) fn member(secret: &Secret<String>, path: &[&str]) -> Option<Secret<String>> {
    let document: Value = serde_json::from_str(secret.expose()).ok()?;
    text(path.iter().try_fold(&document, |value, name| value.get(name))?)
}

/// Every member that is text, by its name; none where the secret is no document.
pub(crate) fn members(secret: &Secret<String>) -> Vec<(String, Secret<String>)> {
    let Ok(Value::Object(members)) = serde_json::from_str(secret.expose()) else { return Vec::new() };
    members.iter().filter_map(|(name, value)| Some((name.clone(), text(value)?))).collect()
}

fn text(value: &Value) -> Option<Secret<String>> {
    match value {
        Value::String(text) => Some(Secret::new(text.clone())),
        Value::Number(number) => Some(Secret::new(number.to_string())),
        Value::Bool(_) | Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Secret, is_one, member, members};

    #[test]
    fn members_are_secrets() {
        let file = Secret::from(r#"{"client_email": "robot@example.com", "port": 7, "inner": {"key": "k"}, "list": [1]}"#);
        let named = |path: &[&str]| member(&file, path).map(|text| text.expose().clone());
        assert_eq!((named(&["client_email"]).as_deref(), named(&["port"]).as_deref()), (Some("robot@example.com"), Some("7")));
        assert_eq!(
            (named(&["inner", "key"]).as_deref(), named(&["inner"]), named(&["list"]), named(&["none"])),
            (Some("k"), None, None, None)
        );
        assert_eq!(members(&file).len(), 2);
        assert!(is_one(&file) && !is_one(&Secret::from("[]")) && !is_one(&Secret::from("secret")));
        assert!(members(&Secret::from("secret")).is_empty());
    }
}
