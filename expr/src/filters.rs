//! The one table of template filters.
//!
//! A value that enters a query language passes `quoted` of that language: what it returns is one literal of it, whatever the value holds.

use crate::functions::encode_base64;

/// A template filter.
pub struct Filter {
    /// Its name.
    pub name: &'static str,
    /// What argument it takes.
    pub argument: Argument,
    /// What it does, in a line.
    pub doc: &'static str,
    /// A value, the argument and the result.
    pub example: (&'static str, Option<&'static str>, &'static str),
    /// What runs.
    pub body: Body,
}

/// What argument a filter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// None.
    None,
    /// One of these.
    OneOf(&'static [&'static str]),
    /// Any text.
    Text,
}

/// What runs for a filter. Errors are lowercase fragments without the value.
#[derive(Clone, Copy)]
pub enum Body {
    /// Over a text, or over each element of a list, with the argument or empty text.
    Each(fn(&str, &str) -> Result<String, String>),
    /// Over a list, or over a text as a list of one.
    All(fn(&[String], &str) -> String),
}

/// The languages that `quoted` knows.
#[rustfmt::skip]
const LANGUAGES: &[&str] = &[
    "backslash",      // in double quotes, `\` and `"` behind a backslash: SCIM and JSON-like filters
    "single_doubled", // in single quotes, `'` doubled: OData, SQL-like
    "soql",           // in single quotes, `\` and `'` behind a backslash
    "jql",            // in double quotes, `\` and `"` behind a backslash
    "caret",          // bare, and refused where it holds `^`: encoded queries joined by `^`
];

/// Every filter, in the order of the documentation.
pub const TABLE: &[Filter] = &[
    Filter {
        name: "quoted",
        argument: Argument::OneOf(LANGUAGES),
        doc: "a literal of a query language; control characters are refused",
        example: (r#"a"b\c"#, Some("backslash"), r#""a\"b\\c""#),
        body: Body::Each(quoted),
    },
    Filter {
        name: "lower",
        argument: Argument::None,
        doc: "in lower case",
        example: ("Ada", None, "ada"),
        body: Body::Each(|value, _| Ok(value.to_lowercase())),
    },
    Filter {
        name: "upper",
        argument: Argument::None,
        doc: "in upper case",
        example: ("Ada", None, "ADA"),
        body: Body::Each(|value, _| Ok(value.to_uppercase())),
    },
    Filter {
        name: "base64",
        argument: Argument::None,
        doc: "the Base64 (RFC 4648, section 4) of its UTF-8",
        example: ("Ada", None, "QWRh"),
        body: Body::Each(|value, _| Ok(encode_base64(value.as_bytes()))),
    },
    Filter {
        name: "form_encoded",
        argument: Argument::None,
        doc: "as a field of a form is encoded (`application/x-www-form-urlencoded`)",
        example: ("Ada & Co", None, "Ada+%26+Co"),
        body: Body::Each(|value, _| Ok(form_encoded(value))),
    },
    Filter {
        name: "join",
        argument: Argument::Text,
        doc: "a list as one text, with the argument between its elements",
        example: ("Ada", Some(","), "Ada"),
        body: Body::All(|values, separator| values.join(separator)),
    },
];

/// The filter of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Filter> {
    TABLE.iter().find(|filter| filter.name == name)
}

impl Filter {
    /// Whether these arguments are what it takes; otherwise what it takes, as a lowercase fragment.
    ///
    /// # Errors
    ///
    /// They are too few, too many, or not of the closed list.
    pub fn check(&self, arguments: &[String]) -> Result<(), String> {
        match (self.argument, arguments) {
            (Argument::None, []) | (Argument::Text, [_]) => Ok(()),
            (Argument::OneOf(allowed), [given]) if allowed.contains(&given.as_str()) => Ok(()),
            (Argument::None, _) => Err(format!("`{}` takes no argument", self.name)),
            (Argument::Text, _) => Err(format!("`{}` takes one argument", self.name)),
            (Argument::OneOf(allowed), _) => Err(format!("`{}` takes one of `{}`", self.name, allowed.join("`, `"))),
        }
    }
}

