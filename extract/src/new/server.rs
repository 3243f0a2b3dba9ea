//! Where the API is: the base URL, with the parts that each customer has of its own as account parameters.

use serde_json::Value;

use super::words::snake;
use crate::document::{Document, Kind};

/// A server as a connector writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Server {
    /// `https://{{ account.subdomain }}.example.com`.
    pub(super) origin: String,
    /// `/api/v1`, or nothing.
    pub(super) path: String,
    pub(super) account: Vec<(String, String)>,
    pub(super) note: Option<String>,
}

/// The first server of a description.
pub(super) fn server(document: &Document) -> Server {
    let root = &document.root;
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    let (url, variables) = match document.kind {
        Kind::Swagger2 => (format!("https://{}{}", text(root, "host"), text(root, "basePath")), None),
        Kind::Discovery => {
            let base = text(root, "baseUrl");
            let parts = || format!("{}/{}", text(root, "rootUrl").trim_end_matches('/'), text(root, "servicePath"));
            (if base.is_empty() { parts() } else { base }, None)
        }
        Kind::OpenApi30 | Kind::OpenApi31 | Kind::Scim | Kind::Graphql | Kind::Cassettes => {
            let first = root.get("servers").and_then(Value::as_array).and_then(|servers| servers.first());
            (first.map(|server| text(server, "url")).unwrap_or_default(), first.and_then(|server| server.get("variables")))
        }
    };
    parse(&url, variables)
}

fn parse(url: &str, variables: Option<&Value>) -> Server {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (scheme, rest),
        None if url.starts_with("//") => ("https", url.trim_start_matches('/')),
        None => ("", url),
    };
    let (host, path) = if scheme.is_empty() {
        ("", rest)
    } else {
        rest.find('/').map_or((rest, ""), |at| (rest.get(..at).unwrap_or_default(), rest.get(at..).unwrap_or_default()))
    };
    let mut account = Vec::new();
    let mut note = (scheme == "http").then(|| "the description says http; requests go over https".to_owned());
    let mut authority = host_of(host, variables, &mut account);
    if authority.is_empty() {
        "api.example.com".clone_into(&mut authority);
        note = Some("the description names no host".to_owned());
    } else if account.is_empty() && (authority.starts_with("localhost") || authority.starts_with("127.")) {
        "api.example.com".clone_into(&mut authority);
        note = Some("the description names only a local host".to_owned());
    }
    let path = path_of(path, variables, &mut account);
    Server { origin: format!("https://{authority}"), path, account, note }
}

fn variable<'a>(variables: Option<&'a Value>, name: &str) -> Option<&'a Value> {
    variables?.get(name)
}

fn default<'a>(variables: Option<&'a Value>, name: &str) -> Option<&'a str> {
    variable(variables, name)?.get("default")?.as_str().map(str::trim).filter(|default| !default.is_empty())
}

/// The host: a variable before the rest is the customer's, those behind it are what they are by default.
fn host_of(host: &str, variables: Option<&Value>, account: &mut Vec<(String, String)>) -> String {
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = host.to_owned();
    let Some((name, after)) = host.strip_prefix('{').and_then(|rest| rest.split_once('}')) else {
        // `your-domain.example.com` is a place for the customer's own word.
        let label = host.split('.').next().unwrap_or_default();
        let is_own = ["your", "my", "example", "tenant", "subdomain", "company", "acme", "yourdomain"];
        let first = label.split(['-', '_']).next().unwrap_or_default().trim_matches(['<', '>']).to_lowercase();
        if host.matches('.').count() >= 2 && is_own.contains(&first.as_str()) && !host.contains('{') {
            let rest = host.split_once('.').map_or("", |(_, rest)| rest);
            account.push(("subdomain".to_owned(), label_parameter(rest)));
            return format!("{{{{ account.subdomain }}}}.{rest}");
        }
        return literal(&host, variables);
    };
    let rest = literal(after, variables);
    let rest = if rest.contains('{') { String::new() } else { rest };
    let parameter = Some(snake(name)).filter(|name| !name.is_empty()).unwrap_or_else(|| "domain".to_owned());
    if rest.starts_with('.') && rest.matches('.').count() >= 2 {
        account.push((parameter.clone(), label_parameter(rest.trim_start_matches('.'))));
        return format!("{{{{ account.{parameter} }}}}{rest}");
    }
    let given = default(variables, name).map(|given| literal(given.trim_start_matches("https://"), variables)).unwrap_or_default();
    let given = format!("{given}{}", if rest.starts_with('.') { rest.as_str() } else { "" });
    let given = given.split(['/', ':']).next().unwrap_or_default();
    let domain = own_domain(given);
    let review = if domain.is_some() { "" } else { " # review: the provider's domains" };
    let within = domain.unwrap_or_else(|| "example.com".to_owned());
    account.push((parameter.clone(), format!("{{ type: hostname, within: [{within}] }}{review}")));
    format!("{{{{ account.{parameter} }}}}")
}

