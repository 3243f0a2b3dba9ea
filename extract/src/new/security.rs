//! Ways to connect, from what a description says of security.

use connc_plan::header;
use serde_json::Value;

use super::draft::Auth;
use super::text::quoted;
use super::words::{plain, snake};
use crate::document::{Document, Kind};

/// The ways to connect that a description has.
#[derive(Debug, Default)]
pub(super) struct Ways {
    pub(super) auth: Vec<Auth>,
    /// What is left out, and why.
    pub(super) notes: Vec<String>,
    /// Parameters that carry credentials: what a scheme names.
    pub(super) parameters: Vec<String>,
}

/// The most ways of one connector.
const MOST: usize = 6;

/// Parameters that are credentials by their name, where a description lists them with the others.
const CREDENTIALS: &[&str] = &["token", "accesstoken", "apikey", "apitoken", "authtoken", "authorization", "oauthtoken"];

/// Whether a parameter carries credentials.
pub(super) fn is_credential(name: &str, ways: &Ways) -> bool {
    CREDENTIALS.contains(&plain(name).as_str()) || ways.parameters.iter().any(|known| known.eq_ignore_ascii_case(name))
}

impl Ways {
    /// Adds what a description declares; `scopes` are those that its chosen operations need.
    pub(super) fn add(&mut self, document: &Document, scopes: &[String]) {
        let root = &document.root;
        let schemes = match document.kind {
            Kind::Swagger2 => root.get("securityDefinitions"),
            Kind::Discovery => None,
            Kind::OpenApi30 | Kind::OpenApi31 | Kind::Scim | Kind::Graphql | Kind::Cassettes => {
                root.get("components").and_then(|components| components.get("securitySchemes"))
            }
        };
        if document.kind == Kind::Discovery {
            self.token(
                "the description asks for OAuth 2.0 with a person's consent, which is not written by itself; a token stands in for it until you add `grant: authorization_code`",
            );
        }
        for (name, scheme) in schemes.and_then(Value::as_object).into_iter().flatten() {
            if self.auth.len() < MOST {
                self.scheme(name, scheme, scopes);
            }
        }
    }

    /// A way to connect where the description has none.
    pub(super) fn finish(&mut self) {
        if self.auth.is_empty() {
            self.token("the description does not say how requests are authenticated");
        }
    }

    fn scheme(&mut self, name: &str, scheme: &Value, scopes: &[String]) {
        let text = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default();
        match text("type").to_ascii_lowercase().as_str() {
            "apikey" => self.api_key(name, text("name"), text("in")),
            "basic" => self.basic(),
            "http" => match text("scheme").to_ascii_lowercase().as_str() {
                "basic" => self.basic(),
                "bearer" => self.token(""),
                other => self.notes.push(format!("`{}` is HTTP `{}`, which the spec language does not have", shown(name), shown(other))),
            },
            "oauth2" => self.oauth(name, scheme, scopes),
            "openidconnect" => {
                self.token("OpenID Connect needs a person's consent, which is not written by itself; a token stands in for it until you add `grant: authorization_code`")
            }
            other => self.notes.push(format!("`{}` is of type `{}`, which the spec language does not have", shown(name), shown(other))),
        }
    }

    fn api_key(&mut self, name: &str, parameter: &str, place: &str) {
        let fits = match place {
            "header" => header::is_free(parameter),
            "cookie" => header::is_token(parameter),
            _ => !parameter.is_empty() && parameter.chars().all(|c| c.is_ascii_graphic()),
        };
        if !fits || !["header", "query", "cookie"].contains(&place) {
            self.notes.push(format!("`{}` does not say where its key goes", shown(name)));
            return;
        }
        let mut lines = vec!["scheme: api_key".to_owned(), "secrets: { key: { description: API key } }".to_owned()];
        let review =
            if parameter.eq_ignore_ascii_case("authorization") { " # review: a word such as Bearer may belong before the key" } else { "" };
        lines.push(format!("{place}: {{ name: {}, value: \"{{{{ secret.key }}}}\" }}{review}", quoted(parameter)));
        self.parameters.push(parameter.to_owned());
        self.push("api_key", name, lines);
    }

