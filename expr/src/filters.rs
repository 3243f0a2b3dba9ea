//! The one table of template filters.
//!
//! A value that enters a query language passes `quoted` of that language: what it returns is one literal of it, whatever the value holds.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::functions::{encode_base64, encode_base64url};

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
    /// How a date is written, in the notation of C's `strftime`.
    Date,
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
    "caret",          // bare, and refused where it holds `^` or is a script: encoded queries joined by `^`
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
        name: "epoch_seconds",
        argument: Argument::None,
        doc: "a timestamp (RFC 3339) as whole seconds since 1970-01-01T00:00:00Z",
        example: ("2026-03-01T13:00:00.25+01:00", None, "1772366400"),
        body: Body::Each(|value, _| Ok(timestamp(value)?.as_second().to_string())),
    },
    Filter {
        name: "epoch_milliseconds",
        argument: Argument::None,
        doc: "a timestamp (RFC 3339) as whole milliseconds since 1970-01-01T00:00:00Z",
        example: ("2026-03-01T13:00:00.25+01:00", None, "1772366400250"),
        body: Body::Each(|value, _| Ok(timestamp(value)?.as_millisecond().to_string())),
    },
    Filter {
        name: "utc",
        argument: Argument::Date,
        doc: "a timestamp (RFC 3339) in UTC, written as the argument says in the notation of `strftime`; what is finer is cut off",
        example: ("2026-03-01T13:00:00.25+01:00", Some("%Y-%m-%d %H:%M:%S"), "2026-03-01 12:00:00"),
        body: Body::Each(|value, format| written(timestamp(value)?, format)),
    },
    Filter {
        name: "hex_to_base64url",
        argument: Argument::None,
        doc: "the Base64 for URLs (RFC 4648, section 5), without padding, of bytes that are given in hexadecimal, as certificates' thumbprints are; \
              colons and spaces between them do not count",
        example: ("84:E0:5C:1D", None, "hOBcHQ"),
        body: Body::Each(|value, _| Ok(encode_base64url(&bytes_of_hex(value)?))),
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
            (Argument::Date, [format]) => written(Timestamp::UNIX_EPOCH, format)
                .map(|_| ())
                .map_err(|_| format!("`{}` takes a date's notation, such as `%Y-%m-%d %H:%M:%S`", self.name)),
            (Argument::OneOf(allowed), [given]) if allowed.contains(&given.as_str()) => Ok(()),
            (Argument::None, _) => Err(format!("`{}` takes no argument", self.name)),
            (Argument::Text | Argument::Date, _) => Err(format!("`{}` takes one argument", self.name)),
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

fn timestamp(value: &str) -> Result<Timestamp, String> {
    value.trim().parse().map_err(|_| "is no timestamp (RFC 3339)".to_owned())
}

/// The timestamp in UTC, in a notation that was held when the template was compiled.
fn written(timestamp: Timestamp, format: &str) -> Result<String, String> {
    let unknown = || "cannot be written in that notation".to_owned();
    jiff::fmt::strtime::format(format, &timestamp.to_zoned(TimeZone::UTC)).map_err(|_| unknown())
}

fn bytes_of_hex(value: &str) -> Result<Vec<u8>, String> {
    let digits: Option<Vec<u8>> =
        value.chars().filter(|c| !matches!(c, ':' | ' ')).map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0 && !digits.is_empty()).ok_or("is not in hexadecimal")?;
    Ok(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
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
        "caret" if is_script(value) => Err("begins with `javascript:`, which would be run".to_owned()),
        "caret" => Ok(value.to_owned()),
        _ => Err("is quoted for no language that is known".to_owned()),
    }
}

/// Whether an encoded query's value is taken for a program.
fn is_script(value: &str) -> bool {
    value.trim_start().get(..11).is_some_and(|start| start.eq_ignore_ascii_case("javascript:"))
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
        for script in ["javascript:gs.getUserID()", " \u{a0}JavaScript:x"] {
            assert_eq!(quoted(script, "caret"), Err("begins with `javascript:`, which would be run".to_owned()));
        }
        assert_eq!(quoted("javascript", "caret").unwrap(), "javascript");
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
        let wrong = find("utc").unwrap().check(&one("%Y-%!")).unwrap_err();
        assert_eq!(wrong, "`utc` takes a date's notation, such as `%Y-%m-%d %H:%M:%S`");
    }

    #[test]
    fn what_is_no_date_or_bytes_is_refused() {
        for filter in ["epoch_seconds", "epoch_milliseconds", "utc"] {
            let Body::Each(body) = find(filter).unwrap().body else { unreachable!("{filter}") };
            for value in ["2026-03-01", "2026-03-01T12:00:00", "yesterday", "", "2026-03-01T12:00:00Z^ORactive=true"] {
                assert!(body(value, "%Y").is_err(), "{filter} {value}");
            }
        }
        let Body::Each(body) = find("hex_to_base64url").unwrap().body else { unreachable!() };
        for value in ["", "8", "xy", "84E"] {
            assert!(body(value, "").is_err(), "{value}");
        }
    }
}
