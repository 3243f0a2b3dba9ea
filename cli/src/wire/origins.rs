//! `--origin`: whether the connector sends anything to the origin that is mapped. A misspelt one would leave requests to the real one.

use connc_plan::{Parameter, Plan};
use connc_runtime::Account;
use serde_json::Value;
use url::Url;

use super::WireArgs;
use crate::error::{Stop, suggestion};

/// Refuses an `--origin` that nothing is sent to.
pub(crate) fn check(args: &WireArgs, plan: &Plan, account: &Account) -> Result<(), Stop> {
    let hosts: Vec<Host> = connc_plan::dump::hosts(plan).iter().map(|host| Host::read(host, plan, account)).collect();
    for pair in &args.origin {
        // What is no origin is for the runtime to say.
        let Some(from) = pair.split_once('=').and_then(|(from, _)| Url::parse(from).ok()) else { continue };
        if !hosts.iter().any(|host| host.may_be(&from)) {
            let from = from.origin().ascii_serialization();
            let message = format!("`--origin {pair}`: connector `{}` sends nothing to `{from}`", plan.connector);
            return Err(Stop::usage(message).help(suggestion(
                &from,
                "origins that it sends to",
                hosts.iter().map(|host| host.text.as_str()),
            )));
        }
    }
    Ok(())
}

/// Where a connector may send.
struct Host {
    /// An origin; what is not known of it is in braces.
    text: String,
    /// The domains that it lies within, where they confine it.
    within: Vec<String>,
}

impl Host {
    /// Reads a line of the plan's hosts: `login.example.com`, `{{ account.domain }} within example.com or example.org`.
    fn read(line: &str, plan: &Plan, account: &Account) -> Self {
        let (host, within) = line.split_once(" within ").unwrap_or((line, ""));
        let within = within.split([',', ' ']).filter(|word| !word.is_empty() && *word != "or").map(str::to_owned).collect();
        if host == "files" {
            return Self { text: "https://{{ file }}".to_owned(), within };
        }
        let mut text = String::new();
        let mut rest = host;
        while let Some((before, (name, after))) = rest.split_once("{{").and_then(|(before, after)| Some((before, after.split_once("}}")?)))
        {
            text.push_str(before);
            match value(name.trim(), plan, account) {
                Some(value) => text.push_str(&value),
                None => text.push_str(&format!("{{{{{name}}}}}")),
            }
            rest = after;
        }
        text.push_str(rest);
        let text = if text.contains("://") { text } else { format!("https://{text}") };
        // A supplied URL may have a path.
        let text = match Url::parse(&text) {
            Ok(url) if !text.contains("{{") => url.origin().ascii_serialization(),
            Ok(_) | Err(_) => text,
        };
        Self { text, within }
    }

    /// Whether this is the origin of `from`, as far as it is known.
    fn may_be(&self, from: &Url) -> bool {
        let origin = from.origin().ascii_serialization();
        let (Some((before, _)), Some((_, after))) = (self.text.split_once("{{"), self.text.rsplit_once("}}")) else {
            return self.text == origin;
        };
        // A whole supplied URL says its scheme and port itself.
        let before = if before == "https://" { "" } else { before };
        let host = from.host_str().unwrap_or_default();
        let inside = |domain: &String| host == domain || host.strip_suffix(domain.as_str()).is_some_and(|rest| rest.ends_with('.'));
        let fits = origin.starts_with(before) && origin.len() >= before.len() + after.len() && origin.ends_with(after);
        fits && (self.within.is_empty() || self.within.iter().any(inside))
    }
}

/// What a name of a template stands for, where the account or the plan says it before anything is sent.
fn value(name: &str, plan: &Plan, account: &Account) -> Option<String> {
    let (scope, name) = name.split_once('.')?;
    let method = plan.auth_method(&account.auth);
    let none: &[Parameter] = &[];
    let (given, declared) = match scope {
        "account" => (account.account.get(name), plan.account.as_slice()),
        "auth" => (account.parameters.get(name), method.map_or(none, |method| method.parameters.as_slice())),
        "app" => (account.app.get(name), plan.app.as_slice()),
        "constants" => (plan.constants.get(name), none),
        _ => return None,
    };
    let default = || declared.iter().find(|parameter| parameter.name == name).and_then(|parameter| parameter.default.as_ref());
    match given.or_else(default)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Host, Url};

    #[test]
    fn what_is_not_known_yet_may_be_anything_that_fits() {
        let host =
            |text: &str, within: &[&str]| Host { text: text.to_owned(), within: within.iter().map(|&name| name.to_owned()).collect() };
        let is = |host: &Host, from: &str| host.may_be(&Url::parse(from).unwrap());
        let tenant = host("https://{{ kept.tenant }}.example.com", &[]);
        assert!(is(&tenant, "https://acme.example.com") && !is(&tenant, "https://acme.example.org"));
        let instance = host("https://{{ kept.instance }}", &["force.example"]);
        assert!(is(&instance, "https://acme.force.example") && is(&instance, "https://force.example"));
        assert!(!is(&instance, "https://evilforce.example") && !is(&instance, "https://force.example.evil.test"));
        assert!(!is(&host("https://a.example", &[]), "https://a.example:8443"));
    }
}