    fn basic(&mut self) {
        let lines = [
            "scheme: basic",
            "parameters: { username: { type: string, description: User name } }",
            "secrets: { password: { description: Password or API token } }",
            "username: \"{{ auth.username }}\"",
            "password: \"{{ secret.password }}\"",
        ];
        self.push("basic", "", lines.map(ToOwned::to_owned).to_vec());
    }

    /// A token that somebody got elsewhere.
    fn token(&mut self, why: &str) {
        if !why.is_empty() && !self.notes.iter().any(|note| note == why) {
            self.notes.push(why.to_owned());
        }
        if self.auth.iter().any(|method| method.name == "access_token") {
            return;
        }
        let lines = ["scheme: bearer", "secrets: { access_token: { description: Access token } }", "token: \"{{ secret.access_token }}\""];
        self.push("access_token", "", lines.map(ToOwned::to_owned).to_vec());
    }

    fn oauth(&mut self, name: &str, scheme: &Value, scopes: &[String]) {
        let flows = scheme.get("flows");
        let newer = flows.and_then(|flows| flows.get("clientCredentials"));
        let older = Some(scheme).filter(|scheme| scheme.get("flow").and_then(Value::as_str) == Some("application"));
        let others = flows.and_then(Value::as_object).map_or(older.is_none(), |flows| flows.keys().any(|flow| flow != "clientCredentials"));
        if let Some(flow) = newer.or(older) {
            let url = flow.get("tokenUrl").and_then(Value::as_str).unwrap_or_default();
            let host = url.strip_prefix("https://").and_then(|rest| rest.split('/').next()).unwrap_or_default();
            let is_plain =
                host.contains('.') && url.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '{' | '}' | '"' | '\\' | '@' | '#'));
            if is_plain {
                let mut lines = vec![
                    "scheme: oauth2".to_owned(),
                    "grant: client_credentials".to_owned(),
                    "parameters: { client_id: { type: string, description: Client id } }".to_owned(),
                    "secrets: { client_secret: { description: Client secret } }".to_owned(),
                    format!("token_url: {}", quoted(url)),
                    "client_id: \"{{ auth.client_id }}\"".to_owned(),
                    "client_secret: \"{{ secret.client_secret }}\"".to_owned(),
                ];
                let declared = flow.get("scopes").and_then(Value::as_object);
                let known: Vec<String> = scopes
                    .iter()
                    .filter(|scope| declared.is_some_and(|declared| declared.contains_key(*scope)))
                    .map(|scope| quoted(scope))
                    .collect();
                if !known.is_empty() && known.len() == scopes.len() {
                    lines.push(format!("scopes: [{}] # review: what the operations below need", known.join(", ")));
                }
                self.push("client_credentials", name, lines);
            } else {
                self.notes.push(format!("`{}` has no token URL that can be used as it is", shown(name)));
            }
        }
        if others {
            self.token("OAuth 2.0 with a person's consent is not written by itself; a token stands in for it until you add `grant: authorization_code`");
        }
    }

    fn push(&mut self, wanted: &str, given: &str, lines: Vec<String>) {
        if self.auth.iter().any(|method| method.lines == lines) {
            return;
        }
        let taken = |name: &str| self.auth.iter().any(|method| method.name == name);
        let own = snake(given);
        let name = if !taken(wanted) {
            wanted.to_owned()
        } else if !own.is_empty() && !taken(&own) {
            own
        } else {
            (2..).map(|number| format!("{wanted}_{number}")).find(|name| !taken(name)).unwrap_or_else(|| wanted.to_owned())
        };
        self.auth.push(Auth { name, lines });
    }
}

/// A word of a description in a comment: short, and on one line.
fn shown(word: &str) -> String {
    word.chars().filter(|c| !c.is_control()).take(40).collect()
}
