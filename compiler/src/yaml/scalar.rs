//! What plain text means: the YAML 1.2 core schema, in which `no` is a string and `012` is twelve.

use serde_json::Value;

/// A scalar's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number that fits 64 bits.
    Integer(i64),
    /// Any other number.
    Float(f64),
    /// Text.
    String(String),
}

impl Literal {
    /// Reads plain text.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => return Self::Null,
            "true" | "True" | "TRUE" => return Self::Bool(true),
            "false" | "False" | "FALSE" => return Self::Bool(false),
            _ => {}
        }
        integer(text).map(Self::Integer).or_else(|| float(text).map(Self::Float)).unwrap_or_else(|| Self::String(text.to_owned()))
    }

    /// What it is, for messages.
    #[must_use]
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a boolean",
            Self::Integer(_) | Self::Float(_) => "a number",
            Self::String(_) => "text",
        }
    }

    /// The value as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::from(*value),
            Self::Integer(value) => Value::from(*value),
            Self::Float(value) => Value::from(*value),
            Self::String(value) => Value::from(value.as_str()),
        }
    }
}

fn integer(text: &str) -> Option<i64> {
    if let Some(hex) = text.strip_prefix("0x") {
        return digits(hex, 16);
    }
    if let Some(octal) = text.strip_prefix("0o") {
        return digits(octal, 8);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.strip_prefix('+').unwrap_or(text).parse().ok()
}

fn digits(text: &str, radix: u32) -> Option<i64> {
    if text.is_empty() || !text.chars().all(|c| c.is_digit(radix)) { None } else { i64::from_str_radix(text, radix).ok() }
}

/// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`; infinities and NaN are text here, since JSON has none.
fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let starts = unsigned.starts_with(|c: char| c.is_ascii_digit())
        || unsigned.strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let plain = unsigned.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'-' | b'+'));
    if starts && plain { text.parse().ok().filter(|value: &f64| value.is_finite()) } else { None }
}

#[cfg(test)]
mod tests {
    use super::Literal;

    #[test]
    fn core_schema() {
        for text in ["no", "yes", "on", "off", "1_000", "0b1", "1:30", ".inf", ".nan", "0x", "1e", "2026-01-02", "-", "+", "."] {
            assert_eq!(Literal::parse(text), Literal::String(text.to_owned()), "{text}");
        }
        assert_eq!(Literal::parse("012"), Literal::Integer(12));
        assert_eq!(Literal::parse("-7"), Literal::Integer(-7));
        assert_eq!(Literal::parse("0o17"), Literal::Integer(15));
        assert_eq!(Literal::parse("0xff"), Literal::Integer(255));
        assert_eq!(Literal::parse("1.5e3"), Literal::Float(1500.0));
        assert_eq!(Literal::parse("~"), Literal::Null);
        assert_eq!(Literal::parse("True"), Literal::Bool(true));
    }
}
