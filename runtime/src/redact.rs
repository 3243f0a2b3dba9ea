//! Takes secrets out of text that people see.

use zeroize::Zeroizing;

/// Shorter secrets are left in: taking out every `a` would hide the text and not the secret.
const SHORTEST: usize = 4;

/// Finds the secrets of one call in text, as they stand and percent-encoded.
#[derive(Clone, Default)]
pub(crate) struct Redactor(Vec<(String, Zeroizing<String>)>);

impl Redactor {
    /// Adds a secret and what is put in its place.
    pub(crate) fn add(&mut self, shown: &str, secret: &str) {
        if secret.len() < SHORTEST || self.0.iter().any(|(_, known)| known.as_str() == secret) {
            return;
        }
        let encoded = connc_expr::text::encode_query(secret);
        if encoded != secret {
            self.0.push((shown.to_owned(), Zeroizing::new(encoded.to_string())));
        }
        self.0.push((shown.to_owned(), Zeroizing::new(secret.to_owned())));
        // The longest first, so that a secret that holds another goes as a whole.
        self.0.sort_by_key(|(_, secret)| std::cmp::Reverse(secret.len()));
    }

    /// The text without secrets.
    pub(crate) fn clean(&self, text: &str) -> String {
        self.0.iter().fold(
            text.to_owned(),
            |text, (shown, secret)| if text.contains(secret.as_str()) { text.replace(secret.as_str(), shown) } else { text },
        )
    }
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor(..)")
    }
}

/// A name as templates write it: `{{ secret.token }}`.
pub(crate) fn braced(name: &str) -> String {
    format!("{{{{ {name} }}}}")
}

/// What stands in for a secret while a request is built to be shown. It needs no escaping anywhere, so that [`unmark`] finds it again.
pub(crate) fn marker(name: &str) -> String {
    format!("redacted.{name}.redacted")
}

/// Puts `{{ secret.token }}` where a marker stands.
pub(crate) fn unmark(text: &str) -> String {
    let mut parts = text.split("redacted.");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(".redacted") {
            Some((name, rest))
                if matches!(name, "jwt" | "signature")
                    || ["secret.", "app.secret.", "token.", "kept.", "fresh."].iter().any(|prefix| name.starts_with(prefix)) =>
            {
                out.push_str("{{ ");
                out.push_str(name);
                out.push_str(" }}");
                out.push_str(rest);
            }
            Some(_) | None => {
                out.push_str("redacted.");
                out.push_str(part);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Redactor, marker, unmark};

    #[test]
    fn both_forms_go() {
        let mut redactor = Redactor::default();
        redactor.add("{{ secret.token }}", "a b/c");
        assert_eq!(redactor.clean("x a b/c y a%20b%2Fc"), "x {{ secret.token }} y {{ secret.token }}");
    }

    #[test]
    fn markers_come_back_as_templates() {
        let text = format!("Bearer {}; {}", marker("token.access_token"), marker("secret.a"));
        assert_eq!(unmark(&text), "Bearer {{ token.access_token }}; {{ secret.a }}");
        assert_eq!(unmark("redacted.by us"), "redacted.by us");
    }
}
