//! What stands in for secrets in a replay. A key has to be one that signs: those here protect nothing, and are the same for everybody.

use std::collections::BTreeMap;

use connc_plan::{AuthMethod, Jwt, JwtAlgorithm, SecretParameter, SecretType};
use serde_json::{Map, Value};

use crate::Secret;

const RSA: &str = include_str!("rsa.pem");
const EC: &str = include_str!("ec.pem");

/// The secrets that a method asks for: `secret-NAME`, a key where a key is due, and a document with what the method reads of it.
pub(super) fn secrets(method: &AuthMethod) -> BTreeMap<String, Secret<String>> {
    let keys = keys(method);
    let made = method.secrets.iter().map(|SecretParameter { name, r#type, .. }| {
        let text = match r#type {
            SecretType::String => format!("secret-{name}"),
            SecretType::Pem => keys.get(&vec![name.clone()]).copied().unwrap_or(RSA).to_owned(),
            SecretType::Json => document(method, name, &keys).to_string(),
        };
        (name.clone(), Secret::new(text))
    });
    made.collect()
}

/// The keys of signed tokens, by where they stand below `secret.`.
fn keys(method: &AuthMethod) -> BTreeMap<Vec<String>, &'static str> {
    let exchange = method.authorize.as_ref().map(|authorize| &authorize.exchange);
    let acquires = exchange.into_iter().chain(&method.acquire).chain(&method.refresh);
    let steps = acquires.flat_map(|acquire| &acquire.steps).chain(&method.release);
    let mut keys = BTreeMap::new();
    for Jwt { alg, key, .. } in steps.filter_map(|step| step.jwt.as_ref()) {
        let pem = match alg {
            JwtAlgorithm::RS256 => RSA,
            JwtAlgorithm::ES256 => EC,
            JwtAlgorithm::HS256 => continue,
        };
        for reference in key.references() {
            if let Some((first, rest)) = reference.path.split_first()
                && first == "secret"
            {
                keys.insert(rest.to_vec(), pem);
            }
        }
    }
    keys
}

/// A document that has every member which the method's texts name.
fn document(method: &AuthMethod, secret: &str, keys: &BTreeMap<Vec<String>, &'static str>) -> Value {
    let mut members = Map::new();
    let plan = serde_json::to_value(method).unwrap_or_default();
    named(&plan, secret, &mut |member| {
        let path = vec![secret.to_owned(), member.to_owned()];
        let text = keys.get(&path).map_or_else(|| format!("secret-{secret}-{member}"), |pem| (*pem).to_owned());
        members.insert(member.to_owned(), Value::String(text));
    });
    Value::Object(members)
}

/// Finds the paths `secret.NAME.MEMBER` in plan data.
fn named(data: &Value, secret: &str, found: &mut impl FnMut(&str)) {
    match data {
        Value::Array(items) => {
            let path: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            if let ["secret", name, member] = path.as_slice()
                && *name == secret
            {
                found(member);
            }
            items.iter().for_each(|item| named(item, secret, found));
        }
        Value::Object(members) => members.values().for_each(|member| named(member, secret, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
