//! Whether a unified record is what its model says.

use std::sync::OnceLock;

use connc_plan::ErrorKind;
use jsonschema::{Draft, Validator};
use serde_json::Value;

use crate::Error;

/// A model's schema of one record, compiled when a record is first held against it. That takes longer than a page of records that are seen
/// to be right without it.
#[derive(Debug)]
pub(crate) struct Schema {
    said: Value,
    compiled: OnceLock<Validator>,
}

impl Schema {
    pub(crate) fn new(said: &Value) -> Self {
        Self { said: said.clone(), compiled: OnceLock::new() }
    }

    pub(crate) fn validator(&self) -> Result<&Validator, Error> {
        if let Some(compiled) = self.compiled.get() {
            return Ok(compiled);
        }
        let compiled = compile(&self.said)?;
        Ok(self.compiled.get_or_init(|| compiled))
    }
}

/// Compiles a model's schema of one record.
pub(crate) fn compile(schema: &Value) -> Result<Validator, Error> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .build(schema)
        .map_err(|error| Error::new(ErrorKind::Schema, format!("the model's schema cannot be used: {}", error.masked())))
}

/// What is wrong with a record, the first fault only, without any of its values.
pub(crate) fn check(validator: &Validator, record: &Value) -> Result<(), (Option<String>, String)> {
    let Some(error) = validator.iter_errors(record).next() else { return Ok(()) };
    let path = error.instance_path().to_string();
    let field = path.trim_start_matches('/').split('/').next().filter(|name| !name.is_empty()).map(str::to_owned);
    let message = error.masked_with("the value").to_string();
    let place = if path.is_empty() { String::new() } else { format!("`{path}`: ") };
    Err((field, format!("the record breaks the model: {place}{message}")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Schema, check, compile};

    #[test]
    fn a_schema_that_cannot_be_used_says_so_each_time() {
        let schema = Schema::new(&json!({"type": 4711}));
        assert!(schema.validator().is_err() && schema.validator().is_err());
        assert!(Schema::new(&json!({"type": "object"})).validator().is_ok());
    }

    #[test]
    fn faults_without_values() {
        let schema = json!({"type": "object", "required": ["id"], "properties": {
            "id": {"type": "string"}, "at": {"type": "string", "format": "date-time"}, "status": {"enum": ["active"]},
            "email": {"type": "string", "format": "email"} }});
        let validator = compile(&schema).unwrap();
        assert_eq!(check(&validator, &json!({"id": "1", "at": "2026-01-02T03:04:05Z"})), Ok(()));
        for record in [
            json!({"id": 4711}),
            json!({"id": "1", "at": "yesterday-4711"}),
            json!({"id": "1", "status": "x4711"}),
            json!({"id": "1", "email": "4711"}),
        ] {
            let (field, message) = check(&validator, &record).unwrap_err();
            assert!(field.is_some() && !message.contains("4711"), "{message}");
        }
        assert!(check(&validator, &json!({})).is_err());
    }
}