/// Text as a field of a form is encoded: what the URL standard calls the `application/x-www-form-urlencoded` percent-encode set, a space as `+`.
#[must_use]
pub fn form_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'*' | b'-' | b'.' | b'_' => out.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            _ => {
                out.push('%');
                out.extend([byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0').to_ascii_uppercase()));
            }
        }
    }
    out
}

fn quoted(value: &str, language: &str) -> Result<String, String> {
    if value.chars().any(char::is_control) {
        return Err("holds a control character, which cannot be quoted".to_owned());
    }
    match language {
        "backslash" | "jql" => Ok(format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))),
        "single_doubled" => Ok(format!("'{}'", value.replace('\'', "''"))),
        "soql" => Ok(format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))),
        "caret" if value.contains('^') => Err("holds `^`, which cannot be quoted".to_owned()),
        "caret" => Ok(value.to_owned()),
        _ => Err("is quoted for no language that is known".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Body, LANGUAGES, TABLE, find, form_encoded, quoted};

    #[test]
    fn every_filter_does_what_its_example_says() {
        for filter in TABLE {
            let (value, argument, expected) = filter.example;
            let arguments: Vec<String> = argument.iter().map(|argument| (*argument).to_owned()).collect();
            assert_eq!(filter.check(&arguments), Ok(()), "{}", filter.name);
            let argument = argument.unwrap_or_default();
            let made = match filter.body {
                Body::Each(body) => body(value, argument).unwrap(),
                Body::All(body) => body(&[value.to_owned()], argument),
            };
            assert_eq!(made, expected, "{}", filter.name);
        }
    }

    #[test]
    fn quoting_leaves_one_literal() {
        let cases = [
            ("backslash", r#"x" or 1 eq 1 or "\"#, r#""x\" or 1 eq 1 or \"\\""#),
            ("jql", r#"x" OR "\"#, r#""x\" OR \"\\""#),
            ("single_doubled", "O'Brien\\", "'O''Brien\\'"),
            ("soql", r"x\' OR Name != '", r"'x\\\' OR Name != \''"),
            ("caret", "plain 'text'", "plain 'text'"),
        ];
        for (language, value, expected) in cases {
            assert_eq!(quoted(value, language).unwrap(), expected, "{language}");
        }
        for language in LANGUAGES {
            assert!(quoted("a\nb", language).is_err(), "{language}");
            assert!(quoted("a\u{85}b", language).is_err(), "{language}");
        }
        assert!(quoted("a^ORb=1", "caret").is_err());
        assert!(quoted("a", "sql").is_err());
    }

    #[test]
    fn a_field_of_a_form_holds_no_separator() {
        assert_eq!(form_encoded("a:b%c+d e"), "a%3Ab%25c%2Bd+e");
        assert_eq!(form_encoded("£ Ω ~"), "%C2%A3+%CE%A9+%7E");
        assert_eq!(form_encoded("aZ09*-._"), "aZ09*-._");
    }

    #[test]
    fn arguments_are_checked_without_running() {
        let one = |text: &str| vec![text.to_owned()];
        assert_eq!(find("quoted").unwrap().check(&one("soql")), Ok(()));
        let wrong = find("quoted").unwrap().check(&one("sql")).unwrap_err();
        assert_eq!(wrong, "`quoted` takes one of `backslash`, `single_doubled`, `soql`, `jql`, `caret`");
        assert_eq!(find("lower").unwrap().check(&one("x")).unwrap_err(), "`lower` takes no argument");
        assert_eq!(find("join").unwrap().check(&[]).unwrap_err(), "`join` takes one argument");
        assert!(find("escape").is_none());
    }
}
