//! Scopes: which sets of them suffice for an operation.

use serde_json::Value;

/// The sets of scopes that a list of security requirements names, any one of which suffices. Those without scopes say nothing of them.
pub(super) fn scopes(requirements: Option<&Value>) -> Vec<Value> {
    let mut sets: Vec<Value> = Vec::new();
    for requirement in requirements.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object) {
        let scopes: Vec<Value> =
            requirement.values().filter_map(Value::as_array).flatten().filter(|scope| scope.is_string()).cloned().collect();
        let set = Value::Array(scopes);
        if set.as_array().is_some_and(|set| !set.is_empty()) && !sets.contains(&set) {
            sets.push(set);
        }
    }
    sets
}
