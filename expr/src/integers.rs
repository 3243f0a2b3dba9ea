//! Integers that a double cannot hold, kept digit for digit by making them text before the engine reads them.

use std::borrow::Cow;

/// The largest integer that a double holds exactly with all below it: 2^53-1.
pub(crate) const EXACT: u64 = (1 << 53) - 1;

/// The fewest digits of an integer beyond [`EXACT`].
const DIGITS: usize = 16;

/// The text with every integer beyond ±[`EXACT`] in quotes. Untouched, without a copy, where it has none.
pub(crate) fn protect(text: &str) -> Cow<'_, str> {
    if !has_long_run(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    let mut copied = 0;
    let mut tokens = Tokens { bytes: text.as_bytes(), at: 0 };
    while let Some((start, end)) = tokens.next_number() {
        let Some(token) = text.get(start..end).filter(|token| is_beyond(token)) else { continue };
        out.push_str(text.get(copied..start).unwrap_or_default());
        out.push('"');
        out.push_str(token);
        out.push('"');
        copied = end;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

/// Whether there are [`DIGITS`] digits in a row. Every such run covers a multiple of [`DIGITS`], so few bytes are looked at.
fn has_long_run(bytes: &[u8]) -> bool {
    let digits = |bytes: &mut dyn Iterator<Item = &u8>| bytes.take_while(|byte| byte.is_ascii_digit()).take(DIGITS).count();
    (DIGITS - 1..bytes.len()).step_by(DIGITS).any(|at| {
        let (before, after) = bytes.split_at(at);
        digits(&mut after.iter()) > 0 && digits(&mut before.iter().rev()) + digits(&mut after.iter()) >= DIGITS
    })
}

/// Whether a number token is an integer beyond ±[`EXACT`]. One with a leading zero is no JSON, and is left for the parser to refuse.
pub(crate) fn is_beyond(token: &str) -> bool {
    let digits = token.strip_prefix('-').unwrap_or(token);
    digits.len() >= DIGITS
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && digits.parse::<u64>().map_or(true, |value| value > EXACT)
}

/// Walks over JSON text from number to number, past strings.
struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Tokens<'_> {
    /// The bytes of the next number.
    fn next_number(&mut self) -> Option<(usize, usize)> {
        loop {
            match *self.bytes.get(self.at)? {
                b'"' => self.skip_string(),
                b'-' | b'0'..=b'9' => {
                    let start = self.at;
                    while self.bytes.get(self.at).is_some_and(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')) {
                        self.at += 1;
                    }
                    return Some((start, self.at));
                }
                _ => self.at += 1,
            }
        }
    }

    fn skip_string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.bytes.get(self.at) {
            self.at += match byte {
                b'\\' => 2,
                _ => 1,
            };
            if *byte == b'"' {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{has_long_run, protect};

    #[test]
    fn long_integers_become_text() {
        let cases = [
            ("9007199254740991", "9007199254740991"),
            ("9007199254740992", "\"9007199254740992\""),
            ("-9007199254740991", "-9007199254740991"),
            ("-9007199254740993", "\"-9007199254740993\""),
            (r#"{"id":1234567890123456789,"n":1}"#, r#"{"id":"1234567890123456789","n":1}"#),
            ("[123456789012345678901234567890]", "[\"123456789012345678901234567890\"]"),
        ];
        for (text, expected) in cases {
            assert_eq!(protect(text), expected);
        }
    }

    #[test]
    fn everything_else_stays() {
        let untouched = [
            r#"{"a":"1234567890123456789"}"#,
            r#"["\" 1234567890123456789"]"#,
            r#"["\\\" 1234567890123456789 \\"]"#,
            "12345678901234567.5",
            "0.12345678901234567",
            "1234567890123456789e2",
            "1234567890123456789E-2",
            "01234567890123456789",
            "--1234567890123456789",
            "\"1234567890123456789",
            "",
        ];
        for text in untouched {
            assert_eq!(protect(text), text);
        }
    }

    #[test]
    fn a_long_run_is_found_wherever_it_stands() {
        for lead in 0..40 {
            let text = format!("{}1234567890123456", " ".repeat(lead));
            assert!(has_long_run(text.as_bytes()), "{lead}");
            let text = format!("{}123456789012345", " ".repeat(lead));
            assert!(!has_long_run(text.as_bytes()), "{lead}");
        }
    }
}