fn label_parameter(rest: &str) -> String {
    format!("{{ type: string, description: What stands before .{rest} }}")
}

/// A text with every variable as it is by default; those without a default stay.
fn literal(text: &str, variables: Option<&Value>) -> String {
    let mut out = text.to_owned();
    for (name, _) in variables.and_then(Value::as_object).into_iter().flatten() {
        if let Some(default) = default(variables, name) {
            out = out.replace(&format!("{{{name}}}"), default);
        }
    }
    let port = out.split_once(':').map(|(_, port)| port.chars().all(|c| c.is_ascii_digit()) && port != "443");
    if port == Some(true) { out } else { out.split(':').next().unwrap_or_default().to_owned() }
}

/// The registrable part of a host, as far as that can be told: `example.com` of `api.example.com`.
fn own_domain(host: &str) -> Option<String> {
    let labels: Vec<&str> = host.split('.').collect();
    let plain = |label: &&str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let last = labels.last()?;
    if labels.len() < 2 || !labels.iter().all(plain) || last.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    // `example.co.uk`: the last two labels are not the provider's own.
    let second = labels.get(labels.len() - 2)?;
    let taken = if last.len() == 2 && second.len() <= 3 { 3 } else { 2 };
    let start = labels.len().checked_sub(taken)?;
    Some(labels.get(start..)?.join("."))
}

fn path_of(path: &str, variables: Option<&Value>, account: &mut Vec<(String, String)>) -> String {
    let mut out = path.split(['?', '#']).next().unwrap_or_default().to_owned();
    for (name, _) in variables.and_then(Value::as_object).into_iter().flatten() {
        if let Some(default) = default(variables, name) {
            out = out.replace(&format!("{{{name}}}"), default.trim_matches('/'));
        }
    }
    let mut made = String::new();
    let mut rest = out.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        made.push_str(before);
        let Some((name, after)) = after.split_once('}') else { break };
        let name = Some(snake(name)).filter(|name| !name.is_empty()).unwrap_or_else(|| "base".to_owned());
        if !account.iter().any(|(known, _)| *known == name) {
            account.push((name.clone(), "{ type: string }".to_owned()));
        }
        made.push_str(&format!("{{{{ account.{name} }}}}"));
        rest = after;
    }
    made.push_str(rest);
    made.trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::parse;
    use serde_json::json;

    #[test]
    fn servers_become_base_urls() {
        let made = |url: &str, variables: serde_json::Value| {
            let server = parse(url, Some(&variables));
            (format!("{}{}", server.origin, server.path), server.account.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(" "))
        };
        let plain = |url: &str| made(url, json!({})).0;
        assert_eq!(plain("https://api.harbour.example/v2/"), "https://api.harbour.example/v2");
        assert_eq!(plain("http://api.harbour.example"), "https://api.harbour.example");
        assert_eq!(plain("/api/v1"), "https://api.example.com/api/v1");
        assert_eq!(plain(""), "https://api.example.com");
        assert_eq!(plain("https://your-domain.harbour.example"), "https://{{ account.subdomain }}.harbour.example");
        assert_eq!(plain("https://{your-domain}.harbour.example/x"), "https://{{ account.your_domain }}.harbour.example/x");
        let (url, account) = made("https://{org}/api", json!({"org": {"default": "acme.harbour.example"}}));
        assert_eq!((url.as_str(), account.as_str()), ("https://{{ account.org }}/api", "{ type: hostname, within: [harbour.example] }"));
        let (url, _) = made("https://{a}.{b}.com/{v}", json!({"a": {"default": "x"}, "b": {"default": "harbour"}, "v": {"default": "v3"}}));
        assert_eq!(url, "https://{{ account.a }}.harbour.com/v3");
    }
}
